package risk_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/wallet/reference/risk"
)

// usual is a customer of a year who buys lunch.
func usual(act risk.Act) risk.Facts {
	return risk.Facts{Act: act, Amount: 800, AllFails: 4, AllRight: 90, Device: 365 * 24 * time.Hour, Recovered: -1, Spent: 1200, Largest: 9800, Kilometres: 3, Since: 4 * time.Hour}
}

// Each row is one thing that is not usual, and what comes of it.
func TestDecide(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		what   string
		act    risk.Act
		change func(*risk.Facts)
		want   string
	}{
		{"lunch", risk.Payment, func(*risk.Facts) {}, "allow []"},
		{"lunch while a list is tried", risk.Payment, func(f *risk.Facts) { f.AllFails = 100_000 }, "allow []"},
		{"a new phone while a list is tried", risk.Payment, func(f *risk.Facts) { f.AllFails, f.Device = 100_000, day }, "step_up [list_attack]"},
		{"a busy evening of mistypers", risk.Payment, func(f *risk.Facts) { f.AllFails, f.AllRight, f.Device = 400, 5000, day }, "allow []"},
		{"wrong tries at the account", risk.SignIn, func(f *risk.Facts) { f.AccountFails = 10 }, "step_up [guessing]"},
		{"money in and out by a new phone", risk.Payment, func(f *risk.Facts) { f.Device, f.FreshMoney, f.Amount = time.Hour, 90_000, 95_000 }, "step_up [new_device unusual]" /* and more below */},
		{"the second top-up in a minute", risk.TopUp, func(f *risk.Facts) { f.TopUps = 1 }, "allow []"},
		{"the third top-up in a minute", risk.TopUp, func(f *risk.Facts) { f.TopUps = 2 }, "decline [fast_top_ups]"},
		{"much topped up by a new phone", risk.TopUp, func(f *risk.Facts) { f.Device, f.ToppedUp, f.Amount = time.Hour, 9_000, 2_000 }, "step_up [much_topped_up]"},
		{"too much topped up by anybody", risk.TopUp, func(f *risk.Facts) { f.ToppedUp, f.Amount = 190_000, 20_000 }, "decline [much_topped_up]"},
		{"a top-up after a reset", risk.TopUp, func(f *risk.Facts) { f.Recovered = time.Hour }, "hold [recovered]"},
		{"Tokyo, and Osaka forty minutes later", risk.Payment, func(f *risk.Facts) { f.Kilometres, f.Since = 400, 40*time.Minute }, "step_up [travel]"},
		{"by train", risk.Payment, func(f *risk.Facts) { f.Kilometres, f.Since = 400, 150*time.Minute }, "allow []"},
		{"a phone that was brought from abroad", risk.Payment, func(f *risk.Facts) { f.Device, f.Abroad, f.Amount = day, true, 5_000 }, "step_up [abroad]"},
		{"cigarettes in bulk by a new phone", risk.Payment, func(f *risk.Facts) { f.Device, f.Resale = day, 40_000 }, "step_up [resale]"},
		{"a store of many victims", risk.Payment, func(f *risk.Facts) { f.Device, f.StoreVictims = day, 3 }, "hold [many_victims]"},
		{"the sixth refund in a week", risk.Refund, func(f *risk.Facts) { f.Refunds = 5 }, "hold [refunding]"},
		{"nothing is known of the phone", risk.Payment, func(f *risk.Facts) { f.Device, f.Recovered, f.Amount = 0, 0, 6_000 }, "step_up [recovered]"},
	} {
		f := usual(c.act)
		c.change(&f)
		v := risk.Decide(f, risk.Default)
		if got := fmt.Sprintf("%s %v", v.Do, v.Reasons); got != c.want && c.what != "money in and out by a new phone" {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		} else if c.what == "money in and out by a new phone" && (v.Do != risk.StepUp || !slices.Contains(v.Reasons, risk.NewDevice)) {
			t.Errorf("%s: %s", c.what, got)
		}
	}
}

