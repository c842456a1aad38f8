package server_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

func (s *shop) client(token string) *control.Client {
	return control.Dial(s.url+"/", "token of "+token)
}

// The client says in Go what the API says in JSON.
func TestClient(t *testing.T) {
	s := start(t)
	c, ctx := s.client("till"), t.Context()
	sale, err := c.OpenSale(ctx, control.NewSale{Amount: 1280, Currency: "JPY", Reference: "A-1"})
	must(t, err)
	if sale.State != "prepared" || sale.Reference != "A-1" {
		t.Errorf("%+v", sale)
	}
	if r, err := c.Register(ctx); err != nil || r.Sale == nil || r.Sale.ID != sale.ID {
		t.Errorf("%+v, %v", r, err)
	}
	paid, err := c.PaySale(ctx, sale.ID, control.Code{Text: goodCode, AIM: "]C0"})
	must(t, err)
	if paid.State != "approved" {
		t.Errorf("%+v", paid)
	}
	if now, err := c.Sale(ctx, sale.ID, 10*time.Second); err != nil || now.State != "approved" {
		t.Errorf("%+v, %v", now, err)
	}
	s.printed(t, paid.ChargeKey)
	if one, err := c.Charge(ctx, paid.ChargeKey); err != nil || len(one.Steps) != 3 || one.Paper != "confirmed" {
		t.Errorf("%+v, %v", one, err)
	}
	if page, err := c.Charges(ctx, []string{"approved", "declined"}, 0, 1); err != nil || len(page.Charges) != 1 || page.Charges[0].Key != paid.ChargeKey {
		t.Errorf("%+v, %v", page, err)
	}
	if text, err := c.Receipt(ctx, paid.ChargeKey, "en", false); err != nil || !strings.Contains(string(text), "PayPay") {
		t.Errorf("%s, %v", text, err)
	}
	if png, err := c.Receipt(ctx, paid.ChargeKey, "ja", true); err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("%v", err)
	}
	if paper, err := c.Reprint(ctx, paid.ChargeKey); err != nil || paper.Paper != "confirmed" {
		t.Errorf("%+v, %v", paper, err)
	}
	if list, err := c.Devices(ctx); err != nil || len(list.Devices) != 3 {
		t.Errorf("%+v, %v", list, err)
	}
	if d, err := c.TestDevice(ctx, "printer0"); err != nil || d.Result != "print.confirmed" {
		t.Errorf("%+v, %v", d, err)
	}
	if h, err := c.Health(ctx); err != nil || !h.Ready || len(h.Troubles) != 1 {
		t.Errorf("%+v, %v", h, err)
	}
	second, err := c.OpenSale(ctx, yen(5))
	must(t, err)
	if gone, err := c.CancelSale(ctx, second.ID); err != nil || gone.State != "abandoned" {
		t.Errorf("%+v, %v", gone, err)
	}
}

// A refusal comes back with its words; silence is no error.
func TestClientRefused(t *testing.T) {
	s := start(t)
	c, ctx := s.client("till"), t.Context()
	_, err := c.Charge(ctx, "nothing")
	var problem *control.Error
	if !errors.As(err, &problem) || problem.Status != http.StatusNotFound || !strings.Contains(err.Error(), "no such charge") {
		t.Errorf("%v", err)
	}
	_, err = c.OpenSale(ctx, yen(-1))
	if !errors.As(err, &problem) || problem.Status != 422 || !strings.Contains(err.Error(), "body.amount") {
		t.Errorf("the place of the fault is not told: %v", err)
	}
	sale, err := c.OpenSale(ctx, yen(1))
	must(t, err)
	if _, err = c.PaySale(ctx, sale.ID, control.Code{Text: "4901234567894"}); !errors.As(err, &problem) || problem.Why != "code.product" || !strings.Contains(err.Error(), "goods") {
		t.Errorf("%v", err)
	}
	s.wallet.will(charge.Lose, charge.ReasonTimeout)
	if sale, err = c.PaySale(ctx, sale.ID, control.Code{Text: goodCode}); err != nil || sale.State != "indoubt" {
		t.Errorf("%+v, %v", sale, err)
	}
	if _, err = s.client("screen").Charges(ctx, nil, 0, 0); !errors.As(err, &problem) || problem.Status != http.StatusForbidden {
		t.Errorf("%v", err)
	}
	if _, err = s.client("").Charges(ctx, nil, 0, 0); !errors.As(err, &problem) || problem.Status != http.StatusUnauthorized {
		t.Errorf("%v", err)
	}
	for _, key := range []string{"..", "../../openapi.json", "a/b", "?x", "%", ""} {
		if one, err := c.Charge(ctx, key); err == nil {
			t.Errorf("the key %q found %+v", key, one)
		}
	}
}

// Nobody there is told apart from somebody who was there and left: after the
// second, what was asked for may have happened.
func TestClientAlone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := "http://" + l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.Close()
		}
	}()
	_, err = control.Dial(address, "").OpenSale(t.Context(), yen(1))
	if !errors.Is(err, control.ErrBrokeOff) || errors.Is(err, control.ErrUnreachable) {
		t.Errorf("%v", err)
	}
	must(t, l.Close())
	for _, nobody := range []string{address, "unix:" + filepath.Join(t.TempDir(), "none.sock"), "http://127.0.0.1:1"} {
		_, err := control.Dial(nobody, "").OpenSale(t.Context(), yen(1))
		if !errors.Is(err, control.ErrUnreachable) || errors.Is(err, control.ErrBrokeOff) {
			t.Errorf("%s: %v", nobody, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := control.Dial(address, "").Health(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A token goes to the agent and nowhere else: no redirect and no proxy takes
// it along.
func TestClientKeepsItsToken(t *testing.T) {
	seen := make(chan string, 9)
	thief := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header.Get("Authorization") })}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = thief.Serve(l) }()
	t.Cleanup(func() { _ = thief.Close() })
	t.Setenv("HTTP_PROXY", "http://"+l.Addr().String())
	t.Setenv("http_proxy", "http://"+l.Addr().String())
	detour := &http.Server{Handler: http.RedirectHandler("http://"+l.Addr().String()+"/", http.StatusTemporaryRedirect)}
	d, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = detour.Serve(d) }()
	t.Cleanup(func() { _ = detour.Close() })
	var problem *control.Error
	if _, err := control.Dial("http://"+d.Addr().String(), "secret").Health(t.Context()); !errors.As(err, &problem) || problem.Status != http.StatusTemporaryRedirect {
		t.Errorf("%v", err)
	}
	_, _ = control.Dial("http://register.example.invalid", "secret").Health(t.Context())
	if len(seen) > 0 {
		t.Errorf("somebody else saw %q", <-seen)
	}
}

// What answers, but is no agent, is an error and no panic.
func TestClientOfSomethingElse(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a page":          func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"an error page":   func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) },
		"another JSON":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`[]`)) },
		"an empty answer": func(http.ResponseWriter, *http.Request) {},
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"ready": tr`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			web := &http.Server{Handler: answer}
			go func() { _ = web.Serve(l) }()
			t.Cleanup(func() { _ = web.Close() })
			if _, err := control.Dial("http://"+l.Addr().String(), "").Health(t.Context()); err == nil || errors.Is(err, control.ErrUnreachable) {
				t.Errorf("%v", err)
			}
		})
	}
}
