package attack_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// patience only ends a hung test.
const patience = 60 * time.Second

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// child is one of the programs, running.
type child struct {
	*exec.Cmd
	log  string
	gone chan struct{}
}

// launch starts a program that ends with the test at the latest.
func launch(t testing.TB, log, program string, inherited []*os.File, args ...string) *child {
	t.Helper()
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(t, err)
	defer file.Close()
	c := &child{Cmd: exec.Command(filepath.Join(programs, program), args...), log: log, gone: make(chan struct{})}
	c.Stdout, c.Stderr, c.ExtraFiles = file, file, inherited
	check(t, c.Start())
	go func() {
		c.Wait()
		close(c.gone)
	}()
	t.Cleanup(func() {
		c.kill()
		if t.Failed() {
			t.Logf("the end of %s:\n%s", log, tail(log))
		}
	})
	return c
}

func (c *child) kill() {
	c.Process.Kill()
	<-c.gone
}

func tail(path string) []byte {
	data, _ := os.ReadFile(path)
	return data[max(0, len(data)-4096):]
}

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().String()
}

// wallet is a running walletd with two customers.
type wallet struct {
	testing.TB
	dir, addr string
	ca        *pki.Authority
	server    tls.Certificate
	daemon    *child
	more      string // of the configuration
}

func openWallet(t testing.TB, more string) *wallet {
	t.Helper()
	w := &wallet{TB: t, dir: t.TempDir(), addr: freePort(t), more: more}
	var err error
	w.ca, err = pki.NewAuthority()
	check(t, err)
	check(t, w.ca.Write(w.at("ca.crt"), w.at("ca.key")))
	server, err := w.ca.Server()
	check(t, err)
	check(t, server.Write(w.at("server.crt"), w.at("server.key")))
	w.server, err = server.TLS()
	check(t, err)
	check(t, os.Mkdir(w.at("wallet"), 0o700))
	check(t, os.WriteFile(w.at("walletd.toml"), fmt.Appendf(nil, `listen = %[2]q
data = "%[1]s/wallet"
cert = "%[1]s/server.crt"
key = "%[1]s/server.key"
client_ca = "%[1]s/ca.crt"
try_socket = "%[1]s/try.sock"
%[3]s
[[customer]]
name = "hanako"
balance = 10000000

[[customer]]
name = "taro"
balance = 1000
`, w.dir, w.addr, more), 0o600))
	w.start()
	return w
}

func (w *wallet) at(name string) string { return filepath.Join(w.dir, name) }

// start starts walletd, and waits until it answers.
func (w *wallet) start() {
	w.Helper()
	w.daemon = launch(w, w.at("walletd.log"), "walletd", nil, "--config", w.at("walletd.toml"))
	eventually(w, "the wallet answers", func() bool {
		select {
		case <-w.daemon.gone:
			w.Fatalf("walletd ended: %s", tail(w.daemon.log))
		default:
		}
		return w.ask(http.MethodGet, wire.PathTryTrial, nil, &wire.Trial{}) == nil
	})
}

// ask calls the try-out socket.
func (w *wallet) ask(method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, "http://wallet"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", w.at("try.sock"))
	}}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return json.Unmarshal(answer, into)
}

func (w *wallet) try(method, path string, body, into any) {
	w.Helper()
	check(w, w.ask(method, path, body, into))
}

// code is a fresh code of a customer.
func (w *wallet) code(customer string) string {
	w.Helper()
	var m wire.MintedCode
	w.try(http.MethodPost, wire.PathTryCodes, wire.CodeRequest{Customer: customer}, &m)
	return m.Code
}

// books are the wallet's keys, and it must be in balance.
func (w *wallet) books() map[string]wire.Standing {
	w.Helper()
	var trial wire.Trial
	w.try(http.MethodGet, wire.PathTryTrial, nil, &trial)
	if trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
		w.Errorf("the wallet's books do not balance: %+v", trial)
	}
	var all []wire.Standing
	w.try(http.MethodGet, wire.PathTryCharges, nil, &all)
	out := make(map[string]wire.Standing, len(all))
	for _, s := range all {
		out[s.Key] = s
	}
	return out
}

// balance is what a customer has, with what is put aside.
func (w *wallet) balance(customer string) int64 {
	w.Helper()
	var all []wire.Customer
	w.try(http.MethodGet, wire.PathTryCustomers, nil, &all)
	for _, c := range all {
		if c.Name == customer {
			return c.Balance + c.Reserved
		}
	}
	w.Fatalf("there is no customer %s", customer)
	return 0
}

// ended is a register's certificate of the wallet's authority whose time is over.
func (w *wallet) ended(name string) tls.Certificate {
	w.Helper()
	authority, err := w.ca.TLS()
	check(w, err)
	above, err := x509.ParseCertificate(authority.Certificate[0])
	check(w, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(w, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, above, key.Public(), authority.PrivateKey)
	check(w, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// bulletinKeys are what registers pin.
func (w *wallet) bulletinKeys() []ed25519.PublicKey {
	w.Helper()
	var state wire.BulletinState
	w.try(http.MethodGet, wire.PathTryBulletin, nil, &state)
	key, err := base64.StdEncoding.DecodeString(state.Key)
	check(w, err)
	return []ed25519.PublicKey{key}
}
