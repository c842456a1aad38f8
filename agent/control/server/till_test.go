package server_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

func why(t *testing.T, err error) string {
	t.Helper()
	var p *control.Error
	if !errors.As(err, &p) {
		t.Fatalf("%v is no problem", err)
	}
	return p.Why
}

// A register by a line is somebody of its own, whose wish is one sale.
func TestATillByALine(t *testing.T) {
	s := start(t)
	till, other := s.server.Till("old"), s.server.Till("other")
	first, err := till.Prepare("2026-11-27-0001", "2026-11-27-0001 R", 100, "JPY")
	must(t, err)
	again, err := till.Prepare("2026-11-27-0001", "2026-11-27-0001 R", 100, "JPY")
	must(t, err)
	if again.ID != first.ID || again.ChargeKey != first.ChargeKey {
		t.Errorf("%+v, then %+v", first, again)
	}
	if _, err := till.Prepare("2026-11-27-0001", "2026-11-27-0001 R", 101, "JPY"); why(t, err) != "sale.conflict" {
		t.Error(err)
	}
	if _, err := till.Prepare("2026-11-27-0001", "2026-11-27-0001 S", 100, "JPY"); why(t, err) != "sale.conflict" {
		t.Error(err)
	}
	if _, err := other.Sale(t.Context(), "2026-11-27-0001", 0); why(t, err) != "sale.unknown" {
		t.Error(err)
	}
	if _, err := till.Prepare("2026-11-27-0002", "", 0, "JPY"); why(t, err) != "invalid" {
		t.Error(err)
	}
	want(t, s.scan(t, first.ID, "a", codeNumber(1)), 200)
	paid, err := till.Sale(t.Context(), "2026-11-27-0001", time.Minute)
	must(t, err)
	if paid.State != "approved" || paid.Goods != "hand_over" {
		t.Errorf("%+v", paid)
	}
	if after, err := till.Cancel("2026-11-27-0001"); err != nil || after.State != "approved" {
		t.Errorf("a cancel gives nothing back: %+v, %v", after, err)
	}
	if _, err := till.Cancel("2026-11-27-0003"); why(t, err) != "sale.unknown" {
		t.Error(err)
	}
	if printed, err := till.Reprint("2026-11-27-0001"); err != nil || printed.ChargeKey != paid.ChargeKey {
		t.Errorf("%+v, %v", printed, err)
	}
	links, err := s.books.Journal(0, 100)
	must(t, err)
	notes := 0
	for _, l := range links {
		if strings.Contains(l.Note, "was refused sale 2026-11-27-0001 of link:old") {
			notes++
		}
	}
	if notes != 1 {
		t.Errorf("%d notes of refusals: they come every ten seconds at most", notes)
	}
}
