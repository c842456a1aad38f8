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
	// ErrNotRefundable: the payment holds no money that could go back: it was
	// never approved, or it is being reversed.
	ErrNotRefundable = errors.New("this charge cannot be refunded")
	// ErrOverRefund: more than what is left of the payment.
	ErrOverRefund = errors.New("the refund is more than what is left of the charge")
)

// MayRefund tells whether amount of a payment may go back, given all refunds
// of it so far. What counts is what was given back or may still be: a refund
// that was declined or abandoned leaves its amount free again.
func MayRefund(of Record, refunds []Record, amount money.Amount) error {
	switch {
	case of.Kind == Refund || of.State != Approved && of.State != Owed:
		return fmt.Errorf("%w: %s is %s", ErrNotRefundable, of.Key, of.State)
	case amount.Currency != of.Amount.Currency || amount.Minor <= 0:
		return fmt.Errorf("%w: %s of a charge over %s", ErrNotRefundable, amount, of.Amount)
	}
	left := of.Amount.Minor
	for _, r := range refunds {
		if r.Of == of.Key && r.State != Declined && r.State != Abandoned {
			left -= r.Amount.Minor
		}
	}
	if amount.Minor > left {
		return fmt.Errorf("%w: %s is asked for and %s is left of %s", ErrOverRefund, amount, money.Amount{Minor: max(left, 0), Currency: amount.Currency}, of.Key)
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
