package ledgertest

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// testReserve: a certificate puts money aside until no forward can come under
// it any more, and then what was not spent goes back.
func testReserve(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 6000)
	w.owns(t, "Hanako", 4000, 6000)
	if err := h.certify("Hanako", 3000, 4001); !errors.Is(err, ledger.ErrFunds) {
		t.Fatalf("more than there is: %v, want ErrFunds", err)
	}
	if err := newHandset(t, w, oda.P256).certify("Hanako", 3000, 4001); !errors.Is(err, ledger.ErrFunds) {
		t.Fatalf("more than there is, for another phone: %v, want ErrFunds", err)
	}
	declined(wire.InsufficientFunds).check(t, w.charge(t, w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 4001))) // what is aside is not there
	if err := h.certify("Hanako", 3000, 4000); err != nil {                                                       // the next certificate of the same phone
		t.Fatal(err)
	}
	w.owns(t, "Hanako", 0, 10_000)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-2", h.text(t), 1500)))
	w.clock.add(life + ledger.ForwardWithin)
	w.owns(t, "Hanako", 0, 8500) // to the last moment
	w.clock.add(time.Second)
	w.owns(t, "Hanako", 8500, 0) // also when nobody writes
	w.checkBooks(t)
	trial, err := w.Trial()
	if err != nil || trial.Postings != 14 { // two openings, two put aside, the charge, and two that went back
		t.Fatalf("trial balance %+v, %v", trial, err)
	}
}

// testSecondDevice: a customer has one phone. Another takes its place: its
// codes are denied from then on, and what was taken before is paid.
func testSecondDevice(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	key := till(t)
	first := w.phone(t, "Hanako", 3000, 4000)
	code, taken := first.text(t), w.clock.Now()
	w.clock.add(10 * time.Second)
	second := newHandset(t, w, oda.P256)
	if err := second.certify("Hanako", 3000, 4000); err != nil {
		t.Fatal(err)
	}
	declined(wire.Blocked).check(t, w.charge(t, w.request("S0001-T01-1-2", first.text(t), 1)))
	declined(wire.Blocked).check(t, w.forward(t, key, w.request("S0001-T01-1-3", first.text(t), 1), w.clock.Now()))
	approved.check(t, w.charge(t, w.request("S0001-T01-1-4", second.text(t), 1)))
	approved.check(t, w.forward(t, key, w.request("S0001-T01-1-1", code, 1000), taken))
	w.owns(t, "Hanako", 2000, 6999)
	denied, err := w.Denied()
	old, err2 := oda.Parse(first.show(t))
	now, err3 := oda.Parse(second.show(t))
	if err := errors.Join(err, err2, err3); err != nil || len(denied) != 1 || denied[0] != old.Certificate.Serial {
		t.Fatalf("denied are %x, %v", denied, err)
	}
	if old.Certificate.WalletToken != now.Certificate.WalletToken || old.Certificate.WalletToken == (oda.Token{}) {
		t.Fatal("the phones of a customer have one token, which is something")
	}
	if err := first.certify("Hanako", 1, 1); !errors.Is(err, ledger.ErrDeviceEnded) {
		t.Fatalf("the first phone comes back: %v, want ErrDeviceEnded", err)
	}
	if err := second.certify("Taro", 1, 1); !errors.Is(err, ledger.ErrInvalid) {
		t.Fatalf("one phone for two customers: %v, want ErrInvalid", err)
	}
	w.clock.add(ledger.ForwardWithin + time.Second) // the denied one has gone back before the other ends
	w.owns(t, "Hanako", 5000, 3999)
	if denied, err := w.Denied(); err != nil || len(denied) != 0 {
		t.Fatalf("denied after its end: %x, %v", denied, err)
	}
	w.checkBooks(t)
}

// testOddReserve: money that stays aside for a certificate after it should have
// gone back does not balance.
func testOddReserve(t *testing.T, open Open) {
	store := open(t)
	w := newIssuing(t, store, ledger.Options{})
	w.phone(t, "Hanako", 3000, 4000)
	w.checkBooks(t)
	err := store.Update(func(tx ledger.Tx) error {
		all, err := tx.Certificates()
		for _, c := range all {
			c.Released = true
			err = errors.Join(err, tx.PutCertificate(c))
		}
		return err
	})
	trial, err2 := w.Trial()
	if err := errors.Join(err, err2); err != nil || trial.Wrong != 1 {
		t.Fatalf("trial balance %+v, %v, want one that is wrong", trial, err)
	}
}

// testLostPhone: a customer who has lost the phone has none.
func testLostPhone(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 4000)
	for range 2 {
		if err := w.EndDevice("Hanako"); err != nil {
			t.Fatal(err)
		}
	}
	declined(wire.Blocked).check(t, w.charge(t, w.request("S0001-T01-1-1", h.text(t), 1)))
	if err := w.EndDevice("Nobody"); !errors.Is(err, ledger.ErrNoCustomer) {
		t.Fatalf("the phone of nobody: %v", err)
	}
	w.checkBooks(t)
}

