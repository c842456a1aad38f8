package sim

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// showing lets the register show a code for some sales, which a customer then
// pays or does not: in time, too late, or two at once.
func (p *plan) showing() {
	d := roll(p.seed, "showing", 0, 0)
	var shown []act
	for _, a := range p.acts {
		if a.do != doOpen || !d.chance(0.12) {
			continue
		}
		at := a.at + d.between(50*time.Millisecond, 1500*time.Millisecond)
		shown = append(shown, act{at: at, do: doShow, till: a.till, fault: faults})
		if d.chance(0.1) { // pressed twice
			shown = append(shown, act{at: at + d.between(time.Millisecond, time.Second), do: doShow, till: a.till, fault: ShowTapped})
		}
		pays := act{at: at + d.between(300*time.Millisecond, 5*time.Second), do: doPay, till: a.till, who: 1 + d.below(customers), fault: faults}
		switch d.pick(60, 15, 15, 10) {
		case 1:
			continue // nobody pays
		case 2:
			pays.at, pays.fault = at+d.between(5*time.Second, 200*time.Second), PaidLate
		case 3:
			pays.fault = PaidAtOnce
		}
		shown = append(shown, pays)
	}
	for _, a := range shown {
		p.add(a)
		p.end = max(p.end, a.at+time.Second)
	}
}

// pays is a customer whose phone reads the code on the display, or has a
// picture of one that was there before.
func (t *till) pays(a act) {
	if v, ok := t.run.reg.Standing(); ok && v.Shown != nil {
		t.display = v.Shown.Text
	}
	for _, h := range t.w.wallets {
		r, ours := h.books.(*reference)
		if !ours || t.display == "" {
			continue
		}
		r.pays(a.who, t.display)
		if a.fault == PaidAtOnce {
			r.pays(a.who%customers+1, t.display)
		}
	}
}

// pays is a customer's phone, which has a network of its own.
func (r *reference) pays(customer int, show string) {
	a, err := r.ledger.PayShown(fmt.Sprintf("customer%d", customer-1), show)
	if err == nil && a.Status == wire.Approved {
		r.w.struck(PaidShown, hash("pays", hash(show), uint64(customer)))
	}
	r.w.tracef("customer", "pays %s: %s, %v", show, a.Status, err)
}
