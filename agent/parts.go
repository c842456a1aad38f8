package agent

import (
	"context"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// Journal remembers. Every call but Mark returns only when what it says is on
// disk; none takes a context, because a cancelled write would leave the books
// in two minds.
type Journal interface {
	// Prepare makes a charge for a sale under a new key, in state Prepared. A
	// sale that is not known yet is remembered with it.
	Prepare(sale.Sale, charge.By) (charge.Record, error)
	// Apply takes steps in order, in one transaction, and returns the charge
	// after the last one. A step without an arrow changes nothing and is
	// journalled as such.
	Apply(charge.Key, ...charge.Step) (charge.Record, error)
	// Mark is Apply for a step that only narrows a later recovery: it is
	// written together with the next Apply, or alone soon after.
	Mark(charge.Key, charge.Step)
	// Open are the charges that still need work, oldest first.
	Open() ([]charge.Record, error)
}

// Memory is what the register looks up before it decides.
type Memory interface {
	Charge(charge.Key) (charge.Record, error)
	ChargesOfSale(saleID string) ([]charge.Record, error) // oldest first
	Sale(id string) (sale.Sale, error)
	// CodeUsed is the charge that a code with this hash was sent for, and
	// false when there is none.
	CodeUsed(hash string) (charge.Record, bool, error)
}

// Authorizer asks one wallet. Each call is one attempt and comes back with
// exactly one event, within the wallet's budget; it never retries.
type Authorizer interface {
	Charge(context.Context, charge.Record, paycode.Code) charge.Answer
	Inquire(context.Context, charge.Record) charge.Answer
	Reverse(context.Context, charge.Record) charge.Answer
}

// Printer puts a document on paper, or says why not.
type Printer interface {
	Print(context.Context, printer.Document) printer.Outcome
}

// Clock is where time comes from; time.Now in production.
type Clock func() time.Time
