package phone_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/posagent/posagent/wallet/reference/risk"
	"github.com/posagent/posagent/wallet/reference/topup"
	"github.com/posagent/posagent/wallet/reference/topup/mock"
	"github.com/posagent/posagent/wallet/reference/topupdb"
)

// desk takes top-ups over a file of its own.
func (d *door) desk() *topup.Desk {
	d.t.Helper()
	store, err := topupdb.Open(filepath.Join(d.t.TempDir(), "topups.db"), nil)
	check(d.t, err)
	d.t.Cleanup(func() { store.Close() })
	return topup.New(topup.Options{
		Store: store, Books: d.books, Sources: map[string]topup.Source{"card": &mock.Source{}},
		Stopped: func() bool { return false }, Held: func(string) error { return nil }, Rules: func() risk.Rules { return risk.Default }, Clock: d.clock,
	})
}

func (h *handset) topUp(id string, yen int64) map[string]any {
	h.t.Helper()
	return map[string]any{"id": id, "source": "card", "amount": yen, "signed": h.signed("topup", fmt.Sprintf("%s card %d", id, yen))}
}

// Money from a card wants the phone and a second factor, and comes once.
func TestTopUps(t *testing.T) {
	d := newDoor(t)
	h := d.joins("hanako@example.jp")
	if out := h.does("POST", "/topups", h.topUp("a", 2000)); out["state"] != "credited" {
		t.Errorf("%v", out)
	}
	h.does("POST", "/topups", h.topUp("a", 2000))
	h.refused("closed", "POST", "/topups", h.topUp("a", 3000))
	if me := h.does("GET", "/me", nil); me["balance"] != 10_000.0 {
		t.Errorf("%v", me)
	}
	d.add(6 * time.Minute)
	h.refused("prove", "POST", "/topups", h.topUp("b", 2000))
	code, err := totp.GenerateCode(h.totp, d.clock())
	check(t, err)
	h.does("POST", "/prove", map[string]string{"password": "a quiet red bicycle", "code": code})
	if out := h.does("POST", "/topups", h.topUp("b", 2013)); out["state"] != "refused" {
		t.Errorf("a card that declines: %v", out)
	}
	h.refused("invalid", "POST", "/topups", h.topUp("c", 0))
	rows := h.does("GET", "/history", nil)["entries"].([]any)
	if len(rows) != 1 || rows[0].(map[string]any)["store"] != "source:card" {
		t.Errorf("%v", rows)
	}
	h.does("POST", "/freeze", nil)
	h.refused("frozen", "POST", "/topups", h.topUp("d", 1000))
}
