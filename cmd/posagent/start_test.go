package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/reference/pki"
)

// attempt starts the agent and waits for it to give up.
func (p *place) attempt(t *testing.T, args ...string) (code int, says string) {
	t.Helper()
	said := p.at("attempt.log")
	theirs, ours, err := os.Pipe()
	check(t, err)
	defer theirs.Close()
	defer ours.Close()
	c := launch(t, "agent", said, func(cmd *exec.Cmd) { cmd.ExtraFiles = []*os.File{theirs} }, args...)
	code = c.ended(t)
	text, err := os.ReadFile(said)
	check(t, err)
	check(t, os.Remove(said))
	return code, string(text)
}

// asDemo are the arguments by which the demo starts an agent.
func (p *place) asDemo() []string { return []string{"--config", p.config, "--demo-fd", "3"} }

func (p *place) asShop() []string { return []string{"--config", p.config} }

func (p *place) edit(t *testing.T, old, new string) {
	t.Helper()
	text, err := os.ReadFile(p.config)
	check(t, err)
	if !bytes.Contains(text, []byte(old)) {
		t.Fatalf("%q is not in the configuration", old)
	}
	check(t, os.WriteFile(p.config, bytes.Replace(text, []byte(old), []byte(new), 1), 0o600))
}

// files are what is in the data directory.
func (p *place) files(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(p.at("data/*"))
	check(t, err)
	return found
}

// Everything that is wrong is told at once, each with its line, and nothing is
// started: no database, no secret, no socket.
func TestWrongConfiguration(t *testing.T) {
	p := newPlace(t, "")
	text, err := os.ReadFile(p.config)
	check(t, err)
	wrong := string(text) + `
[receipt]
prnit = true
footer = 3

[roles]
printer = "printer9"
`
	wrong = strings.Replace(wrong, `deadline = "800ms"`, `deadline = "1h"`, 1)
	check(t, os.WriteFile(p.config, []byte(wrong), 0o600))
	code, says := p.attempt(t, p.asDemo()...)
	if code != exitConfig {
		t.Errorf("exit code %d, want %d", code, exitConfig)
	}
	line := func(part string) string {
		before, _, found := strings.Cut(wrong, part)
		if !found {
			t.Fatalf("%q is not in the configuration", part)
		}
		return p.config + ":" + strconv.Itoa(1+strings.Count(before, "\n")) + ":"
	}
	for part, hint := range map[string]string{
		"prnit":      "print",
		"footer = 3": "text",
		"printer9":   "printer9",
		`"1h"`:       "2m",
	} {
		told := ""
		for each := range strings.Lines(says) {
			if strings.HasPrefix(each, line(part)) {
				told = each
			}
		}
		if told == "" || !strings.Contains(told, hint) {
			t.Errorf("about %s it says %q in:\n%s", part, told, says)
		}
	}
	if left := p.files(t); len(left) > 0 {
		t.Errorf("it made %v", left)
	}
	if _, err := os.Stat(p.at("api.sock")); err == nil {
		t.Error("it made its socket")
	}
}

// A start that cannot be says why in a sentence and overwrites nothing.
func TestBadStarts(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*testing.T, *place) []string // returns the arguments
		code    int
		says    []string
	}{
		"no config": {func(_ *testing.T, p *place) []string { return []string{"--config", p.at("nothing.toml")} }, exitConfig, []string{"nothing.toml"}},
		"flag":      {func(*testing.T, *place) []string { return []string{"--verbose"} }, exitConfig, []string{"--verbose", "--help"}},
		"argument":  {func(*testing.T, *place) []string { return []string{"start"} }, exitConfig, []string{"start", "--help"}},
		"no pipe": {func(_ *testing.T, p *place) []string { return []string{"--config", p.config, "--demo-fd", "63"} }, exitConfig,
			[]string{"no inherited pipe"}},
		"no folder": {func(t *testing.T, p *place) []string {
			check(t, os.Remove(p.at("data")))
			return p.asDemo()
		}, exitFailed, []string{"directory is missing", "install -d"}},
		"folder is a file": {func(t *testing.T, p *place) []string {
			check(t, os.Remove(p.at("data")))
			check(t, os.WriteFile(p.at("data"), []byte("precious"), 0o600))
			return p.asDemo()
		}, exitFailed, []string{"not a directory"}},
		"cannot write": {func(t *testing.T, p *place) []string { // root may write anywhere, but not into a folder as if it were a file
			check(t, os.Mkdir(p.at("data/"+offline.FileName+".lock"), 0o700))
			return p.asDemo()
		}, exitFailed, []string{"cannot be written", "nothing was changed"}},
		"no database": {func(t *testing.T, p *place) []string {
			check(t, os.WriteFile(p.at("data/"+offline.FileName), []byte("the diary of somebody\n"), 0o600))
			return p.asDemo()
		}, exitFailed, []string{"not a database of this program", "nothing was changed"}},
		"other database": {func(t *testing.T, p *place) []string {
			store, err := ledgerdb.Open(p.at("data/"+offline.FileName), nil)
			check(t, err)
			check(t, store.Close())
			return p.asDemo()
		}, exitFailed, []string{"not a database of this program", "nothing was changed"}},
		"newer database": {func(t *testing.T, p *place) []string {
			store, err := offline.Open(p.at("data"), offline.Options{})
			check(t, err)
			check(t, store.Close())
			path := p.at("data/" + offline.FileName)
			data, err := os.ReadFile(path)
			check(t, err)
			binary.BigEndian.PutUint32(data[60:], 99) // user_version (sqlite.org/fileformat2.html, 1.3)
			check(t, os.WriteFile(path, data, 0o600))
			return p.asDemo()
		}, exitFailed, []string{"newer version", "nothing was changed"}},
		"other register": {func(t *testing.T, p *place) []string {
			p.edit(t, `terminal = "T01"`, `terminal = "T02"`)
			return p.asDemo()
		}, exitFailed, []string{`register "S0001-T01"`, `"S0001-T02"`, "enrol"}},
		"no certificate": {func(t *testing.T, p *place) []string {
			check(t, os.Remove(p.at("register.crt")))
			return p.asDemo()
		}, exitFailed, []string{"wallet own", "register.crt"}},
		"wrong key": {func(t *testing.T, p *place) []string {
			p.edit(t, "register.key", "wallet.key")
			return p.asDemo()
		}, exitFailed, []string{"wallet own", "certificate"}},
		"no authority": {func(t *testing.T, p *place) []string {
			p.edit(t, "ca.crt", "register.key")
			return p.asDemo()
		}, exitFailed, []string{"register.key", "no certificate"}},
		"demo wallet in a shop": {func(_ *testing.T, p *place) []string { return p.asShop() }, exitFailed, []string{"no real money", "posctl demo"}},
		"shop wallet in a demo": {func(t *testing.T, p *place) []string {
			realAuthority(t, p)
			return p.asDemo()
		}, exitFailed, []string{"the demo only talks to its own wallet"}},
		"file for socket": {func(t *testing.T, p *place) []string {
			check(t, os.WriteFile(p.at("api.sock"), []byte("precious"), 0o600))
			return p.asDemo()
		}, exitFailed, []string{"api.sock", "no socket", "nothing was changed"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, "")
			args := c.prepare(t, p)
			before := contents(t, p)
			code, says := p.attempt(t, args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, part := range c.says {
				if !strings.Contains(says, part) {
					t.Errorf("it does not say %q, but:\n%s", part, says)
				}
			}
			if strings.Contains(says, "goroutine ") {
				t.Errorf("it crashed:\n%s", says)
			}
			for path, data := range contents(t, p) {
				if old, had := before[path]; had && old != data {
					t.Errorf("it overwrote %s", path)
				}
			}
			for path := range before {
				if _, err := os.Lstat(path); err != nil {
					t.Errorf("it removed %s", path)
				}
			}
		})
	}
}

