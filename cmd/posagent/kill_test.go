package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/wallet/wire"
)

// TestKill sells over the API, over a network that behaves badly, and kills
// the agent, the wallet or both at moments of a charge: from the preparing to
// the receipt, in doubt, while it is reversed, and while the agent starts
// again. After every restart the till asks again, as a till does. In the end
// every charge must be settled, and the books of agent and wallet must say the
// same.
//
// POSAGENT_KILLS is how often it kills, POSAGENT_SEED which sales, troubles,
// victims and moments: a failure is looked for again with the seed that it
// prints, though a machine's own timing is not repeated.
func TestKill(t *testing.T) {
	kills := int(number(t, "POSAGENT_KILLS", 15))
	seed := number(t, "POSAGENT_SEED", rand.Uint64()>>1)
	t.Logf("POSAGENT_KILLS=%d POSAGENT_SEED=%d", kills, seed)
	s := newShop(t, printerConfig)
	s.paper = newPaper(t, s.place)
	s.wallet = s.startWallet(t)
	s.agent = s.start(t)
	watching, stop := context.WithCancel(context.Background())
	var watcher sync.WaitGroup
	watcher.Go(func() { s.shown.watch(watching, s.place) })
	defer watcher.Wait()
	defer stop()
	for n := 0; s.tally["kills"] < kills && !t.Failed(); n++ {
		s.play(draw(seed, n))
		if n%50 == 49 {
			s.quiet()
			s.compare()
		}
	}
	if !t.Failed() {
		s.quiet()
		s.compare()
		check(t, s.agent.cmd.Process.Signal(os.Interrupt))
		if code := s.agent.ended(t); code != 0 {
			t.Errorf("the agent ended with exit code %d", code)
		}
		s.verify(s.place.at("data"))
	}
	stop()
	watcher.Wait()
	t.Logf("%v; network: %v; %d calls while the wallet was paused", s.tally, s.network.Begun(), s.paused.Load())
	s.covered(kills)
}