// testStill: what a phone signs by itself is denied, and the phone stays: it gets
// the next certificate.
func testStill(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 4000)
	for range 2 {
		if err := w.Still("Hanako"); err != nil {
			t.Fatal(err)
		}
	}
	declined(wire.Blocked).check(t, w.charge(t, w.request("S0001-T01-1-1", h.text(t), 1)))
	if denied, err := w.Denied(); err != nil || len(denied) != 1 {
		t.Fatalf("denied are %v, %v", denied, err)
	}
	if _, err := w.Certify(ledger.CertificateRequest{
		Customer: "Hanako", Algorithm: oda.Ed25519, DeviceKey: h.device.PublicKey(), PerChargeMax: 10, CumulativeMax: 20, Life: time.Hour,
	}); err != nil {
		t.Fatalf("the next certificate: %v", err)
	}
	if err := w.Still("Nobody"); err != nil {
		t.Fatalf("who has no phone: %v", err)
	}
	w.checkBooks(t)
}

func testNoCertificate(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := newHandset(t, w, oda.Ed25519)
	good := ledger.CertificateRequest{
		Customer: "Hanako", Algorithm: oda.Ed25519, DeviceKey: h.device.PublicKey(), PerChargeMax: 10, CumulativeMax: 20, Life: ledger.LongestLife,
	}
	for name, change := range map[string]func(*ledger.CertificateRequest){
		"no key":            func(r *ledger.CertificateRequest) { r.DeviceKey = nil },
		"a weak key":        func(r *ledger.CertificateRequest) { r.DeviceKey = make([]byte, 32) },
		"another algorithm": func(r *ledger.CertificateRequest) { r.Algorithm = oda.P256 },
		"for nothing":       func(r *ledger.CertificateRequest) { r.PerChargeMax = 0 },
		"less in all":       func(r *ledger.CertificateRequest) { r.CumulativeMax = 9 },
		"for too much":      func(r *ledger.CertificateRequest) { r.CumulativeMax = 1 << 32 },
		"for no time":       func(r *ledger.CertificateRequest) { r.Life = 0 },
		"for too long":      func(r *ledger.CertificateRequest) { r.Life = ledger.LongestLife + time.Second },
	} {
		bad := good
		change(&bad)
		if _, err := w.Certify(bad); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	plain := newWallet(t, open(t))
	if _, err := plain.Certify(good); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("a wallet without an issuer: %v, want ErrInvalid", err)
	}
	w.owns(t, "Hanako", 10_000, 0)
	if _, err := w.Certify(good); err != nil {
		t.Error(err)
	}
	w.checkBooks(t)
}

// testPhoneRollback writes each kind of row about phones and fails: nothing may
// be kept. What was used stays used.
func testPhoneRollback(t *testing.T, open Open) {
	store := open(t)
	w := newIssuing(t, store, ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 4000)
	raw := h.show(t)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-1", oda.Encode(raw, oda.Base45), 100)))
	code, err := oda.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	serial := code.Certificate.Serial
	broken := errors.New("power cut")
	err = store.Update(func(tx ledger.Tx) error {
		c, err := tx.Certificate(serial)
		d, err2 := tx.Device(c.Device)
		d.Ended, c.Denied, c.Released = w.clock.Now(), w.clock.Now(), true
		err3 := errors.Join(tx.PutDevice(d), tx.PutCertificate(c))
		d.ID, d.Customer = oda.DeviceID{1}, "Taro"
		c.Serial, c.Device, c.Denied = oda.Serial{1}, d.ID, time.Time{}
		err4 := errors.Join(tx.PutDevice(d), tx.PutCertificate(c))
		err5 := tx.PutUse(ledger.Use{Device: d.ID, Counter: 1, Key: "k", Register: "S-T", Amount: money.Yen(5), Forward: true, At: w.clock.Now()})
		return errors.Join(err, err2, err3, err4, err5, broken)
	})
	if !errors.Is(err, broken) || err.Error() != broken.Error() {
		t.Fatalf("the failed transaction says %v, want only %v", err, broken)
	}
	err = store.View(func(tx ledger.Tx) error {
		c, err := tx.Certificate(serial)
		d, err2 := tx.Device(c.Device)
		all, err3 := tx.Certificates()
		his, err4 := tx.Devices("Taro")
		n, sum, err5 := tx.Forwards("S-T", time.Time{}.Add(1))
		if !c.Denied.IsZero() || c.Released || !d.Ended.IsZero() || len(all) != 1 || len(his) != 0 || n != 0 || sum != 0 {
			t.Errorf("something was kept: %+v %+v %+v %+v %d %d", c, d, all, his, n, sum)
		}
		if _, err := tx.Use(oda.DeviceID{1}, 1); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("the use: %v", err)
		}
		return errors.Join(err, err2, err3, err4, err5)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(func(tx ledger.Tx) error {
		c, err := tx.Certificate(serial)
		return errors.Join(err, tx.PutUse(ledger.Use{Device: c.Device, Counter: 1, Key: "again", Register: "S-T", Amount: money.Yen(5), At: w.clock.Now()}))
	})
	if err == nil {
		t.Error("a counter is spent twice")
	}
	w.checkBooks(t)
}
