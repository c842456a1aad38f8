package sim

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

// issuerKey certifies the phones of every world.
var issuerKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// phone is a customer's, with a key that never leaves it. All sign with
// Ed25519, which costs the least: the whole tier has both kinds.
type phone struct {
	customer    string
	device      *oda.Device
	certificate []byte
	until       time.Time
	counter     uint32
	spare       string // a code that was made before the last one, and never shown
	replaced    *phone // the one before, which a thief may have
}

// signature is what a signed code is, whatever picture carries it.
type signature struct {
	device  string
	counter uint32
}

// signedCode is a code that a phone made, as whoever looks on remembers it.
type signedCode struct {
	signature
	raw  oda.Raw
	ends time.Time // when no register may take it any more, by a clock that is right
}

// What a certificate is for, in yen: little enough for two registers to take
// more than that together.
const (
	mostAside  = 12_000
	mostSigned = 5000
	certLife   = 24 * time.Hour
)

// phone is a customer's phone as it is now, counted from 1, with a certificate
// that lasts for a while.
func (r *reference) phone(d *dice, who int) (*phone, error) {
	p := r.phones[who]
	fresh := p == nil || r.w.plan.offline.renewed && d.chance(0.03)
	if !fresh && r.w.wall().Before(p.until) && !d.chance(0.05) {
		return p, nil
	}
	if fresh {
		secret := make([]byte, 32)
		_, _ = d.Read(secret)
		device, err := oda.RestoreDevice(oda.Ed25519, secret)
		if err != nil {
			return nil, err
		}
		p = &phone{customer: fmt.Sprintf("customer%d", who-1), device: device, replaced: p}
		r.phones[who] = p
	}
	var err error
	p.certificate, err = r.ledger.Certify(ledger.CertificateRequest{
		Customer: p.customer, Algorithm: oda.Ed25519, DeviceKey: p.device.PublicKey(),
		PerChargeMax: mostSigned, CumulativeMax: mostAside, Life: certLife,
	})
	p.until = r.w.wall().Add(certLife - time.Minute)
	return p, err
}

// sign is a code of a phone, made at a time.
func (r *reference) sign(d *dice, p *phone, at time.Time) (string, error) {
	p.counter++
	offer := oda.Offer{IssuedAt: at, TTL: oda.MaxTTL, Counter: p.counter, MaxAmount: mostSigned}
	_, _ = d.Read(offer.Nonce[:])
	raw, err := oda.SignCode(p.device, p.certificate, offer)
	if err != nil {
		return "", err
	}
	code := signedCode{raw: raw, ends: at.Add(offer.TTL + oda.Skew), signature: signature{device: deviceOf(p.device), counter: p.counter}}
	return r.w.carry(code, carriers[d.below(len(carriers))]), nil
}

var carriers = []oda.Carrier{oda.Base45, oda.Base64, oda.Decimal}

// carry is the text of a code in a picture.
func (w *World) carry(code signedCode, in oda.Carrier) string {
	text := oda.Encode(code.raw, in)
	w.signed[text], w.codes[code.signature] = code, code
	return text
}

// shows is what a customer shows at a till: a fresh code, mostly.
func (t *till) shows(a act) (string, error) {
	r := t.w.wallets[0].books.(*reference)
	d := roll(t.w.plan.seed, "signed", uint64(a.n), 0)
	p, err := r.phone(&d, a.who)
	if err != nil {
		return "", err
	}
	now, skew := t.w.wall(), time.Duration(t.skew.Load())
	switch {
	case p.spare != "" && d.chance(0.5):
		t.w.struck(OlderCode, a.ident())
		text := p.spare
		p.spare = ""
		return text, nil
	case skew < -oda.MaxTTL && d.chance(0.8):
		t.w.struck(OldPicture, a.ident())
		return r.sign(&d, p, now.Add(skew))
	case p.replaced != nil && d.chance(0.3):
		t.w.struck(EndedPhone, a.ident())
		return r.sign(&d, p.replaced, now)
	case d.chance(0.2):
		if p.spare, err = r.sign(&d, p, now); err != nil {
			return "", err
		}
	}
	return r.sign(&d, p, now)
}
