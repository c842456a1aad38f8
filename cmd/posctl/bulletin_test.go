package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

func TestBulletinShow(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	a := newAgent(t, map[string][]any{"GET /v1/bulletins": {control.Bulletins{Bulletins: []control.Bulletin{
		{Wallet: "own", WalletNameE: "Mihon Pay", Keys: 2, Version: 42, Audience: "*", Issued: at, Expires: at.Add(time.Hour), Old: true,
			Stopped: []string{"pay", "topup"}, Limits: control.BulletinLimits{Pay: 5000}, Issuers: []string{"0a0b0c0d"}, Denied: 3, Problem: "older: version 41"},
		{Wallet: "paypay"},
		{Wallet: "alipay", Keys: 1},
	}}}})
	got := posctl(t, "bulletin", "show", "--agent", a.url)
	got.want(t, 0, "Mihon Pay [own]", "version 42", "EXPIRED", "stopped: pay topup", "at most: pay 5000", "0a0b0c0d; denied: 3", "older: version 41",
		"no key is pinned", "no bulletin has come yet")
	shape(t, posctl(t, "bulletin", "show", "--json", "--agent", a.url), "bulletins")
}

func TestBulletinImport(t *testing.T) {
	t.Parallel()
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "bulletin.json")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	a := newAgent(t, map[string][]any{"POST /v1/bulletins/import": {
		control.Bulletin{Wallet: "own", Keys: 1, Version: 7},
		problem{Status: http.StatusConflict, Title: "Conflict", Why: "bulletin.refused", Detail: "older: version 7 was taken before"},
	}})
	good := file(`{"payload":"AAAA","signature":"BBBB"}`)
	posctl(t, "bulletin", "import", good, "--agent", a.url).want(t, 0, "version 7", "stopped: nothing")
	a.said(t, `{"payload":"AAAA","signature":"BBBB"}`)
	posctl(t, "bulletin", "import", good, "--agent", a.url).want(t, 1, "older")
	for _, wrong := range []string{file("<!doctype html>"), file(`{"payload":"AAAA"}`), file(strings.Repeat(" ", 1<<20+1)), filepath.Join(t.TempDir(), "none")} {
		posctl(t, "bulletin", "import", wrong, "--agent", a.url).want(t, 2)
	}
	posctl(t, "bulletin", "import").want(t, 2)
}

func TestStopSwitchArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"pay"}, {"pay", "maybe"}, {"everything", "on"}, {"pay", "on", "off"}} {
		posctl(t, append([]string{"demo", "wallet", "stop-switch"}, args...)...).want(t, 2, "stop-switch --help")
	}
}
