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

// Day is a page of a register's day; the last one has the totals of the whole
// day, which would cost every other page the reading of all. Keys belong to
// the register by their prefix: of a key that was blocked before it was seen,
// nothing else is known.
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
		rows, err := tx.StandingsOf(r.register(), r.From, r.To, after, wire.PageOfEntries+1)
		if err != nil {
			return err
		}
		if len(rows) > wire.PageOfEntries {
			rows = rows[:wire.PageOfEntries]
			out.Next = strconv.FormatInt(rows[len(rows)-1].Place, 10)
		}
		for _, st := range rows {
			out.Entries = append(out.Entries, entry(st))
		}
		if out.Next == "" {
			out.Totals, err = totals(tx, r)
		}
		return err
	})
	if err != nil {
		return wire.Reconciliation{}, fmt.Errorf("list the day %s of %s-%s: %w", r.BusinessDate, r.Store, r.Terminal, err)
	}
	return out, nil
}

func (r DayRequest) register() string { return r.Store + "-" + r.Terminal + "-" }

// totals add up the whole day.
func totals(tx Tx, r DayRequest) ([]wire.Total, error) {
	out := []wire.Total{}
	for after := int64(0); ; {
		rows, err := tx.StandingsOf(r.register(), r.From, r.To, after, page)
		if err != nil {
			return nil, err
		}
		for _, st := range rows {
			out = addUp(out, st)
			after = st.Place
		}
		if len(rows) < page {
			break
		}
	}
	slices.SortFunc(out, func(a, b wire.Total) int {
		return strings.Compare(string(a.Kind)+" "+string(a.Status)+" "+a.Currency, string(b.Kind)+" "+string(b.Status)+" "+b.Currency)
	})
	return out, nil
}

func entry(st Standing) wire.Entry {
	return wire.Entry{
		Key: st.Key, Kind: st.Kind, Status: st.Status, Amount: st.Amount.Minor, Currency: string(st.Amount.Currency),
		ChargeKey: st.ChargeKey, At: st.At.UTC(), PointsUsed: st.PointsUsed, PointsEarned: st.PointsEarned,
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
