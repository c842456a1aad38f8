package attack_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/identitydb"
	"github.com/pquerna/otp/totp"
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

func (p *people) Still(string) error { return nil }

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
