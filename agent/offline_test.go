package agent_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
)

// taker takes what phones have signed, over the shop's real books. Its codes
// are "OP1:PHONE/COUNTER"; one of the phone "forger" proves nothing.
type taker struct {
	shop    *shop
	limits  charge.Limits
	theirs  int64        // of the wallet, on the limit that is reached
	affords int64        // by each certificate; 0: nothing is said
	trouble func()       // before a charge is written down; nil: none
	sealed  bool         // codes cannot be read any more
	looks   atomic.Int64 // how often the exposure was read
}

func (c *taker) Prove(code paycode.Code, _ money.Amount, now time.Time) (charge.Proof, error) {
	phone, number, _ := strings.Cut(strings.TrimPrefix(code.Text.Reveal(), "OP1:"), "/")
	if phone == "forger" {
		return charge.Proof{}, &agent.Refused{Why: "offline.code"}
	}
	n := int64(0)
	_, err := fmt.Sscan(number, &n)
	return charge.Proof{Device: phone, Counter: n, Token: phone, Serial: phone, Affords: c.affords, Until: now.Add(time.Hour), Sealed: []byte(code.Text.Reveal())}, err
}

func (c *taker) Accept(key charge.Key, step charge.Step, p charge.Proof, over ...charge.Limit) (charge.Record, error) {
	if c.trouble != nil {
		c.trouble()
	}
	rec, err := c.shop.books.Accept(key, step, p, c.limits, over...)
	var reached *charge.OverLimit
	if errors.As(err, &reached) {
		reached.Cap = c.theirs
	}
	return rec, err
}

func (c *taker) Due(wallet string, after charge.Due, most int) ([]charge.Due, error) {
	return c.shop.books.Due(wallet, after, most)
}

func (c *taker) DueOf(key charge.Key) (charge.Due, error) { return c.shop.books.DueOf(key) }

func (c *taker) Evidence(key charge.Key) (paycode.Secret, error) {
	if c.sealed {
		return "", errors.New("the seal does not open")
	}
	sealed, err := c.shop.books.Evidence(key)
	return paycode.Secret(sealed), err
}

func (c *taker) Exposure() (charge.Exposure, error) {
	c.looks.Add(1)
	return c.shop.books.Exposure()
}
func (c *taker) CarriedExposure() (charge.Exposure, error) { return c.shop.books.CarriedExposure() }

// counting runs a test of a shop that takes signed codes without a network.
func counting(t *testing.T, do func(*testing.T, *shop, *taker)) {
	t.Helper()
	bubble(t, func(t *testing.T, s *shop) {
		c := &taker{shop: s, limits: charge.Limits{PerCharge: 3000, PerToken: 5000, Outstanding: 100_000, Count: 500, Age: 24 * time.Hour}}
		s.offline, s.rules = c, agent.OfflineRules{Take: true, Limits: c.limits, Lift: []charge.Limit{charge.PerCharge, charge.PerToken, charge.Age}}
		s.Leave()
		s.start()
		s.Obey(agent.Bulletin{Wallet: "own", Version: 1, Expires: time.Now().Add(48 * time.Hour)})
		do(t, s, c)
	})
}

// away is a network that is gone: not a byte leaves.
func (s *shop) away(yes bool) {
	for _, what := range []string{"charge", "inquire", "reverse", "forward"} {
		if yes {
			s.own.will(what, missed)
		} else {
			s.own.will(what)
		}
	}
}

// Nothing of the request left: a signed code is taken all the same, and its
// money is asked for under the same key when the network is back. A plain code
// proves nothing, and waits.
func TestASignedCodeIsTakenWithoutANetwork(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		s.sells("plain")
		_ = s.scan(code(1))
		s.is("plain", charge.Prepared)
		s.sells("a")
		s.pays("OP1:taro/1")
		rec := s.is("a", charge.Queued)
		if rec.Goods() != charge.HandOver || rec.Reason != charge.ReasonOffline || rec.Wallet != "own" {
			t.Errorf("taken as %+v", rec)
		}
		time.Sleep(time.Hour)
		s.is("a", charge.Forwarding)
		s.away(false)
		time.Sleep(10 * time.Minute)
		if now := s.is("a", charge.Approved); now.Key != rec.Key || s.own.took(rec.Key) != 1 {
			t.Errorf("collected under %s, debited %d times", now.Key, s.own.took(rec.Key))
		}
		s.even()
	})
}

