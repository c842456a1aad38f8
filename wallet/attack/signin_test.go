package attack_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/identitydb"
)

// people are the wallet's customers, over a true store and a clock that the
// attacks set: what takes days must not take days here. walletd does not serve
// them yet, so they are attacked in this process.
type people struct {
	testing.TB
	*identity.Service
	mu      sync.Mutex
	now     time.Time
	letters []identity.Letter
	alarms  []time.Time
}

func (p *people) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *people) passes(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(by)
}

func (p *people) Send(l identity.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	return nil
}

func (p *people) Open(string) error { return nil }

// sent are the letters to somebody of a kind.
func (p *people) sent(to, kind string) (out []identity.Letter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.letters {
		if l.To == to && l.Kind == kind {
			out = append(out, l)
		}
	}
	return out
}

func newPeople(t *testing.T) *people {
	t.Helper()
	store, err := identitydb.Open(filepath.Join(t.TempDir(), "identity.db"), nil)
	check(t, err)
	t.Cleanup(func() { store.Close() })
	p := &people{TB: t, now: time.Date(2026, 7, 2, 5, 0, 0, 0, time.UTC)}
	p.Service, err = identity.New(identity.Options{Store: store, Outbox: p, Accounts: p, Clock: p.clock, Alarm: func(string, int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.alarms = append(p.alarms, p.now)
	}})
	check(t, err)
	return p
}

const leaked = "a quiet red bicycle" // the right password, in the thief's list

// customer is a member with a phone that pays.
type customer struct {
	*people
	contact, totp string
	session       identity.Session
	member        identity.Member
	key           ed25519.PrivateKey
	phone         identity.Phone
}

var home = identity.From{Addr: netip.MustParseAddr("203.0.113.7"), Agent: "her browser"}

func abroad(i int) identity.From {
	return identity.From{Addr: netip.AddrFrom4([4]byte{byte(11 + i/65536), byte(i / 256), byte(i), 9}), Agent: "a script"}
}

func (p *people) joins(contact string) *customer {
	p.Helper()
	c := &customer{people: p, contact: contact}
	check(p, p.SignUp(contact, home))
	ticket, err := p.Verify(contact, p.sent(contact, "code")[0].Tell["code"], identity.ProofSignUp, home)
	check(p, err)
	e, err := p.Password(ticket, leaked)
	check(p, err)
	c.totp = e.Secret
	in, err := p.Confirm(ticket, c.code(), home)
	check(p, err)
	c.session, c.member, err = p.Who(in.Token, in.Secret)
	check(p, err)
	c.phone, c.key = c.adds(c.session, "her phone")
	return c
}

func (c *customer) code() string {
	c.Helper()
	code, err := totp.GenerateCode(c.totp, c.clock())
	check(c, err)
	return code
}

// adds adds a phone to a session.
func (c *customer) adds(row identity.Session, label string) (identity.Phone, ed25519.PrivateKey) {
	c.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	check(c, err)
	g := signedBy(c.people, identity.PhoneID(public), key, "add", label)
	phone, err := c.AddPhone(row, oda.Ed25519, public, label, g)
	check(c, err)
	return phone, key
}

func signedBy(p *people, id string, key ed25519.PrivateKey, act, about string) identity.Signed {
	g := identity.Signed{Phone: id, Nonce: p.Nonce()}
	g.Signature = ed25519.Sign(key, g.Text(act, about))
	return g
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	made(t, "A1", listFromOneAddress)
	made(t, "A2", listFromEverywhere)
	made(t, "A3", listSlowly)
	made(t, "A4", secondPhone)
	made(t, "A5", resetElsewhere)
	made(t, "A6", resetByKnowledge)
}

