package practice_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/practice"
)

// The first answer to an amount, how long it takes, and what an inquiry says at
// once and some seconds later.
func TestTheAmountChooses(t *testing.T) {
	for yen, want := range map[int64]struct {
		first  charge.Event
		takes  time.Duration
		soon   charge.Event
		later  charge.Event
		reason charge.Reason
	}{
		1000: {charge.Approve, 0, charge.Approve, charge.Approve, ""},
		1001: {charge.Decline, 0, charge.Decline, charge.Decline, charge.ReasonFunds},
		2:    {charge.Decline, 0, charge.Decline, charge.Decline, charge.ReasonCodeExpired},
		503:  {charge.Wait, 0, charge.Wait, charge.Approve, charge.ReasonConfirmPhone},
		1204: {charge.Lose, 3 * time.Second, charge.Lose, charge.Approve, charge.ReasonTimeout},
		1205: {charge.Lose, 3 * time.Second, charge.Lose, charge.Decline, charge.ReasonTimeout},
		1206: {charge.Miss, 0, charge.Approve, charge.Approve, charge.ReasonUnreachable},
		1207: {charge.Approve, 2 * time.Second, charge.Approve, charge.Approve, ""},
		1208: {charge.Lose, 3 * time.Second, charge.Lose, charge.Lose, charge.ReasonTimeout},
		1299: {charge.Approve, 0, charge.Approve, charge.Approve, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := practice.Wallet{Terms: charge.Standard(), Now: time.Now}
			began := time.Now()
			rec := charge.Record{Key: "TRAIN-01-1-1", Amount: money.Yen(yen), SentAt: began}
			first := w.Charge(t.Context(), rec, paycode.Code{})
			took := time.Since(began)
			soon := w.Inquire(t.Context(), rec)
			time.Sleep(10 * time.Second)
			later := w.Inquire(t.Context(), rec)
			if first.Event != want.first || took != want.takes || first.Reason != want.reason || soon.Event != want.soon || later.Event != want.later {
				t.Errorf("%d: %s (%s) after %s, then %s, later %s; want %+v", yen, first.Event, first.Reason, took, soon.Event, later.Event, want)
			}
			if a := w.Reverse(t.Context(), rec); a.Event != charge.Confirm {
				t.Errorf("undone: %s", a.Event)
			}
			if a := w.Refund(t.Context(), rec, rec.Key); a.Event != charge.Approve {
				t.Errorf("given back: %s", a.Event)
			}
		})
	}
}

// Every row of the table is an outcome of its own.
func TestTheTableIsWhole(t *testing.T) {
	seen := map[practice.Outcome]bool{practice.Pays: true}
	for _, row := range practice.Table {
		if seen[row.Outcome] || row.Ends < 1 || row.Ends > 99 || practice.Of(int64(row.Ends)) != row.Outcome || practice.Of(700+int64(row.Ends)) != row.Outcome || row.JA == "" || row.EN == "" {
			t.Errorf("%+v", row)
		}
		seen[row.Outcome] = true
	}
	if practice.Of(1000) != practice.Pays {
		t.Error("a round amount does not pay")
	}
}
