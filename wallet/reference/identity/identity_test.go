package identity_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
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
	return handset{alg, elliptic.MarshalCompressed(elliptic.P256(), secret.X, secret.Y), func(text []byte) []byte {
		digest := sha256.Sum256(text)
		r, s, err := ecdsa.Sign(rand.Reader, secret, digest[:])
		check(t, err)
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

// From nothing to a phone that pays.
func TestSignUp(t *testing.T) {
	w := newWallet(t)
	p := w.joins("Hanako@Example.jp")
	if p.member.Contact != "hanako@example.jp" || !w.accounts[p.member.Customer] {
		t.Errorf("%+v, accounts %v", p.member, w.accounts)
	}
	for _, alg := range []oda.Algorithm{oda.Ed25519, oda.P256} {
		w := newWallet(t)
		p := w.joins("hanako@example.jp")
		h := newHandset(t, alg)
		if phone := w.adds(p, h, "my phone"); phone.State != identity.PhoneActive {
			t.Errorf("the first phone is %s", phone.State)
		}
		m, _, err := w.Acts(p.session, "code", "", w.signed(h, "code", ""))
		if err != nil || m.Customer != p.member.Customer {
			t.Errorf("%+v, %v", m, err)
		}
	}
}

// Nobody hears who is a member: the calls are answered alike, and the letter
// goes to the contact alone.
func TestNobodyHearsWhoIsAMember(t *testing.T) {
	w := newWallet(t)
	w.joins("hanako@example.jp")
	w.add(time.Hour)
	for _, contact := range []string{"hanako@example.jp", "nobody@example.jp"} {
		check(t, w.SignUp(contact, other))
		check(t, w.Forgot(contact, other))
		_, err := w.SignIn(contact, "a wrong password", "123456", other)
		wants(t, contact, err, identity.ErrWrong)
		_, err = w.Verify(contact, "00000000", identity.ProofReset, other)
		wants(t, contact, err, identity.ErrWrong)
	}
	kinds := map[string][]string{}
	for _, l := range w.letters[1:] {
		kinds[l.To] = append(kinds[l.To], l.Kind+" "+l.Tell["for"])
	}
	for contact, want := range map[string][]string{"hanako@example.jp": {"member ", "code reset"}, "nobody@example.jp": {"code signup", "stranger "}} {
		if got := kinds[contact]; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s gets %q, want %q", contact, got, want)
		}
	}
}

// A password opens nothing by itself, and a code is good once.
func TestNeverAPasswordAlone(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	_, err := w.SignIn(p.contact, p.password, "", home)
	wants(t, "no code", err, identity.ErrWrong)
	_, err = w.SignIn(p.contact, p.password, w.code(p), home)
	wants(t, "the code that enrolled", err, identity.ErrWrong)
	w.add(time.Minute)
	code := w.code(p)
	_, err = w.SignIn(p.contact, "another long password", code, home)
	wants(t, "a wrong password", err, identity.ErrWrong)
	_, err = w.SignIn(p.contact, p.password, code, home)
	check(t, err)
	_, err = w.SignIn(p.contact, p.password, code, home)
	wants(t, "the same code", err, identity.ErrWrong)
	w.restart()
	_, err = w.SignIn(p.contact, p.password, code, home)
	wants(t, "the same code after a restart", err, identity.ErrWrong)
}

func TestWeakPasswords(t *testing.T) {
	w := newWallet(t)
	check(t, w.SignUp("hanako.sato@example.jp", home))
	ticket, err := w.Verify("hanako.sato@example.jp", w.last("hanako.sato@example.jp").Tell["code"], identity.ProofSignUp, home)
	check(t, err)
	for _, weak := range []string{"", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "Password1234", "passwordpassword", "hanako.sato 1999!", "abababababababab"} {
		_, err := w.Password(ticket, weak)
		wants(t, weak, err, identity.ErrWeak)
	}
	if _, err := w.Password(ticket, "静かな赤い自転車と青い空"); err != nil {
		t.Errorf("a sentence in Japanese: %v", err)
	}
}

// A list of stolen pairs: each account, each address and all together slow down,
// over a restart, and an alarm is raised. A phone that is signed in goes on.
func TestListsOfPasswords(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	h := newHandset(t, oda.Ed25519)
	w.adds(p, h, "phone")
	w.add(time.Hour)
	tries := 0
	for range 20 {
		_, err := w.SignIn(p.contact, "a stolen password", "123456", other)
		if errors.Is(err, identity.ErrSlow) {
			break
		}
		tries++
	}
	if tries > 10 {
		t.Errorf("%d tries at one account", tries)
	}
	w.restart()
	var slow *identity.Slow
	if _, err := w.SignIn(p.contact, p.password, w.code(p), home); !errors.As(err, &slow) || slow.For > time.Minute {
		t.Errorf("after a restart: %v", err)
	}
	if _, _, err := w.Acts(p.session, "code", "", w.signed(h, "code", "")); err != nil {
		t.Errorf("the customer's own phone: %v", err)
	}
	w.add(2 * time.Minute)
	if _, err := w.SignIn(p.contact, p.password, w.code(p), home); err != nil {
		t.Errorf("the customer, later: %v", err)
	}
	for n := range 310 { // a try an account, from everywhere
		from := identity.From{Addr: netip.AddrFrom4([4]byte{100, byte(n >> 4), byte(n), 1})}
		_, err := w.SignIn("somebody"+time.Duration(n).String()+"@example.jp", "a stolen password", "123456", from)
		wants(t, "a pair of the list", err, identity.ErrWrong)
	}
	if len(w.alarms) != 1 || w.alarms[0] != 300 {
		t.Errorf("alarms %v", w.alarms)
	}
}

// A second phone waits for the first one; then it pays little for three days,
// and the first one nothing. All is told.
func TestASecondPhone(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	first, second, third := newHandset(t, oda.P256), newHandset(t, oda.P256), newHandset(t, oda.Ed25519)
	w.adds(p, first, "first")
	waiting := w.adds(p, second, "second")
	if waiting.State != identity.PhoneWaiting || w.last(p.contact).Kind != "phone" {
		t.Errorf("%+v, and the last letter is %+v", waiting, w.last(p.contact))
	}
	_, _, err := w.Acts(p.session, "code", "", w.signed(second, "code", ""))
	wants(t, "a code by the phone that waits", err, identity.ErrNoPhone)
	wants(t, "it agrees to itself", w.Agree(p.session, waiting.ID, true, w.signed(second, "agree", waiting.ID)), identity.ErrNoPhone)
	forged := w.signed(second, "agree", waiting.ID)
	forged.Phone = identity.PhoneID(first.key)
	wants(t, "it signs as the first", w.Agree(p.session, waiting.ID, true, forged), identity.ErrWrong)
	wants(t, "the word for another act", w.Agree(p.session, waiting.ID, true, w.signed(first, "refuse", waiting.ID)), identity.ErrWrong)
	yes := w.signed(first, "agree", waiting.ID)
	check(t, w.Agree(p.session, waiting.ID, true, yes))
	wants(t, "the same word again", w.Agree(p.session, waiting.ID, true, yes), identity.ErrNoPhone)
	if g := w.Guard(p.member.Customer); g.DayMost != identity.CoolMost {
		t.Errorf("%+v", g)
	}
	_, _, err = w.Acts(p.session, "code", "", w.signed(first, "code", ""))
	wants(t, "a code by the old phone", err, identity.ErrNoPhone)
	if _, _, err := w.Acts(p.session, "code", "", w.signed(second, "code", "")); err != nil {
		t.Error(err)
	}
	w.restart()
	if g := w.Guard(p.member.Customer); g.DayMost != identity.CoolMost {
		t.Errorf("after a restart: %+v", g)
	}
	w.add(identity.CoolFor + time.Second)
	if g := w.Guard(p.member.Customer); g.DayMost != 0 {
		t.Errorf("after it has cooled: %+v", g)
	}
	p.session.Strong = w.now
	refused := w.adds(p, third, "third")
	check(t, w.Agree(p.session, refused.ID, false, w.signed(second, "refuse", refused.ID)))
	if _, err := w.AddPhone(p.session, third.alg, third.key, "third", w.signed(third, "add", "third")); !errors.Is(err, identity.ErrInvalid) {
		t.Errorf("a phone that was refused comes again: %v", err)
	}
}
