package phone_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/identitydb"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/reference/oidc"
	"github.com/posagent/posagent/wallet/reference/oidc/oidctest"
	"github.com/posagent/posagent/wallet/reference/phone"
	"github.com/posagent/posagent/wallet/wire"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// door is the true door over true stores.
type door struct {
	t       *testing.T
	url     string
	books   *ledger.Ledger
	who     *identity.Service
	mu      sync.Mutex
	now     time.Time
	letters []identity.Letter
	issuer  *oidctest.Issuer
}

func (d *door) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *door) add(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *door) Send(l identity.Letter) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.letters = append(d.letters, l)
	return nil
}

func (d *door) Open(customer string) error {
	_, err := d.books.AddCustomer(customer, 8000)
	return err
}

func (d *door) Still(customer string) error { return d.books.Still(customer) }

func newDoor(t *testing.T) *door {
	t.Helper()
	dir := t.TempDir()
	d := &door{t: t, now: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC), issuer: oidctest.Open(t)}
	people, err := identitydb.Open(filepath.Join(dir, "identity.db"), nil)
	check(t, err)
	t.Cleanup(func() { people.Close() })
	store, err := ledgerdb.Open(filepath.Join(dir, "ledger.db"), nil)
	check(t, err)
	t.Cleanup(func() { store.Close() })
	signer, err := issuer.Open(dir, "own")
	check(t, err)
	d.books = ledger.New(store, ledger.Options{Clock: d.clock, Issuer: signer, Guard: func(c string) ledger.Guard {
		g := d.who.Guard(c)
		return ledger.Guard{Frozen: g.Frozen, NoTopUp: d.clock().Before(g.NoTopUp), DayMost: g.DayMost}
	}})
	d.who, err = identity.New(identity.Options{Store: people, Outbox: d, Accounts: d, Clock: d.clock, Others: map[string]identity.Other{
		"mihon": oidc.New(oidc.Options{Issuer: d.issuer.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Redirect: "http://localhost/"}),
	}})
	check(t, err)
	s, err := phone.Start(phone.Options{Listen: "127.0.0.1:0", Origin: "http://localhost", Identity: d.who, Ledger: d.books, TopUps: d.desk(), Clock: d.clock})
	check(t, err)
	t.Cleanup(func() { check(t, s.Stop(context.Background())) })
	d.url = "http://" + s.Addr()
	return d
}

// handset is a browser with the key of a phone.
type handset struct {
	*door
	cookie, secret string
	key            ed25519.PrivateKey
	id             string
	totp           string
}

// call posts, gets or deletes, and answers the status and the body.
func (h *handset) call(method, path string, body any, headers ...string) (int, map[string]any) {
	h.t.Helper()
	data, err := json.Marshal(body)
	check(h.t, err)
	req, err := http.NewRequest(method, h.url+"/phone/v1"+path, bytes.NewReader(data))
	check(h.t, err)
	if h.cookie != "" {
		req.AddCookie(&http.Cookie{Name: "__Host-wallet", Value: h.cookie})
	}
	req.Header.Set("Wallet-Secret", h.secret)
	for i := 0; i+1 < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	check(h.t, err)
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		h.cookie = c.Value
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
			h.t.Errorf("the cookie is open to others: %+v", c)
		}
	}
	out := map[string]any{}
	json.NewDecoder(resp.Body).Decode(&out)
	if s, ok := out["secret"].(string); ok && h.cookie != "" && path != "/password" {
		h.secret = s
	}
	return resp.StatusCode, out
}

// does is call that must succeed.
func (h *handset) does(method, path string, body any, headers ...string) map[string]any {
	h.t.Helper()
	status, out := h.call(method, path, body, headers...)
	if status >= 300 {
		h.t.Fatalf("%s %s: %d %v", method, path, status, out)
	}
	return out
}

// refused wants a problem.
func (h *handset) refused(want string, method, path string, body any, headers ...string) {
	h.t.Helper()
	status, out := h.call(method, path, body, headers...)
	if kind, _ := out["type"].(string); status < 400 || !strings.HasSuffix(kind, ":"+want) {
		h.t.Errorf("%s %s: %d %v, want %s", method, path, status, out, want)
	}
}

