package control

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// NewClosing asks what a business day has come to, or closes the register.
type NewClosing struct {
	Kind     string       `json:"kind" enum:"x,z" doc:"x reads and changes nothing; z closes, once for a business day"`
	Date     string       `json:"date,omitempty" maxLength:"10" doc:"business day, such as 2026-11-25; when it is empty, x is of today, and z of the oldest day that is not closed"`
	Reason   string       `json:"reason,omitempty" maxLength:"200" doc:"of z: why it is closed although something waits or differs; without one it is refused then"`
	Drawer   *DrawerCount `json:"drawer,omitempty" doc:"of z"`
	Approval string       `json:"approval,omitempty" maxLength:"32" doc:"of POST /v1/approvals, where one is needed: kind close_day, its key is date"`
}

// DrawerCount is what a manager found in the drawer, in minor units.
type DrawerCount struct {
	Float   int64 `json:"float" minimum:"0" maximum:"1000000000" doc:"with which the day began"`
	Other   int64 `json:"other" minimum:"-1000000000" maximum:"1000000000" doc:"cash that another till took in, less what it gave out"`
	Counted int64 `json:"counted" minimum:"0" maximum:"1000000000"`
}

// Closing is a business day so far (x), or what was closed (z): then all sums
// are what has changed since the z before, negative where something is not
// any more what it was.
type Closing struct {
	Kind     string     `json:"kind"`
	Date     string     `json:"date"`
	From     time.Time  `json:"from"`
	To       time.Time  `json:"to"`
	At       time.Time  `json:"at"`
	Finished bool       `json:"finished" doc:"nothing waits for anybody: nothing is open, queued, owed or unpaid"`
	Takings  []Takings  `json:"takings"`
	Rates    []RateSum  `json:"rates"`
	Rows     []TakenRow `json:"rows"`
	Z        *Z         `json:"z,omitempty"`
}

// Z is what a closing says beside its sums.
type Z struct {
	Number   int64       `json:"number" doc:"1, 2, 3 and so on, without gaps"`
	Operator string      `json:"operator"`
	First    int64       `json:"first" doc:"entry of the journal that it covers; above last when there is none"`
	Last     int64       `json:"last"`
	Waiting  []TakenRow  `json:"waiting" doc:"what stood open, queued or owed in all the books"`
	Reason   string      `json:"reason,omitempty" doc:"why it was closed all the same"`
	Wallets  []ZWallet   `json:"wallets"`
	Drawer   DrawerFound `json:"drawer"`
	Document string      `json:"document" doc:"JSON, as it was closed"`
	SHA256   string      `json:"sha256" doc:"of document; the journal has it as well"`
}

// ZWallet is what a comparison with a wallet's list came to.
type ZWallet struct {
	Wallet      string `json:"wallet"`
	WalletName  string `json:"wallet_name,omitempty"`
	WalletNameE string `json:"wallet_name_en,omitempty"`
	Compared    bool   `json:"compared"`
	Problem     string `json:"problem,omitempty"`
	Left        int    `json:"left" doc:"differences that are left"`
}

// DrawerFound is the cash of a closing, in minor units.
type DrawerFound struct {
	Said     bool  `json:"said" doc:"false: nobody counted"`
	Float    int64 `json:"float"`
	Other    int64 `json:"other"`
	Cash     int64 `json:"cash" doc:"that this register moved: top-ups and parts of bills, less what was given back by hand"`
	Expected int64 `json:"expected"`
	Counted  int64 `json:"counted"`
	Over     int64 `json:"over" doc:"counted less expected; negative when cash is missing"`
}

// Closings are closings (z), newest first; Next is the before= of the page behind it,
// 0 on the last one.
type Closings struct {
	Closings []Closing `json:"closings"`
	Next     int64     `json:"next"`
}

// Takings are the sums of a day in one currency, amounts in minor units.
type Takings struct {
	Currency string `json:"currency"`
	Net      int64  `json:"net" doc:"paid, cash and offline less refunded"`
	Paid     Sum    `json:"paid" doc:"payments that wallets have approved"`
	Cash     Sum    `json:"cash" doc:"parts of bills that were paid in cash: it belongs into the drawer"`
	Offline  Sum    `json:"offline" doc:"goods are gone, not collected yet"`
	Refunded Sum    `json:"refunded" doc:"given back of what was sold"`
	Returned Sum    `json:"returned" doc:"given back of what was owed: it was no sale, and net is without it"`
	TopUps   Sum    `json:"top_ups" doc:"cash that became money in wallets: it belongs into the drawer, and is no sale"`
	Open     Sum    `json:"open" doc:"of any kind, the result is not known yet"`
	Owed     Sum    `json:"owed" doc:"to be given back"`
	Unpaid   Sum    `json:"unpaid" doc:"goods are gone, and no money came"`
	Brought  Sum    `json:"brought" doc:"other registers have sold it and this one collects: it counts in their reports, and net is without it"`

	PointsUsed   int64 `json:"points_used,omitempty" doc:"of paid less refunds: what customers paid with points of wallets; the shop has the money all the same"`
	PointsEarned int64 `json:"points_earned,omitempty" doc:"points that wallets granted, less those taken back"`
}

// Points are those of a wallet's customer that a payment or a refund moved.
type Points struct {
	Used   int64 `json:"used" doc:"of a payment: the part of the amount that points paid, in minor units; of a refund: what went back as points"`
	Earned int64 `json:"earned" doc:"granted for a payment; taken back by a refund"`
	Left   int64 `json:"left" doc:"what the customer had then"`
}

// RateSum is what was sold at one tax rate; refunds are not taken off.
type RateSum struct {
	Rate     string `json:"rate"`
	Percent  int64  `json:"percent"`
	Currency string `json:"currency"`
	Gross    int64  `json:"gross" doc:"minor units, tax included"`
	Tax      int64  `json:"tax" doc:"of every receipt rounded once"`
}

// TakenRow are the records of one wallet, kind and state.
type TakenRow struct {
	Wallet      string `json:"wallet"`
	WalletName  string `json:"wallet_name,omitempty"`
	WalletNameE string `json:"wallet_name_en,omitempty"`
	Kind        string `json:"kind"`
	State       string `json:"state"`
	Currency    string `json:"currency"`
	Count       int    `json:"count"`
	Amount      int64  `json:"amount"`
}

// Closing reads a business day or closes it.
func (c *Client) Closing(ctx context.Context, n NewClosing) (Closing, error) {
	var out Closing
	return out, c.call(ctx, http.MethodPost, PathClosings, n, &out)
}

// Closings are closings below a number, or the newest for 0, newest first.
func (c *Client) Closings(ctx context.Context, before int64, limit int) (Closings, error) {
	var out Closings
	return out, c.call(ctx, http.MethodGet, PathClosings+"?before="+strconv.FormatInt(before, 10)+"&limit="+strconv.Itoa(limit), nil, &out)
}

// ClosingOf is one closing.
func (c *Client) ClosingOf(ctx context.Context, number int64) (Closing, error) {
	var out Closing
	return out, c.call(ctx, http.MethodGet, at(PathClosing, "number", strconv.FormatInt(number, 10)), nil, &out)
}

// PrintClosing prints one once more.
func (c *Client) PrintClosing(ctx context.Context, number int64) (Closing, error) {
	var out Closing
	return out, c.call(ctx, http.MethodPost, at(PathClosingPrint, "number", strconv.FormatInt(number, 10)), nil, &out)
}
