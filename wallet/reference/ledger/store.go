package ledger

import (
	"crypto/sha256"
	"errors"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// ErrNotFound means that there is no such row.
var ErrNotFound = errors.New("not found")

// Store keeps the rows. All rules are above it in this package: a Store only
// reads and writes what it is told, so that the same rules run over SQLite in
// a wallet and over memory in a simulation.
type Store interface {
	// Update runs do in one transaction, serialised with every other one, and
	// returns nil only when all of it is durable. When do fails nothing of it
	// is kept and its error comes back as it is. do may run on another
	// goroutine and must not call the Store.
	Update(do func(Tx) error) error
	// View runs do over one state of the books, at least as new as the last
	// Update that returned before it was called. do must not write.
	View(do func(Tx) error) error
}

// Tx is one transaction. Reading one absent row is (zero value, ErrNotFound);
// a list without rows is empty.
type Tx interface {
	Account(Class, string, money.Currency) (Account, error)
	Accounts() ([]Account, error)        // in the order they were opened
	PutAccount(Account) (Account, error) // ID 0 opens a new one and fills it in
	// Move adds to a balance and gives the account as it is then; it opens one that
	// is not there. What would fall below zero without being allowed to, and what
	// cannot be counted any more, is an error and moves nothing.
	Move(Class, string, money.Amount) (Account, error)
	AppendTxn(Txn) (Txn, error)             // insert only; fills in the ID, which only rises
	Txns(after int64, n int) ([]Txn, error) // oldest first
	Standing(key string) (Standing, error)
	Standings() ([]Standing, error)               // in the order of their first word, as all lists of them
	Pending() ([]Standing, error)                 // those that are
	Overdue(now time.Time) ([]Standing, error)    // those that are pending, with an Until before now
	Refunds(chargeKey string) ([]Standing, error) // those with this ChargeKey
	// StandingsOf are at most n whose key begins with register, which is
	// STORE-TERMINAL-, whose first word came at from or later and before to, and
	// whose Place is above after.
	StandingsOf(register string, from, to time.Time, after int64, n int) ([]Standing, error)
	PutStanding(Standing) error // insert, or replace by Key; Place is the store's own
	Code(CodeHash) (Code, error)
	PutCode(Code) error // insert, or replace by Hash
	DropCodes(expiredBefore time.Time) error
	// OfCustomer are at most n standings of a customer whose first word came before
	// a time, newest first.
	OfCustomer(customer string, before time.Time, n int) ([]Standing, error)
	// Spent is what a customer's charges since a time come to that are approved or
	// pending, in minor units.
	Spent(customer string, since time.Time) (int64, error)
	// Brought is what top-ups of a customer since a time come to that were approved
	// and came from a source, as a card is one; Largest is the largest charge since a
	// time that was approved. Both are minor units.
	Brought(customer string, since time.Time) (int64, error)
	Largest(customer string, since time.Time) (int64, error)
	Wish(customer string) (Wish, error)
	PutWish(Wish) error // insert, or replace by Customer
	PhoneTx
	RegisterTx
}

// Class is what an account stands for.
type Class string

const (
	ClassFloat    Class = "float"    // the issuer: what it owes, below zero by all that customers and stores have
	ClassCustomer Class = "customer" // never below zero
	ClassStore    Class = "store"    // what the wallet owes a store; below zero, a store has taken more cash than it sold
	ClassHold     Class = "hold"     // of a customer: what waits for the customer to confirm; never below zero
	ClassReserve  Class = "reserve"  // of a certificate, by its serial: what is put aside for it and not spent; never below zero
)

// Account is one account in one currency. Class, Name and Balance.Currency
// name it; its balance is always the sum of its postings.
type Account struct {
	ID      int64
	Class   Class
	Name    string
	Balance money.Amount
}

// Cause is why a transaction was made.
type Cause string

const (
	CauseOpening  Cause = "opening"
	CauseCharge   Cause = "charge"
	CauseReversal Cause = "reversal"
	CauseHold     Cause = "hold"    // of a charge that waits for its customer
	CauseRelease  Cause = "release" // of what was held or put aside, back to where it came from
	CauseReserve  Cause = "reserve" // for a certificate
	CauseRefund   Cause = "refund"
	CauseTopup    Cause = "topup"
)

// Txn is a transaction: postings that sum to zero in each currency. It is
// never changed and never removed.
type Txn struct {
	ID       int64
	Key      string // that it belongs to; empty for an opening and for a certificate
	Cause    Cause
	At       time.Time
	Postings []Posting
}

// Posting moves Amount to an account, or away from it when below zero.
type Posting struct {
	Account int64
	Amount  money.Amount
}

// Standing is what a key stands for, and the identity it was first used with.
// Blocked is a tombstone: a reversal came before any request, so that only the
// amount is known.
type Standing struct {
	Place     int64 // in the order of the first word, above 0; the store fills it in
	Key       string
	Kind      wire.Kind
	Status    wire.Status
	Amount    money.Amount
	Store     string
	Terminal  string
	Code      CodeHash   // zero for a refund
	Serial    oda.Serial // of the certificate that a signed code was under, whose money is moved; else zero
	ChargeKey string     // of a refund: the charge that it gives back
	Blocked   bool
	Kept      bool   // a reversal was refused for ever
	Customer  string // empty when no customer was found
	Reason    wire.Reason
	Receipt   string
	At        time.Time // of the first word
	Until     time.Time // while pending: when it runs out; else zero
	Changed   time.Time // of the last change of Status

	// Of an approved charge: what points paid, in minor units, the points that
	// were granted, and what the customer had then. Of a refund: what came back.
	PointsUsed, PointsEarned, PointsLeft int64

	Balance int64 // of an approved top-up: what the customer had then
}

// CodeHash stands for a payer code in the books; the code itself is never
// kept.
type CodeHash [sha256.Size]byte

// Hash is the hash of a payer code. The codes of this ledger carry 60 random
// bits and live for a minute, so that a plain hash is enough: who guesses one
// from a stolen book finds it dead. All texts of one signed code are one code.
func Hash(code string) CodeHash {
	if raw, _, err := oda.Decode(code); err == nil {
		return sha256.Sum256(append([]byte("posagent signed code\x00"), raw...))
	}
	return sha256.Sum256([]byte("posagent payer code\x00" + code))
}

// Code is a one-time payer code.
type Code struct {
	Hash     CodeHash
	Customer string
	Expires  time.Time
	UsedBy   string // the key that spent it; empty while it is fresh
}
