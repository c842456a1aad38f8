package own_test

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

var now = time.Date(2026, 11, 22, 18, 0, 0, 0, time.FixedZone("JST", 9*3600))

// theirs is what the wallet's clock shows.
var theirs = now.Add(time.Minute).UTC()

var rec = charge.Record{Key: "S1-T1-216950400-7", SaleID: "a", Amount: money.Yen(1280)}

// Points come with an approval; those that cannot be are left out and noted, and
// the money has moved all the same.
func TestPointsOfAnApproval(t *testing.T) {
	for name, c := range map[string]struct {
		says string
		want charge.Points
		note bool
	}{
		"none":               {``, charge.Points{}, false},
		"used and earned":    {`"points_used":280,"points_earned":10,"points_left":42`, charge.Points{Used: 280, Earned: 10, Left: 42}, false},
		"all by points":      {`"points_used":1280,"points_left":0`, charge.Points{Used: 1280}, false},
		"more than was paid": {`"points_used":1281`, charge.Points{}, true},
		"less than nothing":  {`"points_earned":-1`, charge.Points{}, true},
		"without end":        {`"points_earned":9223372036854775807`, charge.Points{}, true},
		"a debt of points":   {`"points_used":1,"points_left":-5`, charge.Points{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := walletSaying(t, func(a wire.Answer) any {
				body, err := json.Marshal(a)
				must(t, err)
				if c.says != "" {
					body = append(append(body[:len(body)-1], ','), c.says+"}"...)
				}
				return json.RawMessage(body)
			}, wire.Approved)
			a := client.Charge(t.Context(), rec, paycode.Code{Text: "97123456789012345678"})
			if a.Event != charge.Approve || a.Receipt != "R-1" || a.Points != c.want || (a.Note != "") != c.note {
				t.Errorf("%+v", a)
			}
		})
	}
}

// call is what the wallet read.
type call struct {
	Method, Path, Nonce, Type string
	Body                      []byte
}

// wallet answers everything with the same status, and keeps the calls.
func wallet(t *testing.T, status wire.Status) (*own.Client, func() []call) {
	t.Helper()
	return walletSaying(t, func(a wire.Answer) any { return a }, status)
}

// walletSaying is one whose answers are written by say.
func walletSaying(t *testing.T, say func(wire.Answer) any, status wire.Status) (*own.Client, func() []call) {
	t.Helper()
	ca, err := pki.NewAuthority()
	must(t, err)
	server, err := ca.Server()
	must(t, err)
	mine, err := ca.Client("S1", "T1")
	must(t, err)
	var mu sync.Mutex
	var calls []call
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c := call{Method: r.Method, Path: r.URL.Path, Nonce: r.URL.Query().Get("nonce"), Type: r.Header.Get("Content-Type"), Body: body}
		var in struct{ Nonce string }
		if json.Unmarshal(body, &in) == nil {
			c.Nonce = in.Nonce
		}
		mu.Lock()
		calls = append(calls, c)
		mu.Unlock()
		kind := map[string]wire.Kind{wire.PathRefunds: wire.KindRefund, wire.PathTopups: wire.KindTopup}[r.URL.Path]
		_ = json.NewEncoder(w).Encode(say(wire.Answer{Key: string(rec.Key), Kind: cmp.Or(kind, wire.KindCharge), Status: status, Amount: 1280, Currency: "JPY", Nonce: c.Nonce, Receipt: "R-1", At: theirs}))
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool(), Certificates: []tls.Certificate{pair(t, server)}}
	s.StartTLS()
	line := authorize.NewLine(s.URL, authorize.Identity{Certificate: pair(t, mine), Roots: ca.Pool()})
	t.Cleanup(func() { line.Close(); s.Close() })
	terms := charge.Standard()
	terms.Deadline = 20 * time.Second // no test waits for it
	c := &own.Client{ID: "own", Line: line, Terms: terms, Now: func() time.Time { return now }}
	return c, func() []call { mu.Lock(); defer mu.Unlock(); return calls }
}

