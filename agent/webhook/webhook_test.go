package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/webhook"
)

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // of the specification's example
	newSecret = "whsec_bmV3IHNlY3JldCBvZiAzMiBieXRlcywgZXhhY3RseSE="
)

// receiver is another program: a real TLS server with an implementation of the
// signature of its own.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []string // webhook-id, in the order of coming, when the signature was right
	answer func(id string, n int) int
	calls  int
}

func newReceiver(t *testing.T, answer func(id string, n int) int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	id := req.Header.Get("webhook-id")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if !verified(oldSecret, req.Header, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	status := r.answer(id, r.calls)
	if status < 300 {
		r.got = append(r.got, id)
	}
	w.Header().Set("Location", r.URL+"/elsewhere")
	w.WriteHeader(status)
}

func (r *receiver) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// verified is the receiver's side of Standard Webhooks.
func verified(secret string, h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + string(body)))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return slices.Contains(strings.Fields(h.Get("webhook-signature")), want)
}

// feed is a journal of numbers, and keeps places.
type feed struct {
	mu     sync.Mutex
	end    int64
	places map[string]webhook.Place
}

func (f *feed) End() (int64, error) { f.mu.Lock(); defer f.mu.Unlock(); return f.end, nil }

func (f *feed) After(n int64) (out []webhook.Event, last int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for last = n; last < f.end; {
		last++
		kind := "charge.approved"
		if last%3 == 0 {
			kind = "refund.approved"
		}
		out = append(out, webhook.Event{N: last, ID: fmt.Sprint("e", last), Type: kind, Data: map[string]int64{"n": last}})
	}
	return out, last, nil
}

func (f *feed) Keep(p webhook.Place) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.places[p.Name] = p
	return nil
}

func (f *feed) Places() (out []webhook.Place, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.places {
		out = append(out, p)
	}
	return out, nil
}

func (r *receiver) endpoint(allowed string, secrets string, events ...string) webhook.Endpoint {
	e := webhook.Endpoint{
		Name: "books", URL: r.URL, Events: events, Secrets: func() ([]webhook.Secret, error) { return webhook.ReadSecrets(secrets) },
		Roots: func() ([]byte, error) {
			return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw}), nil
		},
	}
	if allowed != "" {
		e.Allowed = []netip.Prefix{netip.MustParsePrefix(allowed)}
	}
	return e
}

// courier is one that has begun before anything happened.
func courier(t *testing.T, f *feed, e webhook.Endpoint) *webhook.Courier {
	t.Helper()
	c, err := webhook.New(webhook.Options{
		Endpoints: []webhook.Endpoint{e}, Feed: f, Memory: f, Now: time.Now, Spread: func() float64 { return 0 },
		Changed: func() <-chan struct{} { return nil }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run runs a courier until holds.
func run(t *testing.T, c *webhook.Courier, holds func() bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { c.Run(ctx); close(done) }()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Error("it did not come to that")
			break
		}
	}
	stop()
	<-done
}

// All that happens arrives in its order, signed, and is not sent again after a
// restart; what an endpoint did not ask for is passed over.
func TestEventsArriveInOrder(t *testing.T) {
	r := newReceiver(t, func(string, int) int { return 204 })
	f := &feed{places: map[string]webhook.Place{}}
	e := r.endpoint("127.0.0.0/8", oldSecret, "charge.*")
	c := courier(t, f, e)
	f.end = 4
	run(t, c, func() bool { return c.List()[0].N == 4 })
	f.end = 8
	c = courier(t, f, e)
	run(t, c, func() bool { return c.List()[0].N == 8 })
	if got := fmt.Sprint(r.ids()); got != "[e1 e2 e4 e5 e7 e8]" {
		t.Errorf("it got %s", got)
	}
}

// What is not taken comes again before anything behind it, also when the
// program ends meanwhile; a redirect is not followed and not taken for success.
func TestNothingIsLostOrOvertakes(t *testing.T) {
	r := newReceiver(t, func(id string, n int) int {
		return []int{200, 500, 302, 404, 200, 200, 200}[min(n-1, 6)]
	})
	f := &feed{places: map[string]webhook.Place{}}
	e := r.endpoint("127.0.0.0/8", oldSecret)
	c := courier(t, f, e)
	f.end = 3
	for failed := 2; failed <= 4; failed++ { // each start tries once
		run(t, c, func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.calls >= failed })
		c = courier(t, f, e)
	}
	run(t, c, func() bool { return c.List()[0].N == 3 })
	if got := fmt.Sprint(r.ids()); got != "[e1 e2 e3]" {
		t.Errorf("it got %s", got)
	}
	if !f.places["books"].Since.IsZero() {
		t.Error("it counts as failing after a success")
	}
}

