package control

import (
	"context"
	"net/http"
	"time"
)

// NewTopUp is cash that was taken and becomes money in the customer's wallet.
type NewTopUp struct {
	Reference string `json:"reference,omitempty" maxLength:"64" doc:"the POS software's own number; unique per business day"`
	Amount    int64  `json:"amount" minimum:"1" maximum:"1000000000" doc:"the cash that was taken, in minor units"`
	Currency  string `json:"currency" example:"JPY" minLength:"3" maxLength:"3"`
	Code      *Code  `json:"code,omitempty" doc:"the customer's code, when it is at hand already"`
}

// NewRefund is the wish to give money of a payment back.
type NewRefund struct {
	ChargeKey string `json:"charge_key" minLength:"1" maxLength:"32" doc:"the payment whose money goes back"`
	Amount    int64  `json:"amount" minimum:"1" maximum:"1000000000" doc:"in minor units of the payment's currency; at most what is left of it"`
	Reason    string `json:"reason,omitempty" enum:"returned,wrong_amount,charged_twice" doc:"why, for the books"`
	Approval  string `json:"approval,omitempty" maxLength:"32" doc:"of POST /v1/approvals, where one is needed"`
	Way       string `json:"way,omitempty" enum:"auto,void,refund" doc:"refund, as when it is not there: by a record of its own; void: the payment is undone as a whole, on its business day and while its wallet still does that; auto: a void where it is possible, else a refund"`
}

// Decision is what a manager decides about a charge.
type Decision struct {
	Decision string `json:"decision" enum:"shown_paid,not_paid,write_off,gave_back" doc:"shown_paid: the phone says paid, the goods go, the money is collected; not_paid: undo it; write_off: wait no longer; gave_back: the customer has the money back by hand"`
	Note     string `json:"note,omitempty" maxLength:"200" doc:"for the journal; one line"`
	Approval string `json:"approval,omitempty" maxLength:"32" doc:"of POST /v1/approvals, where one is needed"`
}

// NewReconciliation asks for a business day to be compared with the wallets.
type NewReconciliation struct {
	Date string `json:"date,omitempty" pattern:"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$" example:"2026-11-25" doc:"the business date; today when it is empty"`
}

// Reconciliation is what the comparison of one day found and did.
type Reconciliation struct {
	Date     string      `json:"date"`
	From     time.Time   `json:"from"`
	To       time.Time   `json:"to"`
	At       time.Time   `json:"at"`
	Equal    bool        `json:"equal" doc:"every wallet answered, and nothing is left"`
	Left     int         `json:"left" doc:"differences that are left, and wallets that did not answer"`
	Restored *Restored   `json:"restored,omitempty" doc:"only when the books are an older copy of themselves"`
	Wallets  []WalletDay `json:"wallets"`
}

// Restored is what is still to do about books that are an older copy.
type Restored struct {
	Why   string    `json:"why"`
	Since time.Time `json:"since"` // the newest entry of the copy
	Days  []string  `json:"days"`  // still to be reconciled without a difference left; none: the books count as whole again
}

// WalletDay is the day as one wallet and the register have it.
type WalletDay struct {
	Wallet      string       `json:"wallet"`
	WalletName  string       `json:"wallet_name,omitempty"`
	WalletNameE string       `json:"wallet_name_en,omitempty"`
	Answered    bool         `json:"answered"`
	Problem     string       `json:"problem,omitempty"` // why it could not be compared, for an engineer
	Totals      []Total      `json:"totals"`
	Differences []Difference `json:"differences" doc:"at most 1,000 of all wallets together, those that are left first"`
	Left        int          `json:"left" doc:"differences that are left, also of those that are not listed"`
	Unlisted    int          `json:"unlisted,omitempty" doc:"how many differences more there are than are listed"`
}

// Sum is a number of charges and what they come to, in minor units.
type Sum struct {
	Count  int   `json:"count"`
	Amount int64 `json:"amount"`
}

// Total adds up the charges of one kind, state and currency, on both sides,
// as they were found and once what could be corrected was.
type Total struct {
	Kind        string `json:"kind"`
	State       string `json:"state"`
	Currency    string `json:"currency"`
	Ours        Sum    `json:"ours"`
	Theirs      Sum    `json:"theirs"`
	OursAfter   Sum    `json:"ours_after"`
	TheirsAfter Sum    `json:"theirs_after"`
}

// Side is one key as one side has it.
type Side struct {
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	Amount   int64     `json:"amount"`
	Currency string    `json:"currency"`
	At       time.Time `json:"at"`
}

// Difference is one key about which the books differed, and what was done.
type Difference struct {
	Key    string `json:"key"`
	What   string `json:"what"`
	Ours   *Side  `json:"ours,omitempty"`   // not there: our books did not know it
	Theirs *Side  `json:"theirs,omitempty"` // not there: the wallet does not know it
	Done   string `json:"done"`
	After  string `json:"after,omitempty"` // where ours stands now
	Left   bool   `json:"left"`            // the books still differ
	Note   string `json:"note,omitempty"`  // for an engineer

	Title  string `json:"title"` // what it is, in words
	TitleE string `json:"title_en"`
	DoneT  string `json:"done_text"` // what was done
	DoneTE string `json:"done_text_en"`
	Text   string `json:"text"` // what it means and what to do next
	TextE  string `json:"text_en"`
}

// Refund gives money of a payment back under a wish that is new each time. It
// answers within seconds; a refund that is not settled by then goes on.
func (c *Client) Refund(ctx context.Context, r NewRefund) (Charge, error) {
	var out Charge
	return out, c.call(ctx, http.MethodPost, PathRefunds, r, &out)
}

// TopUp opens a top-up under a wish that is new each time.
func (c *Client) TopUp(ctx context.Context, t NewTopUp) (Sale, error) {
	var out Sale
	return out, c.call(ctx, http.MethodPost, PathTopUps, t, &out)
}

// Resolve decides about a charge.
func (c *Client) Resolve(ctx context.Context, key string, d Decision) (Charge, error) {
	var out Charge
	return out, c.call(ctx, http.MethodPost, at(PathResolve, "key", key), d, &out)
}

// Reconcile compares a business day with the wallets; an empty date is today.
func (c *Client) Reconcile(ctx context.Context, date string) (Reconciliation, error) {
	var out Reconciliation
	return out, c.call(ctx, http.MethodPost, PathReconcile, NewReconciliation{Date: date}, &out)
}
