// Package charge is the life of one charge: its key, its states and the one
// table of arrows between them, what is remembered about it, and how patient
// the agent is with each wallet. It does no I/O and starts no timer.
//
// Invariant: a charge's key and amount never change, and its state moves only
// along the arrows of lifecycle.go.
package charge

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/money"
)

// Key names one charge for ever, to us and to the wallet: every attempt,
// inquiry and reversal carries the same one. Its form is
// store-terminal-epoch-seq, at most MaxKey characters of [0-9A-Za-z-].
type Key string

// MaxKey is the longest key. WeChat Pay's out_trade_no has the narrowest
// limit of the wallets we know: 32.
const MaxKey = 32

// NewKey makes the key of the seq-th charge of an epoch, counted from 1. It
// fails when the parts do not fit, which the configuration check rules out
// beforehand.
func NewKey(store, terminal string, epoch, seq int64) (Key, error) {
	k := Prefix(store, terminal) + strconv.FormatInt(epoch, 10) + "-" + strconv.FormatInt(seq, 10)
	switch {
	case !plain(store):
		return "", fmt.Errorf("charge key: store id %q must be letters and digits (0-9 A-Z a-z)", store)
	case !plain(terminal):
		return "", fmt.Errorf("charge key: terminal id %q must be letters and digits (0-9 A-Z a-z)", terminal)
	case epoch < 0 || seq < 1:
		return "", fmt.Errorf("charge key %s: the epoch must be at least 0 and the sequence number at least 1", k)
	case len(k) > MaxKey:
		return "", fmt.Errorf("charge key %s has %d characters, but wallets take %d: shorten the store or terminal id", k, len(k), MaxKey)
	}
	return Key(k), nil
}

func plain(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return id != ""
}

// Prefix is how every key of a register begins. A wallet refuses keys whose
// prefix is not that of the client certificate.
func Prefix(store, terminal string) string { return store + "-" + terminal + "-" }

// Parts splits a key into store, terminal, epoch and sequence number. It takes
// only what NewKey makes: "01" for 1 would be a second name of one charge.
func (k Key) Parts() (store, terminal string, epoch, seq int64, err error) {
	p := strings.Split(string(k), "-")
	if len(p) != 4 {
		return "", "", 0, 0, fmt.Errorf("charge key %q is not store-terminal-epoch-seq", string(k))
	}
	if epoch, err = strconv.ParseInt(p[2], 10, 64); err == nil {
		seq, err = strconv.ParseInt(p[3], 10, 64)
	}
	if err != nil {
		return "", "", 0, 0, fmt.Errorf("charge key %q: epoch and sequence number must be whole numbers", string(k))
	}
	again, err := NewKey(p[0], p[1], epoch, seq)
	if err != nil {
		return "", "", 0, 0, err
	}
	if again != k {
		return "", "", 0, 0, fmt.Errorf("charge key %q must be written %q", string(k), string(again))
	}
	return p[0], p[1], epoch, seq, nil
}

// Reason says why a charge is where it is. It is a fixed word; people read
// its text in agent/health.
type Reason string

// The reasons that a wallet or the agent gives. A wallet's word that we do
// not know becomes ReasonOther, never free text.
const (
	ReasonNone         Reason = ""
	ReasonFunds        Reason = "insufficient_funds"
	ReasonCodeExpired  Reason = "code_expired"
	ReasonCodeUsed     Reason = "code_used"
	ReasonCodeUnknown  Reason = "code_unknown"
	ReasonLimit        Reason = "limit"
	ReasonBlocked      Reason = "blocked"  // the customer or the key is blocked
	ReasonStopped      Reason = "stopped"  // the wallet has stopped this function
	ReasonRejected     Reason = "rejected" // the wallet understood us and will not
	ReasonOther        Reason = "declined"
	ReasonTimeout      Reason = "timeout"
	ReasonUnreachable  Reason = "unreachable"
	ReasonBadAnswer    Reason = "bad_answer"
	ReasonAnswerOther  Reason = "answer_other" // an answer for another key, amount or nonce
	ReasonCancelled    Reason = "cancelled"
	ReasonGaveUp       Reason = "gave_up"
	ReasonRestart      Reason = "restart"
	ReasonConfirmPhone Reason = "confirm_on_phone"
	ReasonCodeShown    Reason = "code_shown"     // the register shows a code, and the customer is to pay it
	ReasonIdle         Reason = "idle"           // the prepared sale got too old
	ReasonRecovered    Reason = "recovered"      // the wallet knows it, our books did not: a restored copy
	ReasonReconciled   Reason = "reconciled"     // the wallet's list of the day says so
	ReasonShownPaid    Reason = "shown_paid"     // a manager saw "paid" on the customer's phone
	ReasonOffline      Reason = "offline"        // taken without a network, on a code that the phone has signed
	ReasonNotPaid      Reason = "not_paid"       // a manager decided that it is not paid
	ReasonByHand       Reason = "by_hand"        // a manager gave the money back by hand
	ReasonWrittenOff   Reason = "written_off"    // a manager gave it up
	ReasonCannot       Reason = "cannot_reverse" // the wallet will never reverse it
	ReasonOverRefund   Reason = "over_refund"    // more than is left of the payment
	ReasonNoRefund     Reason = "not_refundable" // the payment is not one that can be given back
	ReasonRefunded     Reason = "refunded"       // what was owed has been given back by refund
	ReasonReturned     Reason = "returned"       // why money is given back: goods came back
	ReasonWrongAmount  Reason = "wrong_amount"   // why money is given back: the sale was over a wrong amount
	ReasonVoided       Reason = "voided"         // it was paid, and undone as a whole on the same day
	ReasonTwice        Reason = "charged_twice"  // why money is given back: the same goods were paid twice
)

