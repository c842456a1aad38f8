package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/bulletin"
)

// slipText is a charge that waits to be collected as the text of a slip; see
// agent.Slip.
func slipText(due charge.Due, code paycode.Secret, signature []byte) (string, error) {
	return handover.EncodeSlip(handover.Charge{
		Key: due.Key, Wallet: due.Wallet, Amount: due.Amount, Accepted: due.Accepted.UTC().Truncate(time.Second), Code: code, Signature: signature,
	})
}

// drawQR draws a text as printers do: at level M.
func drawQR(text string) (printer.Bitmap, error) {
	m, err := picture.QR(text, picture.Medium)
	return printer.Bitmap{Width: m.Size, Height: m.Size, Bits: m.Bits}, err
}

// slips takes in what came on paper.
type slips struct {
	books    *book.Book
	taker    *taker
	codes    *paycode.Classifier
	hash     func(paycode.Secret) string
	day      func(time.Time) string
	register *agent.Register
	store    string
	wallets  []string
	now      func() time.Time
	log      *slog.Logger
}

// TakeSlip judges a store copy and takes its charge in; see server.Slips.
func (s slips) TakeSlip(text paycode.Secret, by charge.By, operator string) (control.Slip, error) {
	c, err := handover.DecodeSlip(text.Reveal())
	if err != nil {
		return control.Slip{}, &agent.Refused{Why: "slip.unreadable"}
	}
	brought, err := s.judge(c)
	if err != nil {
		return control.Slip{}, err
	}
	became, why, err := s.books.TakeOver([]charge.Carried{brought}, s.day, by, operator)
	if err != nil {
		return control.Slip{}, err
	}
	if became[0] == charge.HandedRefused {
		s.log.Warn("the books do not take a store copy in", "charge", string(c.Key), "why", why[0])
		return control.Slip{}, &agent.Refused{Why: "slip.books"}
	}
	s.register.Reread([]charge.Key{c.Key})
	s.register.Collect()
	rec, err := s.books.Charge(c.Key)
	if err != nil {
		return control.Slip{}, err
	}
	return control.Slip{
		Key: string(c.Key), Wallet: c.Wallet, Amount: c.Amount.Minor, Currency: string(c.Amount.Currency), Accepted: c.Accepted,
		Taken: became[0] != charge.HandedKnown, Known: became[0] == charge.HandedKnown, State: string(rec.State),
	}, nil
}

// judge holds a slip against what this register knows, before the books take
// it. What they have already was judged when it came there.
func (s slips) judge(c handover.Charge) (charge.Carried, error) {
	none := charge.Carried{}
	store, _, _, _, err := c.Key.Parts()
	switch {
	case err != nil || store != s.store:
		return none, &agent.Refused{Why: "slip.store"}
	case !slices.Contains(s.wallets, c.Wallet):
		return none, &agent.Refused{Why: "slip.wallet"}
	case c.Accepted.After(s.now().Add(2 * time.Minute)):
		return none, &agent.Refused{Why: "slip.clock"}
	}
	brought := charge.Carried{Key: c.Key, Wallet: c.Wallet, Amount: c.Amount, Accepted: c.Accepted, From: "a store copy"}
	if _, err := s.books.Charge(c.Key); !errors.Is(err, book.ErrNotFound) {
		return brought, err
	}
	if brought.Proof, err = s.taker.carried(c); err != nil {
		return none, err
	}
	brought.Code = charge.CodeMark{Kind: paycode.KindSigned, Masked: c.Code.Masked(), Hash: s.hash(c.Code)}
	if code, err := s.codes.Classify("", []byte(c.Code.Reveal())); err == nil {
		brought.Code.Kind = code.Rule
	}
	return brought, nil
}

// carried proves the code of a charge that another register has taken, as it
// was when it was taken. Who was denied since is for the wallet to judge: the
// goods are gone. The error of one that is not good is an *agent.Refused; the
// log has the word of the reason and nothing of the code.
func (t *taker) carried(c handover.Charge) (charge.Proof, error) {
	said := t.said(c.Wallet)
	said.Denied = bulletin.Denied{}
	trust, err := trustOf(said)
	if err != nil {
		return charge.Proof{}, fmt.Errorf("the issuers of wallet %s: %w", c.Wallet, err)
	}
	if len(said.Issuers) == 0 {
		return charge.Proof{}, &agent.Refused{Why: "slip.untrusted"}
	}
	raw, _, err := oda.Decode(c.Code.Reveal())
	if err != nil {
		return charge.Proof{}, &agent.Refused{Why: "slip.unreadable"}
	}
	proved, err := oda.Verify(raw, c.Accepted, c.Amount.Minor, trust, t.cache)
	if err == nil && (proved.Wallet != c.Wallet || c.Amount.Currency != money.JPY) {
		err = oda.UnknownIssuer
	}
	if err != nil {
		t.log.Warn("the code of a charge that was brought is not genuine", "charge", string(c.Key), "wallet", c.Wallet, "reason", err)
		return charge.Proof{}, &agent.Refused{Why: "slip.code"}
	}
	out := proofOf(c.Wallet, proved)
	out.Sealed, out.Signature = t.seal.Seal(string(c.Key), []byte(c.Code.Reveal())), c.Signature
	return out, nil
}

// proofOf is what the books keep of a code that was proved.
func proofOf(wallet string, proved oda.Verified) charge.Proof {
	of := func(id []byte) string { return wallet + "/" + hex.EncodeToString(id) }
	return charge.Proof{
		Device: hex.EncodeToString(proved.DeviceKey[:]), Counter: int64(proved.Counter),
		Token: of(proved.WalletToken[:]), Serial: of(proved.Serial[:]),
		Affords: proved.CumulativeMax, Until: proved.NotAfter,
	}
}
