package control

import (
	"context"
	"net/http"
	"time"
)

// Paths of bulletins.
const (
	PathBulletins      = "/v1/bulletins"        // GET -> Bulletins
	PathBulletinImport = "/v1/bulletins/import" // POST SignedBulletin -> Bulletin
)

// Bulletins are the last words of the wallets, one of each that is configured.
type Bulletins struct {
	Bulletins []Bulletin `json:"bulletins"`
}

// Bulletin is what a wallet last said, in a bulletin that its key has signed.
// Without a version none has come yet.
type Bulletin struct {
	Wallet      string         `json:"wallet"`
	WalletName  string         `json:"wallet_name"`
	WalletNameE string         `json:"wallet_name_en"`
	Keys        int            `json:"keys" doc:"keys that are pinned; with 0 no bulletin of this wallet is taken"`
	Version     int64          `json:"version,omitempty"`
	Audience    string         `json:"audience,omitempty" doc:"the store that it is for, or * for all"`
	Issued      time.Time      `json:"issued,omitzero"`
	Expires     time.Time      `json:"expires,omitzero"`
	Taken       time.Time      `json:"taken,omitzero" doc:"when this register took it"`
	Old         bool           `json:"old" doc:"expired: its stops hold, and nothing is taken offline"`
	Stopped     []string       `json:"stopped" doc:"of pay, topup, refund, offline and signup"`
	Limits      BulletinLimits `json:"limits"`
	Issuers     []string       `json:"issuers" doc:"the ids of the keys that issue offline codes"`
	Denied      int            `json:"denied" doc:"entries of the deny list"`
	Problem     string         `json:"problem,omitempty" doc:"why the last one that came was not taken"`
}

// BulletinLimits are what a wallet has narrowed, in minor units; 0 is nothing.
type BulletinLimits struct {
	Pay             int64 `json:"pay"`
	TopUp           int64 `json:"top_up"`
	OfflineCharge   int64 `json:"offline_charge"`
	OfflineToken    int64 `json:"offline_token"`
	OfflineTerminal int64 `json:"offline_terminal"`
}

// SignedBulletin is a bulletin as the wallet gives it, in a file.
type SignedBulletin struct {
	Payload   string `json:"payload" minLength:"1" maxLength:"1048576" doc:"base64"`
	Signature string `json:"signature" minLength:"1" maxLength:"88" doc:"base64"`
}

// Bulletins are what the wallets last said.
func (c *Client) Bulletins(ctx context.Context) (Bulletins, error) {
	var out Bulletins
	return out, c.call(ctx, http.MethodGet, PathBulletins, nil, &out)
}

// ImportBulletin brings a bulletin from a file to a register that cannot reach
// the wallet.
func (c *Client) ImportBulletin(ctx context.Context, b SignedBulletin) (Bulletin, error) {
	var out Bulletin
	return out, c.call(ctx, http.MethodPost, PathBulletinImport, b, &out)
}