// listFromOneAddress has the right passwords, and no second step.
func listFromOneAddress(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	n, judged, slowed := size(2_000, 10_000), 0, time.Duration(0)
	begin := p.clock()
	for i := range n {
		contact := fmt.Sprintf("victim%d@example.jp", i)
		if i%500 == 0 {
			contact = her.contact
		}
		_, err := p.SignIn(contact, leaked, "000000", abroad(1))
		switch {
		case errors.Is(err, identity.ErrSlow):
			if slowed == 0 {
				slowed = p.clock().Sub(begin)
			}
		case errors.Is(err, identity.ErrWrong):
			judged++
		default:
			t.Fatalf("pair %d: %v", i, err)
		}
		p.passes(10 * time.Millisecond)
	}
	if slowed == 0 || slowed > time.Minute || judged > 60 {
		t.Errorf("%d of %d pairs were judged, and the address was slowed after %s", judged, n, slowed)
	}
	if len(p.alarms) == 0 || p.alarms[0].Sub(begin) > 5*time.Minute {
		t.Fatalf("the alarms are %v, from %s on", p.alarms, begin)
	}
	tries := 0
	for range 600 { // one account, a try a second, each from another address
		if _, err := p.SignIn("taro@example.jp", "wrong", "000000", abroad(1000+tries)); errors.Is(err, identity.ErrWrong) {
			tries++
		}
		p.passes(time.Second)
	}
	if tries > 10 {
		t.Errorf("%d tries at one account within ten minutes", tries)
	}
	if in, err := p.SignIn(her.contact, leaked, her.code(), home); err != nil || in.Token == "" {
		t.Errorf("the owner is locked out: %v", err)
	}
	return fmt.Sprintf("%d pairs: %d judged, slowed after %s, %d tries at one account in 10 min, no session; the alarm after %s", n, judged, slowed, tries, p.alarms[0].Sub(begin))
}

func listFromEverywhere(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	n := size(60, 5_000)
	begin := p.clock()
	var sessions atomic.Int64
	atOnce(4, func(lane int) {
		for i := lane; i < n; i += 4 {
			contact := fmt.Sprintf("victim%d@example.jp", i)
			if i == n/2 {
				contact = her.contact
			}
			if _, err := p.SignIn(contact, leaked, "000000", abroad(i)); err == nil {
				sessions.Add(1)
			}
			p.passes(60 * time.Millisecond / 4) // 5,000 in 75 s
		}
	})
	if sessions.Load() > 0 {
		t.Errorf("%d sessions without a second step", sessions.Load())
	}
	if _, _, err := p.Acts(her.session, "code", "", signedBy(p, her.phone.ID, her.key, "code", "")); err != nil {
		t.Errorf("her phone is held up: %v", err)
	}
	if wholeForm() {
		if len(p.alarms) == 0 || p.alarms[0].Sub(begin) > 5*time.Minute {
			t.Errorf("the alarms are %v", p.alarms)
		}
		return fmt.Sprintf("%d addresses: no session, the alarm after %s; her phone goes on", n, p.alarms[0].Sub(begin).Round(time.Second))
	}
	return fmt.Sprintf("%d addresses: no session; her phone goes on", n)
}

func listSlowly(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	n := size(40, 1_000)
	for i := range n {
		contact := her.contact
		if i%20 > 0 {
			contact = fmt.Sprintf("victim%d@example.jp", i)
		}
		if _, err := p.SignIn(contact, leaked, "123456", abroad(i)); err == nil {
			t.Error("a session without a second step")
		}
		p.passes(time.Minute)
	}
	if len(p.alarms) > 0 {
		t.Errorf("%d alarms for a try a minute", len(p.alarms))
	}
	return fmt.Sprintf("%d tries, one a minute: no alarm, no session", n)
}

