package ledgertest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// newIssuing is a wallet that certifies phones.
func newIssuing(t failer, store ledger.Store, o ledger.Options) wallet {
	t.Helper()
	own, err := issuer.New("own", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	o.Issuer = own
	return newWalletWith(t, store, o)
}

// handset is a customer's phone. Its codes are for 3,000 yen at most, and live
// for 30 s.
type handset struct {
	w           wallet
	device      *oda.Device
	certificate []byte
	counter     uint32
}

// life is how long the certificates of handsets still live when they are made.
const life = 24 * time.Hour

func newHandset(t failer, w wallet, alg oda.Algorithm) *handset {
	t.Helper()
	d, err := oda.NewDevice(alg)
	if err != nil {
		t.Fatal(err)
	}
	return &handset{w: w, device: d}
}

// phone is a new phone of a customer, with a certificate.
func (w wallet) phone(t failer, customer string, perCharge, cumulative int64) *handset {
	t.Helper()
	h := newHandset(t, w, oda.Ed25519)
	if err := h.certify(customer, perCharge, cumulative); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *handset) certify(customer string, perCharge, cumulative int64) (err error) {
	h.certificate, err = h.w.Certify(ledger.CertificateRequest{
		Customer: customer, Algorithm: h.device.Algorithm(), DeviceKey: h.device.PublicKey(),
		PerChargeMax: perCharge, CumulativeMax: cumulative, Life: life,
	})
	return err
}

// show is a fresh code, by the wallet's clock.
func (h *handset) show(t failer, change ...func(*oda.Offer)) oda.Raw {
	t.Helper()
	h.counter++
	o := oda.Offer{IssuedAt: h.w.clock.Now(), TTL: 30 * time.Second, Counter: h.counter, MaxAmount: 3000}
	for _, c := range change {
		c(&o)
	}
	raw, err := oda.SignCode(h.device, h.certificate, o)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (h *handset) text(t failer) string { return oda.Encode(h.show(t), oda.Base45) }

// till is a register's key.
func till(t failer) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// met makes the wallet know a register's keys.
func (w wallet) met(t failer, register string, keys ...crypto.Signer) {
	t.Helper()
	for _, key := range keys {
		if err := w.MeetRegister(register, key.Public()); err != nil {
			t.Fatal(err)
		}
	}
}

// forward is what a register asks for that took a code at a time.
func (w wallet) forward(t failer, key crypto.Signer, r wire.ChargeRequest, at time.Time) wire.Answer {
	t.Helper()
	a, err := w.tryForward(t, key, r, at)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w wallet) tryForward(t failer, key crypto.Signer, r wire.ChargeRequest, at time.Time) (wire.Answer, error) {
	t.Helper()
	w.met(t, r.Store+"-"+r.Terminal, key)
	return w.Forward(signed(t, key, r, at))
}

// signed is a forward as its register signs it.
func signed(t failer, key crypto.Signer, r wire.ChargeRequest, at time.Time) wire.ChargeRequest {
	t.Helper()
	r, err := r.SignForward(at, key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// reserved is what is put aside for a customer's certificates.
func (w wallet) reserved(t failer, name string) int64 {
	t.Helper()
	return w.customer(t, name).Reserved
}

// owns wants a balance, and beside it what is put aside.
func (w wallet) owns(t failer, name string, balance, reserved int64) {
	t.Helper()
	if b, r := w.balance(t, name), w.reserved(t, name); b != balance || r != reserved {
		t.Fatalf("%s has %d and %d put aside, want %d and %d", name, b, r, balance, reserved)
	}
}
