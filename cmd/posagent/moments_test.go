package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sim/wirecut"
	"github.com/posagent/posagent/wallet/wire"
)

// Who is killed.
const (
	victimAgent  = "agent"
	victimWallet = "wallet"
	victimBoth   = "wallet and agent"
)

// round is all that is drawn for one sale, before it begins: nothing in it
// hangs on what happened before, so that a seed plays the same rounds again.
type round struct {
	n           int
	moment      moment
	victim      string
	fault       wire.Fault
	network     wirecut.Plan
	recovery    wirecut.Plan    // what the network does after the kill
	soon, later time.Duration   // what the moment waits for
	between     time.Duration   // from the wallet's death to the agent's
	starts      []time.Duration // starts of the agent that are killed after so long
	walletLate  bool            // the wallet comes back after the till has asked again
	keepTrouble bool            // the trouble goes on after the restart
}

func (r round) String() string {
	return fmt.Sprintf("%s (%s, %s), %s is killed, wallet %s, network %s, then %s, killed starts %v, wallet late %t, trouble stays %t",
		r.moment.name, r.soon, r.later, r.victim, r.fault, r.network, r.recovery, r.starts, r.walletLate, r.keepTrouble)
}

// moment is when it is killed, seen from the till.
type moment struct {
	name   string
	weight int
	soon   func(*rand.Rand) time.Duration
	later  func(*rand.Rand) time.Duration
	loses  bool // the network loses the request or its answer, or the moment would not come
	sell   func(s *shop, r round, code string)
}

var moments = []moment{
	{"between prepare and code", 2, within(0, 5*time.Millisecond), nil, false, func(s *shop, r round, _ string) {
		s.open(r.n, "")
		time.Sleep(r.soon)
		s.strike(r)
	}},
	{"while preparing", 2, brief, nil, false, func(s *shop, r round, _ string) {
		s.meanwhile(r, func() { s.open(r.n, "") }, r.soon)
	}},
	{"during the request", 5, sometime, nil, false, func(s *shop, r round, code string) {
		id := s.open(r.n, "")
		s.meanwhile(r, func() { s.pay(id, code) }, r.soon)
	}},
	{"during a sale in one call", 4, sometime, nil, false, func(s *shop, r round, code string) {
		s.meanwhile(r, func() { s.open(r.n, code) }, r.soon)
	}},
	{"between answer and receipt", 3, within(0, 40*time.Millisecond), nil, false, func(s *shop, r round, code string) {
		s.pay(s.open(r.n, ""), code)
		time.Sleep(r.soon)
		s.strike(r)
	}},
	{"during a cancel", 3, within(0, 60*time.Millisecond), sometime, true, func(s *shop, r round, code string) {
		id := s.open(r.n, "")
		s.cancelling.Store(true)
		defer s.cancelling.Store(false)
		s.meanwhile(r, func() { s.pay(id, code) }, r.soon, func() { s.cancel(id) }, r.later)
	}},
	{"just as it is approved", 3, justAfter, nil, false, until(charge.Approved)},
	{"just as it is in doubt", 3, justAfter, nil, true, until(charge.InDoubt)},
	{"a while in doubt", 3, within(0, 1500*time.Millisecond), nil, true, until(charge.InDoubt)},
	{"just as it is being reversed", 1, justAfter, nil, true, until(charge.Reversing)},
	{"just as it is reversed", 1, justAfter, nil, true, until(charge.Reversed)},
}

// until waits for the pages to show a state, and a little more. Not every sale
// comes to it.
func until(state charge.State) func(*shop, round, string) {
	return func(s *shop, r round, code string) {
		id := s.open(r.n, "")
		const longest = 2600 * time.Millisecond // after it a doubt was given up
		came := s.shown.await(id, state)
		s.meanwhile(r, func() { s.pay(id, code) }, func() {}, came, longest, r.soon)
	}
}

// meanwhile does something, waits, does more, waits, and so on, and then kills,
// whether all has ended or not. It takes funcs, times to wait, and channels to
// wait for, which the time after them limits.
func (s *shop) meanwhile(r round, steps ...any) {
	var all sync.WaitGroup
	defer all.Wait()
	for i := 0; i < len(steps); i++ {
		switch step := steps[i].(type) {
		case func():
			all.Go(step)
		case time.Duration:
			time.Sleep(step)
		case <-chan struct{}:
			i++
			select {
			case <-step:
				s.tally["came to it: "+r.moment.name]++
			case <-time.After(steps[i].(time.Duration)):
			}
		}
	}
	s.strike(r)
}

