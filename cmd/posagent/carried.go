package main

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// carried is a charge that was brought, for the books: its code sealed with
// this register's key, and known again by this register's hash.
func (h *hands) carried(c handover.Charge, from string) (charge.Carried, error) {
	var none charge.Carried
	code, err := h.codes.Classify("", []byte(c.Code.Reveal()))
	if err != nil {
		return none, fmt.Errorf("its code is of no wallet here: %w", err)
	}
	if !code.Signed || code.Wallet != c.Wallet {
		return none, fmt.Errorf("its code is no signed one of wallet %s", c.Wallet)
	}
	raw, _, err := oda.Decode(c.Code.Reveal())
	if err != nil {
		return none, err
	}
	parsed, err := oda.Parse(raw)
	if err != nil {
		return none, err
	}
	cert := parsed.Certificate
	return charge.Carried{
		Key: c.Key, Wallet: c.Wallet, Amount: c.Amount, Accepted: c.Accepted, From: from,
		Code: charge.CodeMark{Kind: code.Rule, Masked: code.Text.Masked(), Hash: h.secrets.hashCode(code.Text)},
		Proof: charge.Proof{
			Token: idOf(c.Wallet, cert.WalletToken[:]), Serial: idOf(c.Wallet, cert.Serial[:]), Affords: cert.CumulativeMax, Until: cert.NotAfter,
			Sealed: h.seal.Seal(string(c.Key), []byte(code.Text.Reveal())), Signature: c.Signature,
		},
	}, nil
}

// genuine tells whether the register that a file names has signed every charge
// in it, with a certificate of the authority that signs this register's wallets
// as well. Whoever changed an amount, or put a charge in, has not its key.
func (h *hands) genuine(f handover.File) error {
	keys := make(map[string]*x509.Certificate)
	for _, w := range h.wallets {
		der, there := f.Certificates[w.ID]
		if !there {
			continue
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("the certificate for wallet %s: %w", w.ID, err)
		}
		if _, err := cert.Verify(x509.VerifyOptions{Roots: w.roots, CurrentTime: f.Made, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
			return fmt.Errorf("the certificate for wallet %s: %w", w.ID, err)
		}
		if cert.Subject.CommonName != f.Store+"-"+f.Terminal {
			return fmt.Errorf("the certificate for wallet %s is of register %q", w.ID, cert.Subject.CommonName)
		}
		keys[w.ID] = cert
	}
	for _, c := range f.Charges {
		cert := keys[c.Wallet]
		if cert == nil {
			return fmt.Errorf("charge %s: the file has no certificate for wallet %q, or it is none of this register's", c.Key, c.Wallet)
		}
		if err := signedWith(cert, f, c); err != nil {
			return fmt.Errorf("charge %s: %w", c.Key, err)
		}
	}
	return nil
}

func signedWith(cert *x509.Certificate, f handover.File, c handover.Charge) error {
	store, terminal, _, _, err := c.Key.Parts()
	switch {
	case err != nil:
		return err
	case store != f.Store || terminal != f.Terminal:
		return errors.New("it is another register's than the file")
	}
	said := wire.ChargeRequest{
		Key: string(c.Key), Amount: c.Amount.Minor, Currency: string(c.Amount.Currency), Code: c.Code.Reveal(),
		AcceptedAt: c.Accepted, TerminalSignature: base64.StdEncoding.EncodeToString(c.Signature),
	}
	if !said.ForwardSignedBy(cert.PublicKey) {
		return errors.New("it is not as the register has signed it")
	}
	return nil
}

// counted adds what became of a charge to what an import tells.
func counted(out *control.Import, c charge.Carried, became charge.Handed, why error) {
	switch became {
	case charge.HandedTaken:
		out.Taken++
	case charge.HandedBack:
		out.Back++
	case charge.HandedKnown:
		out.Known++
		return
	default:
		out.Refused = append(out.Refused, control.NotIn{Key: string(c.Key), Why: why.Error()})
		return
	}
	out.Amount += c.Amount.Minor
}
