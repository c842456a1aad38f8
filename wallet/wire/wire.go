// Package wire is the contract between a register and a wallet: the JSON
// bodies of the `/v1` calls over HTTP/1.1 and mutual TLS, and nothing
// else. It is neither a client nor a server.
//
// Invariant: a field never changes its meaning; what is new gets a new name.
package wire

import "time"

// Paths of the contract. {key} is the key of a charge, a refund or a top-up:
// they share one key space, and an inquiry or a reversal is answered with the
// kind of the key.
const (
	PathCharges        = "/v1/charges"                // POST ChargeRequest -> Answer
	PathCharge         = "/v1/charges/{key}"          // GET -> Answer
	PathReversal       = "/v1/charges/{key}/reversal" // POST ReversalRequest -> Answer
	PathRefunds        = "/v1/refunds"                // POST RefundRequest -> Answer
	PathTopups         = "/v1/topups"                 // POST TopupRequest -> Answer
	PathReconciliation = "/v1/reconciliation"         // GET -> Reconciliation, by pages
	PathBulletin       = "/v1/bulletin"               // GET ?wait=30s, If-None-Match -> SignedBulletin, ETag
	PathPing           = "/v1/ping"                   // GET -> 204: keeps a connection warm, means nothing else
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
// Texts of one signed code are one code. A forward says when the register took
// the code, and signs it: see SignForward. Another register of the same store
// may bring it in then, under the same key. One that is presented has no code:
// the wallet gives one, which the register shows and the customer's phone reads.
type ChargeRequest struct {
	Key        string    `json:"key"`
	Terminal   string    `json:"terminal"`
	Store      string    `json:"store"`
	Amount     int64     `json:"amount"` // minor units, above 0
	Currency   string    `json:"currency"`
	Code       string    `json:"code"` // empty when it is presented
	Mode       Mode      `json:"mode"`
	ValidUntil time.Time `json:"valid_until"` // the wallet does not approve after this
	Nonce      string    `json:"nonce"`       // new for every attempt; echoed

	AcceptedAt        time.Time `json:"accepted_at,omitzero"`         // of a forward: when the register took the code, in whole seconds
	TerminalSignature string    `json:"terminal_signature,omitempty"` // of a forward: base64

	// Of a forward that another register brings in: the client certificate of
	// the key that signed it (X.509, DER, with those above it), for a wallet
	// that has not met that key.
	TerminalCertificate []byte `json:"terminal_certificate,omitempty"`
}

// RefundRequest gives back all or a part of an approved charge. There may be
// several to one charge, never more in sum than was paid. Key, ChargeKey,
// Terminal, Store, Amount and Currency are its identity. It has no time limit:
// the register repeats it until it is answered.
type RefundRequest struct {
	Key       string `json:"key"`        // of the refund
	ChargeKey string `json:"charge_key"` // of the charge, of the same register
	Terminal  string `json:"terminal"`
	Store     string `json:"store"`
	Amount    int64  `json:"amount"` // minor units, above 0
	Currency  string `json:"currency"`
	Nonce     string `json:"nonce"`
}

// TopupRequest turns cash that the register has taken into money of the
// customer who showed the code. Its identity is that of a charge.
type TopupRequest struct {
	Key        string    `json:"key"`
	Terminal   string    `json:"terminal"`
	Store      string    `json:"store"`
	Amount     int64     `json:"amount"` // minor units, above 0
	Currency   string    `json:"currency"`
	Code       string    `json:"code"`
	ValidUntil time.Time `json:"valid_until"` // the wallet does not approve after this
	Nonce      string    `json:"nonce"`
}

// ReversalRequest undoes a key, or blocks one that the wallet has not seen.
// Kind is what the key stands for, or was going to; with a Kind, a key that
// stands for another one is a conflict. Empty is whatever it is, and charge
// for a key that the wallet has not seen.
type ReversalRequest struct {
	Kind     Kind   `json:"kind,omitempty"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Nonce    string `json:"nonce"`
}

// Answer is the wallet's answer to a charge, a refund, a top-up, an inquiry or
// a reversal. Kind is that of the key. A key that was blocked before it was
// ever seen has none: then it is the kind that is asked for. It echoes Key, Amount, Currency and Nonce; an inquiry sends its nonce as the
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

	// Of an approval by a wallet with points; absent is none. PointsUsed is the
	// part of Amount, in minor units, that a charge took as points and a refund
	// gives back as points: the store is owed, and owes, all of Amount. PointsEarned
	// were granted for a charge, or taken back by a refund. PointsLeft is what the
	// customer had then.
	PointsUsed   int64 `json:"points_used,omitempty"`
	PointsEarned int64 `json:"points_earned,omitempty"`
	PointsLeft   int64 `json:"points_left,omitempty"`

	// Of a presented charge while it is pending: the text that the register
	// shows as a QR code, and until when a customer can pay it. After that the
	// wallet declines the key as Expired by itself. After a reversal nobody can.
	Show      string    `json:"show,omitempty"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // not after the request's ValidUntil
}

// MaxShow is the longest text of a code that a register shows, in bytes: what
// a QR code of level M holds.
const MaxShow = 2331

// Reason is why a wallet declined.
type Reason string

const (
	InsufficientFunds Reason = "insufficient_funds"
	CodeExpired       Reason = "code_expired" // a signed one: it was not shown or taken within its time, or its certificate's
	CodeUsed          Reason = "code_used"    // a signed one: in whatever carrier
	CodeUnknown       Reason = "code_unknown" // no code of this wallet, or a signed one that is forged
	OverLimit         Reason = "limit"        // of a top-up, a code, its certificate, or what a register may forward
	Blocked           Reason = "blocked"      // the phone or the customer was stopped before the code was taken
	Stopped           Reason = "stopped"
	Expired           Reason = "expired"        // it came after ValidUntil, was forwarded too late, or the customer did not confirm, or pay the code that was shown, in time
	Refused           Reason = "refused"        // the customer said no on the phone
	OverRefund        Reason = "over_refund"    // more than the charge, or than is left of it
	NotRefundable     Reason = "not_refundable" // there is no approved charge under the charge's key
)

// SignedBulletin is a bulletin on its way: what it says is described, made and
// opened in wallet/bulletin.
type SignedBulletin struct {
	Payload   string `json:"payload"`   // base64
	Signature string `json:"signature"` // base64
}

// Problem is the body of every answer that is not 200 (RFC 9457). Nonce
// echoes the request's, wherever that could be read: a problem without it may
// belong to another request, and decides nothing.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Nonce  string `json:"nonce,omitempty"`
}

// Problem types. 404 with ProblemUnknownKey says "not here yet" and is no
// proof of anything. The last two answer a reversal only.
const (
	ProblemUnknownKey     = "urn:posagent:unknown-key"     // 404
	ProblemConflict       = "urn:posagent:key-conflict"    // 409: the key stands for something else
	ProblemForbidden      = "urn:posagent:not-your-key"    // 403: the prefix is not the certificate's, nor is it a forward of its store
	ProblemInvalid        = "urn:posagent:invalid-request" // 400
	ProblemBusy           = "urn:posagent:busy"            // 503
	ProblemCannotReverse  = "urn:posagent:cannot-reverse"  // 409: this wallet will never reverse this key: the window is closed, or the money is gone
	ProblemConfirmPending = "urn:posagent:confirm-pending" // 409: not while the customer is confirming on the phone; ask again later
)
