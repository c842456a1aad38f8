package attack_test

import (
	"crypto"
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// phone is a customer's, of which the attacker has the key.
type phone struct {
	testing.TB
	wire.Phone
	device *oda.Device
}

func (w *wallet) phone(customer string) *phone {
	w.Helper()
	p := &phone{TB: w}
	w.try(http.MethodPost, wire.PathTryPhones, wire.PhoneRequest{Customer: customer}, &p.Phone)
	var err error
	p.device, err = oda.RestoreDevice(oda.Algorithm(p.Algorithm), p.Secret)
	check(w, err)
	return p
}

// raw is a code as its phone signs it: a counter, and when it was shown.
func (p *phone) raw(counter uint32, at time.Time) oda.Raw {
	p.Helper()
	offer := oda.Offer{IssuedAt: at.Truncate(time.Second), TTL: oda.MaxTTL, Counter: counter, MaxAmount: p.PerChargeMax}
	rand.Read(offer.Nonce[:])
	raw, err := oda.SignCode(p.device, p.Certificate, offer)
	check(p, err)
	return raw
}

// shows is the phone's next code.
func (p *phone) shows(at time.Time) string {
	p.Counter++
	return oda.Encode(p.raw(p.Counter, at), oda.Base45)
}

// forwards is a charge that the till took without a network, with its
// signature.
func (l *till) forwards(code string, amount int64, at time.Time) wire.ChargeRequest {
	l.Helper()
	signer, ok := l.own.PrivateKey.(crypto.Signer)
	if !ok {
		l.Fatal("the till's key signs nothing")
	}
	r, err := l.charged(code, amount).SignForward(at, signer)
	check(l, err)
	return r
}
