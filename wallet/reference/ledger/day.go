package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// DayRequest asks for one page of what a register did in a day.
type DayRequest struct {
	Store, Terminal string
	BusinessDate    string // echoed
	From, To        time.Time
	After           string // Next of the page before; empty for the first
	Nonce           string
}

// Day is a page of a register's day, with the totals of the whole day. Keys
// belong to the register by their prefix: of a key that was blocked before it
// was seen, nothing else is known.
func (l *Ledger) Day(r DayRequest) (wire.Reconciliation, error) {
	out := wire.Reconciliation{
		Store: r.Store, Terminal: r.Terminal, BusinessDate: r.BusinessDate, From: r.From.UTC(), To: r.To.UTC(), Nonce: r.Nonce,
		Entries: []wire.Entry{}, Totals: []wire.Total{},
	}
	after := int64(0)
	if r.After != "" {
		var err error
		if after, err = strconv.ParseInt(r.After, 10, 64); err != nil || after < 1 {
			return out, fmt.Errorf("%w: after must be the next of an earlier page", ErrInvalid)
		}
	}
	if r.Store == "" || r.Terminal == "" || !r.From.Before(r.To) {
		return out, fmt.Errorf("%w: a day needs a store, a terminal, and an end after its beginning", ErrInvalid)
	}
	err := l.view(func(tx Tx) error {
		return eachOfDay(tx, r, func(st Standing) {
			out.Totals = addUp(out.Totals, st)
			switch {
			case st.Place <= after:
			case len(out.Entries) < wire.PageOfEntries:
				out.Entries = append(out.Entries, entry(st))
				after = st.Place
			default:
				out.Next = strconv.FormatInt(after, 10)
			}
		})
	})
	if err != nil {
		return wire.Reconciliation{}, fmt.Errorf("list the day %s of %s-%s: %w", r.BusinessDate, r.Store, r.Terminal, err)
	}
	slices.SortFunc(out.Totals, func(a, b wire.Total) int {
		return strings.Compare(string(a.Kind)+" "+string(a.Status)+" "+a.Currency, string(b.Kind)+" "+string(b.Status)+" "+b.Currency)
	})
	return out, nil
}

func eachOfDay(tx Tx, r DayRequest, do func(Standing)) error {
	for after := int64(0); ; {
		rows, err := tx.StandingsOf(r.Store+"-"+r.Terminal+"-", r.From, r.To, after, page)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, st := range rows {
			do(st)
			after = st.Place
		}
	}
}

func entry(st Standing) wire.Entry {
	return wire.Entry{
		Key: st.Key, Kind: st.Kind, Status: st.Status, Amount: st.Amount.Minor, Currency: string(st.Amount.Currency),
		ChargeKey: st.ChargeKey, At: st.At.UTC(),
	}
}

func addUp(totals []wire.Total, st Standing) []wire.Total {
	i := slices.IndexFunc(totals, func(t wire.Total) bool {
		return t.Kind == st.Kind && t.Status == st.Status && t.Currency == string(st.Amount.Currency)
	})
	if i < 0 {
		i = len(totals)
		totals = append(totals, wire.Total{Kind: st.Kind, Status: st.Status, Currency: string(st.Amount.Currency)})
	}
	totals[i].Count++
	totals[i].Amount += st.Amount.Minor
	return totals
}
