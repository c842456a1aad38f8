package charge

import (
	"time"

	"github.com/posagent/posagent/agent/money"
)

// Day is a business day of a register: the half-open interval from From to To,
// under the date that people know it by.
type Day struct {
	Date string // 2026-11-25
	From time.Time
	To   time.Time
}

// Has tells whether a moment belongs to the day.
func (d Day) Has(t time.Time) bool { return !t.Before(d.From) && t.Before(d.To) }

// Statement is what a wallet has in its books of a register's day: whole, or
// not at all.
type Statement struct {
	Wallet  string // the wallet's id in the configuration
	Day     Day
	Entries []StatementEntry // in the order of the wallet's first word
}

// StatementEntry is one key as the wallet has it.
type StatementEntry struct {
	Key    Key
	Kind   Kind
	State  State // Approved, Declined, Reversed or Pending
	Amount money.Amount
	Of     Key       // of a refund: the payment whose money goes back
	At     time.Time // of the wallet's first word on the key
}
