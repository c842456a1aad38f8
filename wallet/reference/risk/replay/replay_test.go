package replay

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/risk"
)

// none is what there was at 7pay.
var none = Controls{Second: -1, OldPhone: -1}

// ours is this wallet: a phone that the one before has agreed to, or a person
// (of whom one in a hundred is fooled); the rest where that was passed.
func ours() Controls {
	rules := risk.Default
	return Controls{Report: true, Kill: 10, KillAfter: 15 * time.Minute, OwnReset: true, Second: 0.02, OldPhone: 0.01, Cool: 5000, Rules: &rules, SaysYes: 0.02}
}

func only(reasons ...risk.Reason) Controls {
	c := none
	rules := risk.Default
	c.Rules, c.Only, c.SaysYes = &rules, reasons, 0.02
	return c
}

func with(change func(*Controls)) Controls {
	c := none
	change(&c)
	return c
}

// row is a line of the table.
type row struct {
	what    string
	c       Controls
	assumed string // what the line only says again
}

func rows() []row {
	mine := ours()
	lost := mine
	lost.Second, lost.OldPhone = -1, -1
	return []row{
		{"none, as it happened", none, ""},
		{"an account is frozen when its owner reports", with(func(c *Controls) { c.Report = true }), ""},
		{"and all stops 15 min after the 10th report", with(func(c *Controls) { c.Report, c.Kill, c.KillAfter = true, 10, 15*time.Minute }), ""},
		{"resets to the verified contact only", with(func(c *Controls) { c.OwnReset = true }), "a fifth came by resets"},
		{"a message as second step of a new device", with(func(c *Controls) { c.Second = 0.02 }), "2% pass it"},
		{"a new phone needs the old one, or a person", with(func(c *Controls) { c.OldPhone = 0.01 }), "1% get it"},
		{"a new phone pays 5,000 yen a day for 3 days", with(func(c *Controls) { c.Cool = 5000 }), ""},
		{"at most 20,000 a payment and 30,000 a day", with(func(c *Controls) { c.PerCharge, c.PerDay = 20_000, 30_000 }), ""},
		{"rule: a list of passwords is tried", only(risk.ListAttack), "2% say yes"},
		{"rule: top-ups one after the other", only(risk.FastTopUps), ""},
		{"rule: much topped up by a new phone", only(risk.MuchToppedUp), "2% say yes"},
		{"rule: money in and out by a new phone", only(risk.NewDevice), "2% say yes"},
		{"rule: brought from abroad, paying here", only(risk.Abroad), "2% say yes"},
		{"rule: goods for resale by a new phone", only(risk.Resale), "2% say yes"},
		{"all but the phone and the second step", lost, ""},
		{"all of this wallet", mine, ""},
	}
}

const people, seed = 20_000, 20190702

// table plays all rows for people to read.
func table(w world) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-46s %7s %9s %8s %9s %9s\n", "control", "robbed", "of loss", "seen in", "asked", "refused")
	for _, r := range rows() {
		got, shop := w.Play(r.c), w.Honest(r.c, people, seed)
		seen := "-"
		if got.Detected >= 0 {
			seen = got.Detected.Round(time.Minute).String()
		}
		note := ""
		if r.assumed != "" {
			note = "  (assumed: " + r.assumed + ")"
		}
		fmt.Fprintf(&b, "%-46s %7d %8.2f%% %8s %8.3f%% %8.3f%%%s\n", r.what, got.Robbed, 100*float64(got.Loss)/Loss, strings.TrimSuffix(seen, "0s"),
			100*float64(shop.SteppedUp)/people, 100*float64(shop.Declined)/people, note)
	}
	return b.String()
}

// Without controls it is what was told in public, whatever the seed.
func TestItIsWhatHappened(t *testing.T) {
	for _, v := range []Variant{Loud, Spread, Slow, Swap, Inside} {
		for seed := range uint64(3) {
			got := newWorld(v, seed).Play(none)
			if got.Loss != Loss || got.Robbed != Victims {
				t.Errorf("%s, seed %d: %d victims lost %d", v, seed, got.Robbed, got.Loss)
			}
		}
	}
}

// The gates: what this wallet loses, and what it asks of those who do nothing
// wrong. POSAGENT_RISK=1 prints the table of every variant.
func TestReplay(t *testing.T) {
	w := newWorld(Loud, seed)
	mine, shop := w.Play(ours()), w.Honest(ours(), people, seed)
	if most := int64(Loss * 5 / 1000); mine.Loss > most {
		t.Errorf("%d yen are lost, more than %d (0.5%%)", mine.Loss, most)
	}
	if mine.Detected < 0 || mine.Detected > 5*time.Minute {
		t.Errorf("the list is seen after %s", mine.Detected)
	}
	if shop.SteppedUp*1000 > 3*people || shop.Declined*10_000 > 2*people {
		t.Errorf("of %d customers %d are asked once more (at most 0.3%%), %d refused (at most 0.02%%)", people, shop.SteppedUp, shop.Declined)
	}
	for v, most := range map[Variant]int64{Spread: Loss / 200, Slow: Loss / 200, Swap: Loss / 200, Inside: Loss / 10} { // what they cost is in the table
		if got := newWorld(v, seed).Play(ours()); got.Loss > most {
			t.Errorf("%s: %d yen are lost", v, got.Loss)
		}
	}
	if os.Getenv("POSAGENT_RISK") == "" {
		return
	}
	for _, v := range []Variant{Loud, Spread, Slow, Swap, Inside} {
		t.Logf("%s, seed %d, %d customers who do nothing wrong:\n%s", v, uint64(seed), people, table(newWorld(v, seed)))
	}
}
