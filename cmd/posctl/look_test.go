package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

const key = "S0001-T01-217000000-42"

func aCharge() control.Charge {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	return control.Charge{
		Key: key, SaleID: "sale1", Amount: 1280, Currency: "JPY", State: "approved", Goods: "hand_over", Wallet: "paypay", Receipt: "PP-0001",
		Code: "900081…90", Paper: "confirmed", Prepared: at, Changed: at,
		Steps: []control.Step{
			{At: at, To: "prepared", Moved: true, By: "api"},
			{At: at, Event: "send", From: "prepared", To: "sent", Moved: true, Wallet: "paypay", By: "cashier"},
			{At: at, Event: "approve", From: "sent", To: "approved", Moved: true, Wallet: "paypay", By: "wallet"},
			{At: at, Event: "decline", From: "approved", To: "approved", Wallet: "paypay", By: "wallet", Note: "contradicts the books"},
		},
	}
}

// shape checks that standard output is one JSON value with these fields.
func shape(t *testing.T, got result, fields ...string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(got.out))
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		t.Fatalf("standard output is not one JSON value: %v\n%s", err, got.out)
	}
	if list, ok := v.([]any); ok {
		if len(list) == 0 {
			t.Fatalf("an empty list: %s", got.out)
		}
		v = list[0]
	}
	m, _ := v.(map[string]any)
	for _, f := range fields {
		if _, there := m[f]; !there {
			t.Errorf("no field %s in\n%s", f, got.out)
		}
	}
}

func TestCharges(t *testing.T) {
	t.Parallel()
	one := aCharge()
	one.Steps = nil
	a := newAgent(t, map[string][]any{"GET /v1/charges": {control.Charges{Charges: []control.Charge{one}, Next: 41}, control.Charges{Charges: []control.Charge{}}}})
	got := posctl(t, "charges", "--state", "open,approved", "--state", "owed", "--limit", "1", "--before", "99", "--agent", a.url)
	got.want(t, 0, "KEY", key, "1280 JPY", "approved", "paypay", "confirmed", "more: --before 41")
	a.said(t, "before=99&limit=1&state=open%2Capproved%2Cowed")
	posctl(t, "charges", "--agent", a.url).want(t, 0, "no charges")
	shape(t, posctl(t, "charges", "--json", "--agent", a.url), "charges", "next")
	b := newAgent(t, map[string][]any{"GET /v1/charges": {problem{Status: 422, Detail: "a state is not known"}}})
	posctl(t, "charges", "--state", "lost", "--agent", b.url).want(t, exitUsage, "a state is not known")
}

func TestChargesShow(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"GET /v1/charges/" + key: {aCharge()}, "GET /v1/charges/none": {problem{Status: 404, Detail: "there is no such charge"}}})
	got := posctl(t, "charges", "show", key, "--agent", a.url)
	got.want(t, 0, key, "goods: hand_over", "900081…90", "PP-0001", "begin", "send     prepared -> sent", "approve  sent -> approved", "by wallet", "contradicts the books  (nothing changed)")
	shape(t, posctl(t, "charges", "show", key, "--json", "--agent", a.url), "key", "state", "goods", "steps", "paper")
	posctl(t, "charges", "show", "none", "--agent", a.url).want(t, exitFailed, "posctl: there is no such charge")
}

func TestChargesReceipt(t *testing.T) {
	t.Parallel()
	path := "GET /v1/charges/" + key + "/receipt"
	a := newAgent(t, map[string][]any{path: {[]byte("領収書\n¥1,280\n\n")}})
	if got := posctl(t, "charges", "receipt", key, "--lang", "en", "--agent", a.url); got.code != 0 || got.out != "領収書\n¥1,280\n" {
		t.Errorf("%+v", got)
	}
	a.said(t, "receipt?lang=en")
	shape(t, posctl(t, "charges", "receipt", key, "--json", "--agent", a.url), "text")
	b := newAgent(t, map[string][]any{path: {[]byte("\x89PNG…")}})
	png := filepath.Join(t.TempDir(), "receipt.png")
	shape(t, posctl(t, "charges", "receipt", key, "--png", png, "--json", "--agent", b.url), "png")
	if data, err := os.ReadFile(png); err != nil || string(data) != "\x89PNG…" {
		t.Errorf("%q, %v", data, err)
	}
	posctl(t, "charges", "receipt", key, "--png", "/nowhere/receipt.png", "--agent", b.url).want(t, exitFailed, "/nowhere/receipt.png")
	c := newAgent(t, map[string][]any{path: {problem{Status: 409, TextE: "A charge that is not paid has no receipt."}}})
	posctl(t, "charges", "receipt", key, "--agent", c.url).want(t, exitFailed, "not paid")
}

