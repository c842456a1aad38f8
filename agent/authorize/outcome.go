package authorize

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// Call is what a wallet was asked.
type Call string

const (
	CallCharge  Call = "charge"
	CallInquire Call = "inquire"
	CallReverse Call = "reverse"
)

// Asked is what an answer must echo to be the answer to this attempt.
type Asked struct {
	Call     Call
	Key      charge.Key
	Amount   int64
	Currency string
	Nonce    string
}

// Evidence is all that one attempt left behind.
type Evidence struct {
	Bytes   int64         // bytes of the request that may have left this machine
	Err     error         // the exchange broke off, or the body could not be read
	Status  int           // HTTP status; 0 when there was none
	Answer  *wire.Answer  // the body of a 200 that could be read
	Problem *wire.Problem // the body of another status that could be read
}

// Outcome turns what an attempt left behind into the one event that it means.
// It is the only place where a failure becomes an event:
//
//	no byte of the request left              miss
//	broke off after that, whatever the text  lose
//	200, but for another key, amount, nonce  lose
//	200 approved, declined, pending          approve, decline, wait
//	200 reversed to a charge or inquiry      decline: closed by the wallet
//	200 reversed or declined to a reversal   confirm
//	400 and 403 with our own problem types   decline: understood and refused (charge only)
//	404 to an inquiry, and all the rest      lose: no proof of anything
//
// A timeout is never a decline, and "I do not know this key" is never proof.
func Outcome(asked Asked, ev Evidence) (charge.Event, charge.Reason) {
	if ev.Status == 0 && ev.Bytes == 0 {
		return charge.Miss, broken(ev.Err)
	}
	switch {
	case ev.Status == 0:
		return charge.Lose, broken(ev.Err)
	case ev.Err != nil:
		return charge.Lose, charge.ReasonBadAnswer
	case ev.Status == http.StatusOK:
		return answered(asked, ev.Answer)
	case asked.Call == CallCharge && refusal(ev):
		return charge.Decline, charge.ReasonRejected
	case ev.Status == http.StatusNotFound && asked.Call == CallInquire:
		return charge.Lose, charge.ReasonCodeUnknown
	}
	return charge.Lose, charge.ReasonBadAnswer
}

// refusal: the wallet itself, and not something in between, understood the
// request and will not act on it.
func refusal(ev Evidence) bool {
	if ev.Problem == nil || ev.Problem.Status != ev.Status {
		return false
	}
	return ev.Status == http.StatusBadRequest && ev.Problem.Type == wire.ProblemInvalid ||
		ev.Status == http.StatusForbidden && ev.Problem.Type == wire.ProblemForbidden
}

func broken(err error) charge.Reason {
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return charge.ReasonTimeout
	}
	return charge.ReasonUnreachable
}

func answered(asked Asked, a *wire.Answer) (charge.Event, charge.Reason) {
	if a == nil {
		return charge.Lose, charge.ReasonBadAnswer
	}
	if a.Key != string(asked.Key) || a.Amount != asked.Amount || a.Currency != asked.Currency || a.Nonce != asked.Nonce || a.Kind != wire.KindCharge {
		return charge.Lose, charge.ReasonAnswerOther
	}
	if asked.Call == CallReverse {
		switch a.Status {
		case wire.Reversed, wire.Declined:
			// A declined key has its standing answer for ever: there is
			// nothing to give back and never will be.
			return charge.Confirm, charge.ReasonNone
		}
		return charge.Lose, charge.ReasonBadAnswer
	}
	switch a.Status {
	case wire.Approved:
		return charge.Approve, charge.ReasonNone
	case wire.Declined:
		return charge.Decline, declined(a.Reason)
	case wire.Pending:
		return charge.Wait, charge.ReasonConfirmPhone
	case wire.Reversed:
		return charge.Decline, charge.ReasonBlocked
	}
	return charge.Lose, charge.ReasonBadAnswer
}

// declined is the wallet's reason in our words; one that we do not know is
// ReasonOther, never the wallet's free text.
func declined(r wire.Reason) charge.Reason {
	switch r {
	case wire.InsufficientFunds:
		return charge.ReasonFunds
	case wire.CodeExpired, wire.Expired:
		return charge.ReasonCodeExpired
	case wire.CodeUsed:
		return charge.ReasonCodeUsed
	case wire.CodeUnknown:
		return charge.ReasonCodeUnknown
	case wire.OverLimit:
		return charge.ReasonLimit
	case wire.Blocked:
		return charge.ReasonBlocked
	case wire.Stopped:
		return charge.ReasonStopped
	}
	return charge.ReasonOther
}
