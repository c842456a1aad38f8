package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
)

// levels are the findings as "level check", for a table.
func levels(found []finding) string {
	var out []string
	for _, f := range found {
		out = append(out, f.Level+" "+f.Check)
	}
	return strings.Join(out, ", ")
}

// cured wants levels, and a cure for each finding that is not ok.
func cured(t *testing.T, want string, found []finding) {
	t.Helper()
	if got := levels(found); got != want {
		t.Errorf("found %q, want %q: %+v", got, want, found)
	}
	for _, f := range found {
		if f.Text == "" || (f.Level != "ok") != (f.Fix != "") {
			t.Errorf("no text, or no cure: %+v", f)
		}
	}
}

// Each check of the machine has a machine that passes it and one that does not.
func TestDoctorOfTheMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := configs.Data{Dir: dir, MinFreeMB: 64}
	must(t, os.Chmod(dir, 0o700))
	db := write(t, "posagent.db", "")
	here, err := os.Stat(filepath.Dir(db))
	must(t, err)
	cured(t, "ok database", checkDatabase(db, here))
	must(t, os.Chmod(db, 0o644))
	cured(t, "bad database", checkDatabase(db, here))
	if os.Getuid() == 0 {
		must(t, os.Chmod(db, 0o600))
		must(t, os.Chown(db, 12345, -1))
		cured(t, "bad database", checkDatabase(db, here))
	}
	if found := levels(checkData(d)); strings.Contains(found, "data") || !strings.Contains(found, "disk") {
		t.Errorf("a directory of the service alone: %s", found)
	}
	must(t, os.Chmod(dir, 0o755))
	if found := levels(checkData(d)); !strings.HasPrefix(found, "bad data, ") {
		t.Errorf("a directory for all: %s", found)
	}
	cured(t, "", checkData(configs.Data{Dir: filepath.Join(dir, "none")}))
	cured(t, "ok disk, look disk, bad disk", []finding{roomFinding(d, 2<<30), roomFinding(d, 500<<20), roomFinding(d, 10<<20)})
	cured(t, "ok disk, bad disk, look disk", []finding{placeFinding(dir, 0xef53), placeFinding(dir, 0x6969), placeFinding(dir, 0x01021994)})
	secret := write(t, "secret", "x")
	cured(t, "", checkSecret("webhook books", secret))
	must(t, os.Chmod(secret, 0o644))
	cured(t, "bad secrets", checkSecret("webhook books", secret))
	cured(t, "ok clock, look clock, look clock", []finding{clockFinding(unix.TIME_OK, nil), clockFinding(unix.TIME_ERROR, nil), clockFinding(0, errors.New("no"))})
}

func TestDoctorOfCertificates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	for end, want := range map[time.Duration]string{90 * 24 * time.Hour: "ok cert", 20 * 24 * time.Hour: "look cert", 24 * time.Hour: "bad cert", -time.Hour: "bad cert"} {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(end)}
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		must(t, err)
		path := write(t, "register.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
		cured(t, want, checkCertificate("own", path, now))
		cured(t, "bad cert", checkCertificate("own", path, now.Add(-72*time.Hour))) // not good yet
	}
	cured(t, "bad cert", checkCertificate("own", write(t, "none.crt", "nonsense"), now))
}

// Each check of the shop has an answer of the agent that passes it and one that
// does not.
func TestDoctorOfTheShop(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	doubt := func(d time.Duration) []control.Charge { return []control.Charge{{Prepared: ago(d)}} }
	cured(t, "ok doubts", doubtFindings(doubt(time.Minute), usualDoubts, now))
	cured(t, "bad doubts", doubtFindings(doubt(time.Hour), usualDoubts, now))
	cured(t, "bad printer, look scanner", deviceFindings([]control.Device{{ID: "a", State: "ready"}, {ID: "p", Role: "printer", State: "blocked", Reason: "paper_out"}, {ID: "s", Role: "scanner", State: "connecting"}}))
	cured(t, "ok offline, ok offline, look offline, bad offline", []finding{queueFinding(control.Queue{}, now), queueFinding(control.Queue{Taking: true}, now),
		queueFinding(control.Queue{Count: 1, Oldest: ago(time.Hour)}, now), queueFinding(control.Queue{Count: 1, Oldest: ago(24 * time.Hour)}, now)})
	cured(t, "look bulletin, look bulletin, ok bulletin", bulletinFindings([]control.Bulletin{{}, {Keys: 1}, {Keys: 1, Version: 3, Old: true}, {Keys: 1, Version: 3, Taken: ago(time.Minute)}}, now))
	cured(t, "ok webhook, look webhook, bad webhook, bad webhook", webhookFindings([]control.Webhook{{State: "ok"}, {State: "failing"}, {State: "gone"}, {State: "given_up"}}))
	cured(t, "", peopleFindings([]control.Operator{{ID: "m", Role: "manager", Second: true}, {ID: "c", Role: "cashier"}, {ID: "x", Role: "engineer", Disabled: true}}))
	cured(t, "look people, look people", peopleFindings([]control.Operator{{ID: "m", Role: "manager", Locked: true}}))
	cured(t, "bad people", peopleFindings(nil))
	cured(t, "look closing, ok closing, look closing", []finding{closingFinding(nil, now), closingFinding([]control.Closing{{At: ago(time.Hour)}}, now), closingFinding([]control.Closing{{At: ago(72 * time.Hour)}}, now)})
	cured(t, "ok version", versionFindings("posagent_build_info{version=\""+version+"\"} 1\n"))
	cured(t, "look version", versionFindings("posagent_build_info{version=\"0.0.1\"} 1\n"))
	cured(t, "", versionFindings("posagent_up 1\n"))
}

// A finding that is bad is the exit code, and what is only worth a look is not.
func TestDoctorAsksTheShop(t *testing.T) {
	t.Parallel()
	config := write(t, "posagent.toml", goodConfig)
	answers := func(hook string) map[string][]any {
		return map[string][]any{
			"GET /v1/health": {control.Health{Ready: true}}, "GET /v1/charges": {control.Charges{}}, "GET /v1/queue": {control.Queue{}},
			"GET /v1/webhooks": {control.Webhooks{Webhooks: []control.Webhook{{Name: "books", State: hook}}}}, "GET /v1/config": {control.Settings{Pending: 3, Until: time.Now()}},
			"GET /v1/operators": {control.Operators{Operators: []control.Operator{{ID: "taro", Role: "manager"}}}}, "GET /v1/closings": {control.Closings{}},
			"GET /metrics": {[]byte("posagent_build_info{version=\"" + version + "\"} 1\n")},
		}
	}
	posctl(t, "doctor", "--config", config, "--agent", newAgent(t, answers("failing")).url).want(t, exitDone, "look  settings", "-> posctl config confirm", "look  people", "-> posctl users second taro", "look  webhook", "ok    version", "look  closing", "ok    doubts")
	posctl(t, "doctor", "--config", config, "--agent", newAgent(t, answers("gone")).url).want(t, exitFailed, "BAD   webhook", "-> mend the receiver, then posctl webhooks enable books")
	shape(t, posctl(t, "doctor", "--json", "--config", config, "--agent", newAgent(t, answers("ok")).url), "check", "level", "text")
}
