package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// planted are secrets, each as it would stand in a log, a setting or an answer.
var planted = []string{
	"90008181881234567890", "OP1:6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77", "604713", "Zm9vYmFyLXRva2VuLXF1dXgtMTIzNDU2Nzg5MA", "K7QHX2M4PLD9S3T6V8W0YABCDE",
	"c2VjcmV0LWhhc2g", "4f1c0a3b9d2e7f60", "7KQ4-M2XP", "hunter2", "9000…90", "taro-the-manager", "MIIEvQIBADANBg",
}

func diagLog() string {
	return `{"time":"2026-11-25T09:00:00Z","level":"WARN","msg":"nobody may sign in yet","code":"7KQ4-M2XP"}
{"msg":"signed in","operator":"taro-the-manager","pin":"604713"}
{"msg":"call","authorization":"Bearer Zm9vYmFyLXRva2VuLXF1dXgtMTIzNDU2Nzg5MA","token":"K7QHX2M4PLD9S3T6V8W0YABCDE"}
{"msg":"scan 90008181881234567890 masked 9000…90 offline OP1:6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77"}
set-up code 7KQ4-M2XP; pin=$argon2id$v=19$m=19456,t=2,p=1$c2VjcmV0LXNhbHQ$c2VjcmV0LWhhc2g
GET https://wallet:hunter2@example.com/v1?token=hunter2
K7QHX2M4PLD9S3T6V8W0YABCDE
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBg
-----END PRIVATE KEY-----
{"msg":"charge moved","key":"S0001-T01-217000000-42","to":"approved","path":"/var/lib/posagent/posagent.db"}
`
}

func unpacked(t *testing.T, path string) (files map[string]string, all string) {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	zip, err := gzip.NewReader(file)
	must(t, err)
	files = map[string]string{}
	for in := tar.NewReader(zip); ; {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files, all
		}
		must(t, err)
		data, err := io.ReadAll(in)
		must(t, err)
		files[strings.TrimPrefix(head.Name, "posagent-diag/")] = string(data)
		all += string(data)
	}
}

// No secret is in a diag, wherever it stood; what an engineer needs is.
func TestDiagHasNoSecrets(t *testing.T) {
	t.Parallel()
	config := write(t, "posagent.toml", `[store]
id = "S0001"
terminal = "T01"
name = "みほん商店"

[[operator]]
id = "taro-the-manager"
name = "太郎"
role = "manager"
pin = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$c2VjcmV0LWhhc2gAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

[[api.token]]
name = "till"
sha256 = "4f1c0a3b9d2e7f604f1c0a3b9d2e7f604f1c0a3b9d2e7f604f1c0a3b9d2e7f60"
scopes = ["read"]
`)
	trouble := control.Trouble{Code: "charge.unpaid", Subject: "S0001-T01-217000000-42", Act: "manager", TitleE: "Unpaid", TextE: "code 90008181881234567890"}
	a := newAgent(t, map[string][]any{
		"GET /v1/health":               {control.Health{Ready: true, Troubles: []control.Trouble{trouble}}},
		"GET /v1/devices":              {control.Devices{Devices: []control.Device{{ID: "printer0", Role: "printer", State: "ready", Path: "tcp:10.0.0.5:9100"}}}},
		"GET /v1/bulletins":            {control.Bulletins{}},
		"GET /v1/charges":              {control.Charges{}},
		"GET /v1/journal/verification": {control.Verification{Whole: true, Entries: 1234, Hash: strings.Repeat("ab12", 16)}},
		"GET /metrics":                 {[]byte("posagent_journal_commits_total 7\nposagent_http_requests_total{code=\"200\"} 5\n")},
	})
	path := filepath.Join(t.TempDir(), "diag.tar.gz")
	posctl(t, "diag", "--out", path, "--config", config, "--log", write(t, "agent.log", diagLog()), "--agent", a.url).want(t, exitDone, "are in "+path)
	files, all := unpacked(t, path)
	for _, secret := range planted {
		if at := strings.Index(all, secret); at >= 0 {
			t.Errorf("%s is in it: %.80q", secret, all[max(0, at-40):])
		}
	}
	for name, says := range map[string]string{
		"MANIFEST": "Left out", "version.json": version, "config.json": "store.terminal", "doctor.json": "printer0 at tcp:10.0.0.5:9100", "health.json": "charge.unpaid",
		"devices.json": "printer0", "journal.json": "ab12ab12 ab12ab12", "metrics.txt": "posagent_journal_commits_total 7", "log.txt": `"key":"S0001-T01-217000000-42"`,
	} {
		if !strings.Contains(files[name], says) {
			t.Errorf("%s does not say %q: %s", name, says, files[name])
		}
		if name != "MANIFEST" && !strings.Contains(files["MANIFEST"], name) {
			t.Errorf("MANIFEST does not list %s", name)
		}
	}
	posctl(t, "diag", "--out", path, "--agent", a.url).want(t, exitUsage, "is there already")
	posctl(t, "diag").want(t, exitUsage, "--out FILE")
}

// It is most wanted when nothing answers.
func TestDiagWithoutAnAgent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "diag.tar.gz")
	got := posctl(t, "diag", "--out", path, "--config", "/nowhere.toml", "--log", "/nowhere.log", "--json", "--agent", "unix:"+filepath.Join(t.TempDir(), "none.sock"))
	got.want(t, exitDone, `"missing": [`, "health.json: the agent does not answer", "log.txt: ")
	files, _ := unpacked(t, path)
	if !strings.Contains(files["MANIFEST"], "Not there: health.json: the agent does not answer") || !strings.Contains(files["doctor.json"], "does not exist") {
		t.Errorf("%v", files)
	}
}

// Text from outside never breaks the scrubbing, and nothing long and random is
// left however often it runs.
func FuzzScrub(f *testing.F) {
	for _, secret := range planted {
		f.Add([]byte("before " + secret + " after"))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		once := scrubLog(bytes.Clone(text))
		for _, w := range word.FindAll(once, -1) {
			if random(w) {
				t.Errorf("%q is left of %q", w, text)
			}
		}
	})
}

func TestUnresolved(t *testing.T) {
	t.Parallel()
	charge := func(state, kind string) control.Findings {
		f := aFinding("7", "Sample Pay")
		f.State, f.Kind = state, kind
		return control.Findings{Found: []control.Finding{f}}
	}
	none := control.Findings{Found: []control.Finding{}}
	a := newAgent(t, map[string][]any{"GET " + control.PathSearch: {charge("owed", "charge"), charge("unpaid", "charge"), charge("indoubt", "charge"), none, charge("reversing", "topup")}})
	got := posctl(t, "unresolved", "--agent", a.url)
	got.want(t, exitDone, "next: posctl refund S0001-T01-217000000-7 --amount 1280", "or:   posctl charges resolve S0001-T01-217000000-7 --decision gave_back",
		"or:   posctl reconcile --date 2026-11-25", "--decision shown_paid", "or:   posctl charges resolve S0001-T01-217000000-7 --decision write_off", "4 wait\n")
	b := newAgent(t, map[string][]any{"GET " + control.PathSearch: {none}})
	posctl(t, "unresolved", "--agent", b.url).want(t, exitDone, "nothing waits for a manager")
	shape(t, posctl(t, "unresolved", "--json", "--agent", b.url), "unresolved")
}
