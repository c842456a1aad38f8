package charge

import (
	"errors"
	"fmt"

	"github.com/posagent/posagent/agent/money"
)

// ErrNotTaken means that the books are well, and do not take what is asked
// for. Errors for which errors.Is says so are refusals, not failures.
var ErrNotTaken = errors.New("the books do not take this")

// Why a refund cannot be made.
var (
	// ErrNotRefundable: there is no money of a payment that could go back: it
	// was never approved, it is being reversed, or it is no payment.
	ErrNotRefundable = errors.New("this charge cannot be refunded")
	// ErrOverRefund: more than what is left of the payment.
	ErrOverRefund = errors.New("the refund is more than what is left of the charge")
	// ErrManyRefunds: each refund is settled by itself, so that hundreds at
	// once would be in each other's way.
	ErrManyRefunds = errors.New("this charge has as many refunds as a charge may have")
)

// mostRefunds is how many refunds a payment may have that were given or may
// still be.
const mostRefunds = 50

// MayRefund tells whether amount of a payment may go back, given all refunds
// of it so far. What counts is what was given back or may still be: a refund
// that was declined or abandoned leaves its amount free again.
func MayRefund(of Record, refunds []Record, amount money.Amount) error {
	switch {
	case of.Kind == Refund || of.Kind == Topup || of.State != Approved && of.State != Owed:
		return fmt.Errorf("%w: %s is %s", ErrNotRefundable, of.Key, of.State)
	case amount.Currency != of.Amount.Currency || amount.Minor <= 0:
		return fmt.Errorf("%w: %s of a charge over %s", ErrNotRefundable, amount, of.Amount)
	}
	left, n := of.Amount.Minor, 0
	for _, r := range refunds {
		if r.Of == of.Key && r.State != Declined && r.State != Abandoned {
			left, n = max(left-r.Amount.Minor, 0), n+1 // not below, where sums of what a wallet says may overflow
		}
	}
	if amount.Minor > left {
		return fmt.Errorf("%w: %s is asked for and %s is left of %s", ErrOverRefund, amount, money.Amount{Minor: left, Currency: amount.Currency}, of.Key)
	}
	if n >= mostRefunds {
		return fmt.Errorf("%w: %d of %s", ErrManyRefunds, n, of.Key)
	}
	return nil
}

// wished is the kind of mark that a refund bears instead of a code's.
const wished = "wish"

// WishMark is the mark of a refund that was asked for under a wish: a keyed
// hash of who asked and under which key, so that the same wish is one refund
// for as long as the books are kept. No wish has no mark.
func WishMark(wish string) CodeMark {
	if wish == "" {
		return CodeMark{}
	}
	return CodeMark{Kind: wished, Hash: wish}
}

// Wish is the wish that a refund was asked for under; empty for none.
func (r Record) Wish() string {
	if r.Kind != Refund || r.Code.Kind != wished {
		return ""
	}
	return r.Code.Hash
}
