package server_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// What waits is in the first event, and each change of it is an event of its
// own; a display hears nothing of it.
func TestStreamOfWhatWaits(t *testing.T) {
	s := startAway(t)
	one, screen := s.hear(t, "", bearer("reader")), s.hear(t, "", bearer("screen"))
	first, _ := one.next()
	var r control.Register
	must(t, json.Unmarshal(first.data, &r))
	if want := (control.Offline{Taking: true, LeftCount: 200, LeftAmount: 100_000}); r.Offline == nil || *r.Offline != want {
		t.Fatalf("at first %+v", r.Offline)
	}
	if first, _ := screen.next(); strings.Contains(string(first.data), "offline") {
		t.Errorf("a display reads %s", first.data)
	}
	id := s.prepare(t, "sale", 1280).ID
	want(t, s.scan(t, id, "scan", "OP1:taro/1"), 200)
	told := one.until(control.EventOffline, func(data json.RawMessage) bool { return strings.Contains(string(data), `"count":1`) })
	var o control.Offline
	must(t, json.Unmarshal(told.data, &o))
	if o.Amount != 1280 || o.LeftCount != 199 || o.LeftAmount != 100_000-1280 || !o.Taking || !o.Away || !o.Until.Equal(o.Oldest.Add(24*time.Hour)) || time.Since(o.Oldest) > time.Minute {
		t.Errorf("one waits: %+v", o)
	}
	key := s.ask(t, "GET", "/v1/sales/"+id, nil, bearer("reader")).sale(t).ChargeKey
	want(t, s.resolve(t, key, "write_off", "", bearer("judge")), 200)
	one.until(control.EventOffline, func(data json.RawMessage) bool { return strings.Contains(string(data), `"count":0`) })
	s.prepare(t, "next", 999)
	if e := screen.until(control.EventSale, func(data json.RawMessage) bool { return strings.Contains(string(data), "999") }); strings.Contains(string(e.data), "offline") {
		t.Errorf("a display reads %s", e.data)
	}
}
