package identity

import (
	"time"

	"github.com/posagent/posagent/offline/oda"
)

// Store keeps the rows. All rules are above it.
type Store interface {
	// Update runs do in one transaction, serialised with every other one, and
	// returns nil only when all of it is durable.
	Update(do func(Tx) error) error
	// View runs do over one state. do must not write.
	View(do func(Tx) error) error
}

// Tx is one transaction. An absent row is (zero value, ErrNotFound); a Put
// inserts, or replaces by what names the row.
type Tx interface {
	Member(id string) (Member, error)
	MemberBy(contact string) (Member, error)
	PutMember(Member) error
	Moving(now time.Time) ([]Member, error) // whose NewAt has come
	Proof(contact string, kind ProofKind) (Proof, error)
	PutProof(Proof) error
	DropProof(contact string, kind ProofKind) error
	Ticket(hash string) (Ticket, error)
	PutTicket(Ticket) error
	DropTicket(hash string) error
	Session(hash string) (Session, error)
	Sessions(member string) ([]Session, error) // newest first
	PutSession(Session) error
	DropSession(id string) error
	Passkey(credential []byte) (Passkey, error)
	Passkeys(member string) ([]Passkey, error)
	PutPasskey(Passkey) error
	DropPasskeys(member string) error
	Link(other, subject string) (Link, error)
	Links(member string) ([]Link, error)
	PutLink(Link) error
	DropLinks(member, other string) error // no other: all of them
	Phone(id string) (Phone, error)
	Phones(member string) ([]Phone, error) // oldest first
	PutPhone(Phone) error
	Guarded(since time.Time) ([]Member, []Phone, error) // members that are frozen, or could not top up since then; active phones that are younger, or have cooled since
	Tries(what string) (Tries, error)
	PutTries(Tries) error
	Notices(member string, n int) ([]Notice, error) // newest first
	AddNotice(Notice) error
	Sweep(now time.Time) error // drops what has run out
}

// Member is somebody with an account.
type Member struct {
	ID        string
	Customer  string // the account's name in the ledger
	Contact   string // verified, in its one form
	Password  string // argon2id, empty for none
	TOTP      string // secret, base32; empty for none
	Step      int64  // the last step of TOTP that was used
	HadPhone  bool   // a phone has paid for this member at some time
	Frozen    time.Time
	NoTopUp   time.Time // until when nothing is topped up
	NewTo     string    // a contact that takes Contact's place at NewAt, unless that is stopped
	NewAt     time.Time
	CreatedAt time.Time
}

// ProofKind is what a code that was sent is for.
type ProofKind string

const (
	ProofSignUp ProofKind = "signup"
	ProofReset  ProofKind = "reset"
	ProofMove   ProofKind = "contact"
)

// Proof is a code that was sent to a contact.
type Proof struct {
	Contact string
	Kind    ProofKind
	Code    string // digest; empty for nobody's
	Left    int    // tries
	Until   time.Time
}

// Ticket lets somebody who proved a contact enrol a second factor.
type Ticket struct {
	Hash     string
	Contact  string
	Member   string // of a reset; empty for a sign-up
	Password string // argon2id
	TOTP     string // waits for its first code
	Until    time.Time
}

// Session is a browser or an app that is signed in.
type Session struct {
	ID     string // to list and revoke it by
	Hash   string // of its token
	Secret string // digest of the second secret, which no cookie carries
	Member string
	Agent  string // what it says it is
	From   string // the network that it signed in from
	At     time.Time
	Seen   time.Time
	Strong time.Time // of the last second factor
}

// Passkey is a credential of an authenticator.
type Passkey struct {
	ID     []byte
	Member string
	Data   []byte // JSON of webauthn.Credential
	At     time.Time
}

// PhoneState is what a phone may do.
type PhoneState string

const (
	PhoneActive  PhoneState = "active"  // it pays; a member has at most one
	PhoneWaiting PhoneState = "waiting" // for the other phone, or for a person of the wallet
	PhoneEnded   PhoneState = "ended"
)

// Phone is a key that was made on a phone.
type Phone struct {
	ID        string // SHA-256 of the key, hex
	Member    string
	Key       []byte // as in OP1
	Algorithm oda.Algorithm
	Label     string
	State     PhoneState
	At        time.Time
	Cool      time.Time // until when it pays little only; zero: it does not cool
}

// Tries are wrong tries at something.
type Tries struct {
	What  string // account:…, address:…, network:…, all
	Count int
	Since time.Time // of the first that counts
	Until time.Time // nobody tries before this
}

// Notice is something that a member should know.
type Notice struct {
	Member string
	Kind   string
	Text   string // names and places, no sentences
	At     time.Time
}
