package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/reference/risk"
)

// Rules come signed and newer, or those of before hold.
func TestRulesComeWhileItRuns(t *testing.T) {
	now := time.Now()
	clock := func() time.Time { return now }
	quiet := slog.New(slog.DiscardHandler)
	public, key, err := ed25519.GenerateKey(nil)
	check(t, err)
	path := filepath.Join(t.TempDir(), "rules.json")
	write := func(version, fresh int64, wallet string, by ed25519.PrivateKey) {
		t.Helper()
		rules := risk.Default
		rules.Version, rules.NewFresh = version, fresh
		signed, err := risk.Sign(by, risk.Envelope{Wallet: wallet, NotAfter: now.Add(time.Hour), Rules: rules})
		check(t, err)
		data, err := json.Marshal(signed)
		check(t, err)
		check(t, os.WriteFile(path, data, 0o600))
	}
	c := configs.Wallet{ID: "own", Data: t.TempDir(), Risk: configs.Risk{File: path, Key: base64.StdEncoding.EncodeToString(public)}}
	if _, err := newRules(c, clock, quiet); err == nil {
		t.Error("there is no file, and walletd starts")
	}
	write(7, 3000, "own", key)
	r, err := newRules(c, clock, quiet)
	check(t, err)
	if r.holds().NewFresh != 3000 {
		t.Errorf("%+v", r.holds())
	}
	_, thief, err := ed25519.GenerateKey(nil)
	check(t, err)
	for what, spoil := range map[string]func(){
		"a thief's":        func() { write(8, 1e9, "own", thief) },
		"another wallet's": func() { write(8, 1e9, "other", key) },
		"older ones":       func() { write(6, 1e9, "own", key) },
		"half a file":      func() { check(t, os.WriteFile(path, []byte(`{"payload":`), 0o600)) },
		"no file":          func() { check(t, os.Remove(path)) },
	} {
		spoil()
		if err := r.read(); err == nil || r.holds().NewFresh != 3000 {
			t.Errorf("%s: %v, and %+v hold", what, err, r.holds())
		}
	}
	write(8, 2000, "own", key)
	check(t, r.read())
	check(t, r.read()) // what was read is not read again
	if r.holds().NewFresh != 2000 {
		t.Errorf("%+v", r.holds())
	}

	// A restart brings nothing older back, and a bad file keeps nobody from starting.
	for what, spoil := range map[string]func(){
		"the same":   func() {},
		"older ones": func() { write(7, 1e9, "own", key) },
		"half":       func() { check(t, os.WriteFile(path, []byte(`{"payload":`), 0o600)) },
		"none":       func() { check(t, os.Remove(path)) },
	} {
		spoil()
		again, err := newRules(c, clock, quiet)
		check(t, err)
		if again.holds().NewFresh != 2000 {
			t.Errorf("after a restart with %s: %+v", what, again.holds())
		}
		write(8, 2000, "own", key)
	}
	// Those that have ended make room for the wallet's own, and do not come back.
	now = now.Add(2 * time.Hour)
	if r.holds() != risk.Default {
		t.Errorf("after their end: %+v", r.holds())
	}
	again, err := newRules(c, clock, quiet)
	check(t, err)
	write(8, 1e9, "own", key)
	if err := again.read(); err == nil || again.holds() != risk.Default {
		t.Errorf("an old version after the end: %v, %+v", err, again.holds())
	}
	write(9, 1500, "own", key)
	if check(t, again.read()); again.holds().NewFresh != 1500 {
		t.Errorf("%+v", again.holds())
	}
}
