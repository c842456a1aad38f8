package sim

import (
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// restore puts an older copy of the database in the place of the newer one.
// What the copy does not know is forgotten here, but not at the wallets.
func (t *till) restore(unmarked bool) {
	if t.copied == nil || t.run == nil {
		return
	}
	t.run.crash("for an older copy")
	then, now := t.rows(t.copied), t.rows(t.store)
	for key, rec := range now {
		old, known := then[key]
		if !known {
			t.lost = append(t.lost, key)
		}
		switch {
		case !known || old.State != rec.State && old.State.Settled():
			t.forgot[key] = true
		case old.State != rec.State:
			t.unsure = append(t.unsure, key)
			t.undoing[key] = t.undoing[key] || rec.State == charge.Reversing
		}
	}
	t.store, t.copied, t.restored = t.copied, nil, true
	t.forget(then)
	if unmarked {
		for _, key := range t.lost {
			t.w.beyond[string(key)] = true
		}
		t.mark = &memory.HighWater{}
		t.skew.Store(0) // books, mark and clock set back together are beyond help
	}
}

// rows are all charges of a store.
func (t *till) rows(s *memory.Store) map[charge.Key]charge.Record {
	all := map[charge.Key]charge.Record{}
	_ = s.View(func(rows book.Rows) error {
		for before := int64(0); ; {
			page, err := rows.Charges(book.Filter{Before: before, Limit: 500})
			for _, row := range page {
				before = row.Seq
				all[row.Key] = row.Record
			}
			if err != nil || len(page) < 500 {
				return err
			}
		}
	})
	return all
}

// forget lets whoever stands beside the disk know what the copy knows: then are
// its rows.
func (t *till) forget(then map[charge.Key]charge.Record) {
	for key, one := range t.taken {
		rec, known := then[key]
		if !known || !one.carried && rec.State != charge.Unpaid && rec.State != charge.Approved && rec.Reason != charge.ReasonOffline {
			delete(t.taken, key) // that it was taken is nowhere but in the newer books
			delete(t.seqs, key)
			delete(t.goods, key)
			continue
		}
		one.state, one.moved, one.sent = rec.State, false, false
	}
	_ = t.store.View(func(rows book.Rows) error {
		due, err := rows.Due(t.w.wallets[0].id, charge.Due{}, 1<<20)
		for _, one := range due {
			t.taken[one.Key].moved = !one.Moved.IsZero()
		}
		return err
	})
}

// clocked notes how the clock stands when a run begins.
func (t *till) clocked() {
	t.began, t.behind = time.Duration(t.skew.Load()), false
	_ = t.store.View(func(rows book.Rows) error {
		newest, err := rows.LastLink()
		t.behind = err == nil && t.now().Add(15*time.Second).Before(newest.Step.At)
		return err
	})
}

// queued tells that something that was taken without a network is still to be
// collected.
func (t *till) queued() bool {
	for _, one := range t.taken {
		if one.outstanding() {
			return true
		}
	}
	return false
}

// entries is how long the journal is.
func (t *till) entries() (n int64) {
	_ = t.store.View(func(rows book.Rows) error {
		newest, err := rows.LastLink()
		n = newest.N
		return err
	})
	return n
}

// noticed tells that a start has found the books to be an older copy: it said
// so in the journal, in an entry of no charge.
func (t *till) noticed(written int64) (yes bool) {
	_ = t.store.View(func(rows book.Rows) error {
		more, err := rows.LinksAfter(written, 10)
		yes = slices.ContainsFunc(more, func(l book.Link) bool { return l.Key == "" })
		return err
	})
	return yes
}
