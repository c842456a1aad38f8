package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/trace"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/wire"
)

// wallet is a wallet of the register and the line to it.
type wallet struct {
	agent.Wallet
	line    *authorize.Line
	keys    []ed25519.PublicKey // of its bulletins
	notices *own.Notices        // nil without keys

	certificate []byte         // of this register for this wallet, in DER, with those above it
	roots       *x509.CertPool // the authority of this wallet, and of the registers' certificates for it
}

// wallets makes the clients of the wallets in the configuration.
func wallets(c configs.Config, demo bool, tracer *trace.Tracer, log *slog.Logger) ([]wallet, error) {
	var out []wallet
	for _, link := range c.Wallets {
		id, err := identity(link, c.Store, demo)
		if err != nil {
			return nil, fmt.Errorf("wallet %s: %w", link.ID, err)
		}
		line := authorize.NewLine(link.URL, id)
		client := &own.Client{ID: link.ID, Store: c.Store.ID, Terminal: c.Store.Terminal, Line: line, Terms: link.Terms(), Tracer: tracer}
		w := wallet{line: line, certificate: bytes.Join(id.Certificate.Certificate, nil), roots: id.Roots, Wallet: agent.Wallet{
			ID: link.ID, Name: link.ReceiptName, NameEN: link.ReceiptNameEN, Terms: link.Terms(),
			Ask: client, Refunds: client, TopUps: client, Lists: client,
		}}
		if link.ShowFor > 0 {
			w.Shows = client
		}
		if client.Signer = signer(id.Certificate); client.Signer != nil {
			w.Forwards = client
		} else {
			log.Warn("nothing is taken without a network: the register's certificate has no key on P-256 or of Ed25519, enrol it anew", "wallet", link.ID)
		}
		if err := w.pin(link, id, log); err != nil {
			return nil, fmt.Errorf("wallet %s: %w", link.ID, err)
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		log.Warn("no wallet is configured: nothing can be paid")
	}
	return out, nil
}

// signer is the key of a certificate if forwards can be signed with it.
func signer(cert tls.Certificate) crypto.Signer {
	switch key := cert.PrivateKey.(type) {
	case ed25519.PrivateKey:
		return key
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return key
		}
	}
	return nil
}

// pin reads the keys of a wallet's bulletins and prepares the line on which
// they are waited for.
func (w *wallet) pin(link configs.WalletLink, id authorize.Identity, log *slog.Logger) error {
	for _, text := range link.BulletinKeys {
		key, err := bulletin.Key(text)
		if err != nil {
			return fmt.Errorf("bulletin_keys: %w", err)
		}
		w.keys = append(w.keys, key)
	}
	if len(w.keys) == 0 {
		log.Warn("no bulletin_keys are set: this wallet cannot stop its functions here, and its bulletins are not asked for", "wallet", w.ID)
		return nil
	}
	w.Announces, w.notices = true, &own.Notices{Line: authorize.NewLine(link.URL, id), Within: link.Deadline}
	return nil
}

func ids(ws []wallet) []string {
	var out []string
	for _, w := range ws {
		out = append(out, w.ID)
	}
	return out
}

// identity reads the register's certificate and the wallet's authority, and
// refuses what would only fail at the first sale.
func identity(link configs.WalletLink, store configs.Store, demo bool) (authorize.Identity, error) {
	var id authorize.Identity
	cert, err := tls.LoadX509KeyPair(link.Cert, link.Key)
	if err != nil {
		return id, fmt.Errorf("read this register's certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return id, fmt.Errorf("read this register's certificate: %w", err)
	}
	if want := store.ID + "-" + store.Terminal; leaf.Subject.CommonName != want {
		return id, fmt.Errorf("the certificate %s is for register %q, but this is %q: enrol this register anew", link.Cert, leaf.Subject.CommonName, want)
	}
	ca, err := os.ReadFile(link.CA)
	if err != nil {
		return id, fmt.Errorf("read the wallet's authority: %w", err)
	}
	if err := realMoney(ca, demo); err != nil {
		return id, err
	}
	id = authorize.Identity{Certificate: cert, Roots: x509.NewCertPool()}
	if !id.Roots.AppendCertsFromPEM(ca) {
		return id, fmt.Errorf("%s holds no certificate in PEM form", link.CA)
	}
	return id, nil
}

// realMoney keeps the demo's wallet out of a shop, and a shop's wallet out of
// the demo.
func realMoney(ca []byte, demo bool) error {
	for block, rest := pem.Decode(ca); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		marked := slices.Contains(cert.Subject.OrganizationalUnit, wire.DemoMark)
		switch {
		case marked && !demo:
			return errors.New("this is the demo's wallet, which holds no real money: only `posctl demo` starts an agent with it")
		case !marked && demo:
			return errors.New("the demo only talks to its own wallet, and this is another one")
		}
	}
	return nil
}

// keepWarm keeps a dialled connection to a wallet at hand, until ctx ends, and
// tells the register whether the wallet is there.
func (d *program) keepWarm(ctx context.Context, w wallet) {
	const every = 15 * time.Second
	w.line.KeepWarm(ctx, every, w.Terms.Deadline, func(err error) { d.register.Reached(w.ID, err) })
}
