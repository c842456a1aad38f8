package book

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// Audit is Verify, and holds every charge against the journal: that it stands
// where its last entry left it, over the amount and for the sale of its first,
// and remembers of its steps what the entries say. Not looked at are the route
// of a charge, its alarms, paper and reprints, and what a sale says besides its
// amount. Every entry with a key must be one of the entries of a charge: a charge
// that was put back to how it stood earlier leaves some over. It reads all the
// books in one View, which holds the log up meanwhile.
func Audit(rows Rows) (entries int64, err error) {
	if entries, err = Verify(rows); err != nil {
		return entries, err
	}
	made, steps, closed, err := begun(rows)
	if err != nil {
		return entries, err
	}
	if err := closedAs(rows, closed, entries); err != nil {
		return entries, err
	}
	for before := int64(0); ; {
		page, err := rows.Charges(Filter{Before: before, Limit: 500})
		if err != nil {
			return entries, err
		}
		for _, row := range page {
			own, err := stands(rows, row)
			if err != nil {
				return entries, err
			}
			steps -= own
			before = row.Seq
		}
		made -= len(page)
		if len(page) == 0 {
			break
		}
	}
	if made != 0 {
		return entries, &Broken{N: entries, Why: fmt.Sprintf("and those before it make %d more charges than there are", made)}
	}
	if steps != 0 {
		return entries, &Broken{N: entries, Why: fmt.Sprintf("and those before it hold %d more steps than the charges have: a charge was put back to how it stood earlier", steps)}
	}
	return entries, nil
}

// begun counts the charges that the journal has made, and all their steps, and
// finds the entries of closings.
func begun(rows Rows) (n, steps int, closed []Link, err error) {
	for last := int64(0); ; {
		links, err := rows.LinksAfter(last, 1000)
		if err != nil || len(links) == 0 {
			return n, steps, closed, err
		}
		for _, l := range links {
			switch last = l.N; {
			case l.Key == "" && strings.HasPrefix(l.Note, charge.ZNote):
				closed = append(closed, l)
			case l.Key != "":
				if steps++; l.Before == 0 {
					n++
				}
			}
		}
	}
}

// closedAs holds every Z against its entry in the journal: numbers and parts of
// the journal follow each other without a gap, and no document was changed.
func closedAs(rows Rows, entries []Link, end int64) error {
	zs, err := rows.Zs(0, len(entries)+1)
	if err != nil {
		return err
	}
	slices.Reverse(zs)
	if len(zs) != len(entries) {
		return &Broken{N: end, Why: fmt.Sprintf("and those before it tell of %d closings (Z), and there are %d", len(entries), len(zs))}
	}
	last := charge.Z{}
	for i, z := range zs {
		l := entries[i]
		switch {
		case z.Number != last.Number+1 || z.After != last.Upto || z.Upto < z.After || z.Upto >= l.N || z.Date <= last.Date:
			return &Broken{N: l.N, Why: fmt.Sprintf("does not fit Z %d of %s, entries %d to %d: it does not follow Z %d", z.Number, z.Date, z.After+1, z.Upto, last.Number)}
		case l.Note != z.Note():
			return &Broken{N: l.N, Why: fmt.Sprintf("does not fit Z %d: it says %q", z.Number, l.Note)}
		case z.Sealed().Hash != z.Hash:
			return &Broken{N: l.N, Why: fmt.Sprintf("does not fit Z %d: its document is another one than was closed with", z.Number)}
		}
		last = z
	}
	return nil
}

// stands holds one charge against its entries, and counts them.
func stands(rows Rows, row Row) (steps int, err error) {
	chain, err := rows.Chain(row.LastLink)
	if err != nil {
		return 0, err
	}
	return len(chain), fits(rows, row, chain)
}

func fits(rows Rows, row Row, chain []Link) error {
	broken := func(why string, a ...any) error {
		return &Broken{N: row.LastLink, Why: fmt.Sprintf("does not fit charge %s: ", row.Key) + fmt.Sprintf(why, a...)}
	}
	if len(chain) == 0 {
		return broken("there is no such entry")
	}
	for _, l := range chain {
		if l.Key != row.Key {
			return broken("it is of charge %q", l.Key)
		}
	}
	first, last := chain[0], chain[len(chain)-1]
	want := begin(row.Record)
	_, _, epoch, seq, err := row.Key.Parts()
	switch {
	case err != nil || (epoch != row.Epoch || seq != row.Seq) && !row.Carried:
		return broken("the charge is number %d of epoch %d", row.Seq, row.Epoch)
	case !slices.Contains([]charge.Kind{charge.Payment, charge.Refund, charge.Topup, charge.Cash}, row.Kind):
		return broken("%q is no kind of record", row.Kind)
	case last.To != row.State:
		return broken("the charge is %s, the entry says %s", row.State, last.To)
	case first.Note != want && first.Note != "recovered "+want && first.Note != broughtIn+want:
		return broken("the charge is for %q, its first entry for %q", want, first.Note)
	}
	if is, said := memoryOf(row.Record), saidBy(chain, row.Record); is != said {
		return broken("the charge has %+v, its entries say %+v", is, said)
	}
	return owes(rows, row, broken)
}

// memory is what a charge remembers of its steps as they were.
type memory struct {
	code                      charge.CodeMark
	reason                    charge.Reason
	wallet, receipt, operator string
	by                        charge.By
	attempts                  int
	points                    charge.Points
	prepared, sent, changed   time.Time
}

func memoryOf(r charge.Record) memory {
	return memory{r.Code, r.Reason, r.Wallet, r.Receipt, r.Operator, r.By, r.Attempts, r.Points, r.PreparedAt, r.SentAt, r.ChangedAt}
}

// saidBy is what the entries of a charge say that it must remember. Of one
// that was adopted the wallet's list alone knows when it was sent.
func saidBy(chain []Link, row charge.Record) memory {
	first := chain[0].Step
	m := memory{code: first.Code, wallet: first.Wallet, prepared: first.At}
	if chain[0].To == charge.Approved {
		m.prepared, m.sent = row.PreparedAt, row.SentAt
	}
	if row.Kind == charge.Refund { // it goes back where its payment came from
		m.wallet = row.Wallet
	}
	for _, l := range chain {
		if !l.Moved {
			continue
		}
		m.by, m.operator = l.Step.By, l.Step.Operator
		if l.To != l.From {
			m.changed = l.Step.At
		}
		if l.Step.Receipt != "" {
			m.receipt = l.Step.Receipt
		}
		if l.Step.Event == charge.Approve && l.Step.By == charge.ByWallet && l.To == charge.Approved {
			m.points = charge.PointsOf(l.Note)
		}
		if l.Step.Code.Hash != "" {
			m.code = l.Step.Code
		}
		if l.Step.Reason != charge.ReasonNone || l.To == charge.Approved {
			m.reason = l.Step.Reason
		}
		if l.Step.Event == charge.Send || l.Step.Event == charge.Refuse || l.Step.Event == charge.Queue && l.Step.Wallet != "" {
			m.wallet = l.Step.Wallet
		}
		if l.Step.Event == charge.Send {
			if m.attempts++; m.sent.IsZero() {
				m.sent = l.Step.At
			}
		}
	}
	return m
}

// owes holds a charge against its sale.
func owes(rows Rows, row Row, broken func(string, ...any) error) error {
	s, err := rows.Sale(row.SaleID)
	if errors.Is(err, ErrNotFound) {
		return broken("its sale is gone")
	}
	if err == nil && row.Kind != charge.Refund && s.Amount != row.Amount {
		err = broken("its sale is over %s", s.Amount)
	}
	return err
}
