package book

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
)

// Store keeps the rows. All rules are above it in this package: a Store only
// reads and writes what it is told, so that the same rules run over SQLite in
// a shop and over memory in a simulation.
type Store interface {
	// Update runs do in one transaction, serialised with every other one, and
	// returns nil only when all of it is durable. When do fails nothing of it
	// is kept and its error comes back as it is. do may run on another
	// goroutine and must not call the Store.
	Update(do func(Tx) error) error
	// Soon runs do in the next transaction, at the latest after the given
	// time, and does not wait. It is for marks that narrow a recovery and that
	// nothing depends on; an error of do drops that mark alone. cancel calls
	// it off, unless it has begun.
	Soon(within time.Duration, do func(Tx) error) (cancel func())
	// View runs do over a state at least as new as the last Update that
	// returned before it was called.
	View(do func(Rows) error) error
}

// Tx is one transaction. Reading an absent row is (zero value, ErrNotFound).
type Tx interface {
	Rows
	Meta(name string) (int64, error) // 0 when never set
	SetMeta(name string, value int64) error
	AddCharge(Row) error     // insert only; its sale must be there; its key ends with its Seq, unless it is carried
	PutCharge(Row) error     // replace only; key, kind, sale and amount never change
	PutSale(sale.Sale) error // insert only
	AppendLink(Link) error   // insert only; any N but the next number is ErrNotNext

	AddProof(Row, charge.Proof) error // of a charge that is there; insert only
	CloseProof(seq int64) error       // it is no longer outstanding; nothing when there is none
	WipeProof(seq int64) error        // its evidence goes, for good; nothing when there is none
	// ReplaceProof puts sealed evidence, with the signature over it, in place of
	// what is there.
	ReplaceProof(seq int64, sealed, signature, certificate []byte) error
	PutBill(sale.Bill) error               // insert only
	EndBill(id string, at time.Time) error // it must be there
	AddFormal(charge.Formal) error         // insert only; any number but the next, or a subject that has one, is an error
	// PutFormal remembers what became of a formal receipt that is there.
	PutFormal(number int64, paper charge.Paper, copies int) error
	AddZ(charge.Z) error                     // insert only; any number but the next, or a date that has one, is an error
	PutAlert(Alert) error                    // insert or replace; code, subject and Raised never change, and one of each stands
	MoveProof(seq int64, at time.Time) error // it left at that time, or is back for the zero time; it must be there
}

// Rows are the reads that pages and reports make as well.
type Rows interface {
	Charge(charge.Key) (Row, error)
	ChargesOfSale(saleID string) ([]Row, error) // and the refunds of it, oldest first
	// OpenCharges are those whose State is Open, oldest first, above a number.
	OpenCharges(after int64, most int) ([]Row, error)
	Charges(Filter) ([]Row, error) // newest first
	Sale(id string) (sale.Sale, error)
	SaleByReference(businessDate, source, reference string) (sale.Sale, error)
	Bill(id string) (sale.Bill, error)
	BillByReference(businessDate, source, reference string) (sale.Bill, error)
	PartsOfBill(id string) ([]sale.Sale, error) // by number
	FormalOf(subject string) (charge.Formal, error)
	LastFormal() (charge.Formal, error)
	LastLink() (Link, error)                       // ErrNotFound in an empty journal
	Chain(n int64) ([]Link, error)                 // the n-th and those Before it, of one charge, oldest first
	LinksAfter(n int64, limit int) ([]Link, error) // of all, oldest first

	Zs(below int64, most int) ([]charge.Z, error) // closings below a number, or the newest for 0; newest first

	Alerts(below int64, most int) ([]Alert, error) // below a number, or the newest for 0; newest first
	StandingAlerts() ([]Alert, error)              // those that are not cleared, oldest first

	LastCounter(device string) (int64, error)       // the highest of a phone that was taken
	Exposure(carried bool) (charge.Exposure, error) // of outstanding charges, those of other registers for themselves
	ExposureOf(token string) (int64, error)         // minor units outstanding of one customer
	SpentUnder(serial string) (int64, error)        // minor units that were ever taken under a certificate
	Unpaid(token string) (bool, error)              // a charge of this customer was taken and not paid
	Evidence(seq int64) ([]byte, error)
	// Due are outstanding charges of a wallet, by Until and Seq, behind after.
	Due(wallet string, after charge.Due, most int) ([]charge.Due, error)
	DueOf(seq int64) (charge.Due, error) // ErrNotFound when it is not outstanding
}

// Row is a charge and its place in the order of keys.
type Row struct {
	Seq   int64 // position among all charges of this database, never reused; the last part of the key
	Epoch int64
	charge.Record
	LastLink int64 // the newest journal entry of this charge
}

// Filter narrows Charges. Zero fields do not narrow.
type Filter struct {
	States []charge.State
	Before int64 // Seq below this one: the page after
	Limit  int   // 0 is 50; at most 500
}

// Count is the number of rows that a page has at most.
func (f Filter) Count() int {
	if f.Limit <= 0 {
		return 50
	}
	return min(f.Limit, 500)
}

// Link is one entry of the journal: a step that a charge took, chained to the
// entry before it. Entries are never changed and never removed.
type Link struct {
	N      int64 // 1, 2, 3, … without gaps
	Key    charge.Key
	Before int64        // the entry before of the same charge; 0 for its first
	From   charge.State // empty for the entry that made the charge
	To     charge.State
	Moved  bool // false: the table has no such arrow, nothing changed
	Step   charge.Step
	Note   string
	Hash   [32]byte // SHA-256 over the hash before and the canonical text of this entry
}
