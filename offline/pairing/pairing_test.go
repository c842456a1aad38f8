package pairing_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/pairing"
)

const year = 365 * 24 * time.Hour

// clock is a clock that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func open(t *testing.T, dir string, c *clock) *pairing.Pairings {
	t.Helper()
	p, err := pairing.Open(dir, "S0001-T01", c.now)
	must(t, err)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pair(t *testing.T, p *pairing.Pairings, name string, life time.Duration) []byte {
	t.Helper()
	_, bundle, err := p.New(name, []string{"prepare", "read"}, life, "taro")
	must(t, err)
	return bundle
}

// client is a client's configuration from its bundle, as docs/integrator tells.
func client(t *testing.T, c *clock, bundle []byte) *tls.Config {
	t.Helper()
	cert, err := tls.X509KeyPair(bundle, bundle)
	must(t, err)
	var last *pem.Block
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		last = block
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(last))
	return &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: pool, Time: c.now}
}

// listen is a door that greets whoever comes in.
func listen(t *testing.T, p *pairing.Pairings) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	door := tls.NewListener(l, p.Door([]string{"127.0.0.1", "till1.shop.example"}))
	go func() {
		for {
			conn, err := door.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(time.Minute))
				_, _ = conn.Write([]byte("come in"))
			}()
		}
	}()
	return l.Addr().String()
}

// knock is what a client hears; an error when it is not let in.
func knock(at string, c *tls.Config) (string, error) {
	conn, err := tls.Dial("tcp", at, c)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	heard, err := io.ReadAll(conn) // in TLS 1.3 a refusal of the client comes after its handshake
	return string(heard), err
}

func TestOnlyWhoIsPairedComesIn(t *testing.T) {
	c := new(clock)
	dir := filepath.Join(t.TempDir(), "pairings")
	p := open(t, dir, c)
	at := listen(t, p)
	if _, err := knock(at, &tls.Config{InsecureSkipVerify: true}); err == nil { //nolint:gosec // a test: whoever it is, is not let in
		t.Error("before any pairing somebody is let in")
	}
	good := client(t, c, pair(t, p, "pos2", year))
	revoked := client(t, c, pair(t, p, "pos3", year))
	short := client(t, c, pair(t, p, "pos4", 24*time.Hour))
	foreign := client(t, c, pair(t, open(t, t.TempDir(), c), "pos2", year))
	foreign.RootCAs = good.RootCAs
	none := &tls.Config{RootCAs: good.RootCAs, Time: c.now}
	old := good.Clone()
	old.MaxVersion = tls.VersionTLS12
	signed := good.Clone() // somebody has the authority's key
	signed.Certificates = []tls.Certificate{forged(t, dir, good)}
	for _, name := range []string{"127.0.0.1", "till1.shop.example"} {
		named := good.Clone()
		named.ServerName = name
		if heard, err := knock(at, named); err != nil || heard != "come in" {
			t.Errorf("as %s: %q, %v", name, heard, err)
		}
	}
	if heard, err := knock(at, revoked); err != nil || heard != "come in" {
		t.Errorf("before it is revoked: %q, %v", heard, err)
	}
	_, err := p.Revoke("pos3")
	must(t, err)
	c.ahead.Store(int64(25 * time.Hour))
	for what, config := range map[string]*tls.Config{"no certificate": none, "a foreign one": foreign, "a revoked one": revoked, "one that has run out": short, "TLS 1.2": old, "one that is no pairing": signed} {
		if heard, err := knock(at, config); err == nil || heard != "" {
			t.Errorf("%s: %q, it was let in", what, heard)
		}
	}
	again := open(t, dir, c) // after a restart
	at = listen(t, again)
	if heard, err := knock(at, good); err != nil || heard != "come in" {
		t.Errorf("after a restart: %q, %v", heard, err)
	}
	for what, config := range map[string]*tls.Config{"revoked": revoked, "run out": short} {
		if _, err := knock(at, config); err == nil {
			t.Errorf("after a restart the %s one is let in", what)
		}
	}
	c.ahead.Store(int64(200 * 24 * time.Hour)) // the register's own certificate was renewed meanwhile
	if heard, err := knock(at, good); err != nil || heard != "come in" {
		t.Errorf("after half a year: %q, %v", heard, err)
	}
}

// forged is a certificate that the authority in a folder signs for the name of
// a pairing that stands.
func forged(t *testing.T, dir string, like *tls.Config) tls.Certificate {
	t.Helper()
	ca, err := tls.LoadX509KeyPair(filepath.Join(dir, "ca.crt"), filepath.Join(dir, "ca.key"))
	must(t, err)
	template := *like.Certificates[0].Leaf
	template.SerialNumber = big.NewInt(1)
	key := like.Certificates[0].PrivateKey.(*ecdsa.PrivateKey)
	der, err := x509.CreateCertificate(rand.Reader, &template, ca.Leaf, key.Public(), ca.PrivateKey)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestARevocationIsHeardAtOnce(t *testing.T) {
	p := open(t, t.TempDir(), new(clock))
	cert := client(t, new(clock), pair(t, p, "pos2", year)).Certificates[0].Leaf
	who, over, ok := p.Who(cert)
	if !ok || who.Name != "pos2" || !slices.Equal(who.Scopes, []string{"prepare", "read"}) || who.By != "taro" {
		t.Fatalf("%+v, %v", who, ok)
	}
	if _, err := p.Revoke("pos2"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-over:
	default:
		t.Error("nobody is told")
	}
	if _, _, ok := p.Who(cert); ok {
		t.Error("it still opens the door")
	}
	if _, err := p.Revoke("pos2"); !errors.Is(err, pairing.ErrUnknown) {
		t.Errorf("a second time: %v", err)
	}
	pair(t, p, "pos2", year) // another machine of that name
	if list := p.List(); len(list) != 2 || list[0].Revoked.IsZero() || !list[1].Revoked.IsZero() {
		t.Errorf("%+v", list)
	}
}

func TestWhatIsNotPaired(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, new(clock))
	pair(t, p, "pos2", year)
	for _, c := range []struct {
		name string
		life time.Duration
		want error
	}{
		{"pos2", year, pairing.ErrTaken}, {"", year, pairing.ErrName}, {"../pos", year, pairing.ErrName}, {strings.Repeat("x", 33), year, pairing.ErrName},
		{"pos3", time.Hour, pairing.ErrLife}, {"pos3", 10 * year, pairing.ErrLife},
	} {
		if _, bundle, err := p.New(c.name, nil, c.life, ""); !errors.Is(err, c.want) || bundle != nil {
			t.Errorf("%q for %v: %v", c.name, c.life, err)
		}
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range files {
		info, err := f.Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		must(t, err)
		if f.Name() != "ca.key" && strings.Contains(string(data), "PRIVATE") {
			t.Errorf("a key of a client is in %s", f.Name())
		}
	}
	must(t, os.WriteFile(filepath.Join(dir, "pairings.json"), []byte("{"), 0o600))
	if _, err := pairing.Open(dir, "S0001-T01", time.Now); err == nil {
		t.Error("a broken list is taken for an empty one")
	}
}
