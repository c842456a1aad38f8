package model

import (
	"context"
	"errors"
	"net/http"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// meaning is an answer, or what there is instead of one, and the call that it
// came to.
type meaning struct {
	kind       charge.Kind // of the key
	call, said uint8
	lost, miss bool
	old        int // 0: the answer to this call; 1: to another call for this key; 2: for another key
}

// mean asks the production code for the event of an answer.
func (m *model) mean(n meaning) charge.Event {
	if n.kind == "" {
		n.kind = m.Kind
	}
	event, known := m.meant[n]
	if !known {
		event, _ = m.outcome(m.evidence(n))
		m.meant[n] = event
	}
	return event
}

var (
	errTooLate     = context.DeadlineExceeded
	errNothingLeft = errors.New("connection refused")
)

// asking is what a call asks of the wallet, in the words of the contract.
func asking(n meaning) (authorize.Call, wire.Kind) {
	kind, call := wire.KindCharge, authorize.CallCharge
	switch n.kind {
	case charge.Refund:
		kind, call = wire.KindRefund, authorize.CallRefund
	case charge.Topup:
		kind, call = wire.KindTopup, authorize.CallTopup
	}
	switch n.call {
	case inquire:
		call = authorize.CallInquire
	case reverse:
		call = authorize.CallReverse
	}
	return call, kind
}

// evidence is what an answer leaves behind on the line.
func (m *model) evidence(n meaning) (authorize.Asked, authorize.Evidence) {
	call, kind := asking(n)
	asked := authorize.Asked{Call: call, Kind: kind, Key: "S1-T1-1-1", Amount: 100, Currency: "JPY", Nonce: "this"}
	a := wire.Answer{Key: string(asked.Key), Kind: kind, Amount: 100, Currency: "JPY", Nonce: "this"}
	if n.old > 0 {
		a.Nonce = "another"
	}
	if n.old > 1 {
		a.Key = "S1-T1-1-2"
	}
	problem := func(status int, kind string) (authorize.Asked, authorize.Evidence) {
		return asked, authorize.Evidence{Bytes: 1, Status: status, Problem: &wire.Problem{Type: kind, Status: status, Nonce: a.Nonce}}
	}
	switch {
	case n.miss:
		return asked, authorize.Evidence{Err: errNothingLeft}
	case n.lost:
		return asked, authorize.Evidence{Bytes: 1, Err: errTooLate}
	}
	switch n.said {
	case saidUnknown:
		return problem(http.StatusNotFound, wire.ProblemUnknownKey)
	case saidNever:
		return problem(http.StatusConflict, wire.ProblemCannotReverse)
	case saidNotYet:
		return problem(http.StatusConflict, wire.ProblemConfirmPending)
	case saidRefused:
		return problem(http.StatusForbidden, wire.ProblemForbidden)
	case saidPending:
		a.Status = wire.Pending
	case saidApproved:
		a.Status = wire.Approved
	case saidDeclined:
		a.Status, a.Reason = wire.Declined, wire.InsufficientFunds
	case saidReversed:
		a.Status = wire.Reversed
	}
	return asked, authorize.Evidence{Bytes: 1, Status: http.StatusOK, Answer: &a}
}
