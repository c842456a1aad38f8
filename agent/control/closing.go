package control

import (
	"context"
	"net/http"
	"time"
)

// NewClosing asks what a business day has come to.
type NewClosing struct {
	Kind string `json:"kind" enum:"x" doc:"x reads and changes nothing; more may come"`
	Date string `json:"date,omitempty" maxLength:"10" doc:"business day, such as 2026-11-25; today when it is empty"`
}

// Closing is a business day so far.
type Closing struct {
	Kind     string     `json:"kind"`
	Date     string     `json:"date"`
	From     time.Time  `json:"from"`
	To       time.Time  `json:"to"`
	At       time.Time  `json:"at"`
	Finished bool       `json:"finished" doc:"nothing of the day waits for anybody: nothing is open, queued, owed or unpaid"`
	Takings  []Takings  `json:"takings"`
	Rates    []RateSum  `json:"rates"`
	Rows     []TakenRow `json:"rows"`
}

// Takings are the sums of a day in one currency, amounts in minor units.
type Takings struct {
	Currency string `json:"currency"`
	Net      int64  `json:"net" doc:"paid and offline less refunded"`
	Paid     Sum    `json:"paid" doc:"payments that wallets have approved"`
	Offline  Sum    `json:"offline" doc:"goods are gone, not collected yet"`
	Refunded Sum    `json:"refunded" doc:"given back of what was sold"`
	Returned Sum    `json:"returned" doc:"given back of what was owed: it was no sale, and net is without it"`
	TopUps   Sum    `json:"top_ups" doc:"cash that became money in wallets: it belongs into the drawer, and is no sale"`
	Open     Sum    `json:"open" doc:"of any kind, the result is not known yet"`
	Owed     Sum    `json:"owed" doc:"to be given back"`
	Unpaid   Sum    `json:"unpaid" doc:"goods are gone, and no money came"`
	Brought  Sum    `json:"brought" doc:"other registers have sold it and this one collects: it counts in their reports, and net is without it"`
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

// Closing reads a business day; an empty date is today.
func (c *Client) Closing(ctx context.Context, n NewClosing) (Closing, error) {
	var out Closing
	return out, c.call(ctx, http.MethodPost, PathClosings, n, &out)
}
