package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// evening closes the day, and compares.
func (d *day) evening() {
	t := d.T
	d.quiet()
	d.Logf("%v", d.tally)
	for _, what := range []string{"sold approved", "sold queued", "doubts", "given up", "declined", "top-ups", "split", "back by void", "back by refund"} {
		if d.tally[what] == 0 {
			d.Errorf("there was none of %q", what)
		}
	}
	sold, back, topUps := total(d.paid), total(d.back), total(d.topUps)
	cash := topUps + total(d.cash) - d.backCash
	var x, z control.Closing
	d.manager.does(t, control.PathClosings, "", control.NewClosing{Kind: "x"}, &x)
	d.manager.does(t, control.PathClosings, "", control.NewClosing{Kind: "z", Drawer: &control.DrawerCount{Float: 30_000, Counted: 30_000 + cash}}, &z)
	d.closingAgrees("X", x)
	d.closingAgrees("Z", z)
	if z.Z.Number != 1 || len(z.Z.Waiting) != 0 || z.Z.Reason != "" || !z.Z.Wallets[0].Compared || z.Z.Wallets[0].Left != 0 || z.Z.Drawer.Cash != cash || z.Z.Drawer.Over != 0 {
		t.Errorf("Z: %+v", z.Z)
	}
	if status, problem := d.manager.asks(control.PathClosings, "", control.NewClosing{Kind: "z"}, nil); status != http.StatusConflict || problem.Why != "closing.done" {
		t.Errorf("a second Z: %d %+v", status, problem)
	}
	d.pointsAgree(x.Takings[0])
	d.pointsAgree(z.Takings[0])
	d.walletAgrees(sold, back, topUps)
	d.auditorAgrees(sold + total(d.cash) - back - d.backCash)
}

// closingAgrees: a closing says what the tills were told.
func (d *day) closingAgrees(what string, c control.Closing) {
	t, sold, back, topUps := d.T, total(d.paid), total(d.back)+d.backCash, total(d.topUps)
	cash := control.Sum{Count: len(d.cash), Amount: total(d.cash)}
	given := len(d.cash) // a refund of each
	for _, amount := range d.back {
		if amount > 0 {
			given++
		}
	}
	if !c.Finished || len(c.Takings) != 1 {
		t.Fatalf("%s: %+v", what, c)
	}
	k := c.Takings[0]
	if k.Net != sold+cash.Amount-back || k.Cash != cash || k.Paid != (control.Sum{Count: len(d.paid), Amount: sold}) || k.Refunded.Amount != back || k.Refunded.Count != given || k.TopUps != (control.Sum{Count: len(d.topUps), Amount: topUps}) {
		t.Errorf("%s says %+v; the tills were told of %d paid over %d, %d back, %d top-ups over %d", what, k, len(d.paid), sold, back, len(d.topUps), topUps)
	}
	var gross int64
	for _, r := range c.Rates {
		gross += r.Gross
	}
	if len(c.Rates) != 2 || gross != sold+cash.Amount {
		t.Errorf("%s has the rates %+v of %d", what, c.Rates, sold)
	}
}

func total(of map[string]int64) (sum int64) {
	for _, amount := range of {
		sum += amount
	}
	return sum
}

// walletAgrees: the wallet's own books say the same.
func (d *day) walletAgrees(sold, back, topUps int64) {
	sums := map[wire.Kind]int64{}
	for key, s := range d.standings(d.T) {
		if s.Status != wire.Approved {
			continue
		}
		sums[s.Kind] += s.Amount
		if _, told := d.paid[key]; s.Kind == wire.KindCharge && !told {
			d.Errorf("the wallet has %s over %d as paid, and no till was told so", key, s.Amount)
		}
	}
	if sums[wire.KindCharge] != sold || sums[wire.KindRefund] != back || sums[wire.KindTopup] != topUps {
		d.Errorf("the wallet has %v; the tills were told %d, %d back, %d topped up", sums, sold, back, topUps)
	}
	var trial wire.Trial
	check(d.T, d.try(http.MethodGet, wire.PathTryTrial, nil, &trial))
	if trial.Negative != 0 || trial.Wrong != 0 {
		d.Errorf("the wallet's books are not even: %+v", trial)
	}
}

// pointsAgree: a closing has the points of the wallet's own books.
func (d *day) pointsAgree(k control.Takings) {
	used, earned := int64(0), int64(0)
	for _, s := range d.standings(d.T) {
		switch {
		case s.Status != wire.Approved:
		case s.Kind == wire.KindCharge:
			used, earned = used+s.PointsUsed, earned+s.PointsEarned
		case s.Kind == wire.KindRefund:
			used, earned = used-s.PointsUsed, earned-s.PointsEarned
		}
	}
	if k.PointsUsed != used || k.PointsEarned != earned || used < 100 || earned < 100 {
		d.Errorf("the closing has %d points used and %d earned; the wallet %d and %d", k.PointsUsed, k.PointsEarned, used, earned)
	}
}

// auditorAgrees: so do programs that share no code with ours.
func (d *day) auditorAgrees(net int64) {
	journal, closings := d.at("journal.jsonl"), d.at("closings.json")
	exportJournal(d.T, d.local(), journal)
	list, err := d.local().Closings(d.Context(), 0, 10)
	check(d.T, err)
	text, err := json.Marshal(list)
	check(d.T, err)
	check(d.T, os.WriteFile(closings, text, 0o600))
	if says, err := auditor(d.T, journal); err != nil || !strings.Contains(says, "sound: ") {
		d.Errorf("%v: %s", err, says)
	}
	out, err := exec.Command("python3", "../../docs/reference/audit_z.py", journal, closings).CombinedOutput()
	if want := fmt.Sprintf("net %d JPY", net); err != nil || !strings.Contains(string(out), want) {
		d.Errorf("%v: %s, want %s", err, out, want)
	}
}