// draw is the n-th round of a seed.
func draw(seed uint64, n int) round {
	chance := rand.New(rand.NewPCG(seed, uint64(n)))
	r := round{n: n, moment: drawMoment(chance), between: within(0, 30*time.Millisecond)(chance)}
	r.victim = pick(chance, victimAgent, victimAgent, victimAgent, victimAgent, victimWallet, victimBoth, victimBoth)
	r.soon = r.moment.soon(chance)
	if r.moment.later != nil {
		r.later = r.moment.later(chance)
	}
	r.fault = pick(chance, wire.FaultNone, wire.FaultNone, wire.FaultNone, wire.FaultNone, wire.FaultNone, wire.FaultNone, wire.FaultSlow,
		wire.FaultSilent, wire.FaultReset, wire.FaultDuplicate, wire.FaultLate, wire.FaultNonsense, wire.FaultRefuse)
	if chance.IntN(3) > 0 {
		r.network = wirecut.Draw(chance, 1200, 1800*time.Millisecond)
		r.network.Once = chance.IntN(3) > 0
	}
	if r.moment.loses && chance.IntN(4) > 0 {
		r.fault = wire.FaultNone
		r.network = drawLoss(chance)
	}
	for chance.IntN(4) == 0 && len(r.starts) < 3 {
		r.starts = append(r.starts, within(0, 150*time.Millisecond)(chance))
	}
	if chance.IntN(3) == 0 {
		r.recovery = drawLoss(chance)
	}
	r.walletLate, r.keepTrouble = chance.IntN(2) == 0, chance.IntN(4) == 0
	return r
}

// drawLoss keeps a request from being answered in time: mostly it arrives all
// the same, after the register has begun to ask what became of it.
func drawLoss(chance *rand.Rand) wirecut.Plan {
	hold := wirecut.Fault{Do: wirecut.Hold, After: chance.Int64N(300), For: within(850*time.Millisecond, 2200*time.Millisecond)(chance)}
	switch chance.IntN(6) {
	case 0:
		return wirecut.Plan{Request: wirecut.Fault{Do: wirecut.Swallow, After: chance.Int64N(300)}, Once: true}
	case 1:
		return wirecut.Plan{Answer: hold, Once: true}
	case 2:
		return wirecut.Plan{Answer: wirecut.Fault{Do: pick(chance, wirecut.Swallow, wirecut.Reset), After: chance.Int64N(300)}, Once: true}
	}
	return wirecut.Plan{Request: hold, Once: true}
}

func drawMoment(chance *rand.Rand) moment {
	sum := 0
	for _, m := range moments {
		sum += m.weight
	}
	at := chance.IntN(sum)
	for _, m := range moments {
		if at -= m.weight; at < 0 {
			return m
		}
	}
	panic("the weights of the moments do not sum up")
}

func pick[T any](chance *rand.Rand, from ...T) T { return from[chance.IntN(len(from))] }

func within(least, most time.Duration) func(*rand.Rand) time.Duration {
	return func(chance *rand.Rand) time.Duration { return least + time.Duration(chance.Int64N(int64(most-least))) }
}

// spread draws so that each doubling of the time is as likely as the next.
func spread(chance *rand.Rand, least, most time.Duration) time.Duration {
	return time.Duration(float64(least) * math.Exp(chance.Float64()*math.Log(float64(most)/float64(least))))
}

// brief is a moment of a call that asks no wallet.
func brief(chance *rand.Rand) time.Duration {
	return spread(chance, 100*time.Microsecond, 5*time.Millisecond)
}

// justAfter is the moment after a page was told.
func justAfter(chance *rand.Rand) time.Duration {
	return spread(chance, 10*time.Microsecond, 20*time.Millisecond)
}

// sometime is a moment of a charge: mostly within the first milliseconds, in
// which all the writing is done, and at times near the deadline and after it.
func sometime(chance *rand.Rand) time.Duration {
	return spread(chance, 200*time.Microsecond, 1500*time.Millisecond)
}
