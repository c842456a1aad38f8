package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/reference/tryphone"
	"github.com/posagent/posagent/wallet/wire"
)

// walletBalance is what the one customer has at first, in yen.
const walletBalance = 100_000_000

// beWallet is the reference wallet in the folder of a place, its ledger on
// disk, until SIGTERM. Its slow and late answers keep to the short times of
// the tests: slow is within the register's deadline, late is not.
func beWallet(dir string) int {
	if err := serveWallet(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serveWallet(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	at := func(name string) string { return filepath.Join(dir, name) }
	addr, err := os.ReadFile(at("wallet.addr"))
	if err != nil {
		return err
	}
	cert, err := tls.LoadX509KeyPair(at("wallet.crt"), at("wallet.key"))
	if err != nil {
		return err
	}
	ca, err := os.ReadFile(at("ca.crt"))
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	store, err := ledgerdb.Open(at("wallet/ledger.db"), nil)
	if err != nil {
		return err
	}
	defer store.Close()
	notices, err := board.Open(at("wallet"), "own", time.Now)
	if err != nil {
		return err
	}
	keys, err := issuer.Open(at("wallet"), "own")
	if err != nil {
		return err
	}
	o := ledger.Options{Stopped: notices.Stopped, Issuer: keys, Denied: notices.Denies, MostForwards: 100_000, MostForwarded: 100_000_000}
	_, err = os.Stat(at("points"))
	points := err == nil
	if points {
		o.PointsPerMille = 10
	}
	books := ledger.New(store, o)
	phones, err := tryphone.Open(at("wallet/"+tryphone.File), books, time.Now)
	if err != nil {
		return err
	}
	if _, err := books.AddCustomer("sakura", walletBalance); err != nil {
		return err
	}
	if points {
		if err := books.UsePoints("sakura", true); err != nil {
			return err
		}
	}
	s, err := reference.Start(reference.Options{
		Listen: string(addr), Ledger: books, Board: notices, Issuer: keys, Phones: phones, Certificate: cert, ClientCAs: pool, TrySocket: at("try.sock"),
		Slow: 350 * time.Millisecond, Late: 1200 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.Stop(last)
}

// startWallet starts the wallet of a place and waits until it answers.
func (p *place) startWallet(t testing.TB) *child {
	t.Helper()
	check(t, os.WriteFile(p.at("wallet.addr"), []byte(p.walletAddr), 0o600))
	c := launch(t, "wallet", p.at("wallet.log"), nil, p.dir)
	eventually(t, "the wallet answers", func() bool {
		select {
		case <-c.gone:
			t.Fatalf("the wallet ended; its log:\n%s", tail(c.log))
		default:
		}
		return p.try(http.MethodGet, wire.PathTryTrial, nil, &wire.Trial{}) == nil
	})
	return c
}

// try calls the wallet's try-out socket.
func (p *place) try(method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, "http://wallet"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", p.at("try.sock"))
	}
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, DialContext: dial}}
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

// mint is a fresh code of the customer.
func (p *place) mint(t testing.TB) string {
	t.Helper()
	var m wire.MintedCode
	check(t, p.try(http.MethodPost, wire.PathTryCodes, wire.CodeRequest{}, &m))
	return m.Code
}

// fault orders a trouble for the charges that come.
func (p *place) fault(t testing.TB, f wire.Fault) {
	t.Helper()
	check(t, p.try(http.MethodPut, wire.PathTryFault, wire.FaultOrder{Fault: f}, &wire.FaultOrder{}))
}

// standings are the wallet's books by key.
func (p *place) standings(t testing.TB) map[string]wire.Standing {
	t.Helper()
	var all []wire.Standing
	check(t, p.try(http.MethodGet, wire.PathTryCharges, nil, &all))
	out := make(map[string]wire.Standing, len(all))
	for _, s := range all {
		out[s.Key] = s
	}
	return out
}
