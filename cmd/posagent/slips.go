package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/offline"
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

// drawForDisplay draws a code for a customer's display and the cashier's page,
// which are no smaller than this.
func drawForDisplay(text string) (size int, modules []byte, err error) {
	p, err := picture.Fit(text, picture.Screen(480, 70))
	return p.Size, p.Bits, err
}

// TakeSlip judges a store copy and takes its charge in; see server.Slips.
func (h *hands) TakeSlip(text paycode.Secret, by charge.By, operator string) (control.Slip, error) {
	c, err := handover.DecodeSlip(text.Reveal())
	if err != nil {
		return control.Slip{}, &agent.Refused{Why: "slip.unreadable"}
	}
	brought, err := h.judged(c)
	if err == nil {
		err = h.room()
	}
	if err != nil {
		return control.Slip{}, err
	}
	became, why, err := h.TakeOver([]charge.Carried{brought}, h.day, by, operator)
	if err != nil {
		return control.Slip{}, err
	}
	if errors.Is(why[0], book.ErrOtherCode) {
		return control.Slip{}, &agent.Refused{Why: "slip.other_code"}
	}
	if became[0] == charge.HandedRefused {
		h.log.Warn("the books do not take a store copy in", "charge", string(c.Key), "why", why[0])
		return control.Slip{}, &agent.Refused{Why: "slip.books"}
	}
	h.register.Reread([]charge.Key{c.Key})
	if became[0] != charge.HandedKnown {
		h.register.Collect()
	}
	h.writtenOff(c, nil)
	rec, err := h.Charge(c.Key)
	if err != nil {
		return control.Slip{}, err
	}
	return control.Slip{
		Key: string(c.Key), Wallet: c.Wallet, Amount: c.Amount.Minor, Currency: string(c.Amount.Currency), Accepted: c.Accepted,
		Taken: became[0] != charge.HandedKnown, Known: became[0] == charge.HandedKnown, State: string(rec.State),
	}, nil
}

// judged holds a slip against what this register knows, before the books take
// it. What they have already was judged when it came there.
func (h *hands) judged(c handover.Charge) (charge.Carried, error) {
	const from = "a store copy"
	store, _, _, _, err := c.Key.Parts()
	switch {
	case err != nil || store != h.store:
		return charge.Carried{}, &agent.Refused{Why: "slip.store"}
	case !slices.Contains(ids(h.wallets), c.Wallet):
		return charge.Carried{}, &agent.Refused{Why: "slip.wallet"}
	case c.Accepted.After(h.now().Add(2 * time.Minute)):
		return charge.Carried{}, &agent.Refused{Why: "slip.clock"}
	}
	_, err = h.Charge(c.Key)
	instead := h.uncollectable(c.Key)
	if !errors.Is(err, book.ErrNotFound) && !instead {
		mark := charge.CodeMark{Hash: h.secrets.hashCode(c.Code)}
		return charge.Carried{Key: c.Key, Wallet: c.Wallet, Amount: c.Amount, Code: mark, Accepted: c.Accepted, From: from}, err
	}
	if err := h.signedByPhone(c); err != nil {
		return charge.Carried{}, err
	}
	brought, err := h.carried(c, nil, from)
	if err != nil {
		h.log.Warn("a store copy is not taken in", "charge", string(c.Key), "error", err)
		return brought, &agent.Refused{Why: "slip.code"}
	}
	brought.Instead = instead
	return brought, nil
}

// uncollectable tells of a charge that is due, and whose money does not come by
// what the books have of it: its code cannot be read, or the wallet will not
// hear of it.
func (h *hands) uncollectable(key charge.Key) bool {
	if _, err := h.DueOf(key); err != nil {
		return false
	}
	_, err := h.Evidence(key)
	return errors.Is(err, offline.ErrSealed) || errors.Is(err, book.ErrNotFound) || h.register.Rejected(key)
}

// signedByPhone proves the code of a charge that was brought, as it was when it
// was taken. Who was denied since is for the wallet to judge: the goods are
// gone. The error of one that is not good is an *agent.Refused; the log has the
// word of the reason and nothing of the code.
func (h *hands) signedByPhone(c handover.Charge) error {
	said := h.said(c.Wallet)
	if len(said.Issuers) == 0 {
		return &agent.Refused{Why: "slip.untrusted"}
	}
	said.Denied = bulletin.Denied{}
	trust, err := trustOf(said)
	if err != nil {
		return fmt.Errorf("the issuers of wallet %s: %w", c.Wallet, err)
	}
	raw, _, err := oda.Decode(c.Code.Reveal())
	if err != nil {
		return &agent.Refused{Why: "slip.unreadable"}
	}
	proved, err := oda.Verify(raw, c.Accepted, c.Amount.Minor, trust, h.cache)
	if err == nil && (proved.Wallet != c.Wallet || c.Amount.Currency != money.JPY) { // OP1 knows no other money
		err = oda.UnknownIssuer
	}
	if err != nil {
		h.log.Warn("the code of a charge that was brought is not genuine", "charge", string(c.Key), "wallet", c.Wallet, "reason", err)
		return &agent.Refused{Why: "slip.code"}
	}
	return nil
}
