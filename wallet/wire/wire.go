// Package wire is the contract between a register and a wallet: the JSON
// bodies of the `/v1` calls over HTTP/1.1 and mutual TLS, and nothing
// else. It is neither a client nor a server.
//
// Invariant: a field never changes its meaning; what is new gets a new name.
package wire

import "time"

// Paths of the contract. {key} is the charge's key.
const (
	PathCharges  = "/v1/charges"                // POST
	PathCharge   = "/v1/charges/{key}"          // GET
	PathReversal = "/v1/charges/{key}/reversal" // POST
	PathPing     = "/v1/ping"                   // GET -> 204: keeps a connection warm, means nothing else
)

// Mode says how a charge came about.
type Mode string

const (
	Online    Mode = "online"
	Forwarded Mode = "forwarded"
	Presented Mode = "presented"
)

// Status is the standing answer to a key.
type Status string

const (
	Approved Status = "approved"
	Declined Status = "declined"
	Pending  Status = "pending"
	Reversed Status = "reversed" // also: blocked before it was ever seen
)

// Kind tells what a key stands for; all kinds share one key space.
type Kind string

const (
	KindCharge Kind = "charge"
	KindRefund Kind = "refund"
	KindTopup  Kind = "topup"
)

// ChargeRequest asks for money. Key, Terminal, Store, Amount, Currency and
// Code are its identity: the same key with another identity is a conflict.
type ChargeRequest struct {
	Key        string    `json:"key"`
	Terminal   string    `json:"terminal"`
	Store      string    `json:"store"`
	Amount     int64     `json:"amount"` // minor units, above 0
	Currency   string    `json:"currency"`
	Code       string    `json:"code"`
	Mode       Mode      `json:"mode"`
	ValidUntil time.Time `json:"valid_until"` // the wallet does not approve after this
	Nonce      string    `json:"nonce"`       // new for every attempt; echoed
}

// ReversalRequest undoes a key, or blocks one that the wallet has not seen.
type ReversalRequest struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Nonce    string `json:"nonce"`
}

// Answer is the wallet's answer to a charge, an inquiry or a reversal. It
// echoes Key, Amount, Currency and Nonce; an inquiry sends its nonce as the
// query parameter "nonce".
type Answer struct {
	Key      string    `json:"key"`
	Kind     Kind      `json:"kind"`
	Status   Status    `json:"status"`
	Amount   int64     `json:"amount"`
	Currency string    `json:"currency"`
	Nonce    string    `json:"nonce"`
	Reason   Reason    `json:"reason,omitempty"`  // with Declined
	Receipt  string    `json:"receipt,omitempty"` // the wallet's own number, with Approved
	At       time.Time `json:"at"`                // the wallet's clock
}

// Reason is why a wallet declined.
type Reason string

const (
	InsufficientFunds Reason = "insufficient_funds"
	CodeExpired       Reason = "code_expired"
	CodeUsed          Reason = "code_used"
	CodeUnknown       Reason = "code_unknown"
	OverLimit         Reason = "limit"
	Blocked           Reason = "blocked"
	Stopped           Reason = "stopped"
	Expired           Reason = "expired" // it came after ValidUntil
)

// Problem is the body of every answer that is not 200 (RFC 9457).
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// Problem types. 404 with ProblemUnknownKey says "not here yet" and is no
// proof of anything.
const (
	ProblemUnknownKey = "urn:posagent:unknown-key"     // 404
	ProblemConflict   = "urn:posagent:key-conflict"    // 409: the key stands for something else
	ProblemForbidden  = "urn:posagent:not-your-key"    // 403: the prefix is not the certificate's
	ProblemInvalid    = "urn:posagent:invalid-request" // 400
	ProblemBusy       = "urn:posagent:busy"            // 503
)
