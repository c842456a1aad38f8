package sim

import (
	"maps"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/wallet/wire"
)

// judge looks at the books of both sides when all is over.
func (w *World) judge() {
	if w.plan.offline.on {
		w.stands = make(map[string]wire.Status)
	}
	holds := map[string]int64{} // by key: the customers' money that is at the shop now
	wallet := map[string]string{}
	given := map[string]int64{} // by key of a refund: what the customer got
	back := map[string]int64{}  // by key of a payment: what its refunds gave
	for _, h := range w.wallets {
		if err := h.books.check(); err != nil {
			w.fail("the wallet's books balance", "%s: %v", h.id, err)
		}
		all, err := h.books.standings(w.now())
		if err != nil {
			w.fail("the wallet's books can be read", "%s: %v", h.id, err)
		}
		for _, st := range all {
			if w.stands != nil {
				w.stands[st.key] = st.status
			}
			if st.of != "" {
				w.refunded(st, h.id)
				given[st.key] = int64(st.backs) * st.amount
				if !w.beyond[st.key] { // whose shop has nothing left to know it by
					back[st.of] += given[st.key]
				}
				continue
			}
			if st.debits > 1 || st.backs > st.debits {
				w.fail("a key is debited once", "%s at %s: %d debits, %d given back", st.key, h.id, st.debits, st.backs)
			}
			if (st.debits > st.backs) != (st.status == wire.Approved) {
				w.fail("the wallet's books balance", "%s is %s at %s with %d debits, %d given back", st.key, st.status, h.id, st.debits, st.backs)
			}
			if st.debits > st.backs {
				if holds[st.key] > 0 {
					w.fail("a key is debited once", "%s at %s and at %s", st.key, wallet[st.key], h.id)
				}
				holds[st.key], wallet[st.key] = st.amount, h.id
			}
		}
	}
	for key, sum := range back {
		if sum > holds[key] {
			w.fail("no more is given back than was paid", "%d of %s, for which %d was paid and not reversed", sum, key, holds[key])
		}
	}
	w.onceEach(holds)
	w.held = maps.Clone(holds)
	for _, t := range w.tills {
		t.judge(holds, wallet, given, back)
	}
	for key := range holds {
		w.fail("both books are equal", "%s holds money for %s, which no register knows", wallet[key], key)
	}
	for key := range given {
		w.fail("both books are equal", "a wallet gave money back under %s, which no register knows", key)
	}
}

// refunded judges a refund by the wallet's own books.
func (w *World) refunded(st standing, wallet string) {
	if st.debits > 0 || st.backs > 1 || (st.backs == 1) != (st.status == wire.Approved) {
		w.fail("a refund is given once", "%s is %s at %s, given %d times", st.key, st.status, wallet, st.backs)
	}
}

// judge compares a register's books with the wallets' and takes out of holds
// what is accounted for.
func (t *till) judge(holds map[string]int64, wallet map[string]string, given, back map[string]int64) {
	w := t.w
	paid := map[string]charge.Key{} // by sale
	err := t.store.View(func(rows book.Rows) error {
		if _, err := book.Verify(rows); err != nil {
			w.fail("the journal is whole", "%s: %v", t.id, err)
		}
		return t.proofs(rows)
	})
	if err != nil {
		w.fail("the books can be read", "%s: %v", t.id, err)
	}
	all := t.rows(t.store)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if all[key].Kind == charge.Refund {
			t.refundOf(all[key], given)
			continue
		}
		if all[key].Carried {
			t.brought(all[key])
			continue
		}
		t.one(all[key], holds, wallet, back, paid)
	}
	for _, key := range t.order {
		if _, found := all[key]; !found && !t.forgot[key] {
			w.fail("what was written stays written", "%s: charge %s is not in the books", t.id, key)
		}
		if t.forgot[key] {
			delete(holds, string(key)) // the list of the day says so: that is a reconciliation's
			delete(given, string(key))
		}
	}
}

