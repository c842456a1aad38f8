package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// PathSearch finds charges: GET with the fields of Search as query -> Findings.
const PathSearch = "/v1/journal/search"

// Search narrows charges; empty fields do not, and all that are set hold
// together.
type Search struct {
	From, To  string   // business days, both inclusive
	Min, Max  int64    // minor units, both inclusive; 0: no bound
	Wallets   []string // ids or names
	States    []string // or open
	Kinds     []string // charge, refund, topup
	Operator  string   // id
	Key       string
	Reference string
	Text      string
	After     string // the Next of the page before
	Limit     int
}

// Findings are a page of what was found, newest first. Next is the after= of
// the page behind it, empty on the last one: a page with a Next may be short or
// empty, because it looks at no more than so many charges.
type Findings struct {
	Found []Finding `json:"found"`
	Next  string    `json:"next"`
}

// Finding is a charge as the books of a shop want it: when, how much, from
// whom.
type Finding struct {
	Date        string    `json:"date" doc:"the business day on which it was begun"`
	At          time.Time `json:"at" doc:"when it was begun"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	Wallet      string    `json:"wallet" doc:"the counterparty; empty when none was asked"`
	WalletName  string    `json:"wallet_name"`
	WalletNameE string    `json:"wallet_name_en"`
	Kind        string    `json:"kind" doc:"charge for a payment, refund or topup"`
	State       string    `json:"state"`
	Reason      string    `json:"reason,omitempty"`
	Key         string    `json:"key"`
	Of          string    `json:"of,omitempty" doc:"of a refund: the payment whose money goes back"`
	SaleID      string    `json:"sale_id"`
	Reference   string    `json:"reference,omitempty" doc:"the POS software's number of the sale"`
	Receipt     string    `json:"receipt,omitempty" doc:"the wallet's own number"`
	Operator    string    `json:"operator,omitempty"`
}

// Query is the search as the query of its path.
func (s Search) Query() url.Values {
	q := url.Values{}
	for name, words := range map[string][]string{
		"from": {s.From}, "to": {s.To}, "operator": {s.Operator}, "key": {s.Key}, "reference": {s.Reference}, "text": {s.Text}, "after": {s.After},
		"wallet": s.Wallets, "state": s.States, "kind": s.Kinds,
	} {
		for _, word := range words {
			if word != "" {
				q.Add(name, word)
			}
		}
	}
	for name, n := range map[string]int64{"min": s.Min, "max": s.Max, "limit": int64(s.Limit)} {
		if n != 0 {
			q.Set(name, strconv.FormatInt(n, 10))
		}
	}
	return q
}

// Search is a page of what was found.
func (c *Client) Search(ctx context.Context, s Search) (Findings, error) {
	var out Findings
	return out, c.call(ctx, http.MethodGet, PathSearch+"?"+s.Query().Encode(), nil, &out)
}
