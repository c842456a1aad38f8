package control

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Paths of what was taken without a network and is to be collected.
const (
	PathQueue        = "/v1/queue"         // GET ?limit -> Queue
	PathQueueForward = "/v1/queue/forward" // POST -> Queue
)

// Queue is what was taken without a network and is not collected yet, against
// the register's own limits. A wallet's bulletin may narrow them.
type Queue struct {
	Taking  bool        `json:"taking" doc:"false: the configuration lets nothing be taken without a network"`
	Count   int         `json:"count" doc:"all that wait, also those that the list has no room for"`
	Amount  int64       `json:"amount" doc:"of all that wait, in minor units"`
	Oldest  time.Time   `json:"oldest,omitzero" doc:"when the oldest was taken"`
	Carried int         `json:"carried" doc:"beside these: payments that other registers took and this one is to collect; no limit here counts them"`
	Brought int64       `json:"carried_amount" doc:"of those, in minor units"`
	Limits  QueueLimits `json:"limits"`
	Charges []Queued    `json:"charges" doc:"by wallet, those whose code ends first before the others"`
}

// Offline is what the register takes without a network, and what waits to be
// collected of what it took. Amounts are in minor units.
type Offline struct {
	Taking     bool      `json:"taking" doc:"signed codes are taken while a wallet cannot be reached: the settings, a wallet and the clock allow it"`
	Away       bool      `json:"away" doc:"a wallet cannot be reached, so that they are taken now"`
	Count      int       `json:"count" doc:"payments that wait to be collected"`
	Amount     int64     `json:"amount"`
	Carried    int       `json:"carried" doc:"beside these: payments that other registers took and this one is to collect"`
	Brought    int64     `json:"carried_amount"`
	LeftCount  int       `json:"left_count" doc:"how many more may wait"`
	LeftAmount int64     `json:"left_amount" doc:"how much more may wait"`
	Oldest     time.Time `json:"oldest,omitzero" doc:"when the oldest was taken"`
	Until      time.Time `json:"until,omitzero" doc:"when the oldest will have waited for too long: no more are taken then"`
}

// Override lets the open sale pass one limit of what is taken without a
// network, once that has refused a code. It ends with the sale.
type Override struct {
	Limit    string `json:"limit" enum:"per_charge,per_customer,outstanding,count,age" doc:"override of the refusal"`
	Operator string `json:"operator,omitempty" maxLength:"32" doc:"the manager's id; may be empty when nobody else has this PIN"`
	PIN      string `json:"pin,omitempty" maxLength:"12" doc:"the manager's; not needed by whoever may resolve"`
	TOTP     string `json:"totp,omitempty" maxLength:"24" doc:"the manager's second factor, where there is one"`
	Approval string `json:"approval,omitempty" maxLength:"32" doc:"of POST /v1/approvals, in place of a PIN"`
}

// QueueLimits are in minor units, Age in seconds.
type QueueLimits struct {
	PerCharge   int64 `json:"per_charge"`
	PerCustomer int64 `json:"per_customer"`
	Outstanding int64 `json:"outstanding"`
	Count       int   `json:"count"`
	Age         int64 `json:"age_seconds"`
}

// Queued is a charge that is to be collected.
type Queued struct {
	Key         string    `json:"key"`
	Wallet      string    `json:"wallet"`
	WalletName  string    `json:"wallet_name"`
	WalletNameE string    `json:"wallet_name_en"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	State       string    `json:"state" doc:"queued, or forwarding once it was sent"`
	Attempts    int       `json:"attempts"`
	Accepted    time.Time `json:"accepted" doc:"when it was taken"`
	Carried     bool      `json:"carried" doc:"another register took it"`
	Moved       time.Time `json:"moved,omitzero" doc:"when it left with a queue file; another register collects it"`
	Until       time.Time `json:"until" doc:"when the phone's certificate ends; the wallet may not pay it afterwards"`
}

// OverrideSale lets a sale pass a limit; the customer then shows the code
// again.
func (c *Client) OverrideSale(ctx context.Context, id string, o Override) (Sale, error) {
	var out Sale
	return out, c.call(ctx, http.MethodPost, at(PathOverride, "id", id), o, &out)
}

// Queue is what is to be collected, with at most so many charges; 0 is the
// usual number.
func (c *Client) Queue(ctx context.Context, limit int) (Queue, error) {
	path := PathQueue
	if limit > 0 {
		path += fmt.Sprintf("?limit=%d", limit)
	}
	var out Queue
	return out, c.call(ctx, http.MethodGet, path, nil, &out)
}

// Forward lets the register collect now, instead of after its next pause. The
// answer is what waits at this moment, and goes on to shrink.
func (c *Client) Forward(ctx context.Context) (Queue, error) {
	var out Queue
	return out, c.call(ctx, http.MethodPost, PathQueueForward, nil, &out)
}
