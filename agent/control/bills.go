package control

import (
	"context"
	"net/http"
	"time"
)

// Paths of bills and formal receipts.
const (
	PathBills      = "/v1/bills"                // POST NewBill -> Bill
	PathBill       = "/v1/bills/{id}"           // GET -> Bill
	PathBillParts  = "/v1/bills/{id}/parts"     // POST NewPart -> Bill
	PathBillCancel = "/v1/bills/{id}/cancel"    // POST -> Bill
	PathFormal     = "/v1/charges/{key}/formal" // POST NewFormal -> Formal
)

// NewBill is what is owed, to be paid in parts.
type NewBill struct {
	Reference string `json:"reference,omitempty" maxLength:"64" doc:"the POS software's own number; unique on its business day among bills"`
	Amount    int64  `json:"amount" minimum:"1" maximum:"1000000000" doc:"minor units, tax included"`
	Currency  string `json:"currency" minLength:"3" maxLength:"3"`
	Lines     []Line `json:"lines,omitempty" maxItems:"200"`
}

// NewPart is the wish to pay a part of a bill.
type NewPart struct {
	Way    string `json:"way" enum:"code,cash" doc:"code: a sale stands at the scanner, to be paid as any other; cash: it is paid when this returns"`
	Amount int64  `json:"amount" minimum:"1" maximum:"1000000000" doc:"minor units; at most what is left"`
	Handed int64  `json:"handed,omitempty" minimum:"0" maximum:"1000000000" doc:"of cash: what the customer laid on the counter, for the change on the receipt; amount when it is not there"`
}

// Bill is a bill and its parts. It is paid when its last part is: then the
// receipt of that part is the receipt of all of it.
type Bill struct {
	ID        string `json:"id"`
	Reference string `json:"reference,omitempty"`
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	State     string `json:"state" enum:"open,paid,given_up"`
	Left      int64  `json:"left" doc:"to pay, in minor units"`
	Waiting   bool   `json:"waiting" doc:"a part may yet be paid: no other can begin"`
	Parts     []Part `json:"parts"`
	Lines     []Line `json:"lines,omitempty"`

	BusinessDate string    `json:"business_date"`
	Opened       time.Time `json:"opened"`
}

// Part is one part of a bill.
type Part struct {
	Part   int    `json:"part" doc:"its number, from 1"`
	Way    string `json:"way" enum:"code,cash"`
	Paid   int64  `json:"paid" doc:"of the bill, less what went back, in minor units"`
	Handed int64  `json:"handed,omitempty"`
	Change int64  `json:"change,omitempty"`
	Sale   Sale   `json:"sale" doc:"by which it is paid: see the calls of sales"`
}

// NewFormal is the wish for a formal receipt (領収書).
type NewFormal struct {
	To   string `json:"to,omitempty" maxLength:"32" doc:"addressee (宛名); of a copy, nothing"`
	For  string `json:"for,omitempty" maxLength:"32" doc:"what for (但し書き); of a copy, nothing"`
	Copy bool   `json:"copy,omitempty" doc:"one more of the one that there is, marked as a copy; for who may resolve"`
}

// Formal is a formal receipt that was issued.
type Formal struct {
	Number   int64     `json:"number" doc:"1, 2, 3 and so on, without gaps"`
	Key      string    `json:"charge_key"`
	To       string    `json:"to"`
	For      string    `json:"for"`
	Amount   int64     `json:"amount" doc:"less what had gone back by then"`
	Currency string    `json:"currency"`
	At       time.Time `json:"at"`
	Paper    string    `json:"paper"`
	Copies   int       `json:"copies"`
}

// OpenBill opens a bill under a wish that is new each time.
func (c *Client) OpenBill(ctx context.Context, b NewBill) (Bill, error) {
	var out Bill
	return out, c.call(ctx, http.MethodPost, PathBills, b, &out)
}

// Bill is a bill as it stands.
func (c *Client) Bill(ctx context.Context, id string) (Bill, error) {
	var out Bill
	return out, c.call(ctx, http.MethodGet, at(PathBill, "id", id), nil, &out)
}

// PayPart begins a part of a bill under a wish that is new each time.
func (c *Client) PayPart(ctx context.Context, id string, p NewPart) (Bill, error) {
	var out Bill
	return out, c.call(ctx, http.MethodPost, at(PathBillParts, "id", id), p, &out)
}

// CancelBill lets a bill take no more parts.
func (c *Client) CancelBill(ctx context.Context, id string) (Bill, error) {
	var out Bill
	return out, c.call(ctx, http.MethodPost, at(PathBillCancel, "id", id), nil, &out)
}

// Formal issues or copies the formal receipt of a charge's sale.
func (c *Client) Formal(ctx context.Context, key string, f NewFormal) (Formal, error) {
	var out Formal
	return out, c.call(ctx, http.MethodPost, at(PathFormal, "key", key), f, &out)
}
