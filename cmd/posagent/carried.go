package main

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// carried is a charge that was brought, for the books: its code sealed with
// this register's key, and known again by this register's hash. An error says
// why no register can have taken it so. Whether the wallet has certified the
// phone is not asked: a register may not know its keys, and the wallet asks.
func (h *hands) carried(c handover.Charge, certificate []byte, from string) (charge.Carried, error) {
	var none charge.Carried
	if !slices.Contains(ids(h.wallets), c.Wallet) {
		return none, fmt.Errorf("this register has no wallet %s", c.Wallet)
	}
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
	if err := withinBounds(c, parsed); err != nil {
		return none, err
	}
	cert := parsed.Certificate
	return charge.Carried{
		Key: c.Key, Wallet: c.Wallet, Amount: c.Amount, Accepted: c.Accepted, From: from,
		Code: charge.CodeMark{Kind: code.Rule, Masked: code.Text.Masked(), Hash: h.secrets.hashCode(code.Text)},
		Proof: charge.Proof{
			Token: idOf(c.Wallet, cert.WalletToken[:]), Serial: idOf(c.Wallet, cert.Serial[:]), Affords: cert.CumulativeMax, Until: cert.NotAfter,
			Sealed: h.seal.Seal(string(c.Key), []byte(code.Text.Reveal())), Signature: c.Signature, Certificate: certificate,
		},
	}, nil
}

// withinBounds holds what a register says of a charge against what the code
// itself affords. Money beyond that is nobody's, and would only spoil the sums
// of these books.
func withinBounds(c handover.Charge, code oda.Code) error {
	offer, cert := code.Offer, code.Certificate
	switch {
	case c.Amount.Currency != money.JPY || c.Amount.Minor > min(offer.MaxAmount, cert.PerChargeMax):
		return fmt.Errorf("it is over %s, and its code affords %d yen", c.Amount, min(offer.MaxAmount, cert.PerChargeMax))
	case c.Accepted.Before(offer.IssuedAt.Add(-oda.Skew-time.Second)) || c.Accepted.After(offer.IssuedAt.Add(offer.TTL+oda.Skew+time.Second)):
		return fmt.Errorf("it was taken at %s, and its code was shown at %s", c.Accepted.UTC(), offer.IssuedAt.UTC())
	}
	return nil
}

// signers are the certificates of a file that are of the register which it
// names, signed by the authority that signs this register's for the same wallet
// as well. One of a wallet that this register does not have is passed over.
func (h *hands) signers(f handover.File) (map[string]*x509.Certificate, error) {
	keys := make(map[string]*x509.Certificate)
	for _, w := range h.wallets {
		chain, err := x509.ParseCertificates(f.Certificates[w.ID])
		if err != nil {
			return nil, fmt.Errorf("the certificate for wallet %s: %w", w.ID, err)
		}
		if len(chain) == 0 {
			continue
		}
		above := x509.NewCertPool()
		for _, c := range chain[1:] {
			above.AddCert(c)
		}
		// At a moment when it was valid: it may have ended while its register
		// was without a network, and the time at which the file was made proves
		// nothing.
		_, err = chain[0].Verify(x509.VerifyOptions{Roots: w.roots, Intermediates: above, CurrentTime: chain[0].NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		if err != nil {
			return nil, fmt.Errorf("the certificate for wallet %s: %w", w.ID, err)
		}
		if name := chain[0].Subject.CommonName; name != f.Store+"-"+f.Terminal {
			return nil, fmt.Errorf("the certificate for wallet %s is of register %q", w.ID, name)
		}
		keys[w.ID] = chain[0]
	}
	return keys, nil
}

// genuine tells whether the register that a file names has signed every charge
// in it that can be taken in here. Whoever changed an amount, or put a charge
// in, has not its key.
func (h *hands) genuine(f handover.File) error {
	keys, err := h.signers(f)
	if err != nil {
		return err
	}
	for _, c := range f.Charges {
		cert := keys[c.Wallet]
		switch {
		case !slices.Contains(ids(h.wallets), c.Wallet): // it is refused by itself
		case cert == nil:
			return fmt.Errorf("charge %s: the file has no certificate for wallet %s", c.Key, c.Wallet)
		default:
			if err := signedWith(cert, f, c); err != nil {
				return fmt.Errorf("charge %s: %w", c.Key, err)
			}
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
