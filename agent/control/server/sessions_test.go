package server_test

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// session is an operator who signed in.
type session struct {
	cookie, secret string
	control.Session
}

// both are the two halves: the cookie, and the secret.
func (s session) both() []header {
	return []header{{"Cookie", "posagent_session=" + s.cookie}, {control.HeaderSession, s.secret}}
}

func (s *shop) signIn(t testing.TB, operator, pin string) session {
	t.Helper()
	got := s.ask(t, "POST", control.PathSession, control.SignIn{Operator: operator, PIN: pin})
	want(t, got, 200)
	out := session{Session: decode[control.Session](t, got)}
	out.secret = out.Secret
	cookie, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
	must(t, err)
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge <= 0 {
		t.Fatalf("the cookie may go elsewhere: %v", cookie)
	}
	out.cookie = cookie.Value
	if len(out.secret) < 26 || len(out.cookie) < 26 || out.secret == out.cookie {
		t.Fatal("the two halves can be guessed")
	}
	return out
}

func (s *shop) socket(t testing.TB) *control.Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "api.sock")
	l, err := net.Listen("unix", path)
	must(t, err)
	web := &http.Server{Handler: s.server.Handler(), ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return server.OnSocket(ctx) }}
	go func() { _ = web.Serve(l) }()
	t.Cleanup(func() { _ = web.Close() })
	return control.Dial("unix:"+path, "")
}

func readiness(err *error) func(*server.Options) {
	return func(o *server.Options) { o.Ready = func() error { return *err } }
}

func TestSignIn(t *testing.T) {
	s := start(t)
	who := s.signIn(t, "", cashierPIN) // the PIN alone says who
	if who.Operator != "hanako" || who.Name != "花子" || who.Role != "cashier" || who.Terminal != "T01" || who.Store != "みほん商店" {
		t.Errorf("%+v", who.Session)
	}
	got := s.ask(t, "GET", control.PathSession, nil, who.both()...)
	want(t, got, 200)
	if now := decode[control.Session](t, got); now.Operator != "hanako" || now.Secret != "" || !now.Expires.Equal(who.Expires) {
		t.Errorf("%+v", now)
	}
	opened := s.ask(t, "POST", control.PathSales, control.NewSale{Amount: 100, Currency: "JPY"}, append(who.both(), wish("a"))...)
	want(t, opened, 200)
	one := decode[control.Charge](t, s.ask(t, "GET", "/v1/charges/"+opened.sale(t).ChargeKey, nil, bearer("reader")))
	if len(one.Steps) == 0 || one.Steps[0].By != "cashier" {
		t.Errorf("the journal does not say who: %+v", one.Steps)
	}
	if !strings.Contains(s.log.String(), `"signed in"`) || strings.Contains(s.log.String(), cashierPIN) {
		t.Error("the log must say that someone signed in, and not with which PIN")
	}
}

func TestSignOut(t *testing.T) {
	s := start(t)
	one, other := s.signIn(t, "hanako", cashierPIN), s.signIn(t, "hanako", cashierPIN)
	// Half a session ends nothing.
	want(t, s.ask(t, "DELETE", control.PathSession, nil, one.both()[0]), 401)
	want(t, s.ask(t, "GET", control.PathSession, nil, one.both()...), 200)
	// A program that carries someone's cookie does not end that session.
	want(t, s.ask(t, "DELETE", control.PathSession, nil, one.both()[0], bearer("till")), 204)
	want(t, s.ask(t, "GET", control.PathSession, nil, one.both()...), 200)

	got := s.ask(t, "DELETE", control.PathSession, nil, one.both()...)
	want(t, got, 204)
	if cookie, err := http.ParseSetCookie(got.header.Get("Set-Cookie")); err != nil || cookie.MaxAge >= 0 || cookie.Value != "" {
		t.Errorf("the browser keeps its cookie: %v", got.header)
	}
	want(t, s.ask(t, "GET", control.PathSession, nil, one.both()...), 401)
	want(t, s.ask(t, "GET", control.PathSession, nil, other.both()...), 200)
}

func TestSessionExpires(t *testing.T) {
	s := start(t)
	who := s.signIn(t, "hanako", cashierPIN)
	s.pass(12*time.Hour - time.Minute)
	want(t, s.ask(t, "GET", control.PathSession, nil, who.both()...), 200)
	s.pass(2 * time.Minute)
	want(t, s.ask(t, "GET", control.PathSession, nil, who.both()...), 401)
}

// A register has one page, not a thousand: the oldest sessions make room.
func TestSessionsAreFew(t *testing.T) {
	s := start(t)
	first := s.signIn(t, "hanako", cashierPIN)
	for range 64 {
		s.pass(time.Second)
		s.signIn(t, "hanako", cashierPIN)
	}
	want(t, s.ask(t, "GET", control.PathSession, nil, first.both()...), 401)
}

// Five wrong PINs, and the register waits: it says for how long, looks at no
// PIN meanwhile, and never says what was wrong.
func TestSignInThrottle(t *testing.T) {
	s := start(t)
	wrong := map[string]bool{}
	for i, in := range []control.SignIn{{Operator: "hanako", PIN: "0000"}, {Operator: "nobody", PIN: cashierPIN}, {PIN: "1111"}, {Operator: "taro", PIN: cashierPIN}, {Operator: "hanako", PIN: "999999999999"}} {
		got := s.ask(t, "POST", control.PathSession, in)
		if got.status != http.StatusUnauthorized {
			t.Fatalf("try %d: status %d: %s", i, got.status, got.body)
		}
		wrong[string(got.body)] = true
		if got.header.Get("Set-Cookie") != "" || got.problem(t).Text == "" {
			t.Errorf("%v %s", got.header, got.body)
		}
	}
	if len(wrong) != 1 {
		t.Errorf("the answers tell what was wrong: %v", wrong)
	}
	got := s.ask(t, "POST", control.PathSession, control.SignIn{Operator: "hanako", PIN: cashierPIN})
	want(t, got, http.StatusTooManyRequests)
	if after, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || after < 1 || after > 300 {
		t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
	}
	if p := got.problem(t); p.Why != "sign_in.waiting" || p.TextE == "" {
		t.Errorf("%+v", p)
	}
	if strings.Count(s.log.String(), "sign-in failed") != 6 {
		t.Error("the log must tell of every failure")
	}
}

// What is no PIN at all counts as no try, and does not come back.
func TestSignInBody(t *testing.T) {
	s := start(t)
	for body, status := range map[string]int{
		`{"operator": "hanako", "pin": "12"}`:                  422,
		`{"operator": "hanako", "pin": "8254825482548254"}`:    422,
		`{"operator": "hanako", "pin": 8254}`:                  422,
		`{"operator": "hanako", "pin": "8254", "x": 1}`:        422,
		`{"operator": "hanako", "pin": "8254"`:                 400,
		`{"operator": "hanako", "pin": "0", "pin": "8254"}`:    400,
		`operator=hanako&pin=8254`:                             400,
		`{"pin": "8254", "operator": "` + tooLong(33) + `"}`:   422,
		`{"pin": "8254", "operator": "` + tooLong(1000) + `"}`: 413,
	} {
		got := s.ask(t, "POST", control.PathSession, body)
		if got.status != status {
			t.Errorf("%s: status %d, want %d", body, got.status, status)
		}
		if strings.Contains(string(got.body), "8254") {
			t.Errorf("the PIN comes back: %s", got.body)
		}
	}
	s.signIn(t, "hanako", cashierPIN)
}

func tooLong(n int) string { return strings.Repeat("x", n) }
