package agent_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
)

// tricky are plays of a wallet on a bad day: slow, lost on the way there or
// back, late, or not reached at all.
func tricky(r *rand.Rand) play {
	d := func(upTo time.Duration) time.Duration { return time.Duration(r.Int64N(int64(upTo))) }
	switch r.IntN(8) {
	case 0:
		return lost
	case 1:
		return gone
	case 2:
		return missed
	case 3:
		return play{travel: d(2900 * ms), after: 3 * time.Second, event: charge.Lose, reason: charge.ReasonTimeout}
	case 4:
		return play{travel: 3 * time.Second, after: 3 * time.Second, event: charge.Lose, reason: charge.ReasonTimeout}
	}
	travel := d(time.Second)
	return play{travel: travel, after: travel + d(1500*ms)}
}

func (w *wallet) badDay(r *rand.Rand) {
	for _, what := range []string{"charge", "inquire", "reverse"} {
		var plays []play
		for range 400 {
			p := tricky(r)
			p.verdict = []charge.State{charge.Approved, charge.Approved, charge.Declined, charge.Pending}[r.IntN(4)]
			plays = append(plays, p)
		}
		w.will(what, plays...)
	}
}

func (w *wallet) goodDay() {
	for _, what := range []string{"charge", "inquire", "reverse"} {
		w.will(what)
	}
}

// counter is everybody at a busy register, each at the worst moment.
type counter struct {
	mu   sync.Mutex
	r    *rand.Rand
	sale string
	n    int
}

func (c *counter) draw(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.r.IntN(n)
}

// code is mostly fresh, now and then one that was seen before.
func (c *counter) code() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	n := c.n
	if c.r.IntN(5) == 0 {
		n = 1 + c.r.IntN(n)
	}
	if n%3 == 0 {
		return payPay(n)
	}
	return code(n)
}

func (c *counter) standing() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sale
}

func (c *counter) next() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	c.sale = fmt.Sprintf("sale-%d", c.n)
	return c.sale
}

// busy has everybody act until the time is over. Errors are refusals, which
// are not looked at here: the books at the end are.
func (c *counter) busy(reg *agent.Register, scans chan<- scanner.Scan, until time.Time) *sync.WaitGroup {
	var all sync.WaitGroup
	act := func(pause time.Duration, do func()) {
		all.Go(func() {
			for time.Now().Before(until) {
				time.Sleep(time.Duration(c.draw(int(pause))))
				do()
			}
		})
	}
	act(4*time.Second, func() { _, _ = reg.Open(aSale(c.next(), 1280), charge.ByCashier) })
	act(time.Second, func() {
		select {
		case scans <- scanner.Scan{Data: []byte(c.code()), Device: "scanner"}:
		case <-time.After(time.Second): // the register has left
		}
	})
	act(2*time.Second, func() { _ = reg.Pay(c.standing(), "", []byte(c.code()), "pos") })
	act(2*time.Second, func() { _ = reg.PayPicture(context.Background(), "", strings.NewReader(c.code())) })
	act(5*time.Second, func() { _, _ = reg.Cancel(c.standing(), charge.ByCashier, "") })
	act(3*time.Second, func() {
		if v, ok := reg.Standing(); ok {
			_, _ = reg.Reprint(v.Charge.Key)
		}
	})
	act(500*ms, func() { _, _ = reg.Look(c.standing()); reg.Troubles(); reg.Counts() })
	return &all
}

// Everybody at once, wallets on a bad day, and with crashes: at the end each
// wallet holds the money of exactly the approved charges, no sale is paid
// twice, no code is used twice, and no receipt comes out twice or for nothing.
func TestABusyRegister(t *testing.T) {
	happened := map[charge.State]int{} // over all seeds: one alone may be a quiet day
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) {
				r := rand.New(rand.NewPCG(seed, 7))
				s.own.badDay(r)
				s.paypay.badDay(r)
				s.press.takes = 200 * ms
				s.disk.takes(time.Duration(seed%4) * ms)
				c := &counter{r: r}
				for range 4 {
					scans := make(chan scanner.Scan)
					reg := s.Register
					go reg.Run(t.Context(), scans)
					all := c.busy(reg, scans, time.Now().Add(time.Minute))
					if seed%2 == 0 {
						all.Wait()
						reg.Leave()
						s.start()
						_, err := s.Recover()
						must(t, err)
						continue
					}
					time.Sleep(time.Duration(c.draw(int(time.Minute))))
					s.crash() // the others go on at a register without power
					all.Wait()
				}
				s.own.goodDay()
				s.paypay.goodDay()
				time.Sleep(5 * time.Minute)
				s.even()
				s.honestly(t, happened)
			})
		})
	}
	for _, state := range []charge.State{charge.Approved, charge.Declined, charge.Reversed, charge.Abandoned} {
		if happened[state] < 20 {
			t.Errorf("only %v happened: the test proves little", happened)
		}
	}
}

// honestly looks for what the books alone cannot show.
func (s *shop) honestly(t *testing.T, happened map[charge.State]int) {
	t.Helper()
	paid, codes := map[string]charge.Key{}, map[string]charge.Key{}
	var before int64
	for {
		rows, err := s.books.Charges(book.Filter{Limit: 500, Before: before})
		must(t, err)
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			before = r.Seq
			happened[r.State]++
			if other := paid[r.SaleID]; other != "" && r.State == charge.Approved {
				t.Errorf("sale %s is paid by %s and %s", r.SaleID, other, r.Key)
			}
			if r.State == charge.Approved {
				paid[r.SaleID] = r.Key
			}
			if r.Code.Hash != "" && r.State != charge.Abandoned {
				if other := codes[r.Code.Hash]; other != "" {
					t.Errorf("a code was sent for %s and %s", other, r.Key)
				}
				codes[r.Code.Hash] = r.Key
			}
			if r.Alarms > 0 {
				t.Errorf("charge %s, which is %s, has %d alarms: the wallets kept their word", r.Key, r.State, r.Alarms)
			}
		}
	}
	must(t, s.store.View(func(rows book.Rows) error { _, err := book.Verify(rows); return err }))
	s.originals(t, paid)
	s.neverAfterGivingUp(t)
}

// originals wants at most one receipt without a mark for a charge, and none
// for a charge that was never paid.
func (s *shop) originals(t *testing.T, paid map[string]charge.Key) {
	t.Helper()
	s.press.mu.Lock()
	defer s.press.mu.Unlock()
	keys := map[charge.Key]bool{}
	for _, key := range paid {
		keys[key] = true
	}
	seen := map[string]int{}
	for _, d := range s.press.docs {
		text := ""
		for _, b := range d.Blocks {
			if line, ok := b.(printer.Text); ok {
				text += line.Text + "\n"
			}
		}
		if strings.Contains(text, "UNFINISHED") || strings.Contains(text, "COPY") {
			continue
		}
		if seen[d.Title]++; seen[d.Title] > 1 {
			t.Errorf("%d originals of %s", seen[d.Title], d.Title)
		}
		if !keys[charge.Key(d.Title)] {
			t.Errorf("a receipt came out for %s, which is not paid", d.Title)
		}
	}
	if s.press.clash {
		t.Error("two papers were printed at once")
	}
}