// 410 ends it, over a restart, until somebody enables it; then nothing between
// is missing.
func TestGoneIsOffUntilEnabled(t *testing.T) {
	r := newReceiver(t, func(_ string, n int) int {
		if n == 1 {
			return 410
		}
		return 200
	})
	f := &feed{places: map[string]webhook.Place{}}
	e := r.endpoint("127.0.0.0/8", oldSecret)
	c := courier(t, f, e)
	f.end = 2
	run(t, c, func() bool { return c.List()[0].Off == webhook.OffGone })
	c = courier(t, f, e)
	if s := c.List()[0]; s.Off != webhook.OffGone || s.N != 0 {
		t.Errorf("after a restart it is %+v", s)
	}
	if err := c.Enable("books"); err != nil {
		t.Fatal(err)
	}
	run(t, c, func() bool { return c.List()[0].N == 2 })
	if err := c.Enable("nobody"); err == nil {
		t.Error("an endpoint that is not there was enabled")
	}
}

// While a key is changed both sign, and a receiver that has either is content.
func TestBothKeysSign(t *testing.T) {
	r := newReceiver(t, func(string, int) int { return 200 })
	f := &feed{places: map[string]webhook.Place{}}
	for secrets, ok := range map[string]bool{oldSecret: true, newSecret + "\n" + oldSecret + "\n": true, newSecret: false} {
		a, err := courier(t, f, r.endpoint("127.0.0.0/8", secrets)).Test(t.Context(), "books", "data")
		if err != nil || a.OK() != ok {
			t.Errorf("%s: %+v, %v", secrets, a, err)
		}
	}
	for _, bad := range []string{"", "secret", "whsec_short", "whsec_AAAA", oldSecret + "\n" + oldSecret + "\n" + oldSecret} {
		if _, err := webhook.ReadSecrets(bad); err == nil {
			t.Errorf("%q was taken for a secret", bad)
		}
	}
}

// An address of this machine is refused when it is dialled, whatever name led
// there; nothing is sent.
func TestPrivateAddressesAreNotDialled(t *testing.T) {
	r := newReceiver(t, func(string, int) int { return 200 })
	f := &feed{places: map[string]webhook.Place{}}
	e := r.endpoint("", oldSecret)
	e.URL = strings.Replace(r.URL, "127.0.0.1", "localhost", 1) // a name, as of a rebinding lookup
	for _, url := range []string{r.URL, e.URL} {
		e.URL = url
		a, err := courier(t, f, e).Test(t.Context(), "books", "data")
		if err != nil || a.OK() || !strings.Contains(a.Problem, "private address") {
			t.Errorf("%s: %+v, %v", url, a, err)
		}
	}
	if r.calls > 0 {
		t.Error("something was sent")
	}
	for address, private := range map[string]bool{
		"127.0.0.1": true, "10.1.2.3": true, "172.16.0.1": true, "192.168.1.1": true, "169.254.169.254": true, "100.64.0.1": true, "0.0.0.0": true,
		"::1": true, "fe80::1": true, "fd00::1": true, "::ffff:10.0.0.1": true, "64:ff9b::a00:1": true, "2002:a00:1::": true, "224.0.0.1": true,
		"8.8.8.8": false, "1.1.1.1": false, "2606:4700::1111": false, "::ffff:8.8.8.8": false,
	} {
		if webhook.Private(netip.MustParseAddr(address)) != private {
			t.Errorf("%s: private is %v", address, !private)
		}
	}
}