func number(t *testing.T, name string, usual uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// shop is a till, its agent, its wallet, and the network between these two.
type shop struct {
	*testing.T
	*place
	agent, wallet *child // nil while it is dead
	network       *wirecut.Proxy
	cancelling    atomic.Bool  // a code and a cancel race
	paused        atomic.Int64 // calls that were refused because the wallet was silent for long
	paper         *paper
	shown         *shown
	kept          map[string]kept // what was found on the agent's disk, by key
	tally         map[string]int  // what came how often
}

// newShop is a shop in which nothing runs yet but the network.
func newShop(t *testing.T, config string) *shop {
	t.Helper()
	s := &shop{T: t, place: newPlace(t, config), shown: newShown(), kept: map[string]kept{}, tally: map[string]int{}}
	var err error
	s.network, err = wirecut.New(s.walletAddr, nil)
	check(t, err)
	t.Cleanup(func() { check(t, s.network.Close()) })
	text, err := os.ReadFile(s.config)
	check(t, err)
	text = []byte(strings.ReplaceAll(string(text), s.walletAddr, s.network.Addr()))
	check(t, os.WriteFile(s.config, text, 0o600))
	return s
}

// play is one sale with its trouble, its kills and its restart.
func (s *shop) play(r round) {
	s.Logf("%3d: %s", r.n, r)
	s.fault(s.T, r.fault)
	code := s.mint(s.T)
	s.network.Order(r.network)
	s.tally[r.moment.name]++
	s.tally["killed: "+r.victim]++
	r.moment.sell(s, r, code)
	if s.agent == nil {
		s.autopsy()
	}
	if s.wallet == nil && !r.walletLate {
		s.wakeWallet()
	}
	if !r.keepTrouble {
		s.network.Order(r.recovery)
	}
	for _, after := range r.starts {
		if s.agent == nil {
			again := s.spawn(s.T)
			time.Sleep(after)
			again.kill()
			s.tally["kills"]++
			s.tally["killed while it starts"]++
			s.autopsy()
		}
	}
	if s.agent == nil {
		s.agent = s.start(s.T)
	}
	s.open(r.n, code) // a till that got no answer asks again under the same key
	if s.wallet == nil {
		s.wakeWallet()
	}
	if !r.keepTrouble {
		s.fault(s.T, wire.FaultNone)
	}
}

// strike kills whom the round is for, and counts.
func (s *shop) strike(r round) {
	kill := func(who **child) {
		(*who).kill()
		*who = nil
		s.tally["kills"]++
	}
	switch r.victim {
	case victimAgent:
		kill(&s.agent)
	case victimWallet:
		kill(&s.wallet)
	case victimBoth:
		kill(&s.wallet)
		time.Sleep(r.between)
		kill(&s.agent)
	}
}

// wakeWallet starts the wallet again. What was ever shown as paid must have
// survived there.
func (s *shop) wakeWallet() {
	s.Helper()
	s.wallet = s.startWallet(s.T)
	theirs := s.standings(s.T)
	for _, key := range s.shown.keys() {
		if st := theirs[key]; st.Status != wire.Approved || st.Debits != 1 {
			s.Errorf("charge %s was shown as paid, but the wallet comes back with %+v", key, st)
		}
	}
}

// open opens the n-th sale, and pays it when there is a code.
func (s *shop) open(n int, code string) (id string) {
	body := control.NewSale{Reference: fmt.Sprintf("R-%d", n), Amount: int64(100 + n), Currency: "JPY"}
	if code != "" {
		body.Code = &control.Code{Text: code}
	}
	return s.call(control.PathSales, fmt.Sprintf("till-%d", n), body).ID
}

func (s *shop) pay(id, code string) {
	s.call(salePath(control.PathSaleCode, id), "pay-"+id, control.Code{Text: code})
}

func (s *shop) cancel(id string) { s.call(salePath(control.PathSaleCancel, id), "", struct{}{}) }

// call asks the agent; what it answers before it dies counts as shown.
func (s *shop) call(path, key string, body any) control.Sale {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	sale, status, why, err := s.send(ctx, path, key, body)
	switch {
	case err != nil: // killed before it could answer
	case status < http.StatusMultipleChoices:
		s.shown.note(sale)
	case status == http.StatusConflict && s.cancelling.Load(): // the other one was first
	case status == http.StatusConflict && strings.Contains(why, `"wallet.paused"`): // nothing is sent to a wallet that was silent for long
		s.paused.Add(1)
	default:
		s.Errorf("%s answered %d: %s", path, status, why)
	}
	return sale
}

// quiet takes all trouble away and waits until the agent has nothing left to
// do. A sale that was opened and never asked for is called off.
func (s *shop) quiet() {
	s.Helper()
	s.network.Order(wirecut.Plan{})
	s.fault(s.T, wire.FaultNone)
	eventually(s.T, "every charge is settled", func() bool {
		page, err := s.client.Charges(context.Background(), []string{"open"}, 0, 1)
		check(s.T, err)
		for _, c := range page.Charges {
			if c.State == string(charge.Prepared) {
				s.cancel(c.SaleID)
			}
		}
		return len(page.Charges) == 0
	})
	eventually(s.T, "nothing is on its way to the wallet any more", func() bool { return s.network.Held() == 0 })
}

// covered holds a long run to having been everywhere: one that only ever kills
// an idle agent would always be green.
func (s *shop) covered(kills int) {
	if kills < 300 || s.Failed() {
		return
	}
	var want []string
	for _, m := range moments {
		want = append(want, m.name)
	}
	for _, state := range []charge.State{charge.Prepared, charge.InDoubt, charge.Reversing, charge.Approved, charge.Reversed} {
		want = append(want, "found "+string(state))
	}
	want = append(want, "killed: "+victimAgent, "killed: "+victimWallet, "killed: "+victimBoth, "killed while it starts")
	for _, what := range want {
		if s.tally[what] == 0 {
			s.Errorf("in %d kills it never came to %q: %v", kills, what, s.tally)
		}
	}
	for _, act := range []wirecut.Act{wirecut.Hold, wirecut.Swallow, wirecut.Close, wirecut.Reset, wirecut.Trickle, wirecut.Repeat} {
		if s.network.Begun()[act] == 0 {
			s.Errorf("in %d kills the network never played %s", kills, act)
		}
	}
}

// isPaid tells whether an answer says that there is money.
func isPaid(s control.Sale) bool {
	return s.State == string(charge.Approved) || s.Goods == string(charge.HandOver)
}