// contents are all plain files of a place, but for the lock, which names the
// process that last tried.
func contents(t *testing.T, p *place) map[string]string {
	t.Helper()
	out := map[string]string{}
	check(t, filepath.WalkDir(p.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) == ".lock" {
			return err
		}
		data, err := os.ReadFile(path)
		out[path] = string(data)
		return err
	}))
	return out
}

// realAuthority puts another authority in the place of the demo's, without its
// mark, as a shop's wallet has.
func realAuthority(t testing.TB, p *place) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "A real wallet"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(t, err)
	check(t, os.Remove(p.at("ca.crt")))
	check(t, pki.Pair{Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}.Write(p.at("ca.crt"), ""))
}

// A shop's wallet is what a shop's agent starts with, also while the wallet
// itself is away.
func TestStartsInAShop(t *testing.T) {
	p := newPlace(t, "")
	realAuthority(t, p)
	c := launch(t, "agent", p.at("agent.log"), nil, p.asShop()...)
	p.awaitReady(t, c)
	register, err := p.client.Register(context.Background())
	check(t, err)
	if register.Demo {
		t.Error("it says that no real money is moved")
	}
	var health control.Health
	eventually(t, "the wallet has been tried", func() bool {
		health, err = p.client.Health(context.Background())
		check(t, err)
		return len(health.Troubles) > 0
	})
	if len(health.Troubles) != 1 || health.Troubles[0].Code != "wallet.unreachable" || !health.Ready {
		t.Errorf("its health is %+v, want only the wallet that is away", health)
	}
}

// Two agents never share a data directory, a port or a socket, and the first
// one goes on whatever the second one is told to use.
func TestASecondAgentIsRefused(t *testing.T) {
	p := newPlace(t, "")
	p.start(t)
	second := func(name string, change func(*place), says ...string) {
		t.Run(name, func(t *testing.T) {
			other := newPlace(t, "")
			change(other)
			code, said := other.attempt(t, other.asDemo()...)
			if code != exitFailed {
				t.Errorf("exit code %d, want %d", code, exitFailed)
			}
			for _, part := range says {
				if !strings.Contains(said, part) {
					t.Errorf("it does not say %q, but:\n%s", part, said)
				}
			}
			for _, address := range []string{p.url, "unix:" + p.at("api.sock")} {
				if _, err := control.Dial(address, visitorToken).Register(context.Background()); err != nil {
					t.Errorf("the first agent does not answer at %s any more: %v", address, err)
				}
			}
		})
	}
	second("data", func(o *place) { o.edit(t, o.at("data"), p.at("data")) }, "in use by another process", "(process ", "nothing was changed")
	second("port", func(o *place) { o.edit(t, listenOf(o), listenOf(p)) }, listenOf(p), "another agent")
	second("socket", func(o *place) { o.edit(t, o.at("api.sock"), p.at("api.sock")) }, "api.sock", "answers")
}

func listenOf(p *place) string { return strings.TrimPrefix(p.url, "http://") }

// The socket that a killed agent left behind is no obstacle, and it is for the
// service's user alone.
func TestSocketIsReplaced(t *testing.T) {
	p := newPlace(t, "")
	p.start(t).kill()
	if _, err := os.Lstat(p.at("api.sock")); err != nil {
		t.Fatal("a killed agent leaves its socket; this one did not, so nothing is shown here")
	}
	p.start(t)
	info, err := os.Lstat(p.at("api.sock"))
	check(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the socket has mode %o", info.Mode().Perm())
	}
	conn, err := net.Dial("unix", p.at("api.sock"))
	check(t, err)
	check(t, conn.Close())
}
