package wire

import "time"

// PageOfEntries is how many entries a page of a reconciliation has at most, so
// that it stays well below the 64 kB that a register reads.
const PageOfEntries = 200

// Reconciliation is one page of what a register did in a day, as the wallet
// has it. The call is GET with the query parameters store, terminal,
// business_date, from, to, after and nonce; store and terminal are those of
// the client certificate.
//
// The day is the half-open interval from From to To, and a key belongs to the
// day of the wallet's first word on it: also when it was reversed later, and
// also when that word was the reversal. BusinessDate is echoed for people.
type Reconciliation struct {
	Store        string    `json:"store"`
	Terminal     string    `json:"terminal"`
	BusinessDate string    `json:"business_date"` // 2026-11-25
	From         time.Time `json:"from"`
	To           time.Time `json:"to"`
	Entries      []Entry   `json:"entries"` // in the order of the first word, at most PageOfEntries
	Totals       []Total   `json:"totals"`  // of the whole day, on its last page; those before may have none
	Next         string    `json:"next"`    // after of the next page; empty on the last
	Nonce        string    `json:"nonce"`
}

// Entry is one key and what it stands for when the page is made.
type Entry struct {
	Key       string    `json:"key"`
	Kind      Kind      `json:"kind"`
	Status    Status    `json:"status"`
	Amount    int64     `json:"amount"`
	Currency  string    `json:"currency"`
	ChargeKey string    `json:"charge_key,omitempty"` // of a refund
	At        time.Time `json:"at"`                   // of the first word

	PointsUsed   int64 `json:"points_used,omitempty"` // as in the Answer
	PointsEarned int64 `json:"points_earned,omitempty"`
}

// Total adds up the entries of one kind, status and currency.
type Total struct {
	Kind     Kind   `json:"kind"`
	Status   Status `json:"status"`
	Currency string `json:"currency"`
	Count    int    `json:"count"`
	Amount   int64  `json:"amount"`
}