func (h *handset) signed(act, about string) map[string]any {
	h.t.Helper()
	g := identity.Signed{Phone: h.id, Nonce: h.does("POST", "/nonce", nil)["nonce"].(string)}
	return map[string]any{"phone": h.id, "nonce": g.Nonce, "signature": ed25519.Sign(h.key, g.Text(act, about))}
}

func (d *door) last() identity.Letter { return d.letters[len(d.letters)-1] }

// joins goes from nothing to a phone that pays.
func (d *door) joins(contact string) *handset {
	d.t.Helper()
	h := &handset{door: d}
	h.does("POST", "/signup", map[string]string{"contact": contact})
	ticket := h.does("POST", "/signup/verify", map[string]string{"contact": contact, "code": d.last().Tell["code"]})["ticket"]
	h.totp = h.does("POST", "/password", map[string]any{"ticket": ticket, "password": "a quiet red bicycle"})["secret"].(string)
	code, err := totp.GenerateCode(h.totp, d.clock())
	check(d.t, err)
	h.does("POST", "/password/confirm", map[string]any{"ticket": ticket, "code": code})
	h.has("first phone")
	return h
}

// has makes a key and adds the phone.
func (h *handset) has(label string) map[string]any {
	h.t.Helper()
	pub, secret, err := ed25519.GenerateKey(rand.Reader)
	check(h.t, err)
	h.key, h.id = secret, identity.PhoneID(pub)
	return h.does("POST", "/phones", map[string]any{"algorithm": "Ed25519", "key": []byte(pub), "label": label, "signed": h.signed("add", label)})
}

func (h *handset) pays(key string, amount int64) wire.Answer {
	h.t.Helper()
	code := h.does("POST", "/codes", h.signed("code", ""))["code"].(string)
	return h.register(key, code, amount)
}

func (d *door) register(key, code string, amount int64) wire.Answer {
	d.t.Helper()
	a, err := d.books.Charge(wire.ChargeRequest{Key: key, Store: "S1", Terminal: "T1", Amount: amount, Currency: "JPY", Code: code, Mode: wire.Online, ValidUntil: d.clock().Add(time.Second), Nonce: "n"})
	check(d.t, err)
	return a
}

