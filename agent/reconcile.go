package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// Statements gives what a wallet has in its books of a day, whole or not at
// all.
type Statements interface {
	Statement(context.Context, charge.Day) (charge.Statement, error)
}

// Done is what a reconciliation did about a difference. Its words are in
// agent/health under "done.".
type Done string

const (
	Corrected  Done = "corrected"   // our books follow the wallet's
	Adopted    Done = "adopted"     // the key is in our books now
	Confirmed  Done = "confirmed"   // asked just now, the wallet says what our books say: its list was older
	Unanswered Done = "unanswered"  // nothing was changed: the wallet did not say it again when it was asked
	Moved      Done = "moved"       // nothing was changed: the record moved while the books were compared
	OutOfTime  Done = "out_of_time" // nothing was changed: the time was up before it was looked at
	Settling   Done = "settling"    // the register goes on by itself
	ForManager Done = "manager"     // nothing was changed: a person must decide
)

// Report is what a reconciliation of one day found and did.
type Report struct {
	Day      charge.Day
	At       time.Time
	Wallets  []WalletReport // in the order of the configuration
	Restored *Restored      // nil for books that are no older copy of themselves
}

// Restored is what is still to do about books that are an older copy: charges
// may be missing in them that a wallet knows.
type Restored struct {
	Why   string
	Since time.Time // the newest entry of the copy
	Days  []string  // still to be reconciled, without a difference left, before the books count as whole again
}

// WalletReport is a Report's part of one wallet.
type WalletReport struct {
	Wallet      string
	Err         error // the wallet's list could not be had: nothing was compared
	Differences []Difference
	Totals      []Total
}

// Left counts the differences that are left, and wallets without an answer.
func (r Report) Left() int {
	n := 0
	for _, w := range r.Wallets {
		if w.Err != nil {
			n++
		}
		n += w.Left()
	}
	return n
}

// Left counts the differences that are left.
func (w WalletReport) Left() int {
	n := 0
	for _, d := range w.Differences {
		if d.Left {
			n++
		}
	}
	return n
}

// Reconcile compares our books of a business day with those of every wallet,
// key by key, and makes ours say what is true where a rule knows it: money
// that a wallet holds for a sale that does not stand is given back, a payment
// that no wallet knows counts as unpaid, a payment that our books have lost is
// adopted. What no rule knows is left to the manager. Doing it twice changes
// nothing more. An empty date is today.
func (r *Register) Reconcile(ctx context.Context, date string) (Report, error) {
	if r.parts.Accounts == nil {
		return Report{}, &Refused{Why: "reconcile.not_possible"}
	}
	now := r.parts.Now()
	day, err := r.dayOf(date, now)
	if err != nil {
		return Report{}, err
	}
	select {
	case <-r.reconciling: // one at a time: two would do everything twice
		defer func() { r.reconciling <- struct{}{} }()
	default:
		return Report{}, &Refused{Why: "reconcile.under_way"}
	}
	report := Report{Day: day, At: now, Wallets: make([]WalletReport, len(r.parts.Wallets))}
	var all sync.WaitGroup
	for i, w := range r.parts.Wallets {
		all.Go(func() { report.Wallets[i] = r.reconcile(ctx, w, day) })
	}
	all.Wait()
	report.Restored, err = r.madeWhole(report)
	r.log.Info("reconciled", "date", day.Date, "left", report.Left())
	return report, err
}

// madeWhole notes a day of restored books that is reconciled. Once all days
// since the copy are, nothing is missing any more and the books say so.
func (r *Register) madeWhole(report Report) (*Restored, error) {
	why, yes := r.parts.Accounts.Restored()
	if !yes {
		return nil, nil
	}
	r.compared[report.Day.Date] = report.Left() == 0
	out := &Restored{Why: why, Since: r.parts.Accounts.LostSince()}
	last := r.parts.Day(report.At)
	// The day before as well: the wallet's clock says which day a key is of.
	// And today in any case, also when the clock is behind the copy.
	first := min(r.parts.Day(out.Since.Add(-clockOff)), last)
	for date := first; date <= last && len(out.Days) < mostDays; date = shiftDate(date, 1) {
		if !r.compared[date] {
			out.Days = append(out.Days, date)
		}
	}
	if len(out.Days) > 0 {
		return out, nil
	}
	err := r.parts.Accounts.Acknowledge(charge.ByRecovery, "")
	if err == nil {
		r.clear("books.restored", "")
	}
	return out, err
}

// mostDays is how many days that are still to be reconciled a report lists.
const mostDays = 100

// dayOf is the business day that somebody names, or that of now. Wallets take
// the years from 2000 to 2200; far beyond, the days have no dates any more.
func (r *Register) dayOf(date string, now time.Time) (charge.Day, error) {
	if date == "" {
		return r.businessDay(r.parts.Day(now))
	}
	if date < "2000-" || date >= "2201-" {
		return charge.Day{}, &Invalid{fmt.Errorf("date %q must be a business day such as 2026-11-25, of the years 2000 to 2200", date)}
	}
	return r.businessDay(date)
}

