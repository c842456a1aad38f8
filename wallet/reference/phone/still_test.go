package phone_test

import (
	"testing"
	"time"
)

// What a phone may sign by itself ends with freezing, and with the phone:
// registers without a network hear it too.
func TestWhatAPhoneSignsByItselfEnds(t *testing.T) {
	d := newDoor(t)
	h := d.joins("hanako@example.jp")
	denied := func(want int) {
		t.Helper()
		all, err := d.books.Denied()
		check(t, err)
		if len(all) != want {
			t.Errorf("%d certificates are denied, want %d", len(all), want)
		}
	}
	certificate := func(h *handset) {
		t.Helper()
		h.does("POST", "/certificates", map[string]any{"per_charge": 1000, "cumulative": 1000, "hours": 24, "signed": h.signed("certificate", "1000 1000 24")})
	}
	certificate(h)
	denied(0)
	h.does("POST", "/freeze", nil)
	denied(1)
	h.refused("frozen", "POST", "/certificates", map[string]any{"per_charge": 1000, "cumulative": 1000, "hours": 24, "signed": h.signed("certificate", "1000 1000 24")})
	h.does("POST", "/unfreeze", nil)
	certificate(h) // the same phone goes on
	denied(1)
	d.add(time.Minute)
	next := *h
	next.has("new phone")
	denied(1)
	h.does("POST", "/phones/"+next.id+"/agree", h.signed("agree", next.id))
	denied(2)
	certificate(&next)
	denied(2)
	next.does("DELETE", "/phones/"+next.id, nil)
	denied(3)
}
