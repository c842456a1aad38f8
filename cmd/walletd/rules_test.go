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
	public, key, err := ed25519.GenerateKey(nil)
	check(t, err)
	path := filepath.Join(t.TempDir(), "rules.json")
	write := func(version, fresh int64, wallet string, by ed25519.PrivateKey) {
		t.Helper()
		rules := risk.Default
		rules.Version, rules.NewFresh = version, fresh
		signed, err := risk.Sign(by, risk.Envelope{Wallet: wallet, NotAfter: time.Now().Add(time.Hour), Rules: rules})
		check(t, err)
		data, err := json.Marshal(signed)
		check(t, err)
		check(t, os.WriteFile(path, data, 0o600))
	}
	c := configs.Wallet{ID: "own", Risk: configs.Risk{File: path, Key: base64.StdEncoding.EncodeToString(public)}}
	if _, err := newRules(c, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("there is no file, and walletd starts")
	}
	write(7, 3000, "own", key)
	r, err := newRules(c, slog.New(slog.DiscardHandler))
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
		if err := r.read(r.holds().Version); err == nil || r.holds().NewFresh != 3000 {
			t.Errorf("%s: %v, and %+v hold", what, err, r.holds())
		}
	}
	write(8, 2000, "own", key)
	check(t, r.read(r.holds().Version))
	check(t, r.read(r.holds().Version)) // what was read is not read again
	if r.holds().NewFresh != 2000 {
		t.Errorf("%+v", r.holds())
	}
}
