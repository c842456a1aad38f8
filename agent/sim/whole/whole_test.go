package whole_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/wallet/wire"
)

// round is how many charges a shop makes before its books are compared and the
// next shop opens.
const round = 2000

// TestWhole lets a shop's registers sell under faults and counts in the books
// of both sides afterwards. POSAGENT_WHOLE sets the number of charges,
// POSAGENT_SEED the faults. Unlike the first tier a seed does not replay the
// very run: the machine's own timing is part of it.
func TestWhole(t *testing.T) {
	charges, seed := number(t, "POSAGENT_WHOLE", few), number(t, "POSAGENT_SEED", int(time.Now().UnixNano()&0xffffff))
	size := number(t, "POSAGENT_ROUND", round)
	began := time.Now()
	total, cut := tally{}, map[string]int{}
	for n := 0; total.Charges < charges && !t.Failed(); n++ {
		shop(t, min(size, charges-total.Charges), uint64(seed+n), &total, cut)
		if t.Failed() {
			t.Logf("again with POSAGENT_SEED=%d POSAGENT_WHOLE=%d", seed+n, size)
		}
	}
	if charges >= 2*round {
		covered(t, total, cut)
	}
	t.Logf("seed %d: %d charges in %s (%.0f a minute)\n%+v, network %v",
		seed, total.Charges, time.Since(began).Round(time.Millisecond), float64(total.Charges)/time.Since(began).Minutes(), total, cut)
}

// shop is one shop with its wallets, from its first sale to the comparison of
// all books.
func shop(t *testing.T, charges int, seed uint64, total *tally, cut map[string]int) {
	t.Helper()
	fars := []*far{newFar(t, "left", "01234", true), newFar(t, "right", "56789", false)}
	identity, err := handover.NewIdentity()
	check(t, err)
	receiver, err := handover.Recipient(identity)
	check(t, err)
	files := make(chan []byte, 3)
	lent := make(chan string, 4)
	var counters []*counter
	for i := range terminals {
		c := newCounter(t, fars, fmt.Sprintf("T%d", i+1), seed*terminals+uint64(i))
		c.identity, c.receiver, c.files = identity, receiver, files
		counters = append(counters, c)
	}
	var selling sync.WaitGroup
	failed := make(chan error, terminals)
	for _, c := range counters {
		selling.Go(func() {
			if err := c.serve((charges+terminals-1)/terminals, lent); err != nil {
				failed <- fmt.Errorf("terminal %s: %w", c.name, err)
			}
		})
	}
	selling.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	quiesce(t, counters)
	judge(t, fars, counters)
	for _, c := range counters {
		c.count.Taken = len(c.taken)
		total.add(c.count)
		for _, w := range c.wires {
			for act, n := range w.Begun() {
				cut[string(act)] += n
			}
			check(t, w.Close())
		}
	}
	for _, f := range fars {
		check(t, f.down())
	}
}

// judge counts in the books of both sides: every key of a register, and every
// key that a wallet knows.
func judge(t *testing.T, fars []*far, counters []*counter) {
	t.Helper()
	theirs := map[string][]wire.Standing{}
	for _, f := range fars {
		for key, st := range f.standings() {
			theirs[key] = append(theirs[key], st)
		}
	}
	owners, debits := map[string]*counter{}, map[string]int{}
	for _, c := range counters {
		owners[c.name] = c
		rows, err := allRows(c.disk.Store)
		check(t, err)
		for _, r := range rows {
			c.has[r.Key] = true
		}
	}
	for key, all := range theirs {
		for _, st := range all {
			debits[key] += st.Debits
		}
	}
	for _, c := range counters {
		c.judge(theirs, owners, debits)
	}
	for key, all := range theirs {
		for _, st := range all {
			if st.Debits != 0 {
				t.Errorf("a wallet debited %s, which no register knows", key)
			}
		}
	}
	for _, f := range fars {
		trial, err := f.books.Trial()
		check(t, err)
		if trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
			t.Errorf("the trial balance of %s is %+v", f.id, trial)
		}
	}
}

