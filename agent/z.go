package agent

import (
	"context"
	"encoding/json"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
)

// Closings is what a Z needs of the books.
type Closings interface {
	// Zs are closings below a number, or the newest for 0, newest first.
	Zs(below int64, most int) ([]charge.Z, error)
	// PutZ keeps a Z for good and has the journal hold its hash. It fails when
	// the register was closed meanwhile.
	PutZ(charge.Z) (charge.Z, error)
	// FirstBegun is when the first record behind the n-th entry was begun here,
	// at a moment that is such; false when there is none.
	FirstBegun(n int64, such func(time.Time) bool) (time.Time, bool, error)
	// Moves are what the journal did behind its n-th entry, and the entry up to
	// which it was read; see book.Moves.
	Moves(n int64, until time.Time) (moves []charge.Move, upto int64, err error)
}

// CloseWish is the wish to close the register.
type CloseWish struct {
	Date     string         // the business day; empty: the oldest one that is not closed
	Reason   string         // why it is closed although something waits; empty: then it is refused
	Count    *closing.Count // nil: nobody counted
	By       charge.By
	Operator string
}

// CloseZ closes the register once for a business day: it compares the day with
// the wallets, corrects what a rule knows, and keeps for good what has happened
// since the Z before. What comes later counts in the next one. Its paper is
// printed in the background.
func (r *Register) CloseZ(ctx context.Context, want CloseWish) (charge.Z, error) {
	if r.parts.Closings == nil || r.parts.Accounts == nil {
		return charge.Z{}, &Refused{Why: "closing.not_possible"}
	}
	z, day, err := r.nextZ(want.Date)
	if err != nil {
		return z, err
	}
	report, err := r.Reconcile(ctx, day.Date)
	if err != nil {
		return z, err
	}
	waiting, err := r.unsettled()
	if err != nil {
		return z, err
	}
	wallets, differ := r.lists(report)
	if want.Reason == "" && (differ || len(waiting) > 0 || report.Restored != nil) {
		return z, &Refused{Why: "closing.left"}
	}
	until := day.To
	if day.Has(r.parts.Now()) {
		until = time.Time{} // the entries' own times may be of a clock that was set
	}
	doc := closing.Report{Form: closing.Form, Date: z.Date, From: day.From, To: day.To, Waiting: waiting, Wallets: wallets, Reason: want.Reason}
	z.By, z.Operator = want.By, want.Operator
	if err := r.document(&z, doc, until, want.Count); err != nil {
		return z, err
	}
	return r.keepZ(z)
}

// document fills in what the journal moved, and has it all written down.
func (r *Register) document(z *charge.Z, doc closing.Report, until time.Time, count *closing.Count) error {
	moves, upto, err := r.parts.Closings.Moves(z.After, until)
	if err != nil {
		return err
	}
	totals, cash, err := r.moved(moves)
	if err != nil {
		return err
	}
	z.Upto, z.At = upto, r.parts.Now()
	doc.Store, doc.Terminal, doc.Number, doc.At = r.parts.Store.ID, r.parts.Store.Terminal, z.Number, z.At.UTC()
	doc.By, doc.Operator, doc.After, doc.Upto, doc.Totals = z.By, z.Operator, z.After, z.Upto, totals
	if doc.Drawer.Cash = cash; count != nil {
		doc.Drawer = doc.Drawer.Settle(*count)
	}
	z.Document, err = json.Marshal(doc)
	return err
}

// keepZ closes for good, and prints.
func (r *Register) keepZ(z charge.Z) (charge.Z, error) {
	if r.InSale() { // it began while the wallets were asked
		return z, &Refused{Why: "closing.sale"}
	}
	kept, err := r.parts.Closings.PutZ(z)
	if err != nil {
		if _, taken := r.Z(z.Number); taken == nil { // somebody else closed it meanwhile
			err = &Refused{Why: "closing.done"}
		}
		return z, err
	}
	r.log.Info("closed", "z", z.Number, "date", z.Date, "operator", z.Operator, "entries", z.Upto-z.After)
	if fit := r.fit(); fit.Paper.Print && fit.Printer != nil {
		r.work.Go(func() { _ = r.PrintZ(kept, false) }) // a failure is among the troubles
	}
	return kept, nil
}

