package offline_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/tpm/tpmtest"
)

const (
	blobName   = "offline.key.tpm"
	secretName = "offline.key.secret"
	recordName = "offline.key.json"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// machine is a register's data directory, what systemd gives, and a TPM or none.
type machine struct {
	dir, credentials, device string
	codes                    []offline.SealedCode
}

// newMachine has no TPM and no credential. The paths are short: a socket's is limited.
func newMachine(t testing.TB) *machine {
	t.Helper()
	root, err := os.MkdirTemp("", "key")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	m := &machine{dir: filepath.Join(root, "data"), device: filepath.Join(root, "none")}
	for _, dir := range []string{"data", "credentials", "state"} {
		must(t, os.Mkdir(filepath.Join(root, dir), 0o700))
	}
	return m
}

func (m *machine) at(name string) string     { return filepath.Join(m.dir, name) }
func (m *machine) beside(name string) string { return filepath.Join(m.dir, "..", name) }

// plugIn gives the machine a TPM.
func (m *machine) plugIn(t testing.TB) *tpmtest.TPM {
	t.Helper()
	m.device = m.beside("sock")
	return tpmtest.Start(t, m.beside("state"), m.device)
}

// give makes systemd give a credential.
func (m *machine) give(t testing.TB, key []byte) {
	t.Helper()
	m.credentials = m.beside("credentials")
	_ = os.Remove(filepath.Join(m.credentials, offline.CredentialName))
	must(t, os.WriteFile(filepath.Join(m.credentials, offline.CredentialName), key, 0o400))
}

func (m *machine) key(want offline.Keeper) (offline.Key, error) {
	return offline.KeySource{
		Dir: m.dir, Credentials: m.credentials, Device: m.device, Want: want,
		Sealed: func() ([]offline.SealedCode, error) { return m.codes, nil }, Log: slog.New(slog.DiscardHandler),
	}.Key()
}

func (m *machine) mustHave(t testing.TB, want, by offline.Keeper) offline.Key {
	t.Helper()
	k, err := m.key(want)
	must(t, err)
	if k.KeptBy != by || len(k.Bytes) != offline.SecretSize {
		t.Fatalf("a key of %d bytes kept by %s, want %s", len(k.Bytes), k.KeptBy, by)
	}
	return k
}

// takes seals a code with a key, as a charge without a network does.
func (m *machine) takes(t testing.TB, k offline.Key) {
	t.Helper()
	sealer, err := offline.NewSealer(k.Bytes)
	must(t, err)
	m.codes = append(m.codes, offline.SealedCode{Charge: "S1-T1-1-1", Sealed: sealer.Seal("S1-T1-1-1", []byte("OP1:CODE"))})
}

func (m *machine) refuses(t testing.TB, want offline.Keeper, says ...string) {
	t.Helper()
	before := m.files(t)
	k, err := m.key(want)
	if err == nil {
		t.Fatalf("key = %q gave a key kept by %s, want an error with %q", want, k.KeptBy, says)
	}
	for _, part := range says {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("key = %q does not say %q, but: %v", want, part, err)
		}
	}
	after := m.files(t)
	for name, text := range after {
		if before[name] != text {
			t.Errorf("key = %q was refused and changed %s", want, name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("key = %q was refused and left %d files of %d", want, len(after), len(before))
	}
}

// files are what is in the data directory.
func (m *machine) files(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(m.dir)
	must(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(m.at(e.Name()))
		must(t, err)
		out[e.Name()] = string(text)
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
	return out
}

func (m *machine) move(t testing.TB, name string) (back func()) {
	t.Helper()
	must(t, os.Rename(m.at(name), m.beside(name)))
	return func() { must(t, os.Rename(m.beside(name), m.at(name))) }
}

func same(t testing.TB, a, b offline.Key) {
	t.Helper()
	if !bytes.Equal(a.Bytes, b.Bytes) {
		t.Error("it is another key")
	}
}
