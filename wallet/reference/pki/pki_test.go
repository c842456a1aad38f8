package pki_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/wallet/reference/pki"
)

func authority(t *testing.T) *pki.Authority {
	t.Helper()
	a, err := pki.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func parse(t *testing.T, p pki.Pair) *x509.Certificate {
	t.Helper()
	block, rest := pem.Decode(p.Cert)
	if block == nil || len(rest) != 0 {
		t.Fatalf("not one PEM block: %q", p.Cert)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEachCertificateIsGoodForOneThing(t *testing.T) {
	ours, foreign := authority(t), authority(t)
	server, err := ours.Server()
	if err != nil {
		t.Fatal(err)
	}
	client, err := ours.Client("S0001", "T01")
	if err != nil {
		t.Fatal(err)
	}
	forServer := x509.VerifyOptions{Roots: ours.Pool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	forClient := x509.VerifyOptions{Roots: ours.Pool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	for _, c := range []struct {
		what string
		cert *x509.Certificate
		opts x509.VerifyOptions
		good bool
	}{
		{"server as server", parse(t, server), forServer, true},
		{"client as client", parse(t, client), forClient, true},
		{"server as client", parse(t, server), forClient, false},
		{"client as server", parse(t, client), forServer, false},
		{"client of another authority", parse(t, client), x509.VerifyOptions{Roots: foreign.Pool(), KeyUsages: forClient.KeyUsages}, false},
	} {
		if _, err := c.cert.Verify(c.opts); (err == nil) != c.good {
			t.Errorf("%s: %v, want good %v", c.what, err, c.good)
		}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
		if err := parse(t, server).VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if err := parse(t, server).VerifyHostname("wallet.example"); err == nil {
		t.Error("the server's certificate is good for any name")
	}
	if cn := parse(t, client).Subject.CommonName; cn != "S0001-T01" {
		t.Errorf("common name %s, want S0001-T01", cn)
	}
}

func TestTheDemoIsMarked(t *testing.T) {
	a := authority(t)
	server, err := a.Server("wallet.example")
	if err != nil {
		t.Fatal(err)
	}
	if !pki.IsDemo(parse(t, a.Pair)) || !pki.IsDemo(parse(t, server)) {
		t.Error("the demo's certificates do not say that they are the demo's")
	}
	if pki.IsDemo(&x509.Certificate{}) {
		t.Error("a certificate without the mark is taken for the demo's")
	}
}

func TestNamesThatWouldBreakAKey(t *testing.T) {
	a := authority(t)
	for _, bad := range [][2]string{{"S-1", "T01"}, {"S0001", ""}, {"S0001", "T 1"}, {"", "T"}, {"店", "T"}} {
		if _, err := a.Client(bad[0], bad[1]); err == nil {
			t.Errorf("store %q and terminal %q were taken", bad[0], bad[1])
		}
	}
}

func TestFilesAreClosedToOthersAndNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	p, err := authority(t).Client("S0001", "T01")
	if err != nil {
		t.Fatal(err)
	}
	cert, key := filepath.Join(dir, "c.crt"), filepath.Join(dir, "c.key")
	if err := p.Write(cert, key); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{cert, key} {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: mode %v, %v, want 0600", path, info.Mode(), err)
		}
	}
	if err := p.Write(cert, key); err == nil {
		t.Error("an existing certificate was overwritten")
	}
	if _, err := p.TLS(); err != nil {
		t.Error(err)
	}
}

// The key of bulletins is made once, is closed to others, and is never made
// anew over a file that cannot be read: registers have pinned it.
func TestSigningKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), pki.SigningKeyFile)
	first, err := pki.SigningKey(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := pki.SigningKey(path)
	if err != nil || !second.Equal(first) {
		t.Errorf("the second look finds another key: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	certificate, err := authority(t).Client("S0001", "T01")
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string][]byte{"torn": []byte("torn"), "another kind of key": certificate.Key} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := pki.SigningKey(path); err == nil {
			t.Errorf("%s: a key comes out", what)
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != string(text) {
			t.Errorf("%s: the file was written over", what)
		}
	}
}
