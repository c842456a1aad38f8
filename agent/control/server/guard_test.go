package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// A page of another site reaches 127.0.0.1 under a name of its own (DNS
// rebinding). Only names that are ours get an answer.
func TestHost(t *testing.T) {
	s := start(t)
	port := s.url[strings.LastIndex(s.url, ":"):]
	for host, status := range map[string]int{
		"127.0.0.1" + port:            http.StatusOK,
		"127.0.0.1":                   http.StatusOK,
		"localhost" + port:            http.StatusOK,
		"LocalHost" + port:            http.StatusOK,
		"[::1]" + port:                http.StatusOK,
		"[::1]":                       http.StatusOK,
		"till1.shop.example":          http.StatusOK, // configured, in other letters
		"till1.shop.example:443":      http.StatusOK,
		"till2.shop.example":          http.StatusMisdirectedRequest,
		"evil.example":                http.StatusMisdirectedRequest,
		"evil.example" + port:         http.StatusMisdirectedRequest,
		"127.0.0.1.evil.example":      http.StatusMisdirectedRequest,
		"localhost.evil.example":      http.StatusMisdirectedRequest,
		"evil.example.":               http.StatusMisdirectedRequest,
		"127.0.0.2":                   http.StatusMisdirectedRequest,
		"2130706433":                  http.StatusMisdirectedRequest, // 127.0.0.1 as one number
		"0.0.0.0" + port:              http.StatusMisdirectedRequest,
		"[::ffff:127.0.0.1]" + port:   http.StatusMisdirectedRequest,
		"192.168.1.5" + port:          http.StatusMisdirectedRequest,
		"127.0.0.1:7070:evil.example": http.StatusMisdirectedRequest,
	} {
		got := s.ask(t, "GET", control.PathCharges, nil, bearer("reader"), header{"Host", host})
		if got.status != status {
			t.Errorf("Host %s: status %d, want %d", host, got.status, status)
		}
		if status == http.StatusMisdirectedRequest && got.problem(t).Why != "host" {
			t.Errorf("Host %s: %s", host, got.body)
		}
	}
}

// A name with a port in the settings stands for that name.
func TestHostWithPortInTheSettings(t *testing.T) {
	s := start(t, hosts("pos.local:7070"))
	for _, host := range []string{"pos.local:7070", "pos.local"} {
		want(t, s.ask(t, "GET", control.PathHealthz, nil, header{"Host", host}), http.StatusOK)
	}
}

// What browsers say of a page of elsewhere is believed, for reads as well: a
// read may hold a ticket or a secret, and a write may be a charge.
func TestOrigin(t *testing.T) {
	s := start(t)
	cases := []struct {
		name   string
		head   []header
		ok     bool
		status int // of a write, when it is not refused: 400, its body is wrong
	}{
		{name: "no browser", ok: true},
		{name: "our page", head: []header{{"Origin", s.url}, {"Sec-Fetch-Site", "same-origin"}}, ok: true},
		{name: "typed by hand", head: []header{{"Sec-Fetch-Site", "none"}}, ok: true},
		{name: "a configured page", head: []header{{"Origin", "https://pos.example"}, {"Sec-Fetch-Site", "cross-site"}}, ok: true},
		{name: "another site", head: []header{{"Origin", "https://evil.example"}}},
		{name: "another site says so", head: []header{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}}},
		{name: "a sandboxed frame or a file", head: []header{{"Origin", "null"}}},
		{name: "no origin, but cross-site", head: []header{{"Sec-Fetch-Site", "cross-site"}}},
		{name: "another port of this machine", head: []header{{"Sec-Fetch-Site", "same-site"}}},
		{name: "another port of this machine says so", head: []header{{"Origin", "http://127.0.0.1:1"}, {"Sec-Fetch-Site", "same-site"}}},
		{name: "the configured page in http", head: []header{{"Origin", "http://pos.example"}}},
		{name: "a longer name", head: []header{{"Origin", "https://pos.example.evil.example"}}},
		{name: "our name with another port", head: []header{{"Origin", "http://127.0.0.1"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			head := append(c.head, bearer("till"))
			read := s.ask(t, "GET", control.PathCharges, nil, head...)
			write := s.ask(t, "POST", control.PathSales, "{", append(head, wish("origin"))...)
			if c.ok {
				want(t, read, http.StatusOK)
				want(t, write, http.StatusBadRequest)
				return
			}
			want(t, read, http.StatusForbidden)
			want(t, write, http.StatusForbidden)
			if p := write.problem(t); p.Why != "origin" {
				t.Errorf("%+v", p)
			}
		})
	}
	if s.wallet.asked() != 0 {
		t.Error("a refused request reached the wallet")
	}
}

