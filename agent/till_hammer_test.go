package agent_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// crossings are what a request meets on a bad day.
var crossings = []fault{fine, fine, deaf, mute, twofold, unsent, busy}

var calls = []string{"charges", "inquiry", "reversal", "refunds", "reconciliation"}

// everybody does something about one sale, each at a moment of its own: a scan,
// a cancel, a decision, a comparison of the day and a refund.
func (s *till) everybody(r *rand.Rand, id string) charge.Key {
	s.t.Helper()
	v, err := s.Open(aSale(id, 100), charge.ByCashier)
	if err != nil { // the one before is still being asked about
		time.Sleep(time.Second)
		return ""
	}
	key, reg := v.Charge.Key, s.Register
	minted, err := s.line.books.MintCode("sachi")
	must(s.t, err)
	soon := func() time.Duration { return time.Duration(r.IntN(4000)) * ms }
	later := func(do func()) {
		d := soon()
		go func() { time.Sleep(d); do() }()
	}
	go func() { _ = reg.Pay(id, "", []byte(minted.Code), "t") }()
	if r.IntN(4) == 0 {
		later(func() { _, _ = reg.Cancel(id, charge.ByCashier, "") })
	}
	decision := agent.Decisions[r.IntN(2)]
	later(func() { _, _ = reg.Resolve(key, decision, "sato") })
	later(func() { _, _ = reg.Reconcile(s.t.Context(), "") })
	later(func() {
		_, _ = reg.Refund(agent.Refunding{Of: key, Amount: money.Yen(60), By: charge.ByAPI, Wish: "w " + id})
	})
	time.Sleep(soon())
	if r.IntN(6) == 0 {
		s.crash()
	}
	return key
}

// Everybody at once on a bad line, and power cuts. At the end nothing is open
// but what the goods went for on somebody's word, and the customer is down by
// exactly what our books say.
func TestABusyTill(t *testing.T) {
	happened := map[charge.State]int{}
	for seed := range uint64(40) {
		atTill(t, func(t *testing.T, s *till) {
			r := rand.New(rand.NewPCG(seed, 1))
			for _, call := range calls {
				var faults []fault
				for range 150 {
					faults = append(faults, crossings[r.IntN(len(crossings))])
				}
				s.line.will(call, faults...)
			}
			var keys []charge.Key
			for n := range 15 {
				if key := s.everybody(r, fmt.Sprint("s", n)); key != "" {
					keys = append(keys, key)
				}
			}
			for _, call := range calls {
				s.line.will(call)
			}
			time.Sleep(20 * time.Minute)
			s.reconcile()
			time.Sleep(20 * time.Minute)
			held := int64(0)
			for _, key := range keys {
				rec, err := s.Charge(key)
				must(t, err)
				happened[rec.State]++
				if rec.State.Open() && rec.State != charge.Prepared && rec.State != charge.Forwarding {
					t.Errorf("seed %d: %s is still %s", seed, key, rec.State)
				}
				if rec.State != charge.Approved && rec.State != charge.Owed {
					continue
				}
				held += 100
				refunds, err := s.books.RefundsOf(key)
				must(t, err)
				for _, back := range refunds {
					if back.State.Open() {
						t.Errorf("seed %d: refund %s is still %s", seed, back.Key, back.State)
					}
					if back.State == charge.Approved {
						held -= back.Amount.Minor
					}
				}
			}
			if s.has(held); t.Failed() {
				t.Errorf("seed %d: the wallet and the books differ by %+v", seed, s.reconcile().Wallets[0].Differences)
			}
		})
		if t.Failed() {
			return
		}
	}
	for _, state := range []charge.State{charge.Approved, charge.Reversed, charge.Forwarding} {
		if happened[state] < 10 {
			t.Errorf("only %v happened: the test proves little", happened)
		}
	}
}
