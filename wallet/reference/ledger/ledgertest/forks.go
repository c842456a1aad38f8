package ledgertest

import (
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// testForks: a counter in two codes is one key on two phones. Both are ended;
// what was taken before is collected, and the next phone pays.
func testForks(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 4000)
	copied := *h
	key := till(t)
	before := w.request("S0001-T01-1-9", h.text(t), 100)
	taken := w.clock.Now()
	w.clock.add(time.Second)
	raw := h.show(t)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-1", oda.Encode(raw, oda.Base45), 100)))
	declined(wire.CodeUsed).check(t, w.charge(t, w.request("S0001-T01-1-2", oda.Encode(raw, oda.Decimal), 100))) // shown twice
	if w.Forked() {
		t.Fatal("one code twice is taken for two phones")
	}
	copied.counter = h.counter - 1
	twin := copied.show(t, func(o *oda.Offer) { o.Nonce[0]++ })
	declined(wire.CodeUsed).check(t, w.charge(t, w.request("S0001-T01-1-3", oda.Encode(twin, oda.Base45), 100)))
	if !w.Forked() || w.Forked() {
		t.Fatal("it is told once that there are two phones")
	}
	if denied, err := w.Denied(); err != nil || len(denied) != 1 {
		t.Fatalf("registers are told to deny %v, %v", denied, err)
	}
	for i, phone := range []*handset{h, &copied} {
		phone.counter += 10 + uint32(i)
		declined(wire.Blocked).check(t, w.charge(t, w.request("S0001-T01-2-"+string(rune('1'+i)), phone.text(t), 100)))
	}
	approved.check(t, w.forward(t, key, before, taken))
	w.owns(t, "Hanako", 6000, 3800)
	next := w.phone(t, "Hanako", 1000, 1000)
	approved.check(t, w.charge(t, w.request("S0001-T01-3-1", next.text(t), 100)))
	w.checkBooks(t)
}
