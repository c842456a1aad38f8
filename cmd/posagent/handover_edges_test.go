package main

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// file is a file with one charge for each wallet, as T01 signs it.
func fileOf(t *testing.T, ca *pki.Authority, made time.Time, wallets ...string) handover.File {
	t.Helper()
	pair, err := ca.Client(storeID, "T01")
	check(t, err)
	cert, err := pair.TLS()
	check(t, err)
	f := handover.File{ID: "Q", Store: storeID, Terminal: "T01", Made: made, Certificates: map[string][]byte{}}
	for n, w := range wallets {
		key, err := charge.NewKey(storeID, "T01", 9, int64(n+1))
		check(t, err)
		at := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
		said, err := wire.ChargeRequest{Key: string(key), Amount: 700, Currency: "JPY", Code: "OP1:X"}.SignForward(at, signer(cert))
		check(t, err)
		signature, err := base64.StdEncoding.DecodeString(said.TerminalSignature)
		check(t, err)
		f.Certificates[w] = cert.Certificate[0]
		f.Charges = append(f.Charges, handover.Charge{Key: key, Wallet: w, Amount: money.Yen(700), Accepted: at, Code: "OP1:X", Signature: signature})
	}
	return f
}

func handsOf(ca *pki.Authority) *hands {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca.Pair.Cert)
	return &hands{wallets: []wallet{{Wallet: agent.Wallet{ID: "own"}, roots: pool}}, store: storeID, terminal: "T02"}
}

// A register without a network and with a battery that is empty writes a file
// all the same, and what it has signed is as genuine as ever.
func TestAFileOfARegisterWithAWrongClock(t *testing.T) {
	ca, err := pki.NewAuthority()
	check(t, err)
	h := handsOf(ca)
	check(t, h.genuine(fileOf(t, ca, time.Now(), "own")))
	for name, made := range map[string]time.Time{
		"its battery is empty":                       time.Date(2020, 1, 1, 0, 0, 7, 0, time.UTC),
		"its certificate ended while it was offline": time.Now().Add(pki.Life + time.Hour),
	} {
		if err := h.genuine(fileOf(t, ca, made, "own")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A charge of a wallet that this register does not have holds the others up.
func TestAFileOfTwoWallets(t *testing.T) {
	ca, err := pki.NewAuthority()
	check(t, err)
	if err := handsOf(ca).genuine(fileOf(t, ca, time.Now(), "own", "other")); err != nil {
		t.Errorf("the charge of wallet own is not taken in either, and the manager reads that the file is forged: %v", err)
	}
}

// Two managers at once: what left once is in one file, and no file is empty.
func TestTwoExportsAtOnce(t *testing.T) {
	ctx := context.Background()
	a := newPlace(t, "")
	wallet := a.startWallet(t)
	a.announced(t)
	a.start(t)
	eventually(t, "the bulletin has come", func() bool { return a.bulletin(t).Version > 0 })
	codes := a.phoneShows(t, 6)
	stopWallet(t, wallet)
	a.offline(t, codes)
	name, err := a.local().QueueRecipient(ctx)
	check(t, err)
	var all sync.WaitGroup
	var left atomic.Int64
	for range 4 {
		all.Go(func() {
			f, err := a.local().ExportQueue(ctx, control.NewExport{Recipients: []string{name.Recipient}})
			if err == nil && f.Count == 0 {
				t.Errorf("a file with nothing in it: %s", f.ID)
			}
			left.Add(int64(f.Count))
		})
	}
	all.Wait()
	if left.Load() != 6 {
		t.Errorf("%d left, of 6", left.Load())
	}
}

// A register whose certificate was renewed while it had no network hands its
// queue over: the other one collects it.
func TestACertificateThatTheWalletNeverMet(t *testing.T) {
	ctx := context.Background()
	a := newPlace(t, "")
	wallet := a.startWallet(t)
	a.announced(t)
	agentA := a.start(t)
	eventually(t, "the bulletin has come", func() bool { return a.bulletin(t).Version > 0 })
	codes := a.phoneShows(t, 2)
	stopWallet(t, wallet)
	agentA.kill()
	check(t, errors.Join(os.Remove(a.at("register.crt")), os.Remove(a.at("register.key"))))
	renewed, err := a.ca.Client(storeID, terminalID)
	check(t, err)
	check(t, renewed.Write(a.at("register.crt"), a.at("register.key")))
	agentA = a.start(t)
	a.offline(t, codes)
	b := a.beside(t, "T02")
	b.start(t)
	name, err := b.local().QueueRecipient(ctx)
	check(t, err)
	file, err := a.local().ExportQueue(ctx, control.NewExport{Recipients: []string{name.Recipient}})
	check(t, err)
	agentA.kill() // for good
	got, err := b.local().ImportQueue(ctx, control.NewImport{File: file.File})
	check(t, err)
	if got.Taken != 2 {
		t.Errorf("imported %+v", got)
	}
	wallet = a.startWallet(t)
	_, err = b.local().Forward(ctx)
	check(t, err)
	eventually(t, "it is collected", func() bool { return b.waiting(t).Carried == 0 })
	stopWallet(t, wallet)
}
