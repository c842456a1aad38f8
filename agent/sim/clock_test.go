package sim

import (
	"testing"
	"time"
)

// clockTime makes what time.Now makes on a real machine: spans go by the
// reading that nobody can set, dates by the clock that somebody set.
func TestClock(t *testing.T) {
	a := clockTime(base, time.Second)
	b := clockTime(base.Add(-24*time.Hour), 3*time.Second) // two seconds later, and the clock fell back by a day
	if got := b.Sub(a); got != 2*time.Second {
		t.Errorf("between two looks at the clock lie %s, want 2s", got)
	}
	if !b.After(a) || !a.Add(time.Second).Before(b) {
		t.Error("a later look is not later")
	}
	if got := b.Round(0).UTC(); !got.Equal(base.Add(-24*time.Hour)) || got.Format(time.RFC3339Nano) != "2026-11-24T06:00:00Z" {
		t.Errorf("the clock shows %s", got)
	}
	if got := b.UTC().Truncate(time.Microsecond).Sub(a.UTC().Truncate(time.Microsecond)); got != -24*time.Hour {
		t.Errorf("as they are stored, %s lie between them", got)
	}
	if got := clockTime(base.Add(123456789*time.Nanosecond), 0).Nanosecond(); got != 123456789 {
		t.Errorf("%d nanoseconds", got)
	}
}