// expected is how often the customer was debited, less how often money came
// back, for a record as it stands.
func expected(r book.Row) int {
	switch {
	case r.State != charge.Approved:
		return 0
	case r.Kind == charge.Payment:
		return 1
	}
	return -1
}

// quiesce heals the network and waits until nothing is open, and then compares
// the day's books with the wallets' as the manager does: what an older copy of
// the books had forgotten comes back.
func quiesce(t *testing.T, counters []*counter) {
	t.Helper()
	for _, c := range counters {
		for _, w := range c.wires {
			w.Order(wirecut.Plan{})
		}
		if v, standing := c.reg.Standing(); standing && v.Charge.State == charge.Prepared {
			_, err := c.reg.Cancel(v.Sale.ID, charge.ByCashier, "hanako") // the last sale, whose request never left
			check(t, err)
		}
	}
	collected(counters)
	patience := 30 * time.Second
	if os.Getenv("POSAGENT_PLANTED") != "" { // what has not ended by then is what the bug has done
		patience = 10 * time.Second
	}
	end := time.Now().Add(patience)
	for _, c := range counters {
		for c.reg.Unsettled() > 0 || c.uncollected() > 0 || c.held() > 0 {
			if time.Now().After(end) {
				t.Errorf("terminal %s still has %d charges that are not settled:\n%s%+v", c.name, c.reg.Unsettled(), c.openStories(), c.reg.Troubles())
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	for _, c := range counters { // when nobody collects for another one any more
		c.reconcile()
		c.reg.Leave()
		c.disk.kill()
		c.watch.Wait()
	}
}

// reconcile compares today and yesterday, because midnight may have passed.
// The second time there must be nothing left to do.
func (c *counter) reconcile() {
	for try := range 2 {
		for _, day := range []time.Time{time.Now().Add(-24 * time.Hour), time.Now()} {
			report, err := c.reg.Reconcile(context.Background(), day.UTC().Format(time.DateOnly))
			if err != nil {
				c.t.Errorf("terminal %s cannot be reconciled: %v", c.name, err)
				return
			}
			for _, w := range report.Wallets {
				if w.Err != nil {
					c.t.Errorf("terminal %s: no list of wallet %s: %v", c.name, w.Wallet, w.Err)
				}
				for _, d := range w.Differences {
					if d.What != agent.UnknownHere || !c.forgot {
						c.t.Errorf("terminal %s: %s %s, %s\n%s", c.name, d.Key, d.What, d.Done, c.story(d.Key))
					}
					if try == 1 {
						c.t.Errorf("terminal %s: %s %s is found again when the day is reconciled again", c.name, d.Key, d.What)
					}
				}
			}
		}
	}
}

// judge compares a register's books with the wallets', key by key, and strikes
// the keys that it knows off their list.
func (c *counter) judge(theirs map[string][]wire.Standing, owners map[string]*counter, all map[string]int) {
	t := c.t
	rows, err := allRows(c.disk.Store)
	check(t, err)
	ours, paid := map[charge.Key]book.Row{}, map[string]charge.Key{}
	for _, r := range rows {
		ours[r.Key] = r
		if r.Carried {
			if c.brought(r.Record, all[string(r.Key)], owners) {
				delete(theirs, string(r.Key))
			}
			continue
		}
		debits, said := 0, ""
		for _, st := range theirs[string(r.Key)] {
			debits += st.Debits
			said += string(st.Status) + " "
			if st.Debits != 0 && (st.Amount != r.Amount.Minor || st.Currency != string(r.Amount.Currency)) {
				t.Errorf("%s: %s in our books, %d %s in the wallet's", r.Key, r.Amount, st.Amount, st.Currency)
			}
		}
		delete(theirs, string(r.Key))
		switch {
		case debits != expected(r):
			t.Errorf("%s: %s in our books, %d debits and %sin the wallets'\n%s", r.Key, r.State, debits, said, c.story(r.Key))
		case r.State.Open():
			t.Errorf("%s is still %s\n%s", r.Key, r.State, c.story(r.Key))
		case r.Reason == charge.ReasonOverRefund && !c.forgot: // an older copy forgets refunds, and the wallet refuses
			t.Errorf("%s: the wallet was asked to give back more than was paid\n%s", r.Key, c.story(r.Key))
		case r.Alarms > 0:
			t.Errorf("%s has %d alarms\n%s", r.Key, r.Alarms, c.story(r.Key))
		}
		if r.State == charge.Approved && r.Kind != charge.Refund {
			if other, twice := paid[r.SaleID]; twice {
				t.Errorf("sale %s is paid twice: %s and %s", r.SaleID, other, r.Key)
			}
			paid[r.SaleID] = r.Key
		}
	}
	for key := range c.shown {
		if ours[key].State != charge.Approved && !(c.taken[key] && ours[key].State == charge.Unpaid) {
			t.Errorf("%s was shown as approved and is %s\n%s", key, ours[key].State, c.story(key))
		}
	}
	check(t, c.disk.Store.View(func(rows book.Rows) error {
		_, err := book.Verify(rows)
		return err
	}))
	check(t, c.disk.Store.Check())
	check(t, c.disk.Close())
}

func allRows(s *offline.Store) (all []book.Row, err error) {
	for before := int64(0); ; {
		var page []book.Row
		err := s.View(func(rows book.Rows) (err error) {
			page, err = rows.Charges(book.Filter{Before: before, Limit: 500})
			return err
		})
		if err != nil || len(page) == 0 {
			return all, err
		}
		all, before = append(all, page...), page[len(page)-1].Seq
	}
}

// story is a charge's journal, for the one who has to understand a failure.
func (c *counter) story(key charge.Key) string {
	out := ""
	err := c.disk.Store.View(func(rows book.Rows) error {
		row, err := rows.Charge(key)
		if errors.Is(err, book.ErrNotFound) {
			return nil
		}
		links, err := rows.Chain(row.LastLink)
		for _, l := range links {
			out += fmt.Sprintf("  %s %s -%s-> %s %s by %s, asked %s; %s\n", l.Step.At.Format("05.000"), l.From, l.Step.Event, l.To, l.Step.Reason, l.Step.By, l.Step.Asked.Format("05.000"), l.Note)
		}
		return err
	})
	check(c.t, err)
	return out
}

// openStories are the stories of what is open.
func (c *counter) openStories() (out string) {
	open, err := c.books.Open()
	check(c.t, err)
	for _, rec := range open {
		out += fmt.Sprintf("%s, %s, route %v, confirmed %v\n%s", rec.Key, rec.State, rec.Route, rec.Confirmed, c.story(rec.Key))
	}
	return out
}

// covered fails a long run in which one of the troubles never came.
func covered(t *testing.T, n tally, cuts map[string]int) {
	t.Helper()
	came := map[string]int{
		"crash of a register": n.Crashes, "cancel": n.Cancels, "double tap": n.DoubleTaps, "code at two terminals": n.Shared,
		"outage": n.Outages, "charge without a network": n.Taken, "charge that left": n.Left, "charge that was brought": n.Handed, "second code for a sale": n.Retried, "crash of the wallet": n.Bounces, "request that came twice": n.Repeats, "older copy put back": n.Restores, "refund": n.Refunds, "top-up": n.TopUps, "shown code": n.Shown,
	}
	for _, act := range []wirecut.Act{wirecut.Hold, wirecut.Swallow, wirecut.Close, wirecut.Reset, wirecut.Trickle, wirecut.Repeat} {
		came["network: "+string(act)] = cuts[string(act)]
	}
	for what, times := range came {
		if times == 0 {
			t.Errorf("no %s happened in the whole run", what)
		}
	}
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	check(t, err)
	return n
}
