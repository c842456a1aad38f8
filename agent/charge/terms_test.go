package charge_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
)

func TestStandardTermsAreGood(t *testing.T) {
	if err := charge.Standard().Check(); err != nil {
		t.Error(err)
	}
}

func TestTermsCheck(t *testing.T) {
	for says, change := range map[string]func(*charge.Terms){
		"deadline is 0s":             func(w *charge.Terms) { w.Deadline = 0 },
		"deadline is 3m0s":           func(w *charge.Terms) { w.Deadline = 3 * time.Minute },
		"soft mark is 0s":            func(w *charge.Terms) { w.Soft = 0 },
		"soft mark is 4s":            func(w *charge.Terms) { w.Soft = 4 * time.Second },
		"at least one inquiry":       func(w *charge.Terms) { w.Inquiries = nil },
		"inquiry pause 1ms":          func(w *charge.Terms) { w.Inquiries[2] = time.Millisecond },
		"inquiry pause 2m0s":         func(w *charge.Terms) { w.Inquiries[0] = 2 * time.Minute },
		"jitter is -0.1":             func(w *charge.Terms) { w.Jitter = -0.1 },
		"jitter is 0.6":              func(w *charge.Terms) { w.Jitter = 0.6 },
		"jitter is NaN":              func(w *charge.Terms) { w.Jitter = math.NaN() },
		"give-up is 1s":              func(w *charge.Terms) { w.GiveUp = time.Second },
		"give-up is 25h0m0s":         func(w *charge.Terms) { w.GiveUp, w.GiveUpPending = 25*time.Hour, 25*time.Hour },
		"give-up while pending is":   func(w *charge.Terms) { w.GiveUpPending = 29 * time.Second },
		"reversal pauses are 1ms":    func(w *charge.Terms) { w.ReverseFirst = time.Millisecond },
		"reversal pauses are 1s to ": func(w *charge.Terms) { w.ReverseMax = time.Millisecond },
		"to 2562047h":                func(w *charge.Terms) { w.ReverseMax = math.MaxInt64 },
		"kept for 30s":               func(w *charge.Terms) { w.PreparedFor = 30 * time.Second },
	} {
		terms := charge.Standard()
		change(&terms)
		if err := terms.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want a complaint with %q", err, says)
		}
	}
}

// All complaints come at once, so that a settings file is mended in one go.
func TestTermsCheckTellsAll(t *testing.T) {
	err := charge.Terms{}.Check()
	if err == nil {
		t.Fatal("empty terms are taken")
	}
	if n := len(strings.Split(err.Error(), "\n")); n < 5 {
		t.Errorf("%d complaints: %v", n, err)
	}
}

// The pauses without jitter, as a person would write them down.
func TestPauses(t *testing.T) {
	terms := charge.Standard()
	const middle = 0.5 // the spread that changes nothing
	for n, want := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second} {
		if got := terms.InquiryPause(n, middle); got != want {
			t.Errorf("before inquiry %d: %s, want %s", n, got, want)
		}
	}
	for n, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		if got := terms.ReversePause(n, middle); got != want*time.Second {
			t.Errorf("after reversal %d: %s, want %s", n, got, want*time.Second)
		}
	}
}

// However many tries and whatever the spread, a pause stays within the jitter
// of its setting, and never becomes a busy loop.
func TestPausesStayInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := charge.Standard()
		terms.Jitter = rapid.Float64Range(0, 0.5).Draw(t, "jitter")
		terms.ReverseFirst = time.Duration(rapid.Int64Range(int64(100*time.Millisecond), int64(time.Minute)).Draw(t, "first"))
		terms.ReverseMax = time.Duration(rapid.Int64Range(int64(terms.ReverseFirst), int64(time.Hour)).Draw(t, "max"))
		if err := terms.Check(); err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(0, math.MaxInt32).Draw(t, "n")
		spread := rapid.Float64Range(0, 1).Draw(t, "spread")
		least := func(d time.Duration) time.Duration { return time.Duration(float64(d) * (1 - terms.Jitter)) }
		most := func(d time.Duration) time.Duration { return time.Duration(float64(d)*(1+terms.Jitter)) + 1 }

		pause := terms.InquiryPause(n, spread)
		if pause < least(terms.Inquiries[0]) || pause > most(terms.Inquiries[len(terms.Inquiries)-1]) {
			t.Fatalf("inquiry pause %s", pause)
		}
		pause = terms.ReversePause(n, spread)
		if pause < least(terms.ReverseFirst) || pause > most(terms.ReverseMax) {
			t.Fatalf("reversal pause %s, from %s to %s", pause, terms.ReverseFirst, terms.ReverseMax)
		}
	})
}

// What is collected is asked about more and more seldom, but never less than
// every five minutes and a jitter.
func TestPausesOfCollecting(t *testing.T) {
	w := charge.Standard()
	w.Jitter = 0
	want := []time.Duration{
		500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second,
		16 * time.Second, 32 * time.Second, 64 * time.Second, 128 * time.Second, 256 * time.Second, 5 * time.Minute, 5 * time.Minute,
	}
	for n, pause := range want {
		if got := w.CollectPause(n, 0.3); got != pause {
			t.Errorf("pause %d is %s, want %s", n, got, pause)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		w := charge.Standard()
		n, spread := rapid.IntRange(0, 1<<20).Draw(t, "n"), rapid.Float64Range(0, 1).Draw(t, "spread")
		got := w.CollectPause(n, spread)
		if got < 400*time.Millisecond || got > 6*time.Minute {
			t.Fatalf("pause %d with spread %g is %s", n, spread, got)
		}
		if next := w.CollectPause(n+1, spread); next < got {
			t.Fatalf("pause %d is %s and the next %s", n, got, next)
		}
	})
}
