package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// phones are the customers' phones as the demo plays them: with their keys and
// certificates, so that they go on showing signed codes while the wallet is
// stopped. The wallet plays the same phones; who has counted further is asked
// at each code.
type phones struct {
	path string

	mu sync.Mutex
}

// read needs mu. The order is that in which the phones were fetched, and so
// the first is the first customer's.
func (p *phones) read() ([]wire.Phone, error) {
	data, err := os.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []wire.Phone
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s holds no phones: %w; remove it, and start the wallet", p.path, err)
	}
	return all, nil
}

// keep needs mu.
func (p *phones) keep(all []wire.Phone) error {
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(p.path+".new", p.path)
}

// fetch is what phones do while they have a network: each gets its certificate
// or the next one. The first customer has a phone from the start, others when
// they first show a signed code. What a phone cannot get now, as one whose
// customer has no money left, is told when it is to show a code.
func (p *phones) fetch(ctx context.Context, o *orders) {
	p.mu.Lock()
	all, _ := p.read()
	p.mu.Unlock()
	names := []string{""}
	for _, ph := range all {
		names = append(names, ph.Customer)
	}
	for _, name := range names {
		_ = p.fetchOne(ctx, o, name)
	}
}

func (p *phones) fetchOne(ctx context.Context, o *orders, customer string) error {
	var got wire.Phone
	if err := o.try(ctx, http.MethodPost, wire.PathTryPhones, wire.PhoneRequest{Customer: customer}, &got); err != nil {
		return fmt.Errorf("fetch the certificate of a phone: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.put(got)
}

// put needs mu.
func (p *phones) put(ph wire.Phone) error {
	all, err := p.read()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(old wire.Phone) bool { return old.Customer == ph.Customer })
	if i < 0 {
		return p.keep(append(all, ph))
	}
	ph.Counter = max(ph.Counter, all[i].Counter)
	all[i] = ph
	return p.keep(all)
}

// find needs mu. No name is the first customer.
func (p *phones) find(customer string) (wire.Phone, error) {
	all, err := p.read()
	if err != nil {
		return wire.Phone{}, err
	}
	for _, ph := range all {
		if customer == "" || ph.Customer == customer {
			return ph, nil
		}
	}
	return wire.Phone{}, fmt.Errorf("the phone of %s has no certificate, and fetches one while the wallet runs: posctl demo wallet start", cmp.Or(customer, "the first customer"))
}

// show is a fresh code, from the wallet when it runs, and else from the phone
// alone.
func (p *phones) show(ctx context.Context, o *orders, customer, carrier string) (wire.MintedCode, error) {
	if !o.wallet.running() {
		return p.sign(customer, oda.Carrier(carrier))
	}
	if err := p.fetchOne(ctx, o, customer); err != nil {
		return wire.MintedCode{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	ph, err := p.find(customer)
	if err != nil {
		return wire.MintedCode{}, err
	}
	var minted wire.MintedCode
	request := wire.SignedCodeRequest{Customer: ph.Customer, Carrier: carrier, After: ph.Counter}
	if err := o.try(ctx, http.MethodPost, wire.PathTrySigned, request, &minted); err != nil {
		return wire.MintedCode{}, err
	}
	raw, _, err := oda.Decode(minted.Code)
	if err != nil {
		return wire.MintedCode{}, err
	}
	code, err := oda.Parse(raw)
	if err != nil {
		return wire.MintedCode{}, err
	}
	ph.Counter = code.Offer.Counter
	return minted, p.put(ph)
}

// sign is what a phone does without a network.
func (p *phones) sign(customer string, carrier oda.Carrier) (wire.MintedCode, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ph, err := p.find(customer)
	if err != nil {
		return wire.MintedCode{}, err
	}
	now := time.Now()
	if now.After(ph.NotAfter) {
		return wire.MintedCode{}, fmt.Errorf("the certificate of %s's phone has ended, and it fetches the next while the wallet runs: posctl demo wallet start", ph.Customer)
	}
	ph.Counter = max(ph.Counter+1, uint32(now.Unix()))
	if err := p.put(ph); err != nil { // before the code is shown: a number is never used twice
		return wire.MintedCode{}, err
	}
	device, err := oda.RestoreDevice(oda.Algorithm(ph.Algorithm), ph.Secret)
	if err != nil {
		return wire.MintedCode{}, err
	}
	offer := oda.Offer{IssuedAt: now, TTL: oda.MaxTTL, Counter: ph.Counter, MaxAmount: ph.PerChargeMax}
	rand.Read(offer.Nonce[:])
	raw, err := oda.SignCode(device, ph.Certificate, offer)
	if err != nil {
		return wire.MintedCode{}, err
	}
	text := oda.Encode(raw, carrier)
	if text == "" {
		return wire.MintedCode{}, fmt.Errorf("there is no carrier %q: use base45, base64 or decimal", carrier)
	}
	return wire.MintedCode{Code: text, Customer: ph.Customer, Expires: now.Add(oda.MaxTTL).UTC()}, nil
}
