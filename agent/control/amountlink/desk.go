package amountlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// Sales is all that a link can do to a register. wish names a sale for ever:
// the same wish is the same sale, also after a restart.
type Sales interface {
	// Prepare opens a sale in yen, or finds the one of this wish. Another
	// amount or reference is ErrOtherSale.
	Prepare(wish, reference string, amount int64) (control.Sale, error)
	// Cancel asks for it to be undone; ErrNotStanding when it does not stand at
	// the register any more.
	Cancel(wish string) (control.Sale, error)
	// Sale is the sale at once, or when it changes but not after wait; or
	// ErrNotFound.
	Sale(ctx context.Context, wish string, wait time.Duration) (control.Sale, error)
	// Reprint prints the receipt of a sale once more.
	Reprint(wish string) (control.Sale, error)
}

// What Sales may fail with; anything else is "not now".
var (
	ErrNotFound    = errors.New("no sale has this sequence")
	ErrOtherSale   = errors.New("the sequence stands for another sale")
	ErrWrong       = errors.New("the sale is not right")
	ErrNotStanding = errors.New("the sale does not stand at the register any more")
	ErrNotPrinted  = errors.New("there is nothing to print, or nothing to print it on")
)

// A business day may begin between a sale and the question what became of it.
// A sale that is sent again soon after that is still the one of the day before.
// What is asked of a sequence that the new day does not have means the day
// before for longer: nothing can be opened by it.
const (
	repeatTime = time.Hour
	askTime    = 12 * time.Hour
)

// Desk answers requests.
type Desk struct {
	Sales    Sales
	Day      func(time.Time) string // the business date of a moment, "2026-11-22"
	Now      func() time.Time
	Training func() bool // nil: there is no training
}

// Answer does what a request asks for. It returns at the latest when the
// request's wait is over, or ctx.
func (d Desk) Answer(ctx context.Context, text string) Answer {
	q, err := ParseRequest(text)
	if err != nil {
		return Answer{Op: "  ", Result: Refused, Trouble: WrongText}
	}
	a := Answer{Op: q.Op, Sequence: q.Sequence, Training: q.Training}
	if q.Training != (d.Training != nil && d.Training()) {
		a.Result, a.Trouble = Refused, NoTraining
		return a
	}
	switch q.Op {
	case OpStatus:
		a.Result, a.Final, a.Trouble = Ready, true, NoTrouble
		return a
	case OpSale, OpCancel, OpInquire, OpReprint:
	default:
		a.Result, a.Trouble = Refused, UnknownOp
		return a
	}
	s, err := d.do(ctx, q)
	if err != nil {
		a.Result, a.Trouble = refusal(err)
		return a
	}
	told(&a, s)
	if q.Op == OpReprint {
		a.Result = Ready
	}
	return a
}

func (d Desk) do(ctx context.Context, q Request) (control.Sale, error) {
	wish, err := d.wish(ctx, q)
	if err != nil {
		return control.Sale{}, err
	}
	switch q.Op {
	case OpSale:
		s, err := d.Sales.Prepare(wish, reference(wish, q.Reference), q.Amount)
		return d.later(ctx, q, wish, s, err)
	case OpCancel:
		return d.Sales.Cancel(wish)
	case OpReprint:
		return d.Sales.Reprint(wish)
	}
	s, err := d.Sales.Sale(ctx, wish, 0)
	return d.later(ctx, q, wish, s, err)
}

// later waits for what became of a sale that is under way. Everything else is
// answered at once.
func (d Desk) later(ctx context.Context, q Request, wish string, s control.Sale, err error) (control.Sale, error) {
	var first, now Answer
	told(&first, s)
	if err != nil || q.Wait == 0 || first.Result != InProgress && first.Result != NotKnown {
		return s, err
	}
	ctx, stop := context.WithTimeout(ctx, time.Duration(q.Wait)*time.Second)
	defer stop()
	for told(&now, s); ctx.Err() == nil && now.Result == first.Result; told(&now, s) {
		if s, err = d.Sales.Sale(ctx, wish, time.Duration(q.Wait)*time.Second); err != nil {
			return s, err
		}
	}
	return s, nil
}

// reference is the sale's reference in the books: the wish, and the register's
// own number behind it.
func reference(wish, own string) string {
	if own == "" {
		return wish
	}
	return wish + " " + own
}

// wish is the sale that a sequence stands for: business date and sequence. A
// sale of the day before that is not old yet is still the same one. Whether
// there is such a sale must be known: none is opened in its place.
func (d Desk) wish(ctx context.Context, q Request) (string, error) {
	still := askTime
	if q.Op == OpSale {
		still = repeatTime
	}
	now := d.Now()
	today, before := wishOf(d.Day(now), q.Sequence), wishOf(d.Day(now.Add(-still)), q.Sequence)
	if before == today {
		return today, nil
	}
	if _, err := d.Sales.Sale(ctx, today, 0); !errors.Is(err, ErrNotFound) {
		return today, err
	}
	switch s, err := d.Sales.Sale(ctx, before, 0); {
	case err == nil && now.Sub(s.Opened) < still:
		return before, nil
	case err != nil && !errors.Is(err, ErrNotFound):
		return "", err
	}
	return today, nil
}

func wishOf(day string, sequence int) string { return fmt.Sprintf("%s-%04d", day, sequence) }

func refusal(err error) (Result, Trouble) {
	switch {
	case errors.Is(err, ErrNotFound):
		return NotFound, NoTrouble
	case errors.Is(err, ErrOtherSale):
		return Refused, OtherSale
	case errors.Is(err, ErrWrong):
		return Refused, WrongAmount
	case errors.Is(err, ErrNotStanding):
		return Refused, NotCancellable
	case errors.Is(err, ErrNotPrinted):
		return Refused, NotPrinted
	}
	return Refused, NotNow
}

// told fills in what became of a sale. A state that is not listed is not
// known: a newer agent may have one.
func told(a *Answer, s control.Sale) {
	a.Result, a.Trouble = NotKnown, NoTrouble
	switch s.State {
	case "prepared", "sent", "pending":
		a.Result = InProgress
	case "approved":
		a.Result, a.Final = Approved, true
	case "declined":
		a.Result = Declined
	case "abandoned", "reversed", "owed":
		a.Result, a.Final = Cancelled, true
	case "reversing":
		a.Result = Cancelled
	case "queued", "forwarding":
		a.Result = Queued
	case "unpaid":
		a.Result = Unpaid
	}
	a.Goods = s.Goods == "hand_over"
	a.Amount, a.Wallet, a.Key = s.Amount, s.Wallet, s.ChargeKey
}
