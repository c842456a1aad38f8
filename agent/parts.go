package agent

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/trace"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner"
)

// Journal remembers. Every call but Mark returns only when what it says is on
// disk; none takes a context, because a cancelled write would leave the books
// in two minds.
type Journal interface {
	// Prepare makes a charge for a sale under a new key, in state Prepared. A
	// sale that is not known yet is remembered with it. The error of a sale
	// that it does not take is a charge.ErrNotTaken; any other is its own.
	Prepare(sale.Sale, charge.By) (charge.Record, error)
	// Apply takes steps in order, in one transaction, and returns the charge
	// after the last one. A step without an arrow changes nothing and is
	// journalled as such.
	Apply(charge.Key, ...charge.Step) (charge.Record, error)
	// Mark is Apply for a step that only narrows a later recovery: it is
	// written together with the next Apply, or alone soon after.
	Mark(charge.Key, charge.Step)
	// Printed remembers what became of a receipt; reprint counts a copy.
	Printed(key charge.Key, paper charge.Paper, reprint bool) (charge.Record, error)
}

// Memory is what the register looks up before it decides.
type Memory interface {
	// EachOpen are the charges that still need work, oldest first, each as it
	// stands when it is read; they may be changed meanwhile.
	EachOpen() iter.Seq2[charge.Record, error]
	// CodeUsed is the newest charge that a code with this hash was sent for,
	// and false when there is none.
	CodeUsed(hash string) (charge.Record, bool, error)
	Charge(charge.Key) (charge.Record, error)
	InStates(...charge.State) ([]charge.Record, error)    // oldest first
	ChargesOfSale(saleID string) ([]charge.Record, error) // and the refunds of them, oldest first
	Sale(id string) (sale.Sale, error)
}

// Accounts is what refunds and reconciliations need of the books beside
// Journal and Memory.
type Accounts interface {
	// PrepareRefundOnce makes a refund of a payment under a new key, in state
	// Prepared, or returns the one that the same wish made before. Its errors
	// are those of charge.MayRefund, judged in the same transaction.
	PrepareRefundOnce(wish string, of charge.Key, amount money.Amount, by charge.By, operator string) (charge.Record, error)
	RefundsOf(payment charge.Key) ([]charge.Record, error) // oldest first
	// OfCopy tells whether a record is from before an older copy was put back:
	// what happened to it since, refunds of it too, may be missing.
	OfCopy(charge.Key) bool
	// Between are the records that were prepared in [from, to), oldest first.
	Between(from, to time.Time) ([]charge.Record, error)
	// Adopt writes down what a wallet has approved and these books do not
	// know. A key that is there comes back as it is.
	Adopt(entry charge.StatementEntry, wallet, businessDate string) (charge.Record, error)
	// Restored tells whether the books are an older copy of themselves, whose
	// newest entry is of LostSince, until Acknowledge.
	Restored() (why string, yes bool)
	LostSince() time.Time
	Acknowledge(by charge.By, operator string) error
}

// Authorizer asks one wallet. Each call is one attempt and comes back with
// exactly one event, within the wallet's budget; it never retries.
type Authorizer interface {
	Charge(context.Context, charge.Record, paycode.Code) charge.Answer
	Inquire(context.Context, charge.Record) charge.Answer
	Reverse(context.Context, charge.Record) charge.Answer
}

// Codes recognises what a customer showed, or returns a *paycode.Refusal.
type Codes interface {
	Classify(aim string, data []byte) (paycode.Code, error)
}

// Printer puts a document on paper, or says why not.
type Printer interface {
	Print(context.Context, printer.Document) printer.Outcome
}

// Drawer is a cash drawer.
type Drawer interface {
	Open(context.Context) drawer.Outcome
}

// Imager reads the codes in pictures.
type Imager interface {
	Read(ctx context.Context, picture io.Reader, device string) (scanner.Scan, error)

	// Frame reads one picture of many that a page's camera sends. Its error is a
	// *Refused with why = "picture.none" when there is no code in it, which is
	// usual.
	Frame(ctx context.Context, picture io.Reader, device string) (scanner.Scan, error)
}

// Wallet is one wallet that this register takes.
type Wallet struct {
	ID     string
	Name   string // as receipts name it
	NameEN string
	Ask    Authorizer
	Terms  charge.Terms

	Forwards Forwarder // nil: nothing is taken for it without a network

	Refunds Refunder   // nil: it gives nothing back by this way
	TopUps  TopUpper   // nil: it takes no top-ups
	Shows   Presenter  // nil: it gives no codes for the register to show
	Lists   Statements // nil: its books cannot be compared with ours

	Announces bool // it has bulletins, so that it is a trouble when none comes
}

// Parts are what a register is made of. All are needed, but for Scanner,
// Printer, Imager and Accounts: without them nothing is armed, nothing is
// printed, no picture is read, and nothing is refunded or reconciled. Rules are
// those of Offline.
type Parts struct {
	Store    sale.Store
	Journal  Journal
	Memory   Memory
	Accounts Accounts
	Offline  Offline // nil: nothing is taken without a network
	Rules    OfflineRules
	Closings Closings // nil: no Z is made
	Bills    Bills    // nil: nothing is paid in parts
	Formals  Formals  // nil: there are no formal receipts
	NotFound error    // what Memory returns for a charge that is not there; needed with Accounts
	Codes    Codes
	Wallets  []Wallet
	Scanner  Scanner // nil: it delivers whatever it reads
	Printer  Printer
	Drawer   Drawer // nil: none opens by itself
	Imager   Imager
	Draw     func(text string) (printer.Bitmap, error) // as a QR code; nil: printers draw them
	Slip     Slip                                      // nil: store copies carry no code
	Devices  []Device
	Paper    PaperRules
	HashCode func(paycode.Secret) string  // keyed hash of a customer's code, hex
	Room     func() error                 // nil error while the disk has room for another charge
	Day      func(time.Time) string       // the business date of a moment
	Zone     *time.Location               // of the times on receipts
	NameOf   func(operator string) string // the name of an operator on receipts; nil: the id
	Now      func() time.Time
	Uptime   func() time.Duration // by a clock that nobody sets; nil: the monotonic clock's
	Spread   func() float64       // draws from 0 to 1, to keep registers from asking in step

	Tracer *trace.Tracer // nil: no request carries a trace

	Training  bool  // papers say that they are of one
	MostTopUp int64 // that one top-up may come to, in minor units; 0: none are taken
}

// OfflineRules are this register's own rules of what it takes without a
// network. A wallet's bulletin may narrow them.
type OfflineRules struct {
	Take   bool
	Limits charge.Limits
	Lift   []charge.Limit // that a manager may let one sale pass
}

// PaperRules are what receipts say beside the sale.
type PaperRules struct {
	Language string // "ja" or "en"
	Print    bool   // print a receipt when a charge is approved or taken without a network
	Footer   string
}