// proofs reads the journal: what was settled moves only on a wallet's word
// that was asked for afterwards, or on a person's.
func (t *till) proofs(rows book.Rows) error {
	settled, writtenOff := map[charge.Key]time.Time{}, map[charge.Key]bool{}
	refunds := bound{tail: map[charge.Key]charge.State{}, of: t.rows(t.store)}
	for last := int64(0); ; {
		links, err := rows.LinksAfter(last, 1000)
		for _, l := range links {
			last = l.N
			refunds.see(t.w, l)
			at, was := settled[l.Key]
			healed := l.From == charge.Unpaid && l.To == charge.Approved && refunds.of[l.Key].Kind == charge.Payment && writtenOff[l.Key]
			if l.Moved && l.To == charge.Unpaid {
				writtenOff[l.Key] = l.Step.Reason == charge.ReasonWrittenOff
			}
			if l.From == charge.Unpaid && l.Step.Event == charge.Approve && !l.Moved && writtenOff[l.Key] {
				t.w.fail("a yes heals what was written off", "%s: %s", l.Key, l.Note)
			}
			if was && l.Moved && l.Step.By == charge.ByWallet && !l.Step.Asked.After(at) && !healed {
				t.w.fail("what is settled moves on later proof", "%s from %s to %s by a word that was asked for at %s", l.Key, l.From, l.To, l.Step.Asked)
			}
			switch {
			case l.Moved && l.From != l.To && l.To.Settled():
				settled[l.Key] = l.Step.At
			case l.Moved && !l.To.Settled():
				delete(settled, l.Key)
			}
		}
		if err != nil || len(links) < 1000 {
			return err
		}
	}
}

// one judges a charge.
func (t *till) one(rec charge.Record, holds map[string]int64, wallet map[string]string, back map[string]int64, paid map[string]charge.Key) {
	w, key := t.w, string(rec.Key)
	held, there := holds[key]
	delete(holds, key)
	if t.forgot[rec.Key] {
		return
	}
	switch {
	case rec.State.Open() && rec.State != charge.Prepared:
		w.fail("nothing stays open", "%s is %s (%s)", key, rec.State, rec.Reason)
	case rec.State == charge.Approved && !there && t.undoing[rec.Key]: // the list of the day says so
	case rec.State == charge.Approved && !there:
		w.fail("both books are equal", "%s is approved here and no wallet holds its money", key)
	case rec.State == charge.Approved && (held != rec.Amount.Minor || wallet[key] != rec.Wallet):
		w.fail("both books are equal", "%s is approved here over %d at %s; %s holds %d", key, rec.Amount.Minor, rec.Wallet, wallet[key], held)
	case rec.State == charge.Reversed && rec.Reason == charge.ReasonRefunded:
		if back[key] != rec.Amount.Minor {
			w.fail("what is owed is given back", "%s counts as refunded over %d, and the customer got %d", key, rec.Amount.Minor, back[key])
		}
	case rec.State != charge.Approved && rec.State != charge.Owed && rec.Reason != charge.ReasonByHand && there:
		w.fail("both books are equal", "%s is %s here and %s holds its money", key, rec.State, wallet[key])
	}
	if t.taken[rec.Key] != nil {
		t.ended(rec, w.stands[key])
	} else if t.goods[rec.Key] && rec.State != charge.Approved {
		w.fail("what was shown as paid stays paid", "%s is %s", key, rec.State)
	}
	if rec.State == charge.Approved {
		if other := paid[rec.SaleID]; other != "" {
			w.fail("a sale is paid once", "%s by %s and by %s", rec.SaleID, other, key)
		}
		paid[rec.SaleID] = rec.Key
	}
	if rec.Alarms > 0 {
		w.fail("no alarm without a cause", "%s, %s: %d", key, rec.State, rec.Alarms)
	}
}
