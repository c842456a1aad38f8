package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

func TestPair(t *testing.T) {
	t.Parallel()
	until := time.Date(2027, 11, 27, 12, 0, 0, 0, time.UTC)
	one := control.Pairing{Name: "pos2", Scopes: []control.Scope{"prepare", "read"}, State: "ok", Fingerprint: "ab12", Expires: until, By: "taro"}
	made := control.Paired{Pairing: one, Bundle: "-----BEGIN CERTIFICATE-----\nand a key\n"}
	list := control.Pairings{Listen: "0.0.0.0:7443", Pairings: []control.Pairing{one}}
	a := newAgent(t, map[string][]any{
		"POST /v1/pairings": {made}, "GET /v1/pairings": {list}, "DELETE /v1/pairings/pos2": {list}, "DELETE /v1/pairings/x": {problem{Status: 404, Detail: "no such pairing"}},
	})
	posctl(t, "pair", "new", "pos2", "--agent", a.url).want(t, exitDone, made.Bundle)
	out := filepath.Join(t.TempDir(), "pos2.pem")
	posctl(t, "pair", "new", "pos2", "--out", out, "--agent", a.url).want(t, exitDone, "pos2 is paired until 2027-11-2")
	data, err := os.ReadFile(out)
	if info, statErr := os.Stat(out); err != nil || statErr != nil || string(data) != made.Bundle || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v", data, err, info)
	}
	got := posctl(t, "pair", "new", "pos2", "--out", out, "--agent", a.url)
	got.want(t, exitUsage, "")
	if said := got.out + got.err; strings.Contains(said, "BEGIN") {
		t.Errorf("the key was printed: %s", said)
	}
	posctl(t, "pair", "new", "pos2", "--scopes", "refund", "--agent", a.url).want(t, exitUsage, "")
	posctl(t, "pair", "new", "pos2", "--days", "9999", "--agent", a.url).want(t, exitUsage, "")
	posctl(t, "pair", "list", "--agent", a.url).want(t, exitDone, "NAME  STATE  SCOPES        UNTIL       BY\npos2  ok     prepare,read  2027-11-2")
	posctl(t, "pair", "revoke", "pos2", "--agent", a.url).want(t, exitDone, "pos2 comes in no more\n")
	posctl(t, "pair", "revoke", "x", "--agent", a.url).want(t, exitFailed, "no such pairing")
	b := newAgent(t, map[string][]any{"GET /v1/pairings": {control.Pairings{}}, "POST /v1/pairings": {problem{Status: 409, Detail: "taken"}}})
	posctl(t, "pair", "list", "--agent", b.url).want(t, exitDone, "[api] tls_listen is empty")
	none := filepath.Join(t.TempDir(), "none.pem")
	posctl(t, "pair", "new", "pos2", "--out", none, "--agent", b.url).want(t, exitFailed, "taken")
	if _, err := os.Stat(none); err == nil {
		t.Error("a file without a key was left")
	}
}
