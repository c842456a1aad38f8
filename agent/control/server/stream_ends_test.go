package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// A stream ends with the session that opened it.
func TestStreamEndsWithItsSession(t *testing.T) {
	s := start(t)
	who, other := s.signIn(t, "hanako", cashierPIN), s.signIn(t, "taro", managerPIN)
	one, two := s.hear(t, s.ticket(t, who.both()...)), s.hear(t, s.ticket(t, other.both()...))
	one.next()
	two.next()
	unused := s.ticket(t, who.both()...)
	want(t, s.ask(t, "DELETE", control.PathSession, nil, who.both()...), 204)
	if e, more := one.next(); more {
		t.Errorf("%+v came after the end of the session", e)
	}
	want(t, s.ask(t, "GET", control.PathEvents+unused, nil), http.StatusUnauthorized)
	s.prepare(t, "sale", 100)
	two.until(control.EventSale, inState("prepared"))
}

// It ends at once, and not when the next heartbeat is due.
func TestStreamEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newStore())
		serve := func(method, path, body string, head ...header) *paper {
			w, r := newPaper(), httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
			for _, h := range head {
				r.Header.Add(h.name, h.value)
			}
			s.server.Handler().ServeHTTP(w, r)
			return w
		}
		var who session
		signIn := func() {
			in := serve("POST", control.PathSession, `{"operator": "hanako", "pin": "`+cashierPIN+`"}`)
			must(t, json.Unmarshal(in.body.Bytes(), &who.Session))
			cookie, err := http.ParseSetCookie(in.head.Get("Set-Cookie"))
			must(t, err)
			who.cookie, who.secret = cookie.Value, who.Secret
		}
		signIn()
		listen := func() chan time.Duration {
			done, began := make(chan time.Duration), time.Now()
			go func() {
				serve("GET", control.PathEvents, "", who.both()...)
				done <- time.Since(began)
			}()
			return done
		}
		first := listen()
		time.Sleep(time.Second)
		serve("DELETE", control.PathSession, "", who.both()...)
		if took := <-first; took != time.Second {
			t.Errorf("it ended %v after the sign-out", took-time.Second)
		}
		signIn()
		// The end of the session's time is seen with the next heartbeat.
		if took := <-listen(); took < 12*time.Hour || took > 12*time.Hour+10*time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
}

// A stream ends when the agent does, so that it need not wait for pages.
func TestStreamEndsWithTheAgent(t *testing.T) {
	s := start(t)
	var all []*stream
	for _, who := range []string{"screen", "reader", "till", "hanako"} {
		for range 12 {
			one := s.hear(t, "", bearer(who))
			one.next()
			all = append(all, one)
		}
	}
	s.server.Close()
	for _, one := range all {
		if e, more := one.next(); more {
			t.Errorf("%+v", e)
		}
		if err := one.scan.Err(); err != nil {
			t.Errorf("it broke off instead of ending: %v", err)
		}
	}
	// A new one gets the register and ends.
	late := s.hear(t, "", bearer("screen"))
	if first, _ := late.next(); first.name != control.EventRegister {
		t.Errorf("%+v", first)
	}
	if _, more := late.next(); more {
		t.Error("it goes on")
	}
}
