package agent

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

// world is both books, by key: ours under the real rules, and the wallet's.
type world struct {
	ours   map[charge.Key]charge.Record
	theirs map[charge.Key]charge.StatementEntry
}

var epoch = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// draw is a world in which anything may differ. A refund gives back a payment
// that both sides have.
func draw(t *rapid.T) world {
	w := world{ours: map[charge.Key]charge.Record{}, theirs: map[charge.Key]charge.StatementEntry{}}
	for i := range rapid.IntRange(1, 8).Draw(t, "keys") {
		key := charge.Key(fmt.Sprintf("S1-T1-7-%d", i+1))
		kind := rapid.SampledFrom([]charge.Kind{"", charge.Payment, charge.Topup, charge.Refund}).Draw(t, "kind")
		amount := money.Yen(int64(100 * (i + 1)))
		of := charge.Key("")
		if kind == charge.Refund {
			of = "S1-T1-1-1"
		}
		if here := rapid.SampledFrom(append([]charge.State{""}, charge.States...)).Draw(t, "here"); here != "" {
			w.ours[key] = charge.Record{
				Key: key, Kind: kind, Of: of, Amount: amount, State: here, Wallet: "own", Route: []string{"own"}, Attempts: 1, ChangedAt: epoch,
				Reason: rapid.SampledFrom([]charge.Reason{"", charge.ReasonGaveUp, charge.ReasonByHand, charge.ReasonRefunded}).Draw(t, "reason"),
			}
		}
		if there := rapid.SampledFrom([]charge.State{"", charge.Approved, charge.Declined, charge.Reversed, charge.Pending}).Draw(t, "there"); there != "" {
			entry := charge.StatementEntry{Key: key, Kind: kind, Of: of, Amount: amount, State: there, At: epoch}
			if kind == "" {
				entry.Kind = charge.Payment
			}
			if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
				entry.Amount = money.Yen(1)
			}
			w.theirs[key] = entry
		}
	}
	return w
}

func (w world) compare() []Difference {
	return compare("own", slices.Collect(maps.Values(w.ours)), slices.Collect(maps.Values(w.theirs)))
}

// apply does to the books what a reconciliation and the settler after it do,
// with a wallet that says to inquiries what its list says.
func (w world) apply(t *rapid.T, d Difference) {
	take := func(e charge.Event, by charge.By) {
		row := book.Row{Record: w.ours[d.Key]}
		after, moved, note := book.Rules{Wallets: []string{"own"}}.Take(row, charge.Step{Event: e, Wallet: "own", By: by, At: epoch.Add(time.Hour)})
		if !moved {
			t.Fatalf("%s: the books do not take %s in %s: %s", d.What, e, row.State, note)
		}
		w.ours[d.Key] = after.Record
	}
	event, known := d.What.Remedy()
	switch {
	case d.What == UnknownHere:
		w.ours[d.Key] = charge.Record{Key: d.Key, Kind: d.Theirs.Kind, Of: d.Theirs.Of, Amount: d.Theirs.Amount, State: charge.Approved, Wallet: "own"}
	case !known, d.What == NothingOwed && d.Theirs == nil:
	default:
		take(event, charge.ByRecovery)
	}
	if w.ours[d.Key].State == charge.Reversing && d.What == PaidThere { // the settler has it reversed
		entry := w.theirs[d.Key]
		entry.State = charge.Reversed
		w.theirs[d.Key] = entry
		take(charge.Confirm, charge.ByRecovery)
	}
}

// waits tells which differences no rule may end: a person or time does.
func waits(d Difference) bool {
	return d.What.alarming() || d.What == OpenHere || d.What == OpenThere || d.What == NothingOwed && d.Theirs == nil
}

// Doing what the differences say makes the books equal, but for those that a
// person or time must end; and doing it again does nothing.
func TestApplyingTheDifferencesMakesTheBooksEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		left := map[charge.Key]bool{}
		for _, d := range w.compare() {
			left[d.Key] = waits(d)
			w.apply(t, d)
		}
		for _, d := range w.compare() {
			if !left[d.Key] {
				t.Fatalf("%s still differs: %s (%+v, %+v)", d.Key, d.What, d.Ours, d.Theirs)
			}
			left[d.Key] = false
		}
		for key, still := range left {
			if still {
				t.Fatalf("%s was not ended by a rule, and does not differ any more", key)
			}
		}
	})
}

// Where no difference is found, both sides say the same of the money: written
// once more in other words.
func TestWhatIsEqualIsEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		differs := map[charge.Key]bool{}
		for _, d := range w.compare() {
			if differs[d.Key] {
				t.Fatalf("%s is listed twice", d.Key)
			}
			differs[d.Key] = true
		}
		keys := map[charge.Key]bool{}
		for key := range w.ours {
			keys[key] = true
		}
		for key := range w.theirs {
			keys[key] = true
		}
		for key := range keys {
			rec, entry := w.ours[key], w.theirs[key]
			held := rec.State == charge.Approved || rec.Kind == charge.Payment && rec.State == charge.Owed || rec.Kind == "" && rec.State == charge.Owed
			other := rec.Kind != charge.Refund && rec.Kind != charge.Topup && rec.State == charge.Reversed && (rec.Reason == charge.ReasonByHand || rec.Reason == charge.ReasonRefunded)
			taken := entry.State == charge.Approved
			same := held == taken || other && taken
			clean := rec.Amount == entry.Amount || rec.Key == "" || entry.Key == ""
			if equal := same && clean && !rec.State.Open() && entry.State != charge.Pending; equal == differs[key] {
				t.Fatalf("%s: %s here and %q there; listed as different: %v", key, rec.State, entry.State, differs[key])
			}
		}
	})
}