// A link from a mail may open the page; it may not open the API.
func TestNavigation(t *testing.T) {
	s := start(t, pages("the page"))
	from := []header{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}}
	want(t, s.ask(t, "GET", "/pos", nil, from...), http.StatusOK)
	want(t, s.ask(t, "GET", control.PathOpenSale, nil, from...), http.StatusForbidden)
	want(t, s.ask(t, "GET", control.PathMetrics, nil, from...), http.StatusForbidden)
}

// A browser asks before it calls from another origin. Only the configured one
// hears yes, and it never hears that cookies may come along.
func TestPreflight(t *testing.T) {
	s := start(t)
	ask := func(origin string) reply {
		return s.ask(t, "OPTIONS", control.PathSales, nil, header{"Origin", origin}, header{"Access-Control-Request-Method", "POST"},
			header{"Access-Control-Request-Headers", "authorization, content-type, idempotency-key"}, header{"Access-Control-Request-Private-Network", "true"})
	}
	yes := ask("https://pos.example")
	want(t, yes, http.StatusNoContent)
	for name, value := range map[string]string{
		"Access-Control-Allow-Origin": "https://pos.example", "Access-Control-Allow-Credentials": "", "Access-Control-Allow-Private-Network": "true",
	} {
		if got := yes.header.Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	for _, name := range []string{"authorization", "content-type", "idempotency-key"} {
		if !strings.Contains(strings.ToLower(yes.header.Get("Access-Control-Allow-Headers")), name) {
			t.Errorf("the header %s is not allowed", name)
		}
	}
	no := ask("https://evil.example")
	want(t, no, http.StatusForbidden)
	if got := no.header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("another site hears %q", got)
	}
	// An answer to the configured page can be read by it, a problem too.
	got := s.ask(t, "GET", control.PathCharges, nil, header{"Origin", "https://pos.example"})
	want(t, got, http.StatusUnauthorized)
	if got.header.Get("Access-Control-Allow-Origin") != "https://pos.example" || !strings.Contains(got.header.Get("Vary"), "Origin") {
		t.Errorf("%v", got.header)
	}
	if got := s.ask(t, "GET", control.PathHealthz, nil); got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("an answer to no browser allows an origin")
	}
}

// Whoever asks in a way that nobody answers gets a problem like all others.
func TestLost(t *testing.T) {
	s := start(t)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/v1/nothing", http.StatusNotFound, ""},
		{"GET", "/", http.StatusFound, ""},
		{"GET", "/nothing", http.StatusNotFound, ""},
		{"DELETE", control.PathSales, http.StatusMethodNotAllowed, "POST"},
		{"OPTIONS", control.PathSales, http.StatusMethodNotAllowed, "POST"},
		{"PUT", control.PathHealthz, http.StatusMethodNotAllowed, "GET, HEAD"},
		{"HEAD", control.PathHealthz, http.StatusOK, ""},
		{"HEAD", control.PathCharges, http.StatusOK, ""},
		{"HEAD", control.PathEvents, http.StatusMethodNotAllowed, "GET"}, // a stream that nobody reads would never end
		{"TRACE", control.PathCharges, http.StatusMethodNotAllowed, "GET, HEAD"},
		{"POST", "/v1/charges/../sales", http.StatusTemporaryRedirect, ""},
	} {
		got := s.ask(t, c.method, c.path, nil, bearer("till"))
		if got.status != c.status {
			t.Errorf("%s %s: status %d, want %d: %s", c.method, c.path, got.status, c.status, got.body)
			continue
		}
		if c.status >= 400 && c.method != "HEAD" {
			got.problem(t)
		}
		if allow := got.header.Get("Allow"); allow != c.allow {
			t.Errorf("%s %s: Allow is %q, want %q", c.method, c.path, allow, c.allow)
		}
	}
}

// Every answer says that it is ours alone.
func TestHeaders(t *testing.T) {
	s := start(t)
	for _, path := range []string{control.PathCharges, control.PathMetrics, control.PathOpenAPI, "/v1/nothing"} {
		got := s.ask(t, "GET", path, nil, bearer("reader"))
		for name, value := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": "",
		} {
			if got := got.header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
	}
}
