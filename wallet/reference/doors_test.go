package reference_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func TestWhoIsLetIn(t *testing.T) {
	s := open(t)
	foreign := newAuthority(t)
	for name, c := range map[string]*http.Client{
		"without a certificate":                s.client(t),
		"with another authority's certificate": s.client(t, pair(t)(foreign.Client("S0001", "T01"))),
		"with a server's certificate":          s.client(t, pair(t)(s.authority.Server("S0001-T01"))),
	} {
		if r, err := do(t, c, "GET", s.URL()+wire.PathPing, nil); err == nil {
			t.Errorf("%s: got %d, want no connection", name, r.status)
		}
	}
	old := &tls.Config{RootCAs: s.authority.Pool(), Certificates: []tls.Certificate{pair(t)(s.authority.Client("S0001", "T01"))}, MaxVersion: tls.VersionTLS12}
	if conn, err := tls.Dial("tcp", s.Addr(), old); err == nil {
		conn.Close()
		t.Error("TLS 1.2 was taken")
	}
	stranger := &tls.Config{RootCAs: foreign.Pool(), Certificates: old.Certificates}
	if conn, err := tls.Dial("tcp", s.Addr(), stranger); err == nil {
		conn.Close()
		t.Error("a register that trusts another authority talked to this wallet")
	}
	s.empty(t)
}

func TestOnlyHTTP1(t *testing.T) {
	s := open(t)
	resp, err := s.register.Get(s.URL() + wire.PathPing)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.ProtoMajor != 1 || resp.TLS.Version != tls.VersionTLS13 {
		t.Errorf("%s over TLS %x, want HTTP/1.1 over TLS 1.3", resp.Proto, resp.TLS.Version)
	}
	own := []tls.Certificate{pair(t)(s.authority.Client("S0001", "T01"))}
	if conn, err := tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: s.authority.Pool(), Certificates: own, NextProtos: []string{"h2"}}); err == nil {
		conn.Close()
		t.Error("a client that only speaks HTTP/2 was let in")
	}
}

// A body that never comes holds a connection for seconds, not for ever, also
// on a call that takes none.
func TestABodyThatNeverComes(t *testing.T) {
	t.Parallel()
	s := open(t)
	own := []tls.Certificate{pair(t)(s.authority.Client("S0001", "T01"))}
	for _, head := range []string{"GET /v1/ping", "GET /v1/charges/S0001-T01-1-1", "POST /v1/nothing", "POST /v1/charges"} {
		t.Run(head, func(t *testing.T) {
			t.Parallel()
			conn, err := tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: s.authority.Pool(), Certificates: own})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(20 * time.Second))
			fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: wallet\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n", head)
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Errorf("the connection is still there after 20 s: %v", err)
			}
		})
	}
}

func TestTrySocket(t *testing.T) {
	s := open(t)
	if info, err := os.Stat(s.socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("socket mode %v, %v, want 0600", info.Mode(), err)
	}
	c := overSocket(t, s.socket)
	var customers []wire.Customer
	tryGet(t, c, wire.PathTryCustomers, &customers)
	if len(customers) != 2 || customers[0] != (wire.Customer{Name: "Hanako", Balance: 10_000}) {
		t.Fatalf("customers %+v", customers)
	}
	var code wire.MintedCode
	trySend(t, c, "POST", wire.PathTryCodes, wire.CodeRequest{}, http.StatusOK, &code)
	if code.Customer != "Hanako" || len(code.Code) != 20 || !strings.HasPrefix(code.Code, "97") {
		t.Fatalf("code %+v", code)
	}
	trySend(t, c, "POST", wire.PathTryCodes, wire.CodeRequest{Customer: "Nobody"}, http.StatusNotFound, nil)
	trySend(t, c, "PUT", wire.PathTryFault, wire.FaultOrder{Fault: "fire"}, http.StatusBadRequest, nil)
	trySend(t, c, "PUT", wire.PathTryFault, wire.FaultOrder{Fault: wire.FaultSlow, Count: -1}, http.StatusBadRequest, nil)
	want := wire.FaultOrder{Fault: wire.FaultRefuse, Count: 1}
	trySend(t, c, "PUT", wire.PathTryFault, want, http.StatusOK, nil)
	var order wire.FaultOrder
	if tryGet(t, c, wire.PathTryFault, &order); order != want {
		t.Fatalf("fault %+v, want %+v", order, want)
	}
	req := s.request(t, "S0001-T01-1-1", "Hanako", 80)
	req.Code = code.Code
	if r := s.charge(t, req); r.status != http.StatusServiceUnavailable {
		t.Fatalf("the ordered refusal: %+v", r)
	}
	if r := s.charge(t, req); r.answer.Status != wire.Approved {
		t.Fatalf("after the one refusal: %+v", r)
	}
	var standings []wire.Standing
	tryGet(t, c, wire.PathTryCharges, &standings)
	if len(standings) != 1 || standings[0].Key != req.Key || standings[0].Debits != 1 || standings[0].Customer != "Hanako" {
		t.Fatalf("standings %+v", standings)
	}
	var trial wire.Trial
	if tryGet(t, c, wire.PathTryTrial, &trial); trial.Postings != 6 || trial.Accounts != 4 || trial.Sum != 0 {
		t.Fatalf("trial balance %+v", trial)
	}
}

func TestTrySocketLeftBehind(t *testing.T) {
	s := open(t)
	books := ledger.New(ledger.NewMemory(), ledger.Options{})
	start := func(socket string) (*reference.Server, error) {
		return reference.Start(reference.Options{Ledger: books, Certificate: pair(t)(s.authority.Server()), ClientCAs: s.authority.Pool(), TrySocket: socket})
	}
	if srv, err := start(s.socket); err == nil {
		srv.Stop(context.Background())
		t.Error("the socket of a running wallet was taken over")
	}
	dir := t.TempDir()
	dead := filepath.Join(dir, "dead.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close() // as kill -9 leaves it
	srv, err := start(dead)
	if err != nil {
		t.Fatalf("a dead socket keeps the wallet from starting: %v", err)
	}
	srv.Stop(context.Background())
	file := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if srv, err := start(file); err == nil {
		srv.Stop(context.Background())
		t.Error("a file that is no socket was replaced")
	}
}

func TestStopAnswersWhatIsUnderWay(t *testing.T) {
	s := open(t)
	if err := s.SetFault(wire.FaultOrder{Fault: wire.FaultSilent}); err != nil {
		t.Fatal(err)
	}
	silent := make(chan error, 1)
	req := s.request(t, "S0001-T01-1-1", "Hanako", 80)
	go func() {
		_, err := do(t, s.register, "POST", s.URL()+wire.PathCharges, req)
		silent <- err
	}()
	for s.standing(t, req.Key).Key == "" {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	if err := <-silent; err == nil {
		t.Error("a silent wallet answered when it stopped")
	}
	if _, err := net.Dial("tcp", s.Addr()); err == nil {
		t.Error("a stopped wallet listens")
	}
}
