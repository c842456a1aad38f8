// Package tryphone plays customers' phones for whoever tries the wallet out:
// their keys, certificates and counters, and the codes that they show. A true
// wallet has nothing of it, because a phone's key never leaves the phone.
//
// Invariant: a counter is on the disk before a code with it is shown.
package tryphone

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// File is the name of the file in the wallet's folder.
const File = "try-phones.json"

// What a certificate is for, in yen: half of what the customer has, and no
// more than this. A phone fetches the next one in the second half of its life.
const (
	mostAside  = 30_000
	mostCharge = 10_000
	life       = 24 * time.Hour
)

// ttl is how long a code lives: as long as can be, because people copy it by
// hand.
const ttl = oda.MaxTTL

// ErrOrder means that an order cannot be followed.
var ErrOrder = errors.New("the order is not understood")

// Phones are the phones of all customers, one each. They are safe for many
// goroutines.
type Phones struct {
	path   string
	ledger *ledger.Ledger
	now    func() time.Time

	mu  sync.Mutex
	all map[string]wire.Phone // by customer
}

// Open reads the phones from a file, or has none yet. With an empty path they
// live in memory.
func Open(path string, l *ledger.Ledger, now func() time.Time) (*Phones, error) {
	p := &Phones{path: path, ledger: l, now: now, all: map[string]wire.Phone{}}
	if path == "" {
		return p, nil
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return nil, fmt.Errorf("read the phones for trying out: %w", err)
	}
	if err := json.Unmarshal(data, &p.all); err != nil {
		return nil, fmt.Errorf("%s holds no phones: %w; move it away, and each customer gets a new one", path, err)
	}
	return p, nil
}

// Phone is a customer's phone with a certificate that lasts for a while. A new
// one takes the place of the one before, as on a new installation.
func (p *Phones) Phone(r wire.PhoneRequest) (wire.Phone, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.phone(r)
}

// Code is a fresh code on a customer's phone.
func (p *Phones) Code(r wire.SignedCodeRequest) (wire.MintedCode, error) {
	carrier := oda.Carrier(cmp.Or(r.Carrier, string(oda.Base45)))
	if carrier != oda.Base45 && carrier != oda.Base64 && carrier != oda.Decimal {
		return wire.MintedCode{}, fmt.Errorf("%w: there is no carrier %.20q: use base45, base64 or decimal", ErrOrder, r.Carrier)
	}
	if r.Max < 0 || r.Max > 1<<32-1 {
		return wire.MintedCode{}, fmt.Errorf("%w: a code is for up to %d yen", ErrOrder, int64(1<<32-1))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	ph, err := p.phone(wire.PhoneRequest{Customer: r.Customer})
	if err != nil {
		return wire.MintedCode{}, err
	}
	now := p.now()
	ph.Counter = max(ph.Counter+1, r.After+1, uint32(now.Unix()))
	if err := p.keep(ph); err != nil {
		return wire.MintedCode{}, err
	}
	device, err := oda.RestoreDevice(oda.Algorithm(ph.Algorithm), ph.Secret)
	if err != nil {
		return wire.MintedCode{}, err
	}
	offer := oda.Offer{IssuedAt: now, TTL: ttl, Counter: ph.Counter, MaxAmount: cmp.Or(r.Max, ph.PerChargeMax)}
	rand.Read(offer.Nonce[:])
	raw, err := oda.SignCode(device, ph.Certificate, offer)
	if err != nil {
		return wire.MintedCode{}, err
	}
	return wire.MintedCode{Code: oda.Encode(raw, carrier), Customer: ph.Customer, Expires: now.Add(ttl).UTC()}, nil
}

// phone needs mu.
func (p *Phones) phone(r wire.PhoneRequest) (wire.Phone, error) {
	c, err := p.customer(r.Customer)
	if err != nil {
		return wire.Phone{}, err
	}
	ph, has := p.all[c.Name]
	if has && !r.New && p.now().Before(ph.NotAfter.Add(-life/2)) {
		return ph, nil
	}
	if has && !r.New {
		next, err := p.certify(ph, c)
		switch {
		case err == nil:
			return next, nil
		case errors.Is(err, ledger.ErrFunds) && p.now().Before(ph.NotAfter):
			return ph, nil // the old one lasts for a while
		case !errors.Is(err, ledger.ErrDeviceEnded):
			return wire.Phone{}, err
		}
	}
	device, err := oda.NewDevice(oda.P256)
	if err != nil {
		return wire.Phone{}, err
	}
	fresh := wire.Phone{Customer: c.Name, Algorithm: int(oda.P256)}
	if fresh.Secret, err = device.Secret(); err != nil {
		return wire.Phone{}, err
	}
	return p.certify(fresh, c)
}

func (p *Phones) customer(name string) (wire.Customer, error) {
	all, err := p.ledger.Customers()
	if err != nil {
		return wire.Customer{}, err
	}
	for _, c := range all {
		if c.Name == name || name == "" {
			return c, nil
		}
	}
	return wire.Customer{}, fmt.Errorf("%w: %s", ledger.ErrNoCustomer, name)
}

// certify fetches a certificate for the phone.
func (p *Phones) certify(ph wire.Phone, c wire.Customer) (wire.Phone, error) {
	device, err := oda.RestoreDevice(oda.Algorithm(ph.Algorithm), ph.Secret)
	if err != nil {
		return wire.Phone{}, err
	}
	aside := min(mostAside, c.Balance/2)
	if aside < 1 {
		return wire.Phone{}, fmt.Errorf("%w: %s has %d yen, and half of it is put aside", ledger.ErrFunds, c.Name, c.Balance)
	}
	ph.PerChargeMax = min(mostCharge, aside)
	ph.NotAfter = p.now().Add(life).UTC().Truncate(time.Second)
	ph.Certificate, err = p.ledger.Certify(ledger.CertificateRequest{
		Customer: c.Name, Algorithm: device.Algorithm(), DeviceKey: device.PublicKey(),
		PerChargeMax: ph.PerChargeMax, CumulativeMax: aside, Life: life,
	})
	if err != nil {
		return wire.Phone{}, err
	}
	return ph, p.keep(ph)
}

// keep writes the phones down; the file appears whole or not at all.
func (p *Phones) keep(ph wire.Phone) error {
	p.all[ph.Customer] = ph
	if p.path == "" {
		return nil
	}
	data, err := json.Marshal(p.all)
	if err != nil {
		return err
	}
	draft := p.path + ".new"
	if err := os.WriteFile(draft, data, 0o600); err != nil {
		return fmt.Errorf("keep the phones for trying out: %w", err)
	}
	return os.Rename(draft, p.path)
}
