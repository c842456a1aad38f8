package book_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

func keysOf(recs []charge.Record) []charge.Key {
	var out []charge.Key
	for _, r := range recs {
		out = append(out, r.Key)
	}
	return out
}

// A day of more than a page, with others on both sides of it, and with a clock
// that was a while ahead in the middle.
func TestBetween(t *testing.T) {
	f := newFixture(t)
	f.now = t0.Add(-72 * time.Hour)
	for n := range 600 {
		f.prepare(fmt.Sprintf("old-%d", n))
	}
	var want []charge.Key
	f.now = t0
	for n := range 1100 {
		if n == 500 {
			f.now = t0.Add(90 * 24 * time.Hour)
			for ahead := range 520 {
				f.prepare(fmt.Sprintf("ahead-%d", ahead))
			}
			f.now = t0.Add(time.Hour)
		}
		want = append(want, f.prepare(fmt.Sprintf("day-%d", n)).Key)
	}
	of := f.paid("paid")
	want = append(want, of.Key, f.refund(of.Key, 10).Key)
	f.now = t0.Add(24 * time.Hour)
	f.prepare("on the border")
	got, err := f.Between(t0, t0.Add(24*time.Hour))
	if err != nil || !slices.Equal(keysOf(got), want) {
		t.Errorf("%d records (%v), want %d from %s to %s", len(got), err, len(want), want[0], want[len(want)-1])
	}
	if got, err = f.Between(t0.Add(-time.Hour), t0); err != nil || len(got) != 0 {
		t.Errorf("an empty hour has %d records, %v", len(got), err)
	}
}

func TestInStates(t *testing.T) {
	f := newFixture(t)
	var want []charge.Key
	for n := range 1203 {
		rec := f.prepare(fmt.Sprintf("sale-%d", n))
		switch n % 2 {
		case 0:
			f.apply(rec.Key, charge.Step{Event: charge.Cancel, By: charge.ByCashier})
			want = append(want, rec.Key)
		}
	}
	want = append(want, f.paid("paid").Key)
	got, err := f.InStates(charge.Abandoned, charge.Approved)
	if err != nil || !slices.Equal(keysOf(got), want) {
		t.Errorf("%d records (%v), want %d", len(got), err, len(want))
	}
	if got, err = f.InStates(); err != nil || len(got) != 0 {
		t.Errorf("no state has %d records, %v", len(got), err)
	}
}
