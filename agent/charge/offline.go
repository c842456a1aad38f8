package charge

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
)

// Proof is what stands behind a charge that is taken without a network: a code
// that a phone has signed and that was verified before. The phone's key and the
// counter are the identity of a code, whatever carried it.
type Proof struct {
	Device  string // the phone's key, hashed
	Counter int64
	Token   string    // the wallet's name for its customer
	Serial  string    // of the certificate
	Affords int64     // what the certificate affords altogether, in minor units; 0: nothing is said
	Until   time.Time // when the certificate ends: the wallet may not take it afterwards
	Sealed  []byte    // the code itself, sealed: it is money until the charge is at its end

	Signature   []byte // of the register that took a carried charge; nil: this one took it and signs
	Certificate []byte // of the key that signed it (X.509, DER, with those above it); nil when it did not come along
}

// Limits are what a register takes without a network. All of them are in
// force at once; a zero takes nothing.
type Limits struct {
	PerCharge   int64         // minor units
	PerToken    int64         // minor units outstanding of one customer of a wallet
	Outstanding int64         // minor units outstanding at this register
	Count       int           // charges outstanding at this register
	Age         time.Duration // of the oldest outstanding charge
}

// Limit names one of them. Its words are in agent/health under "offline.".
type Limit string

const (
	PerCharge   Limit = "per_charge"
	PerToken    Limit = "per_token"
	Certificate Limit = "certificate"
	Outstanding Limit = "outstanding"
	Count       Limit = "count"
	Age         Limit = "age"
	Denied      Limit = "denied" // a charge of this customer was taken before and not paid
)

// OverLimit is the refusal of a charge that would go over a limit. Left is
// what remains of it: minor units, or charges for Count; it says nothing for
// Age and Denied. Cap is the wallet's own number for it, which holds whatever
// a manager lifts; 0 for none.
type OverLimit struct {
	Limit Limit
	Most  int64
	Left  int64
	Cap   int64
}

func (e *OverLimit) Error() string {
	return fmt.Sprintf("over the limit %s of %d: %d is left", e.Limit, e.Most, e.Left)
}

// Is makes it a refusal and no failure of the books.
func (e *OverLimit) Is(target error) bool { return target == ErrNotTaken }

// ErrReplayed means that a code was taken before, or one that its phone made
// later.
var ErrReplayed = fmt.Errorf("%w: this code, or a later one of the same phone, was taken before", ErrNotTaken)

// Exposure is what was taken without a network and is not collected yet.
type Exposure struct {
	Count  int
	Minor  int64
	Oldest time.Time // zero for none
}

// Due is a charge that was taken without a network and is to be collected.
type Due struct {
	Record
	Accepted time.Time // when it was taken
	Until    time.Time // when its code ends at the wallet
	Seq      int64     // its place among those that end at one time

	Signature   []byte    // of the register that took a carried charge; nil: this one took it and signs
	Certificate []byte    // of the key that signed it, when that came along
	Moved       time.Time // when it left with a queue file: another register collects it, and here it is only asked about; zero for one that did not
}

// Carried is a charge as another register of the store took it, on its way
// into these books.
type Carried struct {
	Key      Key
	Wallet   string
	Amount   money.Amount
	Code     CodeMark
	Accepted time.Time
	Proof    Proof  // whose Device and Counter are not used
	From     string // what brings it, for the journal: the name of a queue file, or of a slip
}

// Handed is what became of a charge that was brought in.
type Handed string

const (
	HandedTaken   Handed = "taken"   // it is in the books now, and is collected
	HandedBack    Handed = "back"    // it had left these books, and is collected here again
	HandedKnown   Handed = "known"   // it was in the books; nothing changed
	HandedRefused Handed = "refused" // it is of another store, or contradicts the books
)