// By is who asked for a step.
type By string

const (
	ByWallet   By = "wallet"
	ByCashier  By = "cashier"
	ByManager  By = "manager"
	ByTimer    By = "timer"
	ByRecovery By = "recovery"
	ByAPI      By = "api"
)

// Step is one event on its way into the journal, with all that is to be
// remembered of it.
type Step struct {
	Event    Event
	Wallet   string // the wallet that was asked, or that answered; empty when none was
	Reason   Reason
	By       By
	Operator string    // who, when By is a person
	Receipt  string    // the wallet's own number of the approval, as shown to the customer
	Points   Points    // with Approve, of a wallet that has them
	Code     CodeMark  // set with Send: what was scanned
	Asked    time.Time // when the request that this answers was started; zero for a step that is no answer
	At       time.Time // when it happened
	Note     string    // what a person said to it; the journal keeps it in the note of the entry
}

// CodeMark is what is kept of a customer's code: never the code.
type CodeMark struct {
	Kind   string // the rule that recognised it
	Masked string // first and last characters, for a person who compares
	Hash   string // keyed hash (hex), to refuse a second use
}

// KindShown is the Kind of the mark of a charge whose code the register
// shows: no customer has shown one.
const KindShown = "(shown)" // no rule of codes has brackets in its name

// Shown tells that the register shows, or showed, the code of the charge.
func (r Record) Shown() bool { return r.Code.Kind == KindShown }

// Answer is what one attempt at a wallet came to.
type Answer struct {
	Step
	Bytes int64         // bytes of the request that left this machine
	Took  time.Duration // from the first byte wanted to the decision
	Known bool          // inquiry only: the wallet knows this key
	// Show is the text of the code that the register shows, while the customer
	// is to pay it, and Payable for how much longer, by the wallet's own clock.
	Show    string
	Payable time.Duration
	// Theirs is what the wallet's clock showed; zero when the answer did not say.
	Theirs time.Time
	Note   string // for the log: the error's text, without any code
}

// Paper is what became of the receipt.
type Paper string

const (
	Unprinted    Paper = "unprinted"
	PaperSent    Paper = "sent"      // handed to the printer, no word back
	PaperDone    Paper = "confirmed" // the printer says it is on paper
	PaperUnknown Paper = "unknown"   // the printer cannot tell, or went away while printing
	PaperFailed  Paper = "failed"    // not printed; the reason is on the device
)

// Kind is what a key stands for. All kinds share one key space.
type Kind string

const (
	Payment Kind = "charge" // the customer pays for goods
	Refund  Kind = "refund" // money of an earlier payment goes back to the customer
	Topup   Kind = "topup"  // the customer's cash becomes money in the wallet
	Cash    Kind = "cash"   // the customer pays a part of a bill in cash; no wallet is in it
)

// Record is all that is remembered of a charge, or of a refund or top-up: they
// are records of their own kind with keys of their own.
type Record struct {
	Key        Key
	Kind       Kind
	Of         Key // of a refund: the payment whose money goes back; else empty
	SaleID     string
	Amount     money.Amount
	State      State
	Reason     Reason   // of the last step that had one
	Wallet     string   // the wallet of the last request; empty before the first
	Route      []string // wallets that a request may have reached, sorted
	Confirmed  []string // those of Route that confirmed the reversal since Reversing was entered
	Code       CodeMark // of a refund: see WishMark
	Receipt    string   // the wallet's own number, once approved
	Points     Points   // likewise
	Attempts   int      // requests that were started
	By         By       // who asked for the last step
	Operator   string
	Paper      Paper
	Reprints   int
	Alarms     int  // events that contradicted the books
	Carried    bool // taken by another register, or on a disk that is lost, and brought here: the key is not of these books
	PreparedAt time.Time
	SentAt     time.Time // of the first request; zero before
	ChangedAt  time.Time // when State was reached
}
