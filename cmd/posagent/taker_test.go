package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/bulletin"
)

// phone is a customer's, certified by a wallet that is played.
type phone struct {
	t           testing.TB
	device      *oda.Device
	certificate []byte
	counter     uint32
}

var issuerID = oda.KeyID{1, 2, 3, 4}

func newPhone(t testing.TB, issuer ed25519.PrivateKey, customer byte) *phone {
	t.Helper()
	device, err := oda.NewDevice(oda.P256)
	check(t, err)
	now := time.Now().Truncate(time.Second)
	certificate, err := oda.IssueCertificate(issuer, oda.Certificate{
		Issuer: issuerID, Algorithm: oda.P256, WalletToken: oda.Token{customer}, DeviceKey: device.PublicKey(), Serial: oda.Serial{customer},
		NotBefore: now.Add(-time.Minute), NotAfter: now.Add(time.Hour), PerChargeMax: 10_000, CumulativeMax: 100_000_000,
	})
	check(t, err)
	return &phone{t: t, device: device, certificate: certificate}
}

// shows is the next code of the phone, made at a time.
func (p *phone) shows(at time.Time, carrier oda.Carrier) string {
	p.t.Helper()
	p.counter++
	raw, err := oda.SignCode(p.device, p.certificate, oda.Offer{IssuedAt: at.Truncate(time.Second), TTL: time.Minute, Counter: p.counter, MaxAmount: 10_000})
	check(p.t, err)
	return oda.Encode(raw, carrier)
}

// issues is a bulletin that trusts an issuer.
func issues(issuer ed25519.PrivateKey, more func(*bulletin.Bulletin)) func(*bulletin.Bulletin) {
	return func(b *bulletin.Bulletin) {
		b.Issuers = []bulletin.Issuer{{
			Kid: "01020304", Alg: int(oda.P256), PublicKey: issuer.Public().(ed25519.PublicKey), ValidFrom: b.Issued.AddDate(0, 0, -1), ValidUntil: b.Issued.AddDate(0, 0, 30),
		}}
		if more != nil {
			more(b)
		}
	}
}

// costs pays a sale of an amount with a code.
func (p *place) costs(t *testing.T, yen int64, code string) (s control.Sale, refused control.Error) {
	t.Helper()
	s, err := p.local().OpenSale(context.Background(), control.NewSale{Amount: yen, Currency: "JPY", Code: &control.Code{Text: code}})
	var no *control.Error
	if errors.As(err, &no) {
		return s, *no
	}
	check(t, err)
	return s, refused
}