// A customer's life: sign up, pay, be asked, look back, freeze.
func TestAPhone(t *testing.T) {
	d := newDoor(t)
	h := d.joins("hanako@example.jp")
	if a := h.pays("S1-T1-1-1", 500); a.Status != wire.Approved {
		t.Errorf("%+v", a)
	}
	me := h.does("GET", "/me", nil)
	if me["balance"] != 7500.0 || me["frozen"] != false || me["contact"] != "hanako@example.jp" {
		t.Errorf("%v", me)
	}
	code := h.does("POST", "/codes", h.signed("code", ""))["code"].(string)
	asked := wire.ChargeRequest{Key: "S1-T1-1-2", Store: "S1", Terminal: "T1", Amount: 900, Currency: "JPY", Code: code, Mode: wire.Online, ValidUntil: d.clock().Add(time.Minute), Nonce: "n"}
	_, err := d.books.ChargeOnPhone(asked)
	check(t, err)
	if list := h.does("GET", "/pending", nil)["entries"].([]any); len(list) != 1 || list[0].(map[string]any)["amount"] != 900.0 {
		t.Errorf("%v", list)
	}
	h.refused("wrong", "POST", "/pending/S1-T1-1-2/confirm", h.signed("confirm", "S1-T1-1-2 90"))
	if out := h.does("POST", "/pending/S1-T1-1-2/confirm", h.signed("confirm", "S1-T1-1-2 900")); out["status"] != "approved" {
		t.Errorf("%v", out)
	}
	list := h.does("GET", "/history", nil)["entries"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["key"] != "S1-T1-1-2" {
		t.Errorf("%v", list)
	}
	second := list[0].(map[string]any)["at"].(string)
	if older := h.does("GET", "/history?before="+second, nil)["entries"].([]any); len(older) > 1 {
		t.Errorf("%v", older)
	}
	code = h.does("POST", "/codes", h.signed("code", ""))["code"].(string)
	h.does("POST", "/freeze", nil)
	if a := d.register("S1-T1-1-3", code, 1); a.Status != wire.Declined || a.Reason != wire.Blocked {
		t.Errorf("a code from before the freeze: %+v", a)
	}
	h.refused("frozen", "POST", "/codes", h.signed("code", ""))
	d.add(10 * time.Minute)
	h.refused("prove", "POST", "/unfreeze", nil)
	again, err := totp.GenerateCode(h.totp, d.clock())
	check(t, err)
	h.does("POST", "/prove", map[string]string{"password": "a quiet red bicycle", "code": again})
	h.does("POST", "/unfreeze", nil)
	if a := h.pays("S1-T1-1-4", 1); a.Status != wire.Approved {
		t.Errorf("%+v", a)
	}
	h.does("POST", "/signout", nil)
	h.refused("session", "GET", "/me", nil)
}

// A thief with the password and a code of the second factor has a session, and
// no money: the other phone must agree, and is told.
func TestAThiefWithEverythingButThePhone(t *testing.T) {
	d := newDoor(t)
	h := d.joins("hanako@example.jp")
	d.add(time.Minute)
	thief := &handset{door: d}
	code, err := totp.GenerateCode(h.totp, d.clock())
	check(t, err)
	thief.does("POST", "/signin", map[string]string{"contact": "hanako@example.jp", "password": "a quiet red bicycle", "code": code})
	waiting := thief.has("thief's phone")
	if waiting["state"] != "waiting" || d.last().Kind != "phone" || d.last().To != "hanako@example.jp" {
		t.Errorf("%v, the last letter is %+v", waiting, d.last())
	}
	thief.refused("no-phone", "POST", "/codes", thief.signed("code", ""))
	thief.refused("no-phone", "POST", "/phones/"+thief.id+"/agree", thief.signed("agree", thief.id))
	h.does("POST", "/phones/"+thief.id+"/refuse", h.signed("refuse", thief.id))
	rows := h.does("GET", "/sessions", nil)["sessions"].([]any)
	if len(rows) != 2 {
		t.Fatalf("%v", rows)
	}
	h.does("DELETE", fmt.Sprintf("/sessions/%s", rows[0].(map[string]any)["id"]), nil)
	thief.refused("session", "GET", "/me", nil)

	// With the owner's yes it is a new phone, which pays little for three days.
	next := *h
	if p := next.has("new phone"); p["state"] != "waiting" {
		t.Errorf("%v", p)
	}
	h.does("POST", "/phones/"+next.id+"/agree", h.signed("agree", next.id))
	h.refused("no-phone", "POST", "/codes", h.signed("code", ""))
	if a := next.pays("S1-T1-1-1", 4000); a.Status != wire.Approved {
		t.Errorf("%+v", a)
	}
	if a := next.pays("S1-T1-1-2", 1001); a.Status != wire.Declined || a.Reason != wire.OverLimit {
		t.Errorf("over what a new phone pays: %+v", a)
	}
	if me := next.does("GET", "/me", nil); me["day_most"] != 5000.0 {
		t.Errorf("%v", me)
	}
}

// What comes from elsewhere, is too much or makes no sense is refused.
func TestTheDoor(t *testing.T) {
	d := newDoor(t)
	h := d.joins("hanako@example.jp")
	h.refused("origin", "POST", "/freeze", nil, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	h.refused("origin", "POST", "/freeze", nil, "Origin", "null")
	h.refused("host", "GET", "/me", nil, "Host", "evil.example")
	h.refused("not-found", "GET", "/nothing", nil)
	h.refused("large", "POST", "/signup", map[string]string{"contact": strings.Repeat("x", 1<<17)})
	h.refused("invalid", "POST", "/signup", map[string]any{"contact": "h@example.jp", "reset_to": "thief@example.com"})
	h.refused("invalid", "POST", "/signup", map[string]any{"contact": 5})
	h.refused("invalid", "POST", "/forgot", map[string]any{"contact": "h@example.jp", "birthday": "2019-01-01"})
	half := *h
	half.secret = ""
	half.refused("session", "GET", "/me", nil)
	for _, listen := range []string{"0.0.0.0:0"} {
		if s, err := phone.Start(phone.Options{Listen: listen, Origin: "http://localhost", Identity: d.who, Ledger: d.books}); err == nil {
			s.Stop(context.Background())
			t.Errorf("plain HTTP at %s is served", listen)
		}
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	check(t, err)
	defer conn.Close()
	io.WriteString(conn, "POST /phone/v1/signup HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /phone/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
	answer := make([]byte, 64)
	n, _ := conn.Read(answer)
	if !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 400") {
		t.Errorf("two lengths in one request: %q", answer[:n])
	}
}
