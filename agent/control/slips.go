package control

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Paths of store copies: charges that were taken without a network, on paper.
const (
	PathSlips    = "/v1/queue/slips"      // POST Code, or a picture -> Slip
	PathSlipScan = "/v1/queue/slips/scan" // POST ?wait=30s -> SlipScan
)

// Slip is the charge of a store copy that was taken in.
type Slip struct {
	Key         string    `json:"key"`
	Wallet      string    `json:"wallet"`
	WalletName  string    `json:"wallet_name"`
	WalletNameE string    `json:"wallet_name_en"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	Accepted    time.Time `json:"accepted" doc:"when it was taken, by the register that took it"`
	Taken       bool      `json:"taken" doc:"this register collects it from now on"`
	Known       bool      `json:"known" doc:"it was in the books; nothing changed"`
	State       string    `json:"state" doc:"of the charge in the books"`
}

// SlipScan is what the scanner read while somebody waited for it.
type SlipScan struct {
	Slip *Slip `json:"slip,omitempty" doc:"none when no store copy was read in time"`
}

// ImportSlip takes the charge of a store copy in, whose code is at hand as
// text.
func (c *Client) ImportSlip(ctx context.Context, text string) (Slip, error) {
	var out Slip
	return out, c.call(ctx, http.MethodPost, PathSlips, Code{Text: text}, &out)
}

// ImportSlipPicture takes the charge of a store copy in, of which there is a
// picture in PNG or JPEG.
func (c *Client) ImportSlipPicture(ctx context.Context, picture []byte) (Slip, error) {
	var out Slip
	kind := http.DetectContentType(picture)
	if !strings.HasPrefix(kind, "image/") {
		kind = "image/png" // it is meant as one, and the agent says what it is not
	}
	answer, err := c.send(ctx, http.MethodPost, PathSlips, kind, picture, "application/json")
	if err != nil {
		return out, err
	}
	return out, read(http.MethodPost, PathSlips, answer, &out)
}

// ScanSlip waits for the scanner to read a store copy and takes its charge in.
// Until a moment after the last call store copies come here instead of being
// refused at the till.
func (c *Client) ScanSlip(ctx context.Context, wait time.Duration) (SlipScan, error) {
	var out SlipScan
	return out, c.call(ctx, http.MethodPost, PathSlipScan+"?wait="+url.QueryEscape(wait.String()), nil, &out)
}
