// Package handover writes down a charge that was taken without a network, so
// that it can change hands: away from a register whose disk has died, or to
// another register of the store. It reads and writes texts; it keeps no books,
// verifies no signature and decides nothing. Whether a charge is taken over is
// the books' matter, and whether it is paid the wallet's, which has one answer
// for one key for ever.
//
// Invariant: what is written reads back as the same charge, one charge has one
// text, and no input makes a reader panic.
package handover

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
)

// Charge is one charge that changes hands, as the register that took it
// vouches for it.
type Charge struct {
	Key       charge.Key
	Wallet    string // id of the wallet in the store's configuration
	Amount    money.Amount
	Accepted  time.Time      // whole seconds, UTC
	Code      paycode.Secret // the OP1 text as it was shown, in whichever carrier
	Signature []byte         // the register's over wire's forward text: ECDSA P-256 (ASN.1) or Ed25519
}
