package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// event is one event of the stream.
type event struct {
	id, name string
	data     json.RawMessage
}

// stream is an open event stream.
type stream struct {
	t    testing.TB
	resp *http.Response
	scan *bufio.Scanner
}

// hear opens the stream of the shop.
func (s *shop) hear(t testing.TB, query string, headers ...header) *stream {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.url+control.PathEvents+query, nil)
	must(t, err)
	for _, h := range headers {
		req.Header.Add(h.name, h.value)
	}
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	if ct := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || ct != "text/event-stream" {
		t.Fatalf("status %d, %s", resp.StatusCode, ct)
	}
	return &stream{t: t, resp: resp, scan: bufio.NewScanner(resp.Body)}
}

// next is the next event but heartbeats; false at the end of the stream.
func (s *stream) next() (event, bool) {
	var e event
	for s.scan.Scan() {
		name, value, _ := strings.Cut(s.scan.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = json.RawMessage(value)
		case "":
			if e.name != control.EventHeartbeat {
				return e, true
			}
			e = event{}
		default:
			s.t.Fatalf("a line of another kind: %q", s.scan.Text())
		}
	}
	return e, false
}

// until is the next event of this name whose body is such.
func (s *stream) until(name string, such func(json.RawMessage) bool) event {
	s.t.Helper()
	for {
		e, more := s.next()
		if !more {
			s.t.Fatalf("the stream ended before %s", name)
		}
		if e.name == name && such(e.data) {
			return e
		}
	}
}

func inState(state string) func(json.RawMessage) bool {
	return func(data json.RawMessage) bool { return strings.Contains(string(data), `"state":"`+state+`"`) }
}

// ticket is a ticket of a caller.
func (s *shop) ticket(t testing.TB, headers ...header) string {
	t.Helper()
	got := s.ask(t, "POST", control.PathTicket, nil, headers...)
	want(t, got, 200)
	return "?ticket=" + decode[control.Ticket](t, got).Ticket
}

// First the register as it is, then what changes, each with the next number.
func TestStream(t *testing.T) {
	s := start(t)
	one := s.hear(t, "", bearer("reader"))
	first, _ := one.next()
	if first.name != control.EventRegister || first.id != "1" {
		t.Fatalf("%+v", first)
	}
	var r control.Register
	must(t, json.Unmarshal(first.data, &r))
	if r.Sale != nil || len(r.Devices) != 3 || r.Terminal != "T01" || !r.Demo {
		t.Errorf("%+v", r)
	}
	id := s.prepare(t, "sale", 1280).ID
	two := one.until(control.EventSale, inState("prepared"))
	if two.id != "2" {
		t.Errorf("id %s", two.id)
	}
	s.scan(t, id, "wrong", "4901234567894")
	one.until(control.EventRefusal, func(data json.RawMessage) bool { return strings.Contains(string(data), "code.product") })
	s.scan(t, id, "right", goodCode)
	last := one.until(control.EventSale, inState("approved"))
	var sale control.Sale
	must(t, json.Unmarshal(last.data, &sale))
	if sale.Goods != "hand_over" || sale.ChargeKey == "" {
		t.Errorf("%+v", sale)
	}
	// Whoever comes later sees how it is now.
	late, _ := s.hear(t, "", bearer("reader")).next()
	if !inState("approved")(late.data) {
		t.Errorf("%s", late.data)
	}
}

// A display sees the amount and the state, and nothing else, ever.
func TestStreamOfADisplay(t *testing.T) {
	s := start(t)
	one := s.hear(t, "", bearer("screen"))
	first, _ := one.next()
	body := control.NewSale{Amount: 1280, Currency: "JPY", Reference: "A-0042", Lines: []control.Line{{Name: "痔の薬", Quantity: 1, Amount: 1280, Rate: "standard"}}}
	got := s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("sale"))
	want(t, got, 200)
	id := got.sale(t).ID
	s.scan(t, id, "wrong", "4901234567894")
	s.scan(t, id, "right", goodCode)
	shown := []event{first}
	for {
		e, _ := one.next()
		shown = append(shown, e)
		if inState("approved")(e.data) {
			break
		}
	}
	for _, e := range shown {
		var fields map[string]any
		must(t, json.Unmarshal(e.data, &fields))
		switch e.name {
		case control.EventRegister:
		case control.EventSale:
			for name, value := range fields {
				switch name {
				case "amount", "currency", "state", "goods", "checking":
				default:
					if value != "" && value != "0001-01-01T00:00:00Z" {
						t.Errorf("a display sees %s: %v", name, value)
					}
				}
			}
		default:
			t.Errorf("a display gets %s: %s", e.name, e.data)
		}
		for _, secret := range []string{"A-0042", "薬", "S0001", "900081", "PP-0001", "product", "printer0", id} {
			if strings.Contains(string(e.data), secret) {
				t.Errorf("a display sees %s: %s", secret, e.data)
			}
		}
	}
}

