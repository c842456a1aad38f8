package identity_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"math/big"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/identitydb"
)

// wallet is the service over a true store, with a clock that is moved by hand,
// a box where letters lie, and accounts that were opened.
type wallet struct {
	*identity.Service
	t        *testing.T
	store    *identitydb.Store
	options  identity.Options
	mu       sync.Mutex
	now      time.Time
	letters  []identity.Letter
	accounts map[string]bool
	alarms   []int
	had      bool
}

func (w *wallet) Send(l identity.Letter) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.letters = append(w.letters, l)
	return nil
}

func (w *wallet) Open(customer string) error { w.accounts[customer] = true; return nil }
func (w *wallet) Still(string) error         { return nil }

func (w *wallet) add(d time.Duration) { w.now = w.now.Add(d) }

func newWallet(t *testing.T) *wallet {
	t.Helper()
	store, err := identitydb.Open(filepath.Join(t.TempDir(), "identity.db"), nil)
	check(t, err)
	t.Cleanup(func() { store.Close() })
	w := &wallet{t: t, store: store, now: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC), accounts: map[string]bool{}}
	w.options = identity.Options{Store: store, Outbox: w, Accounts: w, Clock: func() time.Time { return w.now }, Alarm: func(_ string, n int) { w.alarms = append(w.alarms, n) }}
	w.restart()
	return w
}

// restart is the service anew over the same store.
func (w *wallet) restart() {
	w.t.Helper()
	var err error
	w.Service, err = identity.New(w.options)
	check(w.t, err)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// last is the newest letter to a contact.
func (w *wallet) last(to string) identity.Letter {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.letters) - 1; i >= 0; i-- {
		if w.letters[i].To == to {
			return w.letters[i]
		}
	}
	w.t.Fatalf("there is no letter to %s", to)
	return identity.Letter{}
}

var (
	home  = identity.From{Addr: netip.MustParseAddr("203.0.113.7"), Agent: "phone"}
	other = identity.From{Addr: netip.MustParseAddr("198.51.100.9"), Agent: "thief"}
)

// person is somebody with a password and a second factor.
type person struct {
	contact, password, secret string
	session                   identity.Session
	member                    identity.Member
	in                        identity.SignedIn
}

func (w *wallet) code(p person) string {
	w.t.Helper()
	c, err := totp.GenerateCode(p.secret, w.now)
	check(w.t, err)
	return c
}

// enrol goes from a ticket to a session.
func (w *wallet) enrol(ticket string, p person) person {
	w.t.Helper()
	e, err := w.Password(ticket, p.password)
	check(w.t, err)
	p.secret = e.Secret
	p.in, err = w.Confirm(ticket, w.code(p), home)
	check(w.t, err)
	p.session, p.member, err = w.Who(p.in.Token, p.in.Secret)
	check(w.t, err)
	return p
}

func (w *wallet) joins(contact string) person {
	w.t.Helper()
	check(w.t, w.SignUp(contact, home))
	to, err := identity.Contact(contact)
	check(w.t, err)
	ticket, err := w.Verify(contact, w.last(to).Tell["code"], identity.ProofSignUp, home)
	check(w.t, err)
	return w.enrol(ticket, person{contact: contact, password: "a quiet red bicycle"})
}

// handset is a phone with its key.
type handset struct {
	alg  oda.Algorithm
	key  []byte
	sign func(text []byte) []byte
}

func newHandset(t *testing.T, alg oda.Algorithm) handset {
	t.Helper()
	if alg == oda.Ed25519 {
		pub, secret, err := ed25519.GenerateKey(rand.Reader)
		check(t, err)
		return handset{alg, pub, func(text []byte) []byte { return ed25519.Sign(secret, text) }}
	}
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	point, err := secret.PublicKey.Bytes()
	check(t, err)
	key := append([]byte{2 + point[64]&1}, point[1:33]...)
	return handset{alg, key, func(text []byte) []byte {
		digest := sha256.Sum256(text)
		r, s, err := ecdsa.Sign(rand.Reader, secret, digest[:])
		check(t, err)
		if other := new(big.Int).Sub(elliptic.P256().Params().N, s); other.Cmp(s) < 0 {
			s = other
		}
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out
	}}
}

// signed is an act that a phone signs now.
func (w *wallet) signed(h handset, act, about string) identity.Signed {
	g := identity.Signed{Phone: identity.PhoneID(h.key), Nonce: w.Nonce()}
	g.Signature = h.sign(g.Text(act, about))
	return g
}

func (w *wallet) adds(p person, h handset, label string) identity.Phone {
	w.t.Helper()
	phone, err := w.AddPhone(p.session, h.alg, h.key, label, w.signed(h, "add", label))
	check(w.t, err)
	return phone
}
