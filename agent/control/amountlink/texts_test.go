package amountlink_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/control/amountlink"
)

func TestRequestsAndAnswersComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := amountlink.Request{
			Op: amountlink.Op(rapid.StringMatching(`[A-Z]{2}`).Draw(t, "op")), Sequence: rapid.IntRange(0, 9999).Draw(t, "sequence"),
			Training: rapid.Bool().Draw(t, "training"), Amount: rapid.Int64Range(0, 999_999_999).Draw(t, "amount"),
			Wait: rapid.IntRange(0, 30).Draw(t, "wait"), Reference: rapid.StringMatching(`([ -~]{0,15}[!-~])?`).Draw(t, "reference"),
		}
		if got, err := amountlink.ParseRequest(q.Text()); err != nil || got != q {
			t.Fatalf("%+v came as %+v (%v): %q", q, got, err, q.Text())
		}
		a := amountlink.Answer{
			Op: q.Op, Sequence: q.Sequence, Result: amountlink.Result(rapid.StringMatching(`[A-Z]{2}`).Draw(t, "result")), Goods: rapid.Bool().Draw(t, "goods"),
			Final: rapid.Bool().Draw(t, "final"), Training: q.Training, Amount: q.Amount, Trouble: amountlink.Trouble(rapid.StringMatching(`[0-9]{3}`).Draw(t, "trouble")),
			Wallet: rapid.StringMatching(`[a-z0-9_]{0,16}`).Draw(t, "wallet"), Key: rapid.StringMatching(`[0-9A-Za-z-]{0,32}`).Draw(t, "key"),
		}
		if got, err := amountlink.ParseAnswer(a.Text()); err != nil || got != a {
			t.Fatalf("%+v came as %+v (%v): %q", a, got, err, a.Text())
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add(sale42.Text())
	f.Add("2SL0042000000128000                ")
	f.Add(strings.Repeat("1", 35))
	f.Fuzz(func(t *testing.T, text string) {
		q, err := amountlink.ParseRequest(text)
		if err == nil && q.Text() != text {
			t.Errorf("%q is not what %+v is written as: %q", text, q, q.Text())
		}
	})
}

func TestWhatTheDeskRefuses(t *testing.T) {
	till := newTill()
	d := desk(till)
	for _, c := range []struct {
		text string
		want amountlink.Trouble
	}{
		{"", amountlink.WrongText},
		{"hello", amountlink.WrongText},
		{strings.Replace(sale42.Text(), "1", "2", 1), amountlink.WrongText},
		{strings.Replace(sale42.Text(), "000001280", "00000128,", 1), amountlink.WrongText},
		{amountlink.Request{Op: "RF", Sequence: 42, Amount: 100}.Text(), amountlink.UnknownOp},
		{amountlink.Request{Op: amountlink.OpSale, Sequence: 42, Amount: 100, Training: true}.Text(), amountlink.NoTraining},
		{amountlink.Request{Op: amountlink.OpSale, Sequence: 42}.Text(), amountlink.WrongAmount},
		{amountlink.Request{Op: amountlink.OpInquire, Sequence: 42}.Text(), amountlink.NoTrouble}, // it is not found
	} {
		a := d.Answer(t.Context(), c.text)
		if a.Trouble != c.want || a.Goods || a.Result != amountlink.Refused && a.Result != amountlink.NotFound {
			t.Errorf("%q: %+v, want %s", c.text, a, c.want)
		}
		if len(a.Text()) != 72 {
			t.Errorf("%q: the answer has %d characters", c.text, len(a.Text()))
		}
	}
	if till.opened != 0 {
		t.Errorf("%d sales were opened", till.opened)
	}
}

// Only what is certain is final, and goods go out for three states alone.
func TestWhatAStateMeans(t *testing.T) {
	for state, want := range map[string]amountlink.Answer{
		"prepared":   {Result: amountlink.InProgress},
		"sent":       {Result: amountlink.InProgress},
		"pending":    {Result: amountlink.InProgress},
		"indoubt":    {Result: amountlink.NotKnown},
		"approved":   {Result: amountlink.Approved, Final: true, Goods: true},
		"declined":   {Result: amountlink.Declined},
		"abandoned":  {Result: amountlink.Cancelled, Final: true},
		"reversing":  {Result: amountlink.Cancelled},
		"reversed":   {Result: amountlink.Cancelled, Final: true},
		"owed":       {Result: amountlink.Cancelled, Final: true},
		"queued":     {Result: amountlink.Queued, Goods: true},
		"forwarding": {Result: amountlink.Queued, Goods: true},
		"unpaid":     {Result: amountlink.Unpaid},
		"newer":      {Result: amountlink.NotKnown},
	} {
		till := newTill()
		d := desk(till)
		d.Now = func() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }
		d.Answer(t.Context(), sale42.Text())
		goods := "hold"
		if want.Goods {
			goods = "hand_over"
		}
		till.becomes("2026-11-27-0042", state, goods)
		a := d.Answer(t.Context(), amountlink.Request{Op: amountlink.OpInquire, Sequence: 42}.Text())
		if a.Result != want.Result || a.Final != want.Final || a.Goods != want.Goods || a.Trouble != amountlink.NoTrouble {
			t.Errorf("%s: %+v", state, a)
		}
	}
}

// The day changes at 05:00 between a sale and what is asked of it.
func TestOverTheChangeOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		till := newTill()
		d := desk(till)
		time.Sleep(4*time.Hour + 50*time.Minute)
		ask := func(op amountlink.Op, amount int64) amountlink.Answer {
			return d.Answer(context.Background(), amountlink.Request{Op: op, Sequence: 42, Amount: amount}.Text())
		}
		ask(amountlink.OpSale, 100)
		till.becomes(today, "approved", "hand_over")
		time.Sleep(20 * time.Minute)
		if a := ask(amountlink.OpSale, 100); a.Result != amountlink.Approved || till.opened != 1 {
			t.Errorf("the same sale just after the change: %+v, %d sales", a, till.opened)
		}
		if a := ask(amountlink.OpSale, 101); a.Trouble != amountlink.OtherSale {
			t.Errorf("another amount just after the change: %+v", a)
		}
		time.Sleep(time.Hour)
		if a := ask(amountlink.OpInquire, 0); a.Result != amountlink.Approved {
			t.Errorf("an inquiry in the morning: %+v", a)
		}
		till.broken = context.DeadlineExceeded
		if a := ask(amountlink.OpSale, 200); a.Trouble != amountlink.NotNow {
			t.Errorf("while it cannot be known: %+v", a)
		}
		till.broken = nil
		if a := ask(amountlink.OpSale, 200); a.Result != amountlink.InProgress || till.opened != 2 {
			t.Errorf("the same sequence of the new day: %+v", a)
		}
		if a := ask(amountlink.OpInquire, 0); a.Result != amountlink.InProgress || a.Amount != 200 {
			t.Errorf("an inquiry means the new one: %+v", a)
		}
	})
}
