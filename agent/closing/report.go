package closing

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// Form names the document of a Z; docs/reference/journal.md.
const Form = "posagent z 1"

// Report is the document of a Z. Its JSON is kept as it was written, and the
// journal holds the SHA-256 of it.
type Report struct {
	Form     string    `json:"form"`
	Store    string    `json:"store"`
	Terminal string    `json:"terminal"`
	Number   int64     `json:"number"`
	Date     string    `json:"date"`
	From     time.Time `json:"from"` // the business day
	To       time.Time `json:"to"`
	At       time.Time `json:"at"`
	By       charge.By `json:"by"`
	Operator string    `json:"operator"`
	After    int64     `json:"after"` // of the journal, it covers the entries behind this one
	Upto     int64     `json:"upto"`  // up to this one
	Totals
	Waiting []Row    `json:"waiting"` // what stands open, queued or owed in all the books, also of earlier days
	Wallets []Wallet `json:"wallets"` // what each wallet's list of the day says
	Reason  string   `json:"reason"`  // why it was closed all the same; empty when nothing stood in the way
	Drawer  Drawer   `json:"drawer"`
}

// Wallet is what a comparison with a wallet's list came to.
type Wallet struct {
	Wallet   string         `json:"wallet"`
	Compared bool           `json:"compared"`
	Problem  string         `json:"problem"` // why it was not compared
	Left     int            `json:"left"`    // differences that are left
	Totals   []WalletsTotal `json:"totals"`
}

// WalletsTotal are both sides of one kind, state and currency after all that
// could be corrected was.
type WalletsTotal struct {
	Kind     charge.Kind    `json:"kind"`
	State    charge.State   `json:"state"`
	Currency money.Currency `json:"currency"`
	Ours     Sum            `json:"ours"`
	Theirs   Sum            `json:"theirs"`
}

// Drawer is the cash, in minor units of the store's currency. Counted, Float
// and Other are what the manager said; Cash is what this register moved.
type Drawer struct {
	Said     bool  `json:"said"` // false: nobody counted
	Float    int64 `json:"float"`
	Other    int64 `json:"other"` // what another till took in and gave out
	Cash     int64 `json:"cash"`
	Expected int64 `json:"expected"`
	Counted  int64 `json:"counted"`
	Over     int64 `json:"over"` // Counted less Expected; negative when cash is missing
}

// Count is what a manager found in the drawer.
type Count struct{ Float, Other, Counted int64 }

// Settle compares a count with what should be there.
func (d Drawer) Settle(c Count) Drawer {
	d.Said, d.Float, d.Other, d.Counted = true, c.Float, c.Other, c.Counted
	d.Expected = c.Float + c.Other + d.Cash
	d.Over = c.Counted - d.Expected
	return d
}
