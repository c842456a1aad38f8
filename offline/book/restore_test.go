package book_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// Whatever is sold, given back, topped up and adopted, however often the
// register stops, crashes and finds its books set back to an older copy, and
// whatever its clock shows: no key comes twice, no payment is given back more
// than once, the journal is whole, and books that have lost something say so.
func TestAnyHistoryWithOlderCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{marked: newMarked(t), seen: map[charge.Key]bool{}}
		t.Repeat(map[string]func(*rapid.T){
			"pay": h.pay, "top up": h.topUp, "refund": h.refundSome, "step": h.step, "adopt": h.adopt,
			"minute":      func(*rapid.T) { h.save(); h.told = len(h.links()) },
			"clock":       func(t *rapid.T) { h.later(time.Duration(rapid.IntRange(-90, 90).Draw(t, "minutes")) * time.Minute) },
			"copy":        h.backup,
			"stop":        h.restart,
			"restore":     h.setBack,
			"acknowledge": h.acknowledge,
			"":            h.check,
		})
	})
}

type history struct {
	*marked
	seen   map[charge.Key]bool
	copies []backup
	told   int  // entries of the books as they are now that the mark knows
	said   bool // the books must say that they are an older copy
	blind  bool // once they could not know it, and so used numbers again, though no key
	sales  int
}

// backup is a copy of the books.
type backup struct {
	rows  *memory.Store
	epoch int64
	links []book.Link
	said  bool
}

func (h *history) issued(t *rapid.T, rec charge.Record) {
	if h.seen[rec.Key] {
		t.Fatalf("key %s was issued twice", rec.Key)
	}
	h.seen[rec.Key] = true
}

func (h *history) sell(t *rapid.T, topUp bool) charge.Record {
	h.sales++
	s := sale.Sale{ID: fmt.Sprintf("sale-%d", h.sales), Amount: money.Yen(100), BusinessDate: "2026-11-22", At: h.now, TopUp: topUp}
	rec, err := h.Prepare(s, charge.ByCashier)
	if err != nil {
		t.Fatal(err)
	}
	h.issued(t, rec)
	return rec
}

func (h *history) pay(t *rapid.T) {
	key := h.sell(t, false).Key
	h.apply(key, send("alpha"), h.alpha(charge.Approve))
}

func (h *history) topUp(t *rapid.T) { h.apply(h.sell(t, true).Key, send("alpha")) }

func (h *history) alpha(e charge.Event) charge.Step { return h.fixture.said(e, "alpha") }

// any is one of the records that the books have now.
func (h *history) any(t *rapid.T) charge.Record {
	rows, err := h.Charges(book.Filter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		t.Skip("nothing is in the books")
	}
	return rapid.SampledFrom(rows).Draw(t, "record").Record
}

func (h *history) refundSome(t *rapid.T) {
	of := h.any(t)
	rec, err := h.PrepareRefund(of.Key, money.Yen(int64(rapid.IntRange(1, 120).Draw(t, "yen"))), charge.ByCashier, "")
	if err == nil {
		h.issued(t, rec)
	}
}

func (h *history) step(t *rapid.T) {
	h.apply(h.any(t).Key, h.alpha(rapid.SampledFrom(charge.Events).Draw(t, "event")))
}

// adopt takes in one of the keys that these books once issued, and may have
// lost.
func (h *history) adopt(t *rapid.T) {
	keys := make([]charge.Key, 0, len(h.seen))
	for key := range h.seen {
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		t.Skip("no key was issued yet")
	}
	slices.Sort(keys)
	key := rapid.SampledFrom(keys).Draw(t, "key")
	n := len(h.links())
	_, err := h.Charge(key)
	known := err == nil
	rec, err := h.Adopt(entry(key, charge.Payment, 100), "alpha", "2026-11-22")
	if known && len(h.links()) != n {
		t.Fatalf("%s was known, and was adopted as %+v", key, rec)
	}
	if errors.Is(err, book.ErrTaken) && h.blind {
		return
	}
	if !known && (err != nil || rec.Key != key || rec.Reason != charge.ReasonRecovered) {
		t.Fatalf("%s was lost, and adopted as %+v, %v", key, rec, err)
	}
}

func (h *history) backup(*rapid.T) {
	h.copies = append(h.copies, backup{rows: h.store.Snapshot(), epoch: h.Epoch(), links: h.links(), said: h.said})
}

func (h *history) restart(t *rapid.T) {
	if rapid.Bool().Draw(t, "clean") {
		h.save()
	}
	h.crash()
	h.start()
	h.told = len(h.links())
}

// setBack stops the register, or finds it crashed, and puts a copy in place.
// Only a copy of the same run that the mark never outran is not noticed.
func (h *history) setBack(t *rapid.T) {
	if len(h.copies) == 0 {
		t.Skip("no copy yet")
	}
	from := rapid.SampledFrom(h.copies).Draw(t, "copy")
	if rapid.Bool().Draw(t, "clean") {
		h.save()
		h.told = len(h.links())
	}
	links, epoch := h.links(), h.Epoch()
	known := links[:h.told]
	missing := len(from.links) < len(known) || len(known) > 0 && from.links[len(known)-1].Hash != known[len(known)-1].Hash
	noticed := missing || from.epoch < epoch
	h.said = from.said || noticed
	h.blind = h.blind || !noticed && len(from.links) < len(links)
	h.restore(from.rows.Snapshot())
	h.told = len(h.links())
}

func (h *history) acknowledge(t *rapid.T) {
	if err := h.Acknowledge(charge.ByManager, "hanako"); err != nil {
		t.Fatal(err)
	}
	h.said = false
}

func (h *history) check(t *rapid.T) {
	if why, yes := h.Restored(); yes != h.said {
		t.Fatalf("restored is %v (%s), want %v", yes, why, h.said)
	}
	h.verify(len(h.links()))
	all, err := h.InStates(charge.States...)
	if err != nil {
		t.Fatal(err)
	}
	left := map[charge.Key]int64{}
	for _, rec := range all {
		if rec.Kind == charge.Refund && rec.State != charge.Declined && rec.State != charge.Abandoned {
			left[rec.Of] -= rec.Amount.Minor
		} else if rec.Kind != charge.Refund {
			left[rec.Key] += rec.Amount.Minor
		}
	}
	for key, yen := range left {
		if yen < 0 {
			t.Fatalf("%d yen more than was paid go back for %s", -yen, key)
		}
	}
	for _, rec := range all {
		if rec.Kind != charge.Refund && rec.State == charge.Reversing && left[rec.Key] < rec.Amount.Minor {
			t.Fatalf("%s is being reversed beside a refund", rec.Key)
		}
	}
}