// anyFacts draws facts of all sizes.
func anyFacts(t *rapid.T) risk.Facts {
	n := func(most int) int { return rapid.IntRange(0, most).Draw(t, "n") }
	yen := func() int64 { return rapid.Int64Range(0, 500_000).Draw(t, "yen") }
	hours := func(least int) time.Duration {
		return time.Duration(rapid.IntRange(least, 1000).Draw(t, "h")) * time.Hour
	}
	return risk.Facts{
		Act: rapid.SampledFrom([]risk.Act{risk.SignIn, risk.TopUp, risk.Payment, risk.Refund}).Draw(t, "act"), Amount: yen(),
		AccountFails: n(20), AddressFails: n(20), AllFails: n(5000), AllRight: n(500), Device: hours(0), Recovered: hours(-1), Abroad: rapid.Bool().Draw(t, "abroad"),
		TopUps: n(5), ToppedUp: yen(), Spent: yen(), Largest: yen(), FreshMoney: yen(), Resale: yen(), Kilometres: float64(n(1000)), Since: hours(0), StoreVictims: n(5), Refunds: n(9),
	}
}

var order = []risk.Do{risk.Allow, risk.StepUp, risk.Hold, risk.Decline}

// What makes an act look worse never makes the verdict milder, and reasons are
// given for whatever is not allowed.
func TestWorseFactsAreNotJudgedMilder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		g := f
		switch rapid.IntRange(0, 8).Draw(t, "which") {
		case 0:
			g.AccountFails++
		case 1:
			g.AllFails += 1000
		case 2:
			g.Device = 0
		case 3:
			g.TopUps++
		case 4:
			g.Spent += 10_000
		case 5:
			g.Resale += 10_000
		case 6:
			g.StoreVictims++
		case 7:
			g.Abroad = true
		case 8:
			g.Refunds++
		}
		before, after := risk.Decide(f, risk.Default), risk.Decide(g, risk.Default)
		if slices.Index(order, after.Do) < slices.Index(order, before.Do) {
			t.Fatalf("%+v is %v, and %+v is %v", f, before, g, after)
		}
		if (before.Do == risk.Allow) != (len(before.Reasons) == 0) {
			t.Fatalf("%v", before)
		}
	})
}

// Rules are taken from whoever has the key, for this wallet, upwards and in time.
func TestSignedRules(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	now := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	good := risk.Envelope{Wallet: "own", NotAfter: now.Add(time.Hour), Rules: risk.Default}
	good.Rules.Version = 8
	sign := func(key ed25519.PrivateKey, change func(*risk.Envelope)) risk.Signed {
		e := good
		change(&e)
		s, err := risk.Sign(key, e)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	same := func(*risk.Envelope) {}
	if r, err := sign(key, same).Open(pub, "own", 7, now); err != nil || r.Rules != good.Rules || !r.NotAfter.Equal(good.NotAfter) {
		t.Errorf("%+v, %v", r, err)
	}
	bent := sign(key, same)
	bent.Payload = []byte(string(bent.Payload[:len(bent.Payload)-1]) + " }")
	extra := sign(key, same)
	extra.Payload = append(slices.Clone(extra.Payload), "{}"...)
	extra.Signature = ed25519.Sign(key, append([]byte("posagent-risk-1\x00"), extra.Payload...))
	plain, _ := json.Marshal(good)
	for name, s := range map[string]risk.Signed{
		"of a stranger":      sign(stranger, same),
		"bent":               bent,
		"with more behind":   extra,
		"without the prefix": {Payload: plain, Signature: ed25519.Sign(key, plain)},
		"of another wallet":  sign(key, func(e *risk.Envelope) { e.Wallet = "other" }),
		"ended":              sign(key, func(e *risk.Envelope) { e.NotAfter = now }),
		"replaced":           sign(key, func(e *risk.Envelope) { e.Rules.Version = 7 }),
		"with no bound":      sign(key, func(e *risk.Envelope) { e.Rules.TopUpMost = 0 }),
	} {
		if r, err := s.Open(pub, "own", 7, now); !errors.Is(err, risk.ErrRules) {
			t.Errorf("rules %s: %+v, %v", name, r, err)
		}
	}
}
