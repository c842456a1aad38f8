package sim

import (
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// bound follows the refunds of a journal: at no entry may those that were
// given or may still be come to more than their payment.
type bound struct {
	tail map[charge.Key]charge.State // of each refund, as the journal goes
	of   map[charge.Key]charge.Record
}

func (b bound) see(w *World, l book.Link) {
	rec := b.of[l.Key]
	if rec.Kind != charge.Refund {
		return
	}
	b.tail[l.Key] = l.To
	if l.From != "" || l.To != charge.Prepared { // only a new one adds to the sum
		return
	}
	sum := int64(0)
	for key, state := range b.tail {
		if b.of[key].Of == rec.Of && state != charge.Declined && state != charge.Abandoned {
			sum += b.of[key].Amount.Minor
		}
	}
	if payment := b.of[rec.Of]; sum > payment.Amount.Minor {
		w.fail("refunds are never more than their payment", "with %s they come to %d of %d of %s", l.Key, sum, payment.Amount.Minor, payment.Key)
	}
}

// refundOf judges a refund of a register by what the wallet gave, and takes it
// out of given.
func (t *till) refundOf(rec charge.Record, given map[string]int64) {
	w, key := t.w, string(rec.Key)
	got := given[key]
	delete(given, key)
	if t.forgot[rec.Key] {
		return
	}
	switch {
	case rec.State.Open():
		w.fail("nothing stays open", "refund %s is %s (%s)", key, rec.State, rec.Reason)
	case rec.State == charge.Approved && got != rec.Amount.Minor:
		w.fail("both books are equal", "refund %s is approved here over %d, and the customer got %d", key, rec.Amount.Minor, got)
	case rec.State != charge.Approved && got != 0:
		w.fail("both books are equal", "refund %s is %s here, and the customer got %d", key, rec.State, got)
	}
	if rec.Alarms > 0 {
		w.fail("no alarm without a cause", "refund %s, %s: %d", key, rec.State, rec.Alarms)
	}
}
