package charge

import (
	"errors"
	"fmt"
	"time"
)

// Terms is how patient the agent is with one wallet. All of it comes from the
// configuration; the zero value is not usable.
type Terms struct {
	Soft          time.Duration   // when the cashier reads "checking"
	Deadline      time.Duration   // when a request without an answer is lost
	Inquiries     []time.Duration // pauses before the first inquiries; the last one repeats
	Jitter        float64         // each pause varies by this part, 0 to 0.5
	GiveUp        time.Duration   // in doubt for longer: reverse
	GiveUpPending time.Duration   // waiting for the customer for longer: reverse
	ReverseFirst  time.Duration   // pause after the first reversal that was not confirmed
	ReverseMax    time.Duration   // pauses double up to this one
	PreparedFor   time.Duration   // a sale that nobody paid lapses after this
}

// Standard are the terms of a wallet that answers within a second and keeps
// reversal tombstones, such as the reference wallet.
func Standard() Terms {
	return Terms{
		Soft:          1 * time.Second,
		Deadline:      3 * time.Second,
		Inquiries:     []time.Duration{500 * time.Millisecond, 1 * time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second},
		Jitter:        0.2,
		GiveUp:        30 * time.Second,
		GiveUpPending: 60 * time.Second,
		ReverseFirst:  1 * time.Second,
		ReverseMax:    30 * time.Second,
		PreparedFor:   30 * time.Minute,
	}
}

// longest is the longest of all pauses: nobody waits for a customer longer
// than a day.
const longest = 24 * time.Hour

// Check tells all that is wrong with terms.
func (t Terms) Check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if t.Deadline < 100*time.Millisecond || t.Deadline > 2*time.Minute {
		bad("deadline is %s, but must be from 100ms to 2m", t.Deadline)
	}
	if t.Soft <= 0 || t.Soft > t.Deadline {
		bad("soft mark is %s, but must be above 0 and not after the deadline %s", t.Soft, t.Deadline)
	}
	if len(t.Inquiries) == 0 {
		bad("at least one inquiry pause is needed")
	}
	for _, p := range t.Inquiries {
		if p < 50*time.Millisecond || p > time.Minute {
			bad("inquiry pause %s must be from 50ms to 1m", p)
		}
	}
	if !(t.Jitter >= 0 && t.Jitter <= 0.5) { // so written, it also refuses "nan"
		bad("jitter is %g, but must be from 0 to 0.5", t.Jitter)
	}
	if t.GiveUp < t.Deadline {
		bad("give-up is %s, but must not be before the deadline %s", t.GiveUp, t.Deadline)
	}
	if t.GiveUp > longest {
		bad("give-up is %s, but must be at most %s", t.GiveUp, longest)
	}
	if t.GiveUpPending < t.GiveUp || t.GiveUpPending > longest {
		bad("give-up while pending is %s, but must not be before give-up %s, and at most %s", t.GiveUpPending, t.GiveUp, longest)
	}
	if t.ReverseFirst < 100*time.Millisecond || t.ReverseMax < t.ReverseFirst || t.ReverseMax > longest {
		bad("reversal pauses are %s to %s, but must start at 100ms or more, not shrink, and be at most %s", t.ReverseFirst, t.ReverseMax, longest)
	}
	if t.PreparedFor < time.Minute {
		bad("a prepared sale is kept for %s, but must be kept for at least 1m", t.PreparedFor)
	}
	return errors.Join(errs...)
}

// InquiryPause is the pause before the n-th inquiry, counted from 0. spread is
// a number from 0 to 1 that the caller draws; it is what keeps many registers
// from asking at the same moment.
func (t Terms) InquiryPause(n int, spread float64) time.Duration {
	if n >= len(t.Inquiries) {
		n = len(t.Inquiries) - 1
	}
	return t.vary(t.Inquiries[n], spread)
}

// ReversePause is the pause after the n-th reversal without confirmation,
// counted from 0.
func (t Terms) ReversePause(n int, spread float64) time.Duration {
	pause := t.ReverseFirst
	for ; n > 0 && pause < t.ReverseMax; n-- {
		pause *= 2
	}
	return t.vary(min(pause, t.ReverseMax), spread)
}

func (t Terms) vary(d time.Duration, spread float64) time.Duration {
	return time.Duration(float64(d) * (1 + t.Jitter*(2*spread-1)))
}
