package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// TestKill sells over the API and kills the agent, and now and then the wallet,
// at random moments of a charge. After every restart the till asks again, as a
// till does. In the end every charge must be settled, and the books of agent
// and wallet must say the same.
//
// POSAGENT_KILLS is how often it kills, POSAGENT_SEED which moments: a failure
// is looked for again with the seed that it prints, though a machine's own
// timing is not repeated.
func TestKill(t *testing.T) {
	kills := number(t, "POSAGENT_KILLS", 20)
	seed := number(t, "POSAGENT_SEED", rand.Uint64()>>1)
	t.Logf("POSAGENT_KILLS=%d POSAGENT_SEED=%d", kills, seed)
	s := &shop{T: t, place: newPlace(t, ""), chance: rand.New(rand.NewPCG(seed, 0)), shown: newShown(), found: map[string]int{}}
	s.wallet = s.startWallet(t)
	s.agent = s.start(t)
	watching, stop := context.WithCancel(context.Background())
	var watcher sync.WaitGroup
	watcher.Go(func() { s.shown.watch(watching, s.place) })
	defer watcher.Wait()
	defer stop()
	for n := range int(kills) {
		s.sell(n)
		if t.Failed() {
			return
		}
	}
	s.fault(t, wire.FaultNone)
	s.settle()
	stop()
	watcher.Wait()
	s.compare()
	check(t, s.agent.cmd.Process.Signal(os.Interrupt))
	if code := s.agent.ended(t); code != 0 {
		t.Errorf("the agent ended with exit code %d", code)
	}
	s.verify(s.place.at("data"))
	t.Logf("the newest charge was found as: %v", s.found)
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

// shop is a till, its agent and its wallet.
type shop struct {
	*testing.T
	*place
	agent, wallet *child
	chance        *rand.Rand
	shown         *shown
	found         map[string]int // states that the newest charge was killed in
}

// moments are when the agent is killed, seen from the till.
var moments = []struct {
	name string
	sell func(s *shop, n int, code string) // ends with the agent killed
}{
	{"between prepare and code", func(s *shop, n int, _ string) {
		s.open(n, "")
		s.killAfter(s.between(0, 5*time.Millisecond))
	}},
	{"while preparing", func(s *shop, n int, _ string) {
		s.meanwhile(func() { s.open(n, "") }, s.soon())
	}},
	{"during the request", func(s *shop, n int, code string) {
		id := s.open(n, "")
		s.meanwhile(func() { s.pay(id, code) }, s.sometime())
	}},
	{"during a sale in one call", func(s *shop, n int, code string) {
		s.meanwhile(func() { s.open(n, code) }, s.sometime())
	}},
	{"right after the answer", func(s *shop, n int, code string) {
		s.pay(s.open(n, ""), code)
		s.killAfter(0)
	}},
	{"during a reversal", func(s *shop, n int, code string) {
		s.fault(s.T, pick(s.chance, wire.FaultSlow, wire.FaultSilent, wire.FaultLate))
		id := s.open(n, "")
		s.meanwhile(func() { s.pay(id, code) }, s.between(0, 60*time.Millisecond), func() {
			s.call(salePath(control.PathSaleCancel, id), "", struct{}{})
		}, s.sometime())
	}},
	{"while it starts", func(s *shop, n int, code string) {
		id := s.open(n, "")
		s.meanwhile(func() { s.pay(id, code) }, s.sometime())
		again := s.spawn(s.T)
		time.Sleep(s.between(0, 150*time.Millisecond))
		again.kill()
	}},
}

func pick[T any](chance *rand.Rand, from ...T) T { return from[chance.IntN(len(from))] }

// sell is one sale with its trouble, its kill and its restart.
func (s *shop) sell(n int) {
	moment := moments[n%len(moments)]
	fault := pick(s.chance, wire.FaultNone, wire.FaultNone, wire.FaultNone, wire.FaultNone, wire.FaultSlow, wire.FaultSlow,
		wire.FaultSilent, wire.FaultReset, wire.FaultDuplicate, wire.FaultLate, wire.FaultNonsense, wire.FaultRefuse)
	s.fault(s.T, fault)
	code := s.mint(s.T)
	walletToo := s.chance.IntN(6) == 0
	s.Logf("%3d: %s, wallet %s, killed too: %t", n, moment.name, fault, walletToo)
	var both sync.WaitGroup
	if walletToo {
		pause := s.between(0, 50*time.Millisecond)
		both.Go(func() {
			time.Sleep(pause)
			s.wallet.kill()
		})
	}
	moment.sell(s, n, code)
	both.Wait()
	s.autopsy()
	late := s.chance.IntN(2) == 0
	if walletToo && !late {
		s.wallet = s.startWallet(s.T)
	}
	s.agent = s.start(s.T)
	s.open(n, code) // a till that got no answer asks again under the same key
	if walletToo && late {
		s.wallet = s.startWallet(s.T)
	}
	if !walletToo && s.chance.IntN(3) > 0 {
		s.fault(s.T, wire.FaultNone) // else it troubles the reversals as well
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

// call asks the agent; what it answers before it dies counts as shown.
func (s *shop) call(path, key string, body any) control.Sale {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	sale, status, why, err := s.send(ctx, path, key, body)
	switch {
	case err != nil: // killed before it could answer
	case status < http.StatusMultipleChoices:
		s.shown.note(sale)
	default:
		s.Errorf("%s answered %d: %s", path, status, why)
	}
	return sale
}

func (s *shop) killAfter(pause time.Duration) {
	time.Sleep(pause)
	s.agent.kill()
}

// meanwhile does something, waits, does more, waits, and so on, and kills the
// agent whether all has ended or not. It takes funcs and durations.
func (s *shop) meanwhile(steps ...any) {
	var all sync.WaitGroup
	defer all.Wait()
	for _, step := range steps {
		switch step := step.(type) {
		case func():
			all.Go(step)
		case time.Duration:
			time.Sleep(step)
		}
	}
	s.agent.kill()
}

func (s *shop) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.chance.Int64N(int64(most-least)))
}

// soon is a moment of a call that asks no wallet.
func (s *shop) soon() time.Duration { return s.spread(100*time.Microsecond, 5*time.Millisecond) }

// sometime is a moment of a charge: mostly within the first milliseconds, in
// which all the writing is done, and at times near the deadline and after it.
func (s *shop) sometime() time.Duration { return s.spread(200*time.Microsecond, 1500*time.Millisecond) }

// spread draws so that each doubling of the time is as likely as the next.
func (s *shop) spread(least, most time.Duration) time.Duration {
	return time.Duration(float64(least) * math.Exp(s.chance.Float64()*math.Log(float64(most)/float64(least))))
}

// settle waits until the agent has nothing left to do.
func (s *shop) settle() {
	s.Helper()
	eventually(s.T, "every charge is settled", func() bool {
		page, err := s.client.Charges(context.Background(), []string{"open"}, 0, 1)
		check(s.T, err)
		return len(page.Charges) == 0
	})
}

// isPaid tells whether an answer says that there is money.
func isPaid(s control.Sale) bool {
	return s.State == string(charge.Approved) || s.Goods == string(charge.HandOver)
}