// secondPhone is a thief with password and a code of the second step.
func secondPhone(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	p.passes(time.Minute)
	in, err := p.SignIn(her.contact, leaked, her.code(), abroad(5))
	check(t, err)
	thief, _, err := p.Who(in.Token, in.Secret)
	check(t, err)
	before := len(p.letters)
	phone, key := her.adds(thief, "thief's phone")
	if phone.State != identity.PhoneWaiting || len(p.letters) == before {
		t.Errorf("the second phone is %s, and she is told %v", phone.State, p.letters[before:])
	}
	for _, act := range []string{"code", "certificate"} {
		if _, _, err := p.Acts(thief, act, "", signedBy(p, phone.ID, key, act, "")); !errors.Is(err, identity.ErrNoPhone) {
			t.Errorf("the second phone acts: %s %v", act, err)
		}
	}
	if err := p.Agree(thief, phone.ID, true, signedBy(p, phone.ID, key, "agree", phone.ID)); err == nil {
		t.Error("the second phone agrees to itself")
	}
	p.passes(20 * time.Hour) // nobody answers
	if _, _, err := p.Acts(thief, "code", "", signedBy(p, phone.ID, key, "code", "")); err == nil {
		t.Error("waiting makes the second phone pay")
	}
	check(t, p.Agree(her.session, phone.ID, true, signedBy(p, her.phone.ID, her.key, "agree", phone.ID))) // tricked into a yes
	if _, _, err := p.Acts(thief, "code", "", signedBy(p, phone.ID, key, "code", "")); err != nil {
		t.Errorf("after her yes: %v", err)
	}
	if _, _, err := p.Acts(her.session, "code", "", signedBy(p, her.phone.ID, her.key, "code", "")); !errors.Is(err, identity.ErrNoPhone) {
		t.Errorf("two phones make codes: %v", err)
	}
	g := p.Guard(her.member.Customer)
	if g.DayMost != identity.CoolMost || g.Until.Sub(p.clock()) != identity.CoolFor {
		t.Errorf("a new phone may spend %d in a day until %s", g.DayMost, g.Until)
	}
	return fmt.Sprintf("waits, and she is told; it agrees to nothing; after her yes one phone makes codes, for %d yen a day and %s", g.DayMost, identity.CoolFor)
}

func resetElsewhere(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	for _, contact := range []string{"hanako@example.jp,thief@example.com", "hanako@example.jp\nthief@example.com", "thief@example.com", "hanako@example.jp ", "HANAKO@example.jp"} {
		p.Forgot(contact, abroad(1)) // whatever it says, where it goes is what counts
		p.passes(time.Hour)
	}
	for _, l := range p.letters {
		if l.To != her.contact && l.Kind == "code" {
			t.Errorf("a code went to %q", l.To)
		}
	}
	one, two := p.Forgot(her.contact, abroad(2)), p.Forgot("nobody@example.jp", abroad(3))
	if fmt.Sprint(one) != fmt.Sprint(two) {
		t.Errorf("a member is told %v, and nobody %v", one, two)
	}
	wrong := 0
	for range 50 {
		if _, err := p.Verify(her.contact, "000000", identity.ProofReset, abroad(4)); err == nil {
			t.Error("a guessed code is right")
		}
		wrong++
	}
	return fmt.Sprintf("codes go to the verified contact only; the same answer for nobody; %d guesses are wrong", wrong)
}

// resetByKnowledge is a thief who reads her letters, too.
func resetByKnowledge(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	p.passes(time.Hour)
	check(t, p.Forgot(her.contact, abroad(1)))
	all := p.sent(her.contact, "code")
	ticket, err := p.Verify(her.contact, all[len(all)-1].Tell["code"], identity.ProofReset, abroad(1))
	check(t, err)
	e, err := p.Password(ticket, "another green tricycle")
	check(t, err)
	code, err := totp.GenerateCode(e.Secret, p.clock())
	check(t, err)
	in, err := p.Confirm(ticket, code, abroad(1))
	check(t, err)
	thief, m, err := p.Who(in.Token, in.Secret)
	check(t, err)
	if len(p.sent(her.contact, "reset")) == 0 {
		t.Error("she is not told of the reset")
	}
	if _, _, err := p.Acts(her.session, "code", "", signedBy(p, her.phone.ID, her.key, "code", "")); err == nil {
		t.Error("her phone still pays after the reset")
	}
	phone, key := her.adds(thief, "thief's phone")
	if _, _, err := p.Acts(thief, "code", "", signedBy(p, phone.ID, key, "code", "")); !errors.Is(err, identity.ErrNoPhone) {
		t.Errorf("the thief's phone pays after a reset: %s %v", phone.State, err)
	}
	if err := p.MayTopUp(m); !errors.Is(err, identity.ErrSlow) {
		t.Errorf("top-ups after a reset: %v", err)
	}
	p.passes(identity.TopUpStop + time.Minute)
	if err := p.MayTopUp(m); err != nil {
		t.Errorf("top-ups a day later: %v", err)
	}
	return "her phone is unbound, top-ups stop for a day, and the thief's phone waits for a person"
}
