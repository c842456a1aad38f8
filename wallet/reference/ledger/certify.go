package ledger

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/oda"
)

// early is how long before now a certificate begins, because registers make no
// allowance for their clocks there.
const early = 5 * time.Minute

// LongestLife is the longest that a certificate may still live when it is
// made.
const LongestLife = oda.MaxLifetime - early

// CertificateRequest is what a phone asks for. Amounts are yen.
type CertificateRequest struct {
	Customer      string // empty is the first one
	Algorithm     oda.Algorithm
	DeviceKey     []byte
	PerChargeMax  int64
	CumulativeMax int64         // put aside from the balance
	Life          time.Duration // up to LongestLife
}

// Certify signs a certificate for a phone and puts its cumulative maximum
// aside, so that what registers take without a network is paid. It comes back
// when the certificate has ended and no forward can come any more, less what
// was spent.
//
// A phone with another key than the customer's takes its place: that one's
// certificates are denied from now on. So whoever calls this has made sure that
// it is the customer who asks. A phone that was replaced is ErrDeviceEnded, and
// a balance that does not cover the maximum ErrFunds.
func (l *Ledger) Certify(r CertificateRequest) (signed []byte, err error) {
	if err := l.checkCertificate(r); err != nil {
		return nil, err
	}
	err = l.update(func(tx Tx, now time.Time) error {
		phone, err := l.phone(tx, r, now)
		if err != nil {
			return err
		}
		serial, err := l.newSerial(tx)
		if err != nil {
			return err
		}
		terms := oda.Certificate{
			Algorithm: r.Algorithm, WalletToken: phone.Token, DeviceKey: r.DeviceKey, Serial: serial,
			NotBefore: now.Add(-early), NotAfter: now.Add(r.Life), PerChargeMax: r.PerChargeMax, CumulativeMax: r.CumulativeMax,
		}
		if signed, err = l.o.Issuer.Certify(terms); err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if err := l.bind(tx, phone, now); err != nil {
			return err
		}
		return l.reserve(tx, phone, terms, now)
	})
	if err != nil {
		return nil, fmt.Errorf("certify the phone of %s: %w", r.Customer, err)
	}
	return signed, nil
}

func (l *Ledger) checkCertificate(r CertificateRequest) error {
	switch {
	case l.o.Issuer == nil || l.o.Currency != money.JPY:
		return fmt.Errorf("%w: this wallet certifies no phones: it needs an issuer's key, and yen", ErrInvalid)
	case r.PerChargeMax <= 0 || r.CumulativeMax < r.PerChargeMax:
		return fmt.Errorf("%w: a certificate is for more than nothing, and for no less in all than for one charge", ErrInvalid)
	case r.Life < time.Second || r.Life > LongestLife:
		return fmt.Errorf("%w: a certificate lives for 1s to %s", ErrInvalid, LongestLife)
	}
	return nil
}

// phone is the phone that asks: the customer's, or one that is new.
func (l *Ledger) phone(tx Tx, r CertificateRequest, now time.Time) (Device, error) {
	customer, err := l.customer(tx, r.Customer)
	if err != nil {
		return Device{}, err
	}
	id := oda.DeviceID(sha256.Sum256(r.DeviceKey))
	known, err := tx.Device(id)
	switch {
	case err == nil && known.Customer != customer:
		return Device{}, fmt.Errorf("%w: this key is another customer's phone", ErrInvalid)
	case err == nil && !known.Ended.IsZero():
		return Device{}, ErrDeviceEnded
	case err == nil || !errors.Is(err, ErrNotFound):
		return known, err
	}
	fresh := Device{ID: id, Customer: customer, Algorithm: r.Algorithm, Key: r.DeviceKey, Since: now}
	earlier, err := tx.Devices(customer)
	if err != nil {
		return Device{}, err
	}
	if len(earlier) > 0 {
		fresh.Token = earlier[0].Token // registers' limits are the customer's, and not the phone's
	} else if _, err := io.ReadFull(l.o.Random, fresh.Token[:]); err != nil {
		return Device{}, fmt.Errorf("draw a token: %w", err)
	}
	return fresh, nil
}

// bind makes the phone the customer's, in place of another.
func (l *Ledger) bind(tx Tx, phone Device, now time.Time) error {
	_, err := tx.Device(phone.ID)
	if err == nil || !errors.Is(err, ErrNotFound) {
		return err
	}
	earlier, err := tx.Devices(phone.Customer)
	if err != nil {
		return err
	}
	if err := l.endDevices(tx, earlier, now); err != nil {
		return err
	}
	return tx.PutDevice(phone)
}

// EndDevice is for a phone that was lost: the customer has none any more, and
// codes that it signs are denied from now on.
func (l *Ledger) EndDevice(customer string) error {
	err := l.update(func(tx Tx, now time.Time) error {
		customer, err := l.customer(tx, customer)
		if err != nil {
			return err
		}
		all, err := tx.Devices(customer)
		if err != nil {
			return err
		}
		return l.endDevices(tx, all, now)
	})
	if err != nil {
		return fmt.Errorf("end the phone of %s: %w", customer, err)
	}
	return nil
}

// endDevices denies what phones may show. What registers took before may still
// be forwarded, so the money stays aside for that long.
func (l *Ledger) endDevices(tx Tx, phones []Device, now time.Time) error {
	for _, phone := range phones {
		if !phone.Ended.IsZero() {
			continue
		}
		phone.Ended = now
		if err := tx.PutDevice(phone); err != nil {
			return err
		}
		if err := l.deny(tx, phone, now); err != nil {
			return err
		}
	}
	return nil
}

// Still denies what the phones of a customer may show by themselves, and ends
// none of them: one that the customer still has gets a certificate anew. A
// customer without a phone, or none at all, has nothing to deny.
func (l *Ledger) Still(customer string) error {
	err := l.update(func(tx Tx, now time.Time) error {
		phones, err := tx.Devices(customer)
		if err != nil {
			return err
		}
		for _, phone := range phones {
			if err := l.deny(tx, phone, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("deny the codes that the phone of %s signs: %w", customer, err)
	}
	return nil
}

func (l *Ledger) deny(tx Tx, phone Device, now time.Time) error {
	all, err := tx.CertificatesOf(phone.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !c.lives(now) {
			continue
		}
		c.Denied, c.Until = now, now.Add(l.o.ForwardWithin)
		if err := tx.PutCertificate(c); err != nil {
			return err
		}
	}
	return nil
}

// newSerial draws a number that no certificate has.
func (l *Ledger) newSerial(tx Tx) (oda.Serial, error) {
	const tries = 8
	for range tries {
		var s oda.Serial
		if _, err := io.ReadFull(l.o.Random, s[:]); err != nil {
			return s, fmt.Errorf("draw a serial: %w", err)
		}
		_, err := tx.Certificate(s)
		if errors.Is(err, ErrNotFound) && s != (oda.Serial{}) {
			return s, nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return s, err
		}
	}
	return oda.Serial{}, fmt.Errorf("%d random serials in a row were taken: check the source of randomness", tries)
}

// Denied are the serials of certificates that were stopped and that a register
// could still take codes under.
func (l *Ledger) Denied() ([]oda.Serial, error) {
	var out []oda.Serial
	err := l.view(func(tx Tx) error {
		all, err := tx.Certificates()
		now := l.now()
		for _, c := range slices.DeleteFunc(all, func(c Certificate) bool { return c.Denied.IsZero() || now.Unix() > c.NotAfter.Unix() }) {
			out = append(out, c.Serial)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list denied certificates: %w", err)
	}
	return out, nil
}