// nextZ is the number and the day of the Z that comes next, or why none does.
func (r *Register) nextZ(date string) (charge.Z, charge.Day, error) {
	now := r.parts.Now()
	zs, err := r.parts.Closings.Zs(0, 1)
	if err != nil {
		return charge.Z{}, charge.Day{}, err
	}
	var last charge.Z
	if len(zs) > 0 {
		last = zs[0]
	}
	z := charge.Z{Number: last.Number + 1, After: last.Upto}
	today := r.parts.Day(now)
	refuse := func(why string) (charge.Z, charge.Day, error) {
		return z, charge.Day{}, &Refused{Why: why}
	}
	switch {
	case r.InSale():
		return refuse("closing.sale")
	case now.Before(last.At) || today < last.Date:
		return refuse("closing.clock")
	}
	if z.Date, err = r.oldestDay(last, today); err != nil {
		return z, charge.Day{}, err
	}
	switch {
	case z.Date <= last.Date || date != "" && date <= last.Date:
		return refuse("closing.done")
	case date != "" && date != z.Date:
		return refuse("closing.order")
	}
	day, err := r.businessDay(z.Date)
	return z, day, err
}

// oldestDay is the business day that is to be closed next: the first one after
// the last Z on which anything was begun, and today at the latest.
func (r *Register) oldestDay(last charge.Z, today string) (string, error) {
	at, found, err := r.parts.Closings.FirstBegun(last.Upto, func(at time.Time) bool { return r.parts.Day(at) > last.Date })
	if day := r.parts.Day(at); found && day < today {
		return day, err
	}
	return today, err
}

// InSale tells that a customer is at the register: a sale waits for its payment.
func (r *Register) InSale() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.desk.charge.State
	return r.desk.standing && (s == charge.Prepared || s == charge.Sent || s == charge.Pending)
}

// unsettled is what stands open, queued or owed in all the books.
func (r *Register) unsettled() ([]closing.Row, error) {
	states := []charge.State{charge.Owed}
	for _, s := range charge.States {
		if s.Open() {
			states = append(states, s)
		}
	}
	records, err := r.parts.Memory.InStates(states...)
	sums := closing.New()
	for _, rec := range records {
		sums.Add(1, rec, rec.State, closing.Nothing)
	}
	return sums.Totals().Rows, err
}

// lists is what the wallets' lists say, and whether anything is left. A
// wallet that never gives lists leaves nothing.
func (r *Register) lists(report Report) (out []closing.Wallet, left bool) {
	for _, w := range report.Wallets {
		one := closing.Wallet{Wallet: w.Wallet, Compared: w.Err == nil, Left: w.Left()}
		if w.Err != nil {
			one.Problem = w.Err.Error()
			left = left || r.wallets[w.Wallet].Lists != nil
		}
		for _, t := range w.Totals {
			one.Totals = append(one.Totals, closing.WalletsTotal{Kind: t.Kind, State: t.State, Currency: t.Currency, Ours: closing.Sum(t.OursAfter), Theirs: closing.Sum(t.TheirsAfter)})
		}
		left = left || one.Left > 0
		out = append(out, one)
	}
	return out, left
}

// moved adds up what a part of the journal has moved, and what it means for the
// drawer.
func (r *Register) moved(moves []charge.Move) (closing.Totals, int64, error) {
	sums, cash := closing.New(), int64(0)
	for _, m := range moves {
		if err := r.shift(sums, m); err != nil {
			return closing.Totals{}, 0, err
		}
		cash += closing.Moved(m.Record, m.Is, m.Why) - closing.Moved(m.Record, m.Was, m.Had)
	}
	return sums.Totals(), cash, nil
}

// shift counts a record where it is, and takes it away from where it was. Where
// a refund counts never changes: the books let no payment become a sale or
// cease to be one beside refunds of it.
func (r *Register) shift(sums *closing.Sums, m charge.Move) error {
	returned, err := r.returned(m.Record)
	if err != nil {
		return err
	}
	place := closing.Place{Returned: returned, Elsewhere: r.soldElsewhere(m.Record)}
	is, was := closing.Of(m.Kind, m.Is, place), closing.Nothing
	if m.Was != "" {
		was = closing.Of(m.Kind, m.Was, place)
	}
	sums.Add(-1, m.Record, m.Was, was)
	sums.Add(1, m.Record, m.Is, is)
	if was.Sold() == is.Sold() {
		return nil
	}
	s, err := r.parts.Memory.Sale(m.SaleID)
	if err != nil {
		return err
	}
	sign := 1
	if was.Sold() {
		sign = -1
	}
	return sums.Tax(sign, s, r.parts.Store.Rounding)
}

// noSale tells that a payment in a state is no sale: what is refunded of it is
// returned to whom it is owed.
func noSale(state charge.State) bool { return state == charge.Owed || state == charge.Reversed }
