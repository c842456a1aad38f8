package replay

import (
	"slices"
	"time"

	"github.com/posagent/posagent/wallet/reference/risk"
)

// Controls are what a wallet does about it. The zero value is what there was.
type Controls struct {
	Report    bool          // an account is frozen when its owner reports
	Kill      int           // payments and top-ups stop so long after so many reports; 0: never
	KillAfter time.Duration //
	OwnReset  bool          // a reset goes to the verified contact only
	Second    float64       // the part of thieves who pass the second step of a new device; below 0: there is none
	OldPhone  float64       // the part who get a new phone agreed to, or a person of the wallet fooled; below 0: nobody is asked
	Cool      int64         // yen that a new phone pays in a day for three days; 0: all
	PerCharge int64         // the most of one payment; 0: all
	PerDay    int64         // of one day
	Rules     *risk.Rules   // judged by risk.Decide; nil: nobody judges
	Only      []risk.Reason // of what Decide says, only these count; nil: all
	SaysYes   float64       // the part of victims who say yes to a payment that they did not make
}

// Result is what became of it.
type Result struct {
	Loss     int64
	Robbed   int           // victims who lost anything
	Detected time.Duration // from the beginning to the first alarm or the stop; negative: never
}

// state is an account under attack.
type state struct {
	in       bool // the thief has a phone that pays
	since    time.Time
	loss     int64
	reported time.Time
	topUps   []attempt
	paid     []attempt
	largest  int64
}

// Play runs the thieves against controls.
func (w world) Play(c Controls) Result {
	accounts := make([]state, len(w.victims))
	var reports []time.Time
	out := Result{Detected: -1}
	alarm := func(at time.Time) {
		if d := at.Sub(began); out.Detected < 0 || d < out.Detected {
			out.Detected = d
		}
	}
	if c.Rules != nil && (c.Only == nil || slices.Contains(c.Only, risk.ListAttack)) {
		for at := began; at.Before(ended); at = at.Add(5 * time.Minute) {
			if c.Rules.Listed(w.fails(at.Add(time.Second))) {
				alarm(at.Add(5 * time.Minute))
				break
			}
		}
	}
	for i, x := range w.victims {
		accounts[i].in, accounts[i].since, accounts[i].largest = c.lets(x), x.at, 5000
	}
	for _, a := range w.attempts {
		s, x := &accounts[a.of], w.victims[a.of]
		switch {
		case !s.in, c.Report && !s.reported.IsZero() && a.at.After(s.reported):
			continue
		case c.Kill > 0 && len(reports) >= c.Kill && a.at.After(nth(reports, c.Kill).Add(c.KillAfter)):
			alarm(nth(reports, c.Kill).Add(c.KillAfter))
			continue
		}
		amount := c.bounded(s, x, a)
		if amount == 0 || !c.passes(w, s, x, a, amount) {
			continue
		}
		a.amount = amount
		if a.act == risk.TopUp {
			s.topUps = append(s.topUps, a)
			continue
		}
		s.paid = append(s.paid, a)
		if s.loss == 0 {
			out.Robbed++
			s.reported = a.at.Add(x.told)
			reports = append(reports, s.reported)
		}
		s.loss += amount
		out.Loss += amount
	}
	return out
}

func nth(times []time.Time, n int) time.Time {
	sorted := slices.SortedFunc(slices.Values(times), time.Time.Compare)
	return sorted[n-1]
}

// lets tells whether a thief gets a phone that pays at all.
func (c Controls) lets(x victim) bool {
	switch {
	case c.OwnReset && x.reset && !x.letters:
		return false
	case c.Second >= 0 && !x.letters && x.luck[0] >= c.Second: // a reset by letter makes a new second factor
		return false
	case c.OldPhone >= 0 && !x.agreed && x.luck[1] >= c.OldPhone:
		return false
	}
	return true
}

// bounded is what is left of an amount under fixed limits, and by the money that
// is there.
func (c Controls) bounded(s *state, x victim, a attempt) int64 {
	amount := a.amount
	if a.act == risk.TopUp {
		return amount
	}
	in, day := x.had, int64(0)
	for _, t := range s.topUps {
		in += t.amount
	}
	for _, p := range s.paid {
		in -= p.amount
		if a.at.Sub(p.at) < 24*time.Hour {
			day += p.amount
		}
	}
	amount = min(amount, in)
	if c.PerCharge > 0 {
		amount = min(amount, c.PerCharge)
	}
	if c.PerDay > 0 {
		amount = min(amount, max(c.PerDay-day, 0))
	}
	if c.Cool > 0 && a.at.Sub(s.since) < 72*time.Hour {
		amount = min(amount, max(c.Cool-day, 0))
	}
	return amount
}

// passes asks the rules. A yes on the phone is asked of the phone that the victim
// has, where another one was agreed to of the thief's own.
func (c Controls) passes(w world, s *state, x victim, a attempt, amount int64) bool {
	if c.Rules == nil {
		return true
	}
	f := risk.Facts{Act: a.act, Amount: amount, Device: a.at.Sub(s.since), Recovered: -1, Abroad: x.abroad, Largest: s.largest, Resale: min(a.resale, amount)}
	f.AllFails, f.AllRight = w.fails(a.at)
	if x.reset {
		f.Recovered = f.Device
	}
	for _, t := range s.topUps {
		f.FreshMoney += t.amount
		f.ToppedUp += t.amount
		if a.at.Sub(t.at) < 10*time.Minute {
			f.TopUps++
		}
	}
	for _, p := range s.paid {
		if a.at.Sub(p.at) < 24*time.Hour {
			f.Spent += p.amount
		}
		f.FreshMoney -= p.amount
	}
	f.FreshMoney = max(f.FreshMoney, 0)
	switch v := c.judge(f); v.Do {
	case risk.Allow:
		return true
	case risk.StepUp:
		return x.luck[2] < c.SaysYes
	}
	return false
}

// judge is Decide, with the reasons that count.
func (c Controls) judge(f risk.Facts) risk.Verdict {
	v := risk.Decide(f, *c.Rules)
	if c.Only == nil || len(v.Reasons) == 0 {
		return v
	}
	out := risk.Verdict{Do: risk.Allow}
	for _, why := range v.Reasons {
		if slices.Contains(c.Only, why) {
			out.Reasons = append(out.Reasons, why)
		}
	}
	if len(out.Reasons) > 0 {
		out.Do = v.Do
	}
	return out
}
