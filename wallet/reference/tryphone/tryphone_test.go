package tryphone_test

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/tryphone"
	"github.com/posagent/posagent/wallet/wire"
)

// drawer is a wallet whose customers' phones are played, with a clock that is
// moved by hand.
type drawer struct {
	ledger *ledger.Ledger
	issuer *issuer.Issuer
	path   string
	now    time.Time
}

func newDrawer(t *testing.T) *drawer {
	t.Helper()
	own, err := issuer.New("own", ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	d := &drawer{issuer: own, path: filepath.Join(t.TempDir(), tryphone.File), now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
	d.ledger = ledger.New(ledger.NewMemory(), ledger.Options{Issuer: own, Clock: d.clock})
	for _, c := range []wire.Customer{{Name: "Hanako", Balance: 100_000}, {Name: "Taro", Balance: 500}, {Name: "Zero"}} {
		if _, err := d.ledger.AddCustomer(c.Name, c.Balance); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *drawer) clock() time.Time { return d.now }

func (d *drawer) open(t *testing.T) *tryphone.Phones {
	t.Helper()
	p, err := tryphone.Open(d.path, d.ledger, d.clock)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// proved is what a register makes of a code.
func (d *drawer) proved(t *testing.T, text string, amount int64) oda.Verified {
	t.Helper()
	raw, _, err := oda.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := oda.Verify(raw, d.now, amount, d.issuer.Trust(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Codes in each carrier come from one phone, which counts on, also after a
// restart and when it has counted elsewhere.
func TestCodes(t *testing.T) {
	d := newDrawer(t)
	last := oda.Verified{}
	for _, c := range []string{"", "base45", "base64", "decimal"} {
		m, err := d.open(t).Code(wire.SignedCodeRequest{Carrier: c, Max: 900})
		if err != nil || m.Customer != "Hanako" {
			t.Fatal(m, err)
		}
		v := d.proved(t, m.Code, 900)
		if last.Counter != 0 && (v.Counter <= last.Counter || v.DeviceKey != last.DeviceKey || v.Serial != last.Serial) || v.MaxAmount != 900 {
			t.Errorf("%q: %+v after %+v", c, v, last)
		}
		last = v
	}
	m, err := d.open(t).Code(wire.SignedCodeRequest{After: last.Counter + 500})
	if v := d.proved(t, m.Code, 10_000); err != nil || v.Counter != last.Counter+501 || v.MaxAmount != 10_000 {
		t.Errorf("%+v, %v", v, err)
	}
	if info, err := os.Stat(d.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the phones' file is %v, %v", info, err)
	}
	for _, bad := range []wire.SignedCodeRequest{{Carrier: "morse"}, {Max: -1}, {Max: 1 << 32}} {
		if _, err := d.open(t).Code(bad); !errors.Is(err, tryphone.ErrOrder) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// A certificate is used for the first half of its life, and then the next one
// is fetched, as long as there is money for it.
func TestCertificates(t *testing.T) {
	d := newDrawer(t)
	p := d.open(t)
	phone := func(customer string) wire.Phone {
		t.Helper()
		ph, err := p.Phone(wire.PhoneRequest{Customer: customer})
		if err != nil {
			t.Fatal(err)
		}
		return ph
	}
	first := phone("Taro")
	if first.PerChargeMax != 250 || string(phone("Taro").Certificate) != string(first.Certificate) {
		t.Errorf("Taro, who has 500, has %+v", first)
	}
	d.now = d.now.Add(13 * time.Hour)
	second := phone("Taro")
	if string(second.Certificate) == string(first.Certificate) || string(second.Secret) != string(first.Secret) || second.PerChargeMax != 125 {
		t.Errorf("after half of the life: %+v", second)
	}
	if _, err := p.Phone(wire.PhoneRequest{Customer: "Zero"}); !errors.Is(err, ledger.ErrFunds) {
		t.Errorf("of who has nothing: %v", err)
	}
	if _, err := p.Phone(wire.PhoneRequest{Customer: "Nobody"}); !errors.Is(err, ledger.ErrNoCustomer) {
		t.Errorf("of nobody: %v", err)
	}
}

// A new phone ends the one before, and a phone that was ended is replaced.
func TestNewPhone(t *testing.T) {
	d := newDrawer(t)
	p := d.open(t)
	first, err := p.Phone(wire.PhoneRequest{})
	second, err2 := p.Phone(wire.PhoneRequest{New: true})
	if err := errors.Join(err, err2); err != nil || string(first.Secret) == string(second.Secret) {
		t.Fatal("the phone is the same", err)
	}
	if denied, err := d.ledger.Denied(); err != nil || len(denied) != 1 {
		t.Errorf("denied are %x, %v", denied, err)
	}
	if err := d.ledger.EndDevice(""); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(13 * time.Hour)
	if third, err := p.Phone(wire.PhoneRequest{}); err != nil || string(third.Secret) == string(second.Secret) {
		t.Errorf("after the phone was lost: the same one, %v", err)
	}
	if err := os.WriteFile(d.path, []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tryphone.Open(d.path, d.ledger, d.clock); err == nil {
		t.Error("a torn file is read")
	}
}
