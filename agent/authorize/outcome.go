package authorize

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/planted"
	"github.com/posagent/posagent/wallet/wire"
)

// Call is what a wallet was asked.
type Call string

const (
	CallCharge  Call = "charge"
	CallRefund  Call = "refund"
	CallTopup   Call = "topup"
	CallForward Call = "forward" // of a charge that was taken without a network
	CallInquire Call = "inquire"
	CallReverse Call = "reverse"
)

// Asked is what an answer must echo to be the answer to this attempt.
type Asked struct {
	Call     Call
	Kind     wire.Kind // of the key, for an inquiry or a reversal; empty is a charge
	Key      charge.Key
	Amount   int64
	Currency string
	Nonce    string
}

// kind is the kind that the answer must have.
func (a Asked) kind() wire.Kind {
	switch {
	case a.Call == CallRefund:
		return wire.KindRefund
	case a.Call == CallTopup:
		return wire.KindTopup
	case a.Call == CallCharge || a.Call == CallForward || a.Kind == "":
		return wire.KindCharge
	}
	return a.Kind
}

// asks tells that the call asks for money to move, and not how it stands or
// that it move back.
func (c Call) asks() bool {
	return c == CallCharge || c == CallRefund || c == CallTopup || c == CallForward
}

// Evidence is all that one attempt left behind.
type Evidence struct {
	Bytes   int64         // bytes of the request that may have left this machine
	Err     error         // the exchange broke off, or the body could not be read
	Status  int           // HTTP status; 0 when there was none
	Body    []byte        // of a 200, as it came
	Answer  *wire.Answer  // what Understand read in it
	Problem *wire.Problem // the body of another status that could be read

	// Distrust keeps later requests off the connection that this came through;
	// nil where there is none.
	Distrust func()
}

// OfAnother tells that what came answers another request, so that the answer
// of this one may be found where the next one looks for its own.
func (ev Evidence) OfAnother(asked Asked) bool {
	switch {
	case ev.Answer != nil:
		return ev.Answer.Nonce != asked.Nonce
	case ev.Problem != nil:
		return ev.Problem.Nonce != "" && ev.Problem.Nonce != asked.Nonce
	}
	return false
}

// Understand reads the body of a 200 as the answer about one key. A body that
// is none becomes an error of the evidence. Evidence that has no body keeps
// the answer that it came with.
func (ev Evidence) Understand() Evidence {
	if ev.Status != http.StatusOK || ev.Err != nil || ev.Body == nil {
		return ev
	}
	var a wire.Answer
	if ev.Answer, ev.Err = nil, Decode(ev.Body, &a); ev.Err == nil {
		ev.Answer = &a
	}
	return ev
}

// Outcome turns what an attempt left behind into the one event that it means.
// It is the only place where a failure becomes an event:
//
//	no byte of the request left              miss
//	broke off after that, whatever the text  lose
//	200, for another key, kind, sum, nonce   lose
//	200 approved, declined, pending          approve, decline, wait
//	200 reversed, but not to a reversal      decline: closed by the wallet
//	200 reversed or declined to a reversal   confirm
//	400 and 403 with our own problem types   decline: understood and refused (charge, top-up)
//	the same to a refund                     lose: it is sent again under its key, and an earlier try may have been given
//	any problem with another nonce, or none  lose: it may answer another request
//	409 cannot-reverse to a reversal         refuse: this wallet never will
//	409 confirm-pending to a reversal        wait: the customer is about to confirm
//	404 with our own problem type            lose: the wallet is there, and that is all it proves
//	all the rest                             lose: no proof of anything
//
// A timeout is never a decline, and "I do not know this key" is never proof.
func Outcome(asked Asked, ev Evidence) (charge.Event, charge.Reason) {
	if ev.Status == 0 && ev.Bytes == 0 {
		return charge.Miss, broken(ev.Err)
	}
	switch {
	case planted.Has(planted.MissByText) && ev.Status == 0 && broken(ev.Err) == charge.ReasonUnreachable:
		return charge.Miss, charge.ReasonUnreachable
	case planted.Has(planted.DeclineOnTimeout) && ev.Status == 0:
		return charge.Decline, charge.ReasonTimeout
	case planted.Has(planted.UnknownIsNo) && ev.Status == http.StatusNotFound:
		return charge.Decline, charge.ReasonCodeUnknown
	case ev.Status == 0:
		return charge.Lose, broken(ev.Err)
	case ev.Err != nil:
		return charge.Lose, charge.ReasonBadAnswer
	case ev.Status == http.StatusOK:
		return answered(asked, ev.Answer)
	case (asked.Call == CallRefund || asked.Call == CallForward) && refusal(asked, ev): // the goods are gone: only a word about the money ends it
		return charge.Lose, charge.ReasonRejected
	case asked.Call.asks() && refusal(asked, ev):
		return charge.Decline, charge.ReasonRejected
	case asked.Call == CallReverse && ev.says(asked, http.StatusConflict, wire.ProblemCannotReverse):
		return charge.Refuse, charge.ReasonCannot
	case asked.Call == CallReverse && ev.says(asked, http.StatusConflict, wire.ProblemConfirmPending):
		return charge.Wait, charge.ReasonConfirmPhone
	case asked.Call == CallInquire && ev.says(asked, http.StatusNotFound, wire.ProblemUnknownKey):
		return charge.Lose, charge.ReasonCodeUnknown
	}
	return charge.Lose, charge.ReasonBadAnswer
}

// refusal: the wallet itself, and not something in between, understood the
// request and will not act on it.
func refusal(asked Asked, ev Evidence) bool {
	return ev.says(asked, http.StatusBadRequest, wire.ProblemInvalid) || ev.says(asked, http.StatusForbidden, wire.ProblemForbidden)
}

// says tells that the answer is this problem of the contract, in the status
// line and in the body alike, and that it answers this attempt: one that does
// not echo the nonce may have been meant for the request before.
func (ev Evidence) says(asked Asked, status int, problem string) bool {
	p := ev.Problem
	return ev.Status == status && p != nil && p.Status == status && p.Type == problem && p.Nonce == asked.Nonce
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
	echoed := a.Key == string(asked.Key) && a.Amount == asked.Amount && a.Currency == asked.Currency && a.Nonce == asked.Nonce && a.Kind == asked.kind()
	if !echoed && !planted.Has(planted.AnswerOfAnother) {
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
		if a.Show != "" {
			return charge.Wait, charge.ReasonCodeShown
		}
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
	case wire.OverRefund:
		return charge.ReasonOverRefund
	case wire.NotRefundable:
		return charge.ReasonNoRefund
	}
	return charge.ReasonOther
}