// A wallet that is paused is asked nothing: the customer does not wait.
func TestASignedCodeIsTakenWhileAWalletIsPaused(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		for n := range 5 {
			s.sells(fmt.Sprint("x", n))
			_ = s.scan(code(n))
		}
		if !slices.Contains(s.codes(), "wallet.paused") {
			t.Fatalf("troubles %v: the test proves nothing", s.codes())
		}
		asked := s.own.count("charge")
		s.sells("a")
		began := time.Now()
		s.pays("OP1:taro/1")
		if took := time.Since(began); took > time.Millisecond || s.own.count("charge") != asked {
			t.Errorf("it took %s and %d requests", took, s.own.count("charge")-asked)
		}
		s.is("a", charge.Queued)
		s.away(false)
		time.Sleep(time.Minute) // the probe ends the pause, and that wakes the queue
		s.is("a", charge.Approved)
		s.even()
	})
}

// What is over a limit is refused with what remains; so is a code that was
// shown before, one that proves nothing, and what is never taken so.
func TestWhatIsRefusedWithoutANetwork(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		sell := func(id string, yen int64, code string) (*agent.Refused, charge.State) {
			t.Helper()
			_, err := s.Open(aSale(id, yen), charge.ByCashier)
			must(t, err)
			err = s.scan(code)
			v, lookup := s.Look(id)
			must(t, lookup)
			refused, _ := err.(*agent.Refused)
			return refused, v.Charge.State
		}
		if no, state := sell("a", 3001, "OP1:taro/1"); no == nil || no.Why != "offline.per_charge" || no.Left != "3000 JPY" || state != charge.Prepared {
			t.Errorf("over the limit of one charge: %+v, %s", no, state)
		}
		if no, state := sell("b", 3000, "OP1:taro/2"); no != nil || state != charge.Queued {
			t.Errorf("within every limit: %+v, %s", no, state)
		}
		if no, _ := sell("c", 2001, "OP1:taro/3"); no == nil || no.Why != "offline.per_token" || no.Left != "2000 JPY" {
			t.Errorf("over the customer's limit: %+v", no)
		}
		if no, _ := sell("d", 10, "OP1:taro/2"); no == nil || no.Why != "register.code_again" {
			t.Errorf("the same code again: %+v", no)
		}
		if no, _ := sell("e", 10, "OP1:taro/1"); no == nil || no.Why != "register.code_again" {
			t.Errorf("an older code of that phone: %+v", no)
		}
		if no, _ := sell("f", 10, "OP1:forger/1"); no == nil || no.Why != "offline.code" {
			t.Errorf("a code that proves nothing: %+v", no)
		}
		top := sale.Sale{ID: "g", Amount: money.Yen(1000), BusinessDate: "2026-11-22", At: time.Now(), TopUp: true}
		if _, err := s.Open(top, charge.ByCashier); err == nil {
			t.Error("a top-up was opened at a register that takes none")
		}
		s.Obey(agent.Bulletin{Wallet: "own", Version: 2, Expires: time.Now().Add(time.Hour), Stops: agent.Stops{Offline: true}})
		if no, _ := sell("h", 10, "OP1:hanako/1"); no == nil || no.Why != "offline.stopped" {
			t.Errorf("while the wallet has stopped it: %+v", no)
		}
		s.Obey(agent.Bulletin{Wallet: "own", Version: 3, Expires: time.Now().Add(time.Minute)})
		time.Sleep(2 * time.Minute)
		if no, _ := sell("i", 10, "OP1:hanako/2"); no == nil || no.Why != "offline.stopped" {
			t.Errorf("with an old bulletin: %+v", no)
		}
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// A doubt is no missing network: the wallet may have the money already.
func TestADoubtIsNotTakenWithoutANetwork(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.own.will("charge", lost)
		s.own.will("inquire", gone)
		s.sells("a")
		s.pays("OP1:taro/1")
		s.is("a", charge.InDoubt)
		s.own.will("inquire")
		time.Sleep(time.Minute)
		s.is("a", charge.Approved)
		if n := s.own.count("forward"); n != 0 {
			t.Errorf("it was forwarded %d times", n)
		}
		s.even()
	})
}