// There is no network: a code that the customer's phone has signed pays, from
// every carrier, once, and within the limits of register and wallet. What was
// taken outlives kill -9, and its code lies nowhere in the data in clear.
func TestSignedCodesPayWithoutANetwork(t *testing.T) {
	p := newPlace(t, "\n[offline]\nper_customer = 4000\n")
	m, issuer := newMaker(t, 1), newMaker(t, 7).key
	p.pin(t, m.public())
	agent := p.start(t)
	sakura, taro := newPhone(t, issuer, 1), newPhone(t, issuer, 2)
	refuses := func(what string, yen int64, code, why, left string) {
		t.Helper()
		if s, no := p.costs(t, yen, code); no.Why != why || !strings.Contains(no.TextE, left) || !strings.Contains(no.Text, left) || s.State == "queued" {
			t.Errorf("%s: %q, %q, want %s with %q", what, no.Why, no.TextE, why, left)
		}
	}
	refuses("before the wallet has said anything", 300, sakura.shows(time.Now(), oda.Base45), "offline.stopped", "")
	p.imports(t, m.says(1, nil))
	refuses("an issuer that is not trusted", 300, sakura.shows(time.Now(), oda.Base45), "offline.code", "")
	p.imports(t, m.says(2, issues(issuer, func(b *bulletin.Bulletin) { b.Limits.OfflineCharge = 2000 })))
	now := time.Now()
	codes := []string{sakura.shows(now, oda.Base45), sakura.shows(now, oda.Base64), sakura.shows(now, oda.Decimal)}
	for _, code := range codes {
		s, no := p.costs(t, 1000, code)
		if s.State != "queued" || s.Reason != "offline" || s.Goods != "hand_over" {
			t.Fatalf("%+v, %+v", s, no)
		}
	}
	refuses("the same code", 100, codes[2], "register.code_again", "")
	sakura.counter -= 2
	refuses("a code before the last one of that phone", 100, sakura.shows(now.Add(time.Second), oda.Base45), "register.code_again", "")
	sakura.counter += 2
	refuses("more than the wallet takes at once", 2001, taro.shows(now, oda.Base45), "offline.per_charge", "2000 JPY")
	refuses("more than one customer may owe", 1001, sakura.shows(now, oda.Base45), "offline.per_token", "1000 JPY")
	refuses("a code of an hour ago", 100, taro.shows(now.Add(-time.Hour), oda.Base45), "offline.code", "")
	agent.kill()
	agent = p.start(t)
	refuses("the limit after kill -9", 1001, sakura.shows(time.Now(), oda.Base45), "offline.per_token", "")
	refuses("the code after kill -9", 100, codes[0], "register.code_again", "")
	p.imports(t, m.says(3, issues(issuer, func(b *bulletin.Bulletin) { b.Denied.Tokens = []string{"0200000000000000"} })))
	refuses("a customer whom the wallet denies", 100, taro.shows(time.Now(), oda.Base45), "offline.code", "")
	p.imports(t, m.says(4, issues(issuer, func(b *bulletin.Bulletin) { b.Stops.Offline = true })))
	refuses("while the wallet stops it", 100, sakura.shows(time.Now(), oda.Base45), "offline.stopped", "")
	p.imports(t, m.says(5, issues(issuer, func(b *bulletin.Bulletin) { b.Issued, b.Expires = b.Issued.Add(time.Hour), b.Expires.Add(time.Hour) })))
	refuses("when the wallet has spoken later than it is", 100, sakura.shows(time.Now(), oda.Base45), "offline.clock", "")
	q, err := p.local().Queue(context.Background(), 2)
	check(t, err)
	if !q.Taking || q.Count != 3 || q.Amount != 3000 || q.Limits.PerCustomer != 4000 || len(q.Charges) != 2 || q.Charges[0].Until.Before(now) || q.Charges[0].Accepted.Before(now.Add(-time.Minute)) {
		t.Errorf("the queue is %+v", q)
	}
	agent.kill()
	files, err := filepath.Glob(p.at("data/*"))
	check(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		check(t, err)
		for _, code := range codes {
			if raw, _, err := oda.Decode(code); bytes.Contains(data, []byte(code)) || err == nil && bytes.Contains(data, raw[len(raw)-64:]) {
				t.Errorf("a code lies in %s", file)
			}
		}
	}
}

// A code is one code in whatever carrier, online and offline: what is kept of
// it is the phone and its counter, and a text that is no such code is itself.
func TestWhatIsKeptOfASignedCode(t *testing.T) {
	keys := secrets{codes: make([]byte, 32)}
	p := newPhone(t, newMaker(t, 7).key, 1)
	code := func(carrier oda.Carrier) paycode.Secret { return paycode.Secret(p.shows(time.Now(), carrier)) }
	first := code(oda.Base45)
	p.counter--
	again := code(oda.Decimal) // signed anew, and shown as a bar of digits
	if keys.hashCode(first) != keys.hashCode(again) {
		t.Error("one code of one phone is two")
	}
	if next := code(oda.Decimal); keys.hashCode(again) == keys.hashCode(next) {
		t.Error("two codes of one phone are one")
	}
	if other := first + "0"; keys.hashCode(first) == keys.hashCode(other) {
		t.Error("a text that is no code has the hash of one")
	}
}
