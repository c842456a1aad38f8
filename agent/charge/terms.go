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
	ShowFor       time.Duration   // a code that the register shows is taken back after this; 0: it shows none
	ReverseFirst  time.Duration   // pause after the first reversal that was not confirmed
	ReverseMax    time.Duration   // pauses double up to this one
	PreparedFor   time.Duration   // a sale that nobody paid lapses after this

	// ReverseAfter is how long after the request a wallet refuses to reverse
	// at all; 0 for most.
	ReverseAfter time.Duration
	// Quiet is set for a wallet that keeps no tombstones: a request that its
	// network held back is approved even after a reversal that found nothing.
	// It is the time after which the wallet itself closes what nobody paid,
	// with a margin for its network. Only a reversal sent after that counts.
	Quiet time.Duration
	// Window is until when a payment can be reversed; afterwards it can only
	// be refunded.
	Window Window
}

// Window is a span in which a wallet reverses. The zero value never closes.
type Window struct {
	For   time.Duration  // after the payment; 0: by the day
	Close time.Duration  // by the day: after midnight in Zone that follows the payment
	Zone  *time.Location // by the day; nil: never closes
}

// Ends is when the window of a payment made at a time closes; zero for never.
func (w Window) Ends(paid time.Time) time.Time {
	switch {
	case w.For > 0:
		return paid.Add(w.For)
	case w.Zone == nil:
		return time.Time{}
	}
	there := paid.In(w.Zone)
	midnight := time.Date(there.Year(), there.Month(), there.Day()+1, 0, 0, 0, 0, w.Zone)
	return midnight.Add(w.Close)
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
		ShowFor:       3 * time.Minute,
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
	if t.ShowFor != 0 && (t.ShowFor < 10*time.Second || t.ShowFor > time.Hour) {
		bad("a code is shown for %s, but must be shown from 10s to 1h", t.ShowFor)
	}
	if t.ReverseFirst < 100*time.Millisecond || t.ReverseMax < t.ReverseFirst || t.ReverseMax > longest {
		bad("reversal pauses are %s to %s, but must start at 100ms or more, not shrink, and be at most %s", t.ReverseFirst, t.ReverseMax, longest)
	}
	if t.ReverseAfter < 0 || t.ReverseAfter > time.Hour {
		bad("a reversal is possible after %s, but that must be from 0s to 1h", t.ReverseAfter)
	}
	if t.Quiet < 0 || t.Quiet > longest {
		bad("the quiet time is %s, but must be from 0s to %s", t.Quiet, longest)
	}
	if w := t.Window; w.For < 0 || w.Close < 0 || w.Close >= longest || w.For > 0 && w.Zone != nil {
		bad("the window of reversals must be a span after the payment or a time of the next day below 24h, not both and not below 0")
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

// showPoll is the longest pause before an inquiry while a code is shown: the
// customer stands there and has paid.
const showPoll = 2 * time.Second

// ShowPause is InquiryPause while the register shows a code.
func (t Terms) ShowPause(n int, spread float64) time.Duration {
	return min(t.InquiryPause(n, spread), t.vary(showPoll, spread))
}

// CollectPause is the pause before the n-th inquiry, counted from 0, about a
// charge whose goods are gone: the last of the pauses doubles up to five
// minutes, because nobody waits for it and it never ends by itself.
func (t Terms) CollectPause(n int, spread float64) time.Duration {
	const most = 5 * time.Minute
	pause := t.Inquiries[min(n, len(t.Inquiries)-1)]
	for n -= len(t.Inquiries) - 1; n > 0 && pause < most; n-- {
		pause *= 2
	}
	return t.vary(min(pause, most), spread)
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
