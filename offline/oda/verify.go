package oda

import (
	"crypto/ed25519"
	"crypto/sha256"
	"time"
)

// Verified is what a code proves. A caller takes it only if (DeviceKey,
// Counter) is new in its books, whatever carrier it came in, and if its limits
// and CumulativeMax leave room for the amount.
type Verified struct {
	Wallet        string // whose code it is, by the trust list
	Issuer        KeyID
	DeviceKey     DeviceID
	Counter       uint32
	WalletToken   Token
	Serial        Serial
	PerChargeMax  int64 // of the certificate, in yen
	CumulativeMax int64
	MaxAmount     int64 // of this code
	NotAfter      time.Time
	IssuedAt      time.Time
	Expires       time.Time // the last second in which Verify takes it
}

// Verify checks a code at a time and for an amount in yen, the cheap checks
// first. All times are compared in whole seconds; a fraction of now is
// dropped. An error is a Reason.
func Verify(raw Raw, now time.Time, amount int64, trust Trust, cache *Cache) (Verified, error) {
	p, err := split(raw)
	if err != nil {
		return Verified{}, err
	}
	cert, offer := p.code.Certificate, p.code.Offer
	issuer, known := trust.issuers[cert.Issuer]
	if !known {
		return Verified{}, UnknownIssuer
	}
	if err := windows(issuer, cert, now.Unix()); err != nil {
		return Verified{}, err
	}
	if err := fresh(offer, now.Unix()); err != nil {
		return Verified{}, err
	}
	if err := affordable(p.code, amount); err != nil {
		return Verified{}, err
	}
	if err := trust.denies(issuer.Wallet, cert); err != nil {
		return Verified{}, err
	}
	key, err := certified(p, issuer, cache)
	if err != nil {
		return Verified{}, err
	}
	if err := key.verify(append([]byte(codePrefix), p.offered...), p.proof); err != nil {
		return Verified{}, err
	}
	return Verified{
		Wallet:        issuer.Wallet,
		Issuer:        cert.Issuer,
		DeviceKey:     sha256.Sum256(cert.DeviceKey),
		Counter:       offer.Counter,
		WalletToken:   cert.WalletToken,
		Serial:        cert.Serial,
		PerChargeMax:  cert.PerChargeMax,
		CumulativeMax: cert.CumulativeMax,
		MaxAmount:     offer.MaxAmount,
		NotAfter:      cert.NotAfter,
		IssuedAt:      offer.IssuedAt,
		Expires:       offer.IssuedAt.Add(offer.TTL + Skew),
	}, nil
}

// windows checks what the trust list says of the issuer, and then the
// certificate's own time. There is no allowance for clocks: an issuer lets its
// certificates begin some minutes early.
func windows(issuer Issuer, cert Certificate, now int64) error {
	switch {
	case issuer.Algorithm != cert.Algorithm:
		return IssuerAlgorithm
	case now < issuer.ValidFrom.Unix():
		return IssuerNotYet
	case now > issuer.ValidUntil.Unix():
		return IssuerExpired
	case now < cert.NotBefore.Unix():
		return CertificateNotYet
	case now > cert.NotAfter.Unix():
		return CertificateExpired
	case cert.NotAfter.Sub(cert.NotBefore) > MaxLifetime:
		return CertificateLifetime
	}
	return nil
}

func fresh(o Offer, now int64) error {
	skew := int64(Skew / time.Second)
	switch {
	case o.TTL < time.Second || o.TTL > MaxTTL:
		return WrongTTL
	case o.IssuedAt.Unix() > now+skew:
		return Future
	case now > o.IssuedAt.Unix()+int64(o.TTL/time.Second)+skew:
		return Expired
	}
	return nil
}

func affordable(c Code, amount int64) error {
	switch {
	case amount <= 0:
		return WrongAmount
	case amount > c.Offer.MaxAmount:
		return OverCodeMax
	case amount > c.Certificate.PerChargeMax:
		return OverChargeMax
	}
	return nil
}

// certified is the phone's key, once the issuer's signature over it is right.
func certified(p parts, issuer Issuer, cache *Cache) (deviceKey, error) {
	name := certificateName(issuer.PublicKey, p.certificate)
	if key, ok := cache.get(name); ok {
		return key, nil
	}
	if !ed25519.Verify(issuer.PublicKey, append([]byte(certificatePrefix), p.signed...), p.signature) {
		return deviceKey{}, CertificateSignature
	}
	key, err := parseKey(p.code.Certificate.Algorithm, p.code.Certificate.DeviceKey)
	if err != nil {
		return deviceKey{}, err
	}
	cache.put(name, key)
	return key, nil
}