// businessDay is the day with a date, found by asking the one rule of business
// days when it begins and ends. No rule shifts a day by more than a day.
func (r *Register) businessDay(date string) (charge.Day, error) {
	noon, err := time.ParseInLocation(time.DateOnly, date, r.parts.Zone)
	if err != nil {
		return charge.Day{}, &Invalid{fmt.Errorf("date %q must be a business day such as 2026-11-25", date)}
	}
	first := noon.Add(-48 * time.Hour)
	begins := func(beyond bool) time.Time {
		n := sort.Search(5*24*3600, func(s int) bool {
			d := r.parts.Day(first.Add(time.Duration(s) * time.Second))
			return d > date || !beyond && d == date
		})
		return first.Add(time.Duration(n) * time.Second)
	}
	day := charge.Day{Date: date, From: begins(false), To: begins(true)}
	if !day.From.Before(day.To) {
		return day, &Invalid{fmt.Errorf("there is no business day %s here", date)}
	}
	return day, nil
}

// audit is the comparison with one wallet under way.
type audit struct {
	*Register
	wallet Wallet
	day    charge.Day
	asked  time.Time // when the wallet's list was asked for
	ours   []charge.Record
	theirs []charge.StatementEntry
	silent bool // the wallet did not answer an inquiry: no more are sent
}

func (r *Register) reconcile(ctx context.Context, w Wallet, day charge.Day) WalletReport {
	out := WalletReport{Wallet: w.ID}
	a := &audit{Register: r, wallet: w, day: day}
	if out.Err = a.gather(ctx); out.Err != nil {
		r.log.Warn("not reconciled", "wallet", w.ID, "date", day.Date, "error", out.Err)
		return out
	}
	totals := totalsOf(a.ours, a.theirs)
	out.Differences = compare(w.ID, a.ours, a.theirs)
	for i := range out.Differences {
		a.mend(ctx, &out.Differences[i])
	}
	out.Totals = totals.after(a.ours, a.theirs)
	return out
}

// gather reads both sides of the day. A key belongs to the day of the wallet's
// first word on it; our own clock and the hours around the cut-over say
// something else now and then, so keys are looked up on both neighbouring days
// before one counts as missing.
func (a *audit) gather(ctx context.Context) error {
	if a.wallet.Lists == nil {
		return errors.New("this wallet gives no lists to compare with")
	}
	a.asked = a.parts.Now()
	theirs, err := a.statement(ctx, a.day)
	if err != nil {
		return err
	}
	a.theirs = theirs
	if err := a.gatherKnown(); err != nil {
		return err
	}
	return a.gatherOurs(ctx)
}

// gatherKnown reads our records of all keys that the wallet lists, whichever
// day they have here.
func (a *audit) gatherKnown() error {
	for _, entry := range a.theirs {
		rec, err := a.parts.Memory.Charge(entry.Key)
		switch {
		case err == nil:
			a.ours = append(a.ours, rec)
		case a.parts.NotFound == nil || !errors.Is(err, a.parts.NotFound):
			return fmt.Errorf("read charge %s: %w", entry.Key, err)
		}
	}
	return nil
}

// gatherOurs adds our own records of the day that the wallet does not list on
// this day or a neighbouring one.
func (a *audit) gatherOurs(ctx context.Context) error {
	ours, err := a.parts.Accounts.Between(a.day.From, a.day.To)
	if err != nil {
		return fmt.Errorf("read our charges of the day: %w", err)
	}
	listed := make(map[charge.Key]bool, len(a.theirs))
	for _, entry := range a.theirs {
		listed[entry.Key] = true
	}
	missing := slices.DeleteFunc(ours, func(rec charge.Record) bool {
		return rec.Wallet != a.wallet.ID || listed[rec.Key] || rec.Carried // that is in the list of the register that took it
	})
	if len(missing) == 0 {
		return nil
	}
	for _, shift := range []int{-1, 1} {
		day, err := a.businessDay(shiftDate(a.day.Date, shift))
		if err != nil {
			return err
		}
		entries, err := a.statement(ctx, day)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			listed[entry.Key] = true
		}
	}
	a.ours = append(a.ours, slices.DeleteFunc(missing, func(rec charge.Record) bool { return listed[rec.Key] })...)
	return nil
}

// shiftDate is the date some days later. The date was checked before.
func shiftDate(date string, days int) string {
	day, _ := time.Parse(time.DateOnly, date)
	return day.AddDate(0, 0, days).Format(time.DateOnly)
}

// statement asks for the wallet's list. One that changed while it was read is
// asked for again, a few times.
func (a *audit) statement(ctx context.Context, day charge.Day) ([]charge.StatementEntry, error) {
	const tries = 3
	var err error
	for range tries {
		var s charge.Statement
		if s, err = a.wallet.Lists.Statement(ctx, day); err == nil {
			return s.Entries, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}
