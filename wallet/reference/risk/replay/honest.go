package replay

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/posagent/posagent/wallet/reference/risk"
)

// Shoppers is what controls cost people who do nothing wrong.
type Shoppers struct {
	People    int
	SteppedUp int // at least once in the modelled days
	Declined  int // of them at least one payment or top-up was, or waited for a person
}

// honest are customers over three days while the thieves are at work: lunches,
// top-ups, some who travel, some with a new phone, some who forgot their
// password. How often is an assumption, and said in docs/reference/risk.md.
func (w world) Honest(c Controls, people int, seed uint64) Shoppers {
	r := rand.New(rand.NewPCG(seed, 11))
	out := Shoppers{People: people}
	for range people {
		p := newShopper(r)
		up, no := p.shops(w, c, r)
		if up {
			out.SteppedUp++
		}
		if no {
			out.Declined++
		}
	}
	return out
}

// shopper is one of them.
type shopper struct {
	device    time.Duration // at the beginning
	agreed    bool
	recovered time.Duration // negative: never
	largest   int64
	lunch     float64 // median of a payment
	flies     int     // the day; -1: stays
}

const replaced = 1.0 / (3 * 365) // phones in a day: one in three years

func newShopper(r *rand.Rand) shopper {
	p := shopper{device: 400 * 24 * time.Hour, agreed: true, recovered: -1, lunch: 500 + 600*r.Float64(), flies: -1}
	if age := r.ExpFloat64() / replaced; age < 3 {
		p.device = time.Duration(age * float64(24*time.Hour))
		p.agreed = r.Float64() < 0.9 // the others have lost the one before
	}
	if r.Float64() < 0.0005 {
		p.recovered = time.Duration(r.Float64() * float64(72*time.Hour))
	}
	p.largest = int64(p.lunch * (4 + 6*r.Float64()))
	if r.Float64() < 0.002 {
		p.flies = r.IntN(3)
	}
	return p
}

// shops goes through three days.
func (p shopper) shops(w world, c Controls, r *rand.Rand) (steppedUp, declined bool) {
	type topUp struct {
		at     time.Time
		amount int64
	}
	var topUps []topUp
	last := began.Add(-20 * time.Hour)
	for day := range 3 {
		spent := int64(0)
		visits := poisson(r, 0.8)
		at := began.Add(time.Duration(day)*24*time.Hour - time.Hour) // 8 in the morning in Japan
		for visit := range visits {
			at = at.Add(time.Duration(30+r.IntN(400)) * time.Minute)
			f := risk.Facts{AllFails: 0, Device: p.device + at.Sub(began), Agreed: p.agreed, Recovered: p.recovered, Largest: p.largest, Spent: spent, Kilometres: 2 + 20*r.Float64(), Since: at.Sub(last)}
			if p.recovered >= 0 {
				f.Recovered = p.recovered + at.Sub(began)
			}
			f.AllFails, f.AllRight = w.fails(at)
			if p.flies == day && visit == 1 {
				f.Kilometres, f.Since = 900, time.Duration(150+r.IntN(240))*time.Minute
			}
			for _, t := range topUps {
				f.ToppedUp += t.amount
				f.FreshMoney += t.amount
				if at.Sub(t.at) < 10*time.Minute {
					f.TopUps++
				}
			}
			if r.Float64() < 0.15 {
				f.Act, f.Amount = risk.TopUp, []int64{1000, 3000, 3000, 5000, 5000, 10_000}[r.IntN(6)]
				topUps = append(topUps, topUp{at, f.Amount})
			} else {
				f.Act, f.Amount = risk.Payment, int64(p.lunch*math.Exp(0.6*r.NormFloat64()))
				if r.Float64() < 0.05 {
					f.Resale = f.Amount
				}
				last = at
			}
			up, no := c.meets(f)
			steppedUp, declined = steppedUp || up, declined || no
			if f.Act == risk.Payment && !no {
				spent += f.Amount
			}
		}
	}
	return steppedUp, declined
}

// meets is what an honest act runs into.
func (c Controls) meets(f risk.Facts) (steppedUp, declined bool) {
	if f.Act == risk.Payment {
		switch {
		case c.PerCharge > 0 && f.Amount > c.PerCharge, c.PerDay > 0 && f.Spent+f.Amount > c.PerDay,
			c.Cool > 0 && f.Device < 72*time.Hour && f.Spent+f.Amount > c.Cool:
			return false, true
		}
	}
	if c.Rules == nil {
		return false, false
	}
	v := c.judge(f)
	return v.Do == risk.StepUp, v.Do == risk.Hold || v.Do == risk.Decline
}

func poisson(r *rand.Rand, mean float64) (n int) {
	for p := r.Float64(); p > math.Exp(-mean); p *= r.Float64() {
		n++
	}
	return n
}
