// Package planted names the bugs that the simulator must catch. It is how the
// judges are judged: with the build tag "planted" one of them can be switched
// on in the real code, and a simulator that stays green then is worth nothing.
//
// Invariant: without the build tag Has is false for ever, and the compiler
// leaves the planted branches out of the program.
package planted

// Bug is a mistake that a payment program has been seen to make.
type Bug string

// The bugs, each in the place where the rule that it breaks stands.
const (
	ShowBeforeDurable Bug = "show-before-durable"   // the cashier reads "approved" before it is on disk
	NewKeyOnRetry     Bug = "new-key-on-retry"      // a sale in doubt may be tried again under a new key
	NoTombstone       Bug = "no-tombstone"          // the wallet does not block a reversed key that it never saw
	DeclineOnTimeout  Bug = "decline-on-timeout"    // a request without an answer counts as the wallet's no
	UnknownIsNo       Bug = "unknown-is-no"         // "I do not know this key" counts as the wallet's no
	EpochNotRaised    Bug = "epoch-not-raised"      // a restored copy goes on under the old epoch
	StaleRoute        Bug = "stale-route"           // a wallet is asked to reverse only if it is the last that was asked
	OneConfirmation   Bug = "one-confirmation"      // one wallet's confirmation counts for all
	LateAnswer        Bug = "late-answer"           // a late reply is adopted after the charge was settled
	CancelIsDone      Bug = "cancel-is-done"        // a cancel counts as reversed without the wallet's word
	UnboundedRefund   Bug = "unbounded-refund"      // refunds are not summed in their own transaction
	NoQuietTime       Bug = "no-quiet-time"         // a reversal counts before the wallet has gone quiet
	LostMark          Bug = "crash-means-abandoned" // a prepared charge found after a crash is given up without asking
	MissByText        Bug = "miss-by-text"          // a broken connection counts as "nothing left"
	AnswerOfAnother   Bug = "answer-of-another"     // the echo of key, amount and nonce is not compared
	NoIdempotence     Bug = "no-idempotence"        // the wallet debits again when a key comes twice

	ForwardTwice            Bug = "forward-twice"             // what was forwarded is sent again without asking what became of it
	NewKeyOnForward         Bug = "new-key-on-forward"        // what was taken without a network is collected under another key
	LimitOutsideTransaction Bug = "limit-outside-transaction" // limits are judged before the transaction that writes the charge down
	ReplayedCounter         Bug = "replayed-counter"          // a code older than the last one of its phone is taken
	ClockRollbackIgnored    Bug = "clock-rollback-ignored"    // codes are judged by a clock that went back
	ImportTwice             Bug = "import-twice"              // what is in the books already is taken in as another charge
)

// All are all bugs, in the order above.
var All = []Bug{
	ShowBeforeDurable, NewKeyOnRetry, NoTombstone, DeclineOnTimeout, UnknownIsNo, EpochNotRaised, StaleRoute, OneConfirmation,
	LateAnswer, CancelIsDone, UnboundedRefund, NoQuietTime, LostMark, MissByText, AnswerOfAnother, NoIdempotence,
	ForwardTwice, NewKeyOnForward, LimitOutsideTransaction, ReplayedCounter, ClockRollbackIgnored, ImportTwice,
}
