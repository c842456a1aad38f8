package whole_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/drivers/scanner"
)

// serve makes sales one after the other, with whatever goes wrong, until so
// many codes were sent. Codes that other terminals were shown too come from
// lent.
func (c *counter) serve(charges int, lent chan string) error {
	for i := 0; c.count.Charges < charges; i++ {
		if err := c.sell(fmt.Sprintf("%s-%d", c.name, i), lent); err != nil {
			return err
		}
		if c.chance(4) {
			c.refund(i)
		}
		if c.disk.gone() {
			if err := c.crash(); err != nil {
				return err
			}
		}
	}
	if c.disk.spare() {
		return nil
	}
	return c.crash()
}

// refund gives back a part or all of something that was paid, at times by two
// managers at once, who together may give back too much.
func (c *counter) refund(n int) {
	paid, err := c.books.InStates(charge.Approved)
	if err != nil || len(paid) == 0 {
		return
	}
	of := paid[c.dice.IntN(len(paid))]
	var at sync.WaitGroup
	for i := range 1 + c.dice.IntN(3) {
		want := agent.Refunding{
			Of: of.Key, Amount: money.Yen((of.Amount.Minor + 1) / (1 + c.dice.Int64N(2))), By: charge.ByManager, Operator: "hanako",
			Wish: fmt.Sprintf("%s-%d-%d", c.name, n, i),
		}
		c.count.Refunds++
		at.Go(func() { _, _ = c.reg.Refund(want) })
	}
	at.Wait()
}

// chance is true in so many of a hundred cases.
func (c *counter) chance(percent int) bool { return c.dice.IntN(100) < percent }

func (c *counter) within(d time.Duration) time.Duration {
	return time.Duration(c.dice.Int64N(int64(d)))
}

// sell is one sale, the scan of a code for it, and what an impatient cashier
// and a bad day make of it.
func (c *counter) sell(id string, lent chan string) error {
	c.network()
	if c.chance(3) {
		c.disk.crashAfter(1 + c.dice.IntN(8))
	}
	if c.chance(3) || c.cut > 0 && c.chance(20) {
		c.hands()
	}
	s := sale.Sale{ID: id, Amount: money.Yen(1 + c.dice.Int64N(3000)), BusinessDate: time.Now().UTC().Format(time.DateOnly), At: time.Now(), Operator: "hanako"}
	s.TopUp = c.chance(4)
	v, err := c.reg.Open(s, charge.ByCashier)
	if err != nil {
		return nil // refused, or this register has crashed: the cashier begins anew
	}
	c.issue(v.Charge)
	if s.TopUp {
		c.count.TopUps++
	}
	if !s.TopUp && c.cut == 0 && c.chance(7) {
		c.present(id)
		return nil
	}
	if err := c.show(id, lent); err != nil {
		return err
	}
	if v, err = c.reg.Look(id); err == nil {
		c.issue(v.Charge)
	}
	again := err == nil && (v.Charge.State.AllowsNewKey() && c.chance(50) || v.Charge.State == charge.InDoubt && c.chance(20))
	if again {
		c.count.Retried++ // another code for the same sale, under a new key or refused
		return c.show(id, lent)
	}
	return nil
}

// issue takes down which sale a key was issued for. One that comes again is
// the end of all promises.
func (c *counter) issue(rec charge.Record) {
	if sale, twice := c.issued[rec.Key]; twice && sale != rec.SaleID {
		c.t.Errorf("key %s was issued for sale %s and again for sale %s", rec.Key, sale, rec.SaleID)
	}
	c.issued[rec.Key] = rec.SaleID
}

// show has the customer's code scanned, at times twice at once, and may cancel
// or lose power meanwhile. It returns when no scan is under way any more.
func (c *counter) show(id string, lent chan string) error {
	code, err := c.code(lent)
	if err != nil {
		return err
	}
	if c.chance(1) {
		c.count.Repeats++
		if err := c.far().repeatNext(); err != nil {
			return err
		}
	}
	reg := c.reg
	scan := func() error { return reg.Walk(scanner.Scan{Data: []byte(code), Device: "scanner", At: time.Now()}) }
	var scans sync.WaitGroup
	var first error
	scans.Go(func() { first = scan() })
	if c.chance(5) {
		c.count.DoubleTaps++
		scans.Go(func() { _ = scan() })
	}
	if c.chance(8) {
		c.count.Cancels++
		time.Sleep(c.within(5 * time.Millisecond))
		_, _ = reg.Cancel(id, charge.ByCashier, "hanako")
	}
	if c.chance(2) {
		time.Sleep(c.within(8 * time.Millisecond))
		c.disk.kill()
	}
	if c.chance(1) && c.chance(20) {
		c.count.Bounces++
		c.far().bounce(c.within(100 * time.Millisecond))
	}
	scans.Wait()
	var refused *agent.Refused
	switch {
	case !errors.As(first, &refused):
		c.count.Charges++
	case refused.Why == "wallet.paused", strings.HasPrefix(refused.Why, "offline."):
		c.count.Paused++
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// code is a fresh code of a customer, or now and then one that another
// terminal scans as well.
func (c *counter) code(lent chan string) (string, error) {
	if c.chance(3) {
		select {
		case code := <-lent:
			c.count.Shared++
			return code, nil
		default:
		}
	}
	if c.cut > 0 || c.chance(15) {
		code, err := c.signed()
		if err == nil && c.chance(10) {
			select {
			case lent <- code:
			default:
			}
		}
		return code, err
	}
	customer := rich
	if c.chance(3) {
		customer = poor
	}
	code, err := c.far().mint(customer)
	if err == nil && c.chance(6) {
		select {
		case lent <- code:
		default:
		}
	}
	return code, err
}

// far is either wallet.
func (c *counter) far() *far { return c.fars[c.dice.IntN(len(c.fars))] }

// plan is what the network does to the next exchange: nothing, mostly.
func (c *counter) plan() wirecut.Plan {
	if c.chance(80) {
		return wirecut.Plan{}
	}
	acts := []wirecut.Act{wirecut.Hold, wirecut.Hold, wirecut.Swallow, wirecut.Close, wirecut.Reset, wirecut.Trickle, wirecut.Repeat}
	f := wirecut.Fault{Do: acts[c.dice.IntN(len(acts))], After: c.dice.Int64N(700), For: c.within(900 * pace)}
	if f.Do == wirecut.Trickle {
		f.For = c.within(3 * time.Millisecond)
	}
	if c.chance(40) {
		return wirecut.Plan{Answer: f}
	}
	return wirecut.Plan{Request: f}
}