// What became of the paper is the exit code.
func TestChargesReprint(t *testing.T) {
	t.Parallel()
	for paper, code := range map[string]int{"confirmed": exitDone, "sent": exitDone, "unknown": exitUnknown, "failed": exitFailed, "unprinted": exitFailed} {
		a := newAgent(t, map[string][]any{"POST /v1/charges/" + key + "/reprint": {control.Paper{Paper: paper}}})
		posctl(t, "charges", "reprint", key, "--agent", a.url).want(t, code, "paper: "+paper)
		shape(t, posctl(t, "charges", "reprint", key, "--json", "--agent", a.url), "paper")
	}
}

// The doctor looks at everything, whatever it finds first.
func TestDoctor(t *testing.T) {
	t.Parallel()
	config := write(t, "posagent.toml", goodConfig)
	well := map[string][]any{
		"GET /v1/health":  {control.Health{Ready: true, Troubles: []control.Trouble{}}},
		"GET /v1/devices": {control.Devices{Devices: []control.Device{{ID: "scanner0", Role: "scanner", State: "ready", Path: "/dev/ttyACM0"}}}},
		"GET /v1/charges": {control.Charges{Charges: []control.Charge{}}},
	}
	got := posctl(t, "doctor", "--config", config, "--agent", newAgent(t, well).url)
	got.want(t, exitDone, "config", config, "answers and takes sales", "scanner0 at /dev/ttyACM0")
	if rest := strings.ReplaceAll(got.out, "look  clock", ""); strings.Contains(rest, "BAD") || strings.Contains(rest, "look") { // a machine of tests need not keep time
		t.Errorf("%s", got.out)
	}
	shape(t, posctl(t, "doctor", "--json", "--config", config, "--agent", newAgent(t, well).url), "check", "level", "text")

	ill := map[string][]any{
		"GET /v1/health": {control.Health{Troubles: []control.Trouble{
			{Code: "disk.full", Act: "engineer", TitleE: "The disk is nearly full", TextE: "Remove what is not needed."},
			{Code: "printer.unprinted", Act: "cashier", Subject: key, TitleE: "Receipt not printed", TextE: "Print it again."},
		}}},
		"GET /v1/devices": {control.Devices{}},
		"GET /v1/charges": {control.Charges{Charges: []control.Charge{aCharge()}}},
	}
	posctl(t, "doctor", "--config", config, "--agent", newAgent(t, ill).url).want(t, exitFailed,
		"BAD   agent", "cannot take sales", "The disk is nearly full", "-> Remove what is not needed.", "look  cashier", "Receipt not printed "+key,
		"look  devices", "look  charges", "1 are not settled yet")

	// The wallet of a training has no keys, and needs none.
	for training, text := range map[bool]string{false: "no bulletin_keys", true: "in training"} {
		keyless := maps.Clone(well)
		keyless["GET /v1/bulletins"] = []any{control.Bulletins{Bulletins: []control.Bulletin{{Wallet: "training"}}}}
		keyless["GET /v1/register"] = []any{control.Register{Training: training}}
		got := posctl(t, "doctor", "--config", config, "--agent", newAgent(t, keyless).url)
		if got.want(t, exitDone, text); training && strings.Contains(got.out, "bulletin") {
			t.Errorf("in training it says\n%s", got.out)
		}
	}

	none := "unix:" + filepath.Join(t.TempDir(), "none.sock")
	posctl(t, "doctor", "--config", write(t, "bad.toml", "[store]\nnam = 1\n"), "--agent", none).want(t, exitFailed, "BAD   config", "problem", "posctl config check", "BAD   agent", "is posagent running?")
	posctl(t, "doctor", "--config", filepath.Join(t.TempDir(), "none.toml"), "--agent", none).want(t, exitFailed, "does not exist", "posctl config default")
	empty := t.TempDir()
	posctl(t, "doctor", "--dir", empty).want(t, exitFailed, "BAD   config", "BAD   agent")
}

// What protects stored codes is said, and a key that lies beside them is one to
// look at.
func TestDoctorTellsWhatKeepsTheKey(t *testing.T) {
	t.Parallel()
	config := write(t, "posagent.toml", goodConfig)
	for _, c := range []struct {
		key  control.OfflineKey
		says string
	}{
		{control.OfflineKey{KeptBy: "tpm"}, "ok    codes      the key of customers' codes that are stored is kept by the TPM of this machine\n"},
		{control.OfflineKey{KeptBy: "credential"}, "ok    codes      the key of customers' codes that are stored is kept by a credential of systemd\n"},
		{control.OfflineKey{KeptBy: "file", Plain: true}, "look  codes      the key of customers' codes that are stored is kept by a file in the data directory: who copies"},
		{control.OfflineKey{KeptBy: "tpm", Plain: true}, "but a key lies in the data directory as well\n                 -> keep offline.key.secret in a safe place"},
		{control.OfflineKey{KeptBy: "abacus"}, "ok    codes      the key of customers' codes that are stored is kept by abacus\n"},
	} {
		a := newAgent(t, map[string][]any{"GET /v1/health": {control.Health{Ready: true, OfflineKey: &c.key}}})
		posctl(t, "doctor", "--config", config, "--agent", a.url).want(t, exitDone, c.says)
	}
}