// A ticket opens one stream, once, for its own caller, within half a minute.
func TestTickets(t *testing.T) {
	s := start(t)
	refused := func(query string) {
		t.Helper()
		want(t, s.ask(t, "GET", control.PathEvents+query, nil), http.StatusUnauthorized)
	}
	q := s.ticket(t, bearer("screen"))
	one := s.hear(t, q)
	first, _ := one.next()
	if strings.Contains(string(first.data), "printer0") {
		t.Error("a display's ticket shows more than a display sees")
	}
	refused(q)
	old := s.ticket(t, bearer("till"))
	s.pass(31 * time.Second)
	refused(old)
	fresh := s.ticket(t, bearer("till"))
	s.pass(29 * time.Second)
	s.hear(t, fresh)
	refused("?ticket=")
	refused("?ticket=nothing")
	refused("")
	// A ticket is for the stream alone.
	want(t, s.ask(t, "GET", control.PathCharges+s.ticket(t, bearer("till")), nil), http.StatusUnauthorized)
	want(t, s.ask(t, "POST", control.PathTicket, nil, bearer("none")), http.StatusForbidden)
}

// Unused tickets do not pile up.
func TestTicketsAreFew(t *testing.T) {
	s := start(t)
	for range 300 {
		s.ticket(t, bearer("screen"))
	}
	s.hear(t, s.ticket(t, bearer("screen"))) // the newest is good
}

// A silent stream says every five seconds that it lives, and ends when its
// reader goes away or its session is over.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newStore())
		ctx, leave := context.WithCancel(t.Context())
		w, done := newPaper(), make(chan bool)
		go func() {
			s.server.Handler().ServeHTTP(w, by("till", "GET", control.PathEvents, nil).WithContext(ctx))
			close(done)
		}()
		time.Sleep(16 * time.Second)
		synctest.Wait()
		if n := strings.Count(w.text(), "event: heartbeat\ndata: {}\n\n"); n != 3 {
			t.Errorf("%d heartbeats in 16 s:\n%s", n, w.text())
		}
		if w.flushed < 4 {
			t.Errorf("flushed %d times", w.flushed)
		}
		leave()
		<-done
	})
}

// Somebody who does not read holds up nobody: sales go on, other readers hear
// of them, and the register can leave.
func TestSlowReader(t *testing.T) {
	s := start(t)
	full := make(chan struct{})
	var slow []chan bool
	ctx, leave := context.WithCancel(t.Context())
	for range 10 {
		done := make(chan bool)
		slow = append(slow, done)
		stuck := newPaper()
		stuck.full = full
		go func() {
			s.server.Handler().ServeHTTP(stuck, by("reader", "GET", control.PathEvents, nil).WithContext(ctx))
			close(done)
		}()
	}
	quick := s.hear(t, "", bearer("reader"))
	quick.next()
	for n := range 20 {
		id := s.prepare(t, fmt.Sprint("sale ", n), int64(100+n)).ID
		got := s.scan(t, id, "scan", codeNumber(n))
		want(t, got, 200)
		key := got.sale(t).ChargeKey
		quick.until(control.EventSale, func(data json.RawMessage) bool {
			return inState("approved")(data) && strings.Contains(string(data), key)
		})
	}
	leave()
	close(full)
	for _, done := range slow {
		<-done
	}
}

// A slow reader misses steps in between, never the last word.
func TestLastWord(t *testing.T) {
	s := start(t)
	one := s.hear(t, "", bearer("reader"))
	one.next()
	s.wallet.will(charge.Decline, charge.ReasonFunds)
	for n := range 200 { // far more than the buffers between us hold unread
		id := s.prepare(t, fmt.Sprint("sale ", n), int64(100+n)).ID
		s.scan(t, id, "scan", codeNumber(n))
	}
	s.prepare(t, "last", 999_999)
	one.until(control.EventSale, func(data json.RawMessage) bool { return strings.Contains(string(data), `"amount":999999`) })
}
