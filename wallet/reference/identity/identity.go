// Package identity is who the customers of the reference wallet are: how they
// sign up and in, which phone pays for them, and how they come back when they
// have lost all of it. It knows no HTTP, and of money nothing but the name of a
// customer's account.
//
// It answers what let 7pay's customers be robbed: nobody signs in with a
// password alone, a second phone pays nothing before the first one or a person
// has agreed, and nothing is ever sent to an address that a request names.
//
// Invariant: a member has at most one phone that pays, and no answer tells
// whether somebody is a member.
package identity

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Errors that a phone is told. Any other is the store's.
var (
	// ErrWrong: the name, the password, a code or a signature is wrong, or there
	// is no such member. Nobody is told which.
	ErrWrong = errors.New("that is not right: check what you entered")
	// ErrSlow: too many wrong tries; see Slow for how long.
	ErrSlow = errors.New("too many tries: wait before the next one")
	// ErrInvalid: a request that nothing can be made of.
	ErrInvalid = errors.New("invalid request")
	// ErrWeak: a password that is too short or known to thieves.
	ErrWeak = errors.New("this password is too short, or in lists that thieves use: choose at least 12 characters that nobody has had")
	// ErrSession: there is none, or it is over.
	ErrSession = errors.New("sign in first")
	// ErrProve: the act needs a second factor now.
	ErrProve = errors.New("prove once more who you are: by passkey, or by password and code")
	// ErrNoPhone: the phone does not pay for this member.
	ErrNoPhone = errors.New("this phone does not pay: it waits for your other phone to agree, or was replaced")
	// ErrFrozen: the member has frozen all payments.
	ErrFrozen = errors.New("payments are frozen: unfreeze them with your second factor")
	// ErrStopped: this wallet takes nobody in for now.
	ErrStopped = errors.New("this wallet takes no new customers for now")
	// ErrNotFound: there is no such row.
	ErrNotFound = errors.New("not found")
)

// Slow is ErrSlow with the time to wait.
type Slow struct{ For time.Duration }

func (s *Slow) Error() string {
	return fmt.Sprintf("%s: %s", ErrSlow, s.For.Round(time.Second))
}
func (s *Slow) Is(target error) bool { return target == ErrSlow }

// Times and limits.
const (
	proofLife   = 10 * time.Minute // of a code that was sent
	proofTries  = 5
	ticketLife  = 30 * time.Minute // to enrol a second factor
	idle        = 7 * 24 * time.Hour
	sessionLife = 30 * 24 * time.Hour
	strongFor   = 5 * time.Minute // after a second factor
	nonceLife   = 2 * time.Minute

	// CoolFor is how long a phone that took another's place pays little only.
	CoolFor = 72 * time.Hour
	// CoolMost is what it pays in 24 hours meanwhile, in yen.
	CoolMost = 5_000
	// TopUpStop is how long nothing is topped up after a reset.
	TopUpStop = 24 * time.Hour
)

// Outbox sends letters and messages to contacts that were verified, or are just
// being verified. It must not wait for a network.
type Outbox interface{ Send(Letter) error }

// Letter is one message. Words are the sender's: Kind and what it tells.
type Letter struct {
	To   string            `json:"to"`
	Kind string            `json:"kind"` // code, member, reset, device, …
	Tell map[string]string `json:"tell"`
	At   time.Time         `json:"at"`
}

// Accounts opens accounts in the ledger.
type Accounts interface {
	Open(customer string) error
	Still(customer string) error // no code that a phone has signed by itself is taken any more, also by registers without a network
}

// Options are what a service is made of.
type Options struct {
	Store    Store
	Outbox   Outbox
	Accounts Accounts
	WebAuthn *webauthn.WebAuthn         // nil: no passkeys
	Others   map[string]Other           // services that say who somebody is, by short names; nil: there are none
	Name     string                     // of the wallet, as authenticators show it
	Breached func(password string) bool // nil: the list of this package
	Stopped  func() bool                // whether sign-up is stopped; nil: never
	Alarm    func(kind string, n int)   // somebody tries many accounts; nil: nobody is told
	Clock    func() time.Time           // nil: time.Now
	Random   io.Reader                  // nil: crypto/rand
	Log      *slog.Logger               // nil: no log
}

// Service is the identities of one wallet. It is safe for many goroutines.
type Service struct {
	o Options

	mu     sync.Mutex
	once   *once            // nonces and rites that are out
	guards map[string]Guard // of customers, where there is something to guard
	away   Tries            // that were not looked at
	hashes chan struct{}    // how many passwords are worked on at once
}

// New is a service over a store.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Outbox == nil || o.Accounts == nil {
		return nil, errors.New("identities need a store, an outbox and accounts")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Breached == nil {
		o.Breached = common
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Name = cmp.Or(o.Name, "posagent wallet")
	s := &Service{o: o, guards: map[string]Guard{}, hashes: make(chan struct{}, 4)}
	s.once = &once{key: []byte(s.random(32)), used: map[[32]byte]time.Time{}}
	return s, s.learn()
}

func (s *Service) now() time.Time { return s.o.Clock() }

// random is n random bytes as text that fits everywhere.
func (s *Service) random(n int) string {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.o.Random, b); err != nil {
		panic(err) // crypto/rand never fails: it ends the program instead
	}
	return hex.EncodeToString(b)
}

// digest is how a secret is kept: who reads the store has none of them.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// IsCustomer tells whether a name of an account is one that newCustomer makes.
func IsCustomer(name string) bool {
	rest, ok := strings.CutPrefix(name, "m")
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(rest)
	return ok && err == nil && len(b) == customerBytes
}

// customerBytes is how much chance is in the name of an account.
const customerBytes = 10

// newCustomer is a name for an account that says nothing of its owner.
func (s *Service) newCustomer() string {
	b := make([]byte, customerBytes)
	if _, err := io.ReadFull(s.o.Random, b); err != nil {
		panic(err)
	}
	return "m" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// letter sends one, and notes that it could not: who waits for it asks again.
func (s *Service) letter(to, kind string, tell ...string) {
	l := Letter{To: to, Kind: kind, Tell: map[string]string{}, At: s.now().UTC()}
	for i := 0; i+1 < len(tell); i += 2 {
		l.Tell[tell[i]] = tell[i+1]
	}
	if err := s.o.Outbox.Send(l); err != nil {
		s.o.Log.Error("a letter was not sent", "kind", kind, "error", err)
	}
}
