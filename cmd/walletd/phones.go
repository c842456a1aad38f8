package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/identitydb"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/oidc"
	"github.com/posagent/posagent/wallet/reference/outbox"
	"github.com/posagent/posagent/wallet/reference/phone"
	"github.com/posagent/posagent/wallet/reference/phone/page"
	"github.com/posagent/posagent/wallet/reference/topup"
	"github.com/posagent/posagent/wallet/reference/topup/mock"
	"github.com/posagent/posagent/wallet/reference/topupdb"
	"github.com/posagent/posagent/wallet/wire"
)

// customers are the wallet's customers as people, where they sign in at all. The
// zero value has none.
type customers struct {
	rules  *rules
	store  *identitydb.Store
	topUps *topupdb.Store // nil: there are none
	who    *identity.Service
}

// guard is what the ledger asks before it takes a customer's money.
func (p *customers) guard(customer string) ledger.Guard {
	if p.who == nil {
		return ledger.Guard{}
	}
	g := p.who.Guard(customer)
	return ledger.Guard{Frozen: g.Frozen, NoTopUp: time.Now().Before(g.NoTopUp), DayMost: g.DayMost}
}

// held is why nothing is topped up for a customer now. After a reset it is so
// whatever the risk rules say.
func (p *customers) held(customer string) error {
	if g := p.guard(customer); g.Frozen || g.NoTopUp {
		return topup.ErrHeld
	}
	return nil
}

// accounts are what identities ask of the ledger and of the board.
type accounts struct{ reference.Options }

// Open opens an account. One that is there stays as it is.
func (a accounts) Open(customer string) error {
	_, err := a.Ledger.AddCustomer(customer, 0)
	return err
}

// Still also tells the registers.
func (a accounts) Still(customer string) error {
	if err := a.Ledger.Still(customer); err != nil {
		return err
	}
	return a.Board.Announce(a.Issuer.Issuers(), a.Ledger.Denied)
}

// open reads who they are.
func (p *customers) open(c configs.Wallet, o reference.Options, log *slog.Logger) error {
	if c.Phone.Listen == "" {
		return nil
	}
	at, err := url.Parse(c.Phone.Origin)
	if err != nil {
		return err
	}
	keys, err := webauthn.New(&webauthn.Config{RPID: at.Hostname(), RPDisplayName: "posagent wallet", RPOrigins: []string{c.Phone.Origin}})
	if err != nil {
		return fmt.Errorf("%w: phone.origin: passkeys cannot be bound to %s: %w", errConfig, c.Phone.Origin, err)
	}
	folder := c.Phone.Outbox
	if folder == "" {
		folder = filepath.Join(c.Data, "outbox")
	}
	box, err := outbox.Open(folder)
	if err != nil {
		return err
	}
	others, err := others(c)
	if err != nil {
		return err
	}
	if p.store, err = identitydb.Open(filepath.Join(c.Data, "identity.db"), log); err != nil {
		return err
	}
	p.who, err = identity.New(identity.Options{
		Store: p.store, Outbox: box, Accounts: accounts{o}, WebAuthn: keys, Others: others, Log: log,
		Stopped: func() bool { return o.Board.Said().Stops.SignUp },
		Alarm: func(kind string, n int) {
			log.Error("somebody tries many accounts: look at it, and stop payments and top-ups", "kind", kind, "tries", n)
		},
	})
	return err
}

// others are the services by which they may sign in.
func others(c configs.Wallet) (map[string]identity.Other, error) {
	all := map[string]identity.Other{}
	for _, o := range c.Others {
		secret, err := os.ReadFile(o.Secret)
		if err != nil {
			return nil, errors.Join(errConfig, fmt.Errorf("sign_in_by.%s: %w", o.Name, err))
		}
		all[o.Name] = oidc.New(oidc.Options{Issuer: o.Issuer, ClientID: o.ClientID, Secret: strings.TrimSpace(string(secret)), Redirect: c.Phone.Origin + "/"})
	}
	return all, nil
}

func (p *customers) close() error {
	var err error
	if p.store != nil {
		err = p.store.Close()
	}
	if p.topUps != nil {
		err = errors.Join(err, p.topUps.Close())
	}
	return err
}

// door serves their phones; nil where there are none.
func (p *customers) door(c configs.Wallet, o reference.Options, log *slog.Logger) (*phone.Server, error) {
	if p.who == nil {
		return nil, nil
	}
	out := phone.Options{Listen: c.Phone.Listen, Origin: c.Phone.Origin, Identity: p.who, Ledger: o.Ledger, Page: page.Files(), Clock: time.Now, Log: log}
	if c.Phone.Try {
		var err error
		if p.topUps, err = topupdb.Open(filepath.Join(c.Data, "topups.db"), log); err != nil {
			return nil, err
		}
		out.TopUps = topup.New(topup.Options{
			Store: p.topUps, Books: o.Ledger, Sources: map[string]topup.Source{"card": &mock.Source{}, "bank": &mock.Source{}},
			Stopped: func() bool { return o.Board.Stopped(wire.KindTopup) }, Held: p.held, Rules: p.rules.holds, Clock: time.Now, Log: log,
		})
	}
	if c.Phone.Cert != "" {
		cert, err := tls.LoadX509KeyPair(c.Phone.Cert, c.Phone.Key)
		if err != nil {
			return nil, errors.Join(errConfig, fmt.Errorf("phone.cert and phone.key: %w", err))
		}
		out.Certificate = &cert
	}
	return phone.Start(out)
}
