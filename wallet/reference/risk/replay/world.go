// Package replay plays the theft at 7pay of July 2019 against controls, to see
// what each is worth. The events are made up and fitted to what was told in
// public: 808 victims, JPY 38,615,473, three days, logins from abroad, top-ups
// one after the other and purchases of cigarettes in bulk. It is no evidence of
// what would have happened; docs/reference/risk.md says which numbers are
// assumptions. It is for tests and people, and no program carries it.
//
// Invariant: the same seed gives the same events, and without controls the loss
// is the public one to the yen.
package replay

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/posagent/posagent/wallet/reference/risk"
)

// What was told in public.
const (
	Victims = 808
	Loss    = 38_615_473
	dayCap  = 300_000 // of one customer
)

var (
	began = time.Date(2019, 7, 2, 0, 0, 0, 0, time.UTC)
	ended = time.Date(2019, 7, 4, 5, 0, 0, 0, time.UTC) // 14:00 in Japan: all top-ups were stopped
)

// Variant is how the thieves went about it.
type Variant string

const (
	Loud   Variant = "loud"     // a list from a few addresses, as it happened
	Spread Variant = "spread"   // the same list, a try an address
	Slow   Variant = "slow"     // a try a minute, over weeks: nothing is seen of it
	Swap   Variant = "sim swap" // letters and messages of the victims are read, one by one
	Inside Variant = "insider"  // the same, and somebody at the wallet agrees to the phones
)

// victim is somebody whose account was taken.
type victim struct {
	at      time.Time // when it was
	abroad  bool
	reset   bool          // by the way of who has lost the password
	told    time.Duration // from the first loss to the report
	loss    int64         // without controls
	had     int64         // that was in the account
	letters bool          // the thief reads what is sent to the victim
	agreed  bool          // somebody at the wallet helps
	luck    [3]float64    // drawn once, so that controls are compared over the same people
}

// attempt is one thing that a thief tries.
type attempt struct {
	of     int
	at     time.Time
	act    risk.Act
	amount int64
	resale int64
	store  int
}

// world is all that thieves try, in the order of time.
type world struct {
	victims  []victim
	attempts []attempt
	fails    func(time.Time) (wrong, right int) // sign-ins of five minutes, of everybody
}

// newWorld draws one.
func newWorld(v Variant, seed uint64) world {
	r := rand.New(rand.NewPCG(seed, 7))
	w := world{victims: make([]victim, Victims)}
	weights, sum := make([]float64, Victims), 0.0
	for i := range weights {
		weights[i] = math.Exp(0.9 * r.NormFloat64())
		sum += weights[i]
	}
	left := int64(Loss)
	for i := range w.victims {
		x := &w.victims[i]
		span := ended.Sub(began)
		if v != Loud && v != Spread {
			span = 40 * 24 * time.Hour
		}
		x.at = began.Add(time.Duration(r.Float64() * float64(span)))
		x.abroad, x.reset = r.Float64() < 0.85, r.Float64() < 0.2
		if v == Swap || v == Inside {
			x.abroad, x.reset, x.letters, x.agreed = false, true, true, v == Inside
		}
		x.told = time.Duration(float64(18*time.Hour) * math.Exp(0.8*r.NormFloat64()))
		x.loss = min(max(int64(weights[i]/sum*Loss), 1000), 2*dayCap)
		x.luck = [3]float64{r.Float64(), r.Float64(), r.Float64()}
		left -= x.loss
	}
	for i := 0; left != 0; i = (i + 1) % Victims { // to the yen
		step := min(max(left, -500), 500)
		if next := w.victims[i].loss + step; next >= 1000 && next <= 2*dayCap {
			w.victims[i].loss, left = next, left-step
		}
	}
	for i := range w.victims {
		x := &w.victims[i]
		x.had = min(x.loss, int64(2500*math.Exp(0.8*r.NormFloat64())))
		w.steal(i, r)
	}
	slices.SortStableFunc(w.attempts, func(a, b attempt) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	w.fails = failsOf(v)
	return w
}

// steal is what is done with one account: money in by the victim's card, at once
// and in several steps, and out again in an hour or two at one of sixty stores.
func (w *world) steal(i int, r *rand.Rand) {
	x := w.victims[i]
	at := x.at
	for left := x.loss - x.had; left > 0; {
		part := min(left, 30_000)
		w.attempts = append(w.attempts, attempt{of: i, at: at, act: risk.TopUp, amount: part})
		left -= part
		at = at.Add(20 * time.Second)
	}
	at = at.Add(time.Duration(20+r.IntN(60)) * time.Minute)
	store := r.IntN(60)
	for left := x.loss; left > 0; {
		part := min(left, 100_000)
		w.attempts = append(w.attempts, attempt{of: i, at: at, act: risk.Payment, amount: part, resale: part * 7 / 10, store: store})
		left -= part
		at = at.Add(time.Duration(2+r.IntN(20)) * time.Minute)
		if spent := x.loss - left; spent%dayCap == 0 && left > 0 {
			at = at.Add(20 * time.Hour)
		}
	}
}

// failsOf are the sign-ins of five minutes. Customers themselves mistype some.
func failsOf(v Variant) func(time.Time) (int, int) {
	return func(at time.Time) (wrong, right int) {
		hour := float64((at.Hour() + 9) % 24)
		right = 60 + int(40*math.Sin((hour-6)/24*2*math.Pi))
		wrong = right / 20
		if (v == Loud || v == Spread) && at.After(began) && at.Before(began.Add(30*time.Hour)) {
			wrong += 50_000 // tens of millions in a day and a half
		}
		return wrong, right
	}
}