func pair(t *testing.T, p pki.Pair) tls.Certificate {
	t.Helper()
	cert, err := p.TLS()
	must(t, err)
	_, err = x509.ParseCertificate(cert.Certificate[0])
	must(t, err)
	return cert
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// strict reads a body as the contract's type and refuses every other field.
func strict(t *testing.T, body []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	must(t, d.Decode(into))
}

func TestTheChargeCall(t *testing.T) {
	c, calls := wallet(t, wire.Approved)
	a := c.Charge(t.Context(), rec, paycode.Code{Text: "97123456789012345678"})
	if a.Event != charge.Approve || a.Wallet != "own" || a.Receipt != "R-1" || !a.Asked.Equal(now) || !a.At.Equal(now) || !a.Theirs.Equal(theirs) {
		t.Errorf("answer %+v", a)
	}
	got := calls()[0]
	if got.Method != http.MethodPost || got.Path != "/v1/charges" || got.Type != "application/json" {
		t.Errorf("called %s %s as %s", got.Method, got.Path, got.Type)
	}
	var in wire.ChargeRequest
	strict(t, got.Body, &in)
	want := wire.ChargeRequest{
		Key: string(rec.Key), Terminal: "T1", Store: "S1", Amount: 1280, Currency: "JPY", Code: "97123456789012345678",
		Mode: wire.Online, ValidUntil: now.Add(c.Terms.GiveUpPending).UTC(), Nonce: in.Nonce,
	}
	if !reflect.DeepEqual(in, want) || len(in.Nonce) < 20 {
		t.Errorf("sent %+v, want %+v", in, want)
	}
	if in.ValidUntil.Location() != time.UTC {
		t.Error("the time limit is not in UTC")
	}
}

func TestTheInquiryAndTheReversal(t *testing.T) {
	c, calls := wallet(t, wire.Reversed)
	if a := c.Inquire(t.Context(), rec); a.Event != charge.Decline || a.Reason != charge.ReasonBlocked || !a.Known {
		t.Errorf("inquiry: %+v", a)
	}
	if a := c.Reverse(t.Context(), rec); a.Event != charge.Confirm || a.Receipt != "" {
		t.Errorf("reversal: %+v", a)
	}
	got := calls()
	if got[0].Method != http.MethodGet || got[0].Path != "/v1/charges/"+string(rec.Key) || len(got[0].Body) != 0 || got[0].Type != "" {
		t.Errorf("inquired by %+v", got[0])
	}
	if got[1].Method != http.MethodPost || got[1].Path != "/v1/charges/"+string(rec.Key)+"/reversal" {
		t.Errorf("reversed by %+v", got[1])
	}
	var in wire.ReversalRequest
	strict(t, got[1].Body, &in)
	if in.Amount != 1280 || in.Currency != "JPY" || in.Nonce == "" || in.Kind != "" {
		t.Errorf("reversed with %+v", in)
	}
}

func TestTheRefundCall(t *testing.T) {
	c, calls := wallet(t, wire.Approved)
	refund := rec
	refund.Kind, refund.Of = charge.Refund, "S1-T1-216950400-3"
	if a := c.Refund(t.Context(), refund, refund.Of); a.Event != charge.Approve || a.Wallet != "own" || a.Receipt != "R-1" {
		t.Errorf("answer %+v", a)
	}
	got := calls()[0]
	if got.Method != http.MethodPost || got.Path != "/v1/refunds" || got.Type != "application/json" {
		t.Errorf("called %s %s as %s", got.Method, got.Path, got.Type)
	}
	var in wire.RefundRequest
	strict(t, got.Body, &in)
	want := wire.RefundRequest{
		Key: string(rec.Key), ChargeKey: "S1-T1-216950400-3", Terminal: "T1", Store: "S1", Amount: 1280, Currency: "JPY", Nonce: in.Nonce,
	}
	if !reflect.DeepEqual(in, want) || len(in.Nonce) < 20 {
		t.Errorf("sent %+v, want %+v", in, want)
	}
}

func TestTheTopUpCall(t *testing.T) {
	c, calls := wallet(t, wire.Approved)
	topup := rec
	topup.Kind = charge.Topup
	if a := c.TopUp(t.Context(), topup, paycode.Code{Text: "97123456789012345678"}); a.Event != charge.Approve || a.Receipt != "R-1" {
		t.Errorf("answer %+v", a)
	}
	got := calls()[0]
	if got.Method != http.MethodPost || got.Path != "/v1/topups" || got.Type != "application/json" {
		t.Errorf("called %s %s as %s", got.Method, got.Path, got.Type)
	}
	var in wire.TopupRequest
	strict(t, got.Body, &in)
	want := wire.TopupRequest{
		Key: string(rec.Key), Terminal: "T1", Store: "S1", Amount: 1280, Currency: "JPY", Code: "97123456789012345678",
		ValidUntil: now.Add(c.Terms.GiveUpPending).UTC(), Nonce: in.Nonce,
	}
	if in != want {
		t.Errorf("sent %+v, want %+v", in, want)
	}
}

// A reversal says what the key stands for, and an answer about another kind
// is no answer.
func TestTheReversalOfATopUp(t *testing.T) {
	c, calls := wallet(t, wire.Reversed) // which says that it is a charge
	topup := rec
	topup.Kind = charge.Topup
	if a := c.Reverse(t.Context(), topup); a.Event != charge.Lose || a.Reason != charge.ReasonAnswerOther {
		t.Errorf("reversal: %+v", a)
	}
	var in wire.ReversalRequest
	strict(t, calls()[0].Body, &in)
	if in.Kind != wire.KindTopup {
		t.Errorf("reversed with %+v", in)
	}
	if a := c.Inquire(t.Context(), topup); a.Event != charge.Lose || a.Known {
		t.Errorf("inquiry: %+v", a)
	}
}

// Every attempt has a nonce of its own; the key stays.
func TestNoncesDiffer(t *testing.T) {
	c, calls := wallet(t, wire.Approved)
	for range 5 {
		c.Charge(t.Context(), rec, paycode.Code{Text: "97123456789012345678"})
		c.Inquire(t.Context(), rec)
		c.Reverse(t.Context(), rec)
		c.Refund(t.Context(), rec, "S1-T1-216950400-3")
		c.TopUp(t.Context(), rec, paycode.Code{Text: "97123456789012345678"})
	}
	seen := map[string]bool{}
	for _, one := range calls() {
		if seen[one.Nonce] || one.Nonce == "" {
			t.Errorf("nonce %q was used before", one.Nonce)
		}
		seen[one.Nonce] = true
	}
	if len(seen) != 25 {
		t.Errorf("%d nonces for 25 attempts", len(seen))
	}
	c.Nonce = func() string { return "mine" }
	c.Charge(t.Context(), rec, paycode.Code{Text: "97123456789012345678"})
	if all := calls(); all[len(all)-1].Nonce != "mine" {
		t.Errorf("a nonce that was given is not used: %q", all[len(all)-1].Nonce)
	}
}

// A key that is none of ours is never sent.
func TestAKeyThatIsNone(t *testing.T) {
	c, calls := wallet(t, wire.Approved)
	bad := rec
	bad.Key = "../../v1/ping"
	if a := c.Charge(t.Context(), bad, paycode.Code{Text: "97123456789012345678"}); a.Event != charge.Miss || a.Bytes != 0 || a.Note == "" {
		t.Errorf("answer %+v", a)
	}
	if a := c.Refund(t.Context(), bad, rec.Key); a.Event != charge.Miss || a.Note == "" {
		t.Errorf("refund: %+v", a)
	}
	if a := c.TopUp(t.Context(), bad, paycode.Code{Text: "97123456789012345678"}); a.Event != charge.Miss || a.Note == "" {
		t.Errorf("top-up: %+v", a)
	}
	if len(calls()) != 0 {
		t.Errorf("called %+v", calls())
	}
}
