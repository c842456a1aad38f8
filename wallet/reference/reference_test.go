package reference_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// shop is a running wallet and one register that it knows.
type shop struct {
	*reference.Server
	ledger    *ledger.Ledger
	authority *pki.Authority
	register  *http.Client
	socket    string
}

func open(t *testing.T) *shop {
	t.Helper()
	return openWith(t, 80*time.Millisecond)
}

func openWith(t *testing.T, late time.Duration) *shop {
	t.Helper()
	s := &shop{
		ledger: ledger.New(ledger.NewMemory(), ledger.Options{}),
		socket: filepath.Join(t.TempDir(), "try.sock"),
	}
	for _, c := range []wire.Customer{{Name: "Hanako", Balance: 10_000}, {Name: "Taro", Balance: 500}} {
		if _, err := s.ledger.AddCustomer(c.Name, c.Balance); err != nil {
			t.Fatal(err)
		}
	}
	s.authority = newAuthority(t)
	own := pair(t)(s.authority.Server())
	srv, err := reference.Start(reference.Options{
		Ledger: s.ledger, Certificate: own, ClientCAs: s.authority.Pool(), TrySocket: s.socket,
		Slow: 40 * time.Millisecond, Late: late,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = srv
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		srv.Stop(ctx)
	})
	s.register = s.client(t, pair(t)(s.authority.Client("S0001", "T01")))
	return s
}

func newAuthority(t *testing.T) *pki.Authority {
	t.Helper()
	a, err := pki.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func pair(t *testing.T) func(pki.Pair, error) tls.Certificate {
	return func(p pki.Pair, err error) tls.Certificate {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.TLS()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// client is a register's line to the wallet; without certificates it shows
// none.
func (s *shop) client(t *testing.T, own ...tls.Certificate) *http.Client {
	tr := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: s.authority.Pool(), Certificates: own},
		ForceAttemptHTTP2: true, // the server must say no by itself
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

func (s *shop) request(t *testing.T, key, customer string, amount int64) wire.ChargeRequest {
	t.Helper()
	m, err := s.ledger.MintCode(customer)
	if err != nil {
		t.Fatal(err)
	}
	return wire.ChargeRequest{
		Key: key, Store: "S0001", Terminal: "T01", Amount: amount, Currency: "JPY", Code: m.Code,
		Mode: wire.Online, ValidUntil: time.Now().Add(time.Minute), Nonce: "n-" + key,
	}
}

// reply is what came back: an answer with 200, a problem with anything else.
type reply struct {
	status  int
	header  http.Header
	answer  wire.Answer
	problem wire.Problem
}

func do(t *testing.T, c *http.Client, method, url string, body any) (reply, error) {
	t.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	default:
		var err error
		if data, err = json.Marshal(b); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	data, err = io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}
	r := reply{status: resp.StatusCode, header: resp.Header}
	switch kind := resp.Header.Get("Content-Type"); {
	case r.status == http.StatusNoContent:
	case r.status == http.StatusOK && kind == "application/json":
		err = json.Unmarshal(data, &r.answer)
	case kind == "application/problem+json":
		err = json.Unmarshal(data, &r.problem)
		if r.problem.Status != r.status || r.problem.Title == "" {
			t.Errorf("the problem %+v does not fit status %d", r.problem, r.status)
		}
	}
	if err != nil {
		t.Fatalf("%s %s: %d %q: %v", method, url, r.status, data, err)
	}
	return r, nil
}

func must(t *testing.T, c *http.Client, method, url string, body any) reply {
	t.Helper()
	r, err := do(t, c, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *shop) charge(t *testing.T, r wire.ChargeRequest) reply {
	t.Helper()
	return must(t, s.register, "POST", s.URL()+wire.PathCharges, r)
}

func (s *shop) refund(t *testing.T, r wire.RefundRequest) reply {
	t.Helper()
	return must(t, s.register, "POST", s.URL()+wire.PathRefunds, r)
}

func (s *shop) topUp(t *testing.T, r wire.TopupRequest) reply {
	t.Helper()
	return must(t, s.register, "POST", s.URL()+wire.PathTopups, r)
}

func (s *shop) reverse(t *testing.T, key string, amount int64) reply {
	t.Helper()
	return must(t, s.register, "POST", s.URL()+path(wire.PathReversal, key), wire.ReversalRequest{Amount: amount, Currency: "JPY", Nonce: "r"})
}

func refundOf(key, chargeKey string, amount int64) wire.RefundRequest {
	return wire.RefundRequest{Key: key, ChargeKey: chargeKey, Store: "S0001", Terminal: "T01", Amount: amount, Currency: "JPY", Nonce: "n-" + key}
}

func topup(r wire.ChargeRequest) wire.TopupRequest {
	return wire.TopupRequest{
		Key: r.Key, Store: r.Store, Terminal: r.Terminal, Amount: r.Amount, Currency: r.Currency, Code: r.Code, ValidUntil: r.ValidUntil, Nonce: r.Nonce,
	}
}

func path(pattern, key string) string { return strings.Replace(pattern, "{key}", key, 1) }

func (s *shop) standing(t *testing.T, key string) wire.Standing {
	t.Helper()
	all, err := s.ledger.Standings()
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range all {
		if st.Key == key {
			return st
		}
	}
	return wire.Standing{}
}

// empty: nothing was touched.
func (s *shop) empty(t *testing.T) {
	t.Helper()
	all, err := s.ledger.Standings()
	if err != nil || len(all) != 0 {
		t.Errorf("the books have %+v, %v, but must be empty", all, err)
	}
}

func (s *shop) balanced(t *testing.T) {
	t.Helper()
	trial, err := s.ledger.Trial()
	if err != nil || trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
		t.Errorf("trial balance %+v, %v", trial, err)
	}
}

// overSocket is a client of the try-out socket.
func overSocket(t *testing.T, socket string) *http.Client {
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}
