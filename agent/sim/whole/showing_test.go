package whole_test

import (
	"errors"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// pay is a customer whose phone has read the code which a register shows. The
// phone has a network of its own, and what becomes of it is told there.
func (f *far) pay(show string) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	_, _ = f.books.PayShown(rich, show)
}

// present has a code shown for the open sale, which a customer pays, mostly,
// and at times when it was cancelled or the register has no power any more. It
// waits as a cashier does; the next sale takes the code back.
func (c *counter) present(id string) {
	reg := c.reg
	v, err := reg.Present(id, "", "hanako")
	var refused *agent.Refused
	if errors.As(err, &refused) {
		c.count.Paused++
		return
	}
	c.count.Charges++
	if err != nil {
		return // this register has crashed
	}
	c.issue(v.Charge)
	if v.Shown == nil {
		return // its answer was lost: in doubt, as any other
	}
	c.count.Shown++
	var at sync.WaitGroup
	for range []int{1, 1, 1, 2}[c.dice.IntN(4)] {
		wait := c.within(150 * pace)
		at.Go(func() { time.Sleep(wait); c.fars[0].pay(v.Shown.Text) })
	}
	if c.chance(15) {
		c.count.Cancels++
		time.Sleep(c.within(150 * pace))
		_, _ = reg.Cancel(id, charge.ByCashier, "hanako")
	}
	if c.chance(5) {
		time.Sleep(c.within(100 * pace))
		c.disk.kill()
	}
	at.Wait()
	for range 20 {
		if now, err := reg.Look(id); err != nil || now.Charge.State != charge.Pending {
			return
		}
		time.Sleep(20 * pace)
	}
}
