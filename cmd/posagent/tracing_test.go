package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

const (
	posTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	posHop   = "00f067aa0ba902b7"
	posTold  = "00-" + posTrace + "-" + posHop + "-01"
)

// hop is one request as a wallet sees it.
type hop struct{ call, trace, id, state string }

var parentForm = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-0[0-3]$`)

// listener is a wallet that writes down which trace each request is of. While
// it is mute, charges get no answer in time; it knows no key.
type listener struct {
	mu   sync.Mutex
	hops []hop
	mute bool
}

func (l *listener) heard() []hop {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]hop(nil), l.hops...)
}

// of are the hops of one call.
func (l *listener) of(call string) (out []hop) {
	for _, h := range l.heard() {
		if strings.HasPrefix(h.call, call) {
			out = append(out, h)
		}
	}
	return out
}

func (l *listener) setMute(mute bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mute = mute
}

// listening starts such a wallet at the address of a place.
func (p *place) listening(t *testing.T) *listener {
	t.Helper()
	cert, err := tls.LoadX509KeyPair(p.at("wallet.crt"), p.at("wallet.key"))
	check(t, err)
	ca, err := os.ReadFile(p.at("ca.crt"))
	check(t, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	at, err := tls.Listen("tcp", p.walletAddr, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool})
	check(t, err)
	l := &listener{}
	s := &http.Server{Handler: l}
	go func() { _ = s.Serve(at) }()
	t.Cleanup(func() { _ = s.Close() })
	return l
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == wire.PathPing {
		if len(r.Header.Values("traceparent")) > 0 {
			w.WriteHeader(http.StatusTeapot) // nobody asked for it, so it is of no trace
		}
		return
	}
	h := hop{call: r.Method + " " + r.URL.Path, state: r.Header.Get("tracestate")}
	if m := parentForm.FindStringSubmatch(r.Header.Get("traceparent")); m != nil {
		h.trace, h.id = m[1], m[2]
	}
	var in wire.ChargeRequest
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &in)
	l.mu.Lock()
	l.hops = append(l.hops, h)
	mute := l.mute
	l.mu.Unlock()
	a := wire.Answer{Key: in.Key, Kind: wire.KindCharge, Status: wire.Approved, Amount: in.Amount, Currency: in.Currency, Nonce: in.Nonce, Receipt: "W1", At: time.Now()}
	switch {
	case strings.HasSuffix(r.URL.Path, "/reversal"):
		a.Key, a.Status = strings.Split(r.URL.Path, "/")[3], wire.Reversed
	case r.Method == http.MethodGet || mute:
		time.Sleep(time.Second) // longer than the deadline
		return
	}
	_ = json.NewEncoder(w).Encode(a)
}

// sell opens a sale with a code and some headers, and is its answer.
func (p *place) sell(t *testing.T, n int, headers ...string) (s control.Sale) {
	t.Helper()
	body := fmt.Sprintf(`{"amount": 1280, "currency": "JPY", "code": {"text": "97%018d"}}`, n)
	req, err := http.NewRequest(http.MethodPost, p.url+control.PathSales, strings.NewReader(body))
	check(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	req.Header.Set(control.HeaderIdempotencyKey, fmt.Sprint("sale ", n))
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	check(t, err)
	if err := json.Unmarshal(answer, &s); err != nil || s.ID == "" {
		t.Fatalf("%s: %s", resp.Status, answer)
	}
	return s
}

func (p *place) comes(t *testing.T, id string, state charge.State) {
	t.Helper()
	eventually(t, "the sale is "+string(state), func() bool {
		s, err := p.client.Sale(t.Context(), id, 0)
		return err == nil && s.State == string(state)
	})
}

// A program sees its own trace at the wallet, whatever becomes of the charge.
func TestATraceGoesToTheWallet(t *testing.T) {
	p := newPlace(t, "")
	w := p.listening(t)
	agent := p.start(t)
	s := p.sell(t, 1, "traceparent", posTold, "tracestate", "pos=1", "tracestate", "shop=2")
	got := w.of("POST " + wire.PathCharges)
	if s.State != string(charge.Approved) || len(got) != 1 || got[0].trace != posTrace || got[0].id == posHop || got[0].state != "pos=1,shop=2" {
		t.Fatalf("sale %s; the wallet saw %+v", s.State, got)
	}
	if !bytes.Contains(tail(agent.log), []byte(`"trace_id":"`+posTrace+`"`)) {
		t.Error("the log does not name the trace")
	}
	w.setMute(true)
	s = p.sell(t, 2, "traceparent", strings.Replace(posTold, "4bf92f", "aaaaaa", 1))
	p.comes(t, s.ID, charge.Reversed)
	ids, calls := map[string]bool{posHop: true}, map[string]int{}
	for _, h := range w.heard()[1:] {
		if h.trace != strings.Replace(posTrace, "4bf92f", "aaaaaa", 1) || ids[h.id] {
			t.Errorf("%+v is not a hop of its own in the trace of the charge", h)
		}
		ids[h.id] = true
		calls[strings.Split(h.call, " ")[0]+h.call[strings.LastIndex(h.call, "/"):]]++
	}
	if calls["POST/charges"] != 1 || calls["POST/reversal"] == 0 || len(ids) < 4 {
		t.Errorf("the calls were %v", calls)
	}
}

// What is no traceparent is no reason to refuse a sale, and goes no further.
func TestGarbageBeginsANewTrace(t *testing.T) {
	p := newPlace(t, "")
	w := p.listening(t)
	p.start(t)
	for n, headers := range [][]string{
		{},
		{"traceparent", "garbage", "tracestate", "pos=1"},
		{"traceparent", "00-" + strings.Repeat("0", 32) + "-" + posHop + "-01", "tracestate", "pos=1"},
		{"traceparent", strings.ToUpper(posTold)},
		{"traceparent", posTold, "traceparent", posTold, "tracestate", "pos=1"},
		{"traceparent", strings.Repeat("x", 10_000)},
	} {
		s := p.sell(t, n+1, headers...)
		got := w.of("POST " + wire.PathCharges)
		if s.State != string(charge.Approved) || len(got) != n+1 {
			t.Fatalf("%q: sale %s, the wallet saw %+v", headers, s.State, got)
		}
		if h := got[n]; h.trace == "" || h.trace == posTrace || h.state != "" || n > 0 && h.trace == got[n-1].trace {
			t.Errorf("%.60q: the wallet saw %+v", headers, h)
		}
	}
}

// A charge goes on after a restart, in a trace of its own: the old one is not
// kept.
func TestATraceEndsWithTheProcess(t *testing.T) {
	p := newPlace(t, "")
	w := p.listening(t)
	agent := p.start(t)
	w.setMute(true)
	s := p.sell(t, 1, "traceparent", posTold)
	if s.State != string(charge.InDoubt) {
		t.Fatalf("the sale is %s", s.State)
	}
	agent.kill()
	before := len(w.heard())
	p.start(t)
	p.comes(t, s.ID, charge.Reversed)
	after := w.heard()[before:]
	for _, h := range after {
		if h.trace == "" || h.trace == posTrace || h.trace != after[0].trace {
			t.Errorf("after the restart the wallet saw %+v, first %+v", h, after[0])
		}
	}
}
