package model

import (
	"fmt"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

// Refunds is a world of one payment of two coins at one wallet that was
// approved, and up to two refunds of it.
type Refunds struct {
	Owed     bool // the payment is owed: the wallet refused to reverse it
	Crashes  int
	Copies   int
	Lossy    bool
	Careless bool // the wallet does not add refunds up, and reverses a payment whole whatever was refunded
	Manager  bool // voids, and gives back from the till what is owed
	ByHand   bool // writes refunds off, and gives them back from the till as well
	Faults   RefundFaults
}

// RefundFaults are mistakes put into one exploration.
type RefundFaults struct {
	MayRefund func(of charge.Record, refunds []charge.Record, amount money.Amount) error
	Twice     func(row book.Row, e charge.Event, refunds []charge.Record) string
	Outcome   func(authorize.Asked, authorize.Evidence) (charge.Event, charge.Reason)
	NewKey    bool // a refund without an answer is tried again under a new key
}

// paidCoins is the payment's amount. Two is enough for a refund of all, of a
// part, and of more than is left.
const paidCoins = 2

// purse is the state of such a world. Each refund is a life like a charge; at
// the wallet, approved means given back.
type purse struct {
	pay     life
	back    [2]life
	coins   [2]uint8 // of each refund
	till    uint8    // coins that the manager gave back by hand
	crashes uint8
	copies  uint8
}

type purses struct {
	Refunds
	m     *model
	check func(of charge.Record, refunds []charge.Record, amount money.Amount) error
	twice func(row book.Row, e charge.Event, refunds []charge.Record) string
}

// CheckRefunds explores a world of refunds.
func CheckRefunds(w Refunds, limit int) Result {
	m := newModel(World{Wallets: []Wallet{{Tombstones: true}}, Faults: Faults{Outcome: w.Faults.Outcome}})
	p := &purses{Refunds: w, m: m, check: charge.MayRefund, twice: book.Twice}
	if w.Faults.Twice != nil {
		p.twice = w.Faults.Twice
	}
	if w.Faults.MayRefund != nil {
		p.check = w.Faults.MayRefund
	}
	return Explore[purse](p, limit)
}

func (p *purses) Start() []purse {
	s := purse{crashes: uint8(p.Crashes), copies: uint8(p.Copies)}
	s.pay = life{state: places[charge.Approved], wallet: 1, route: 1, at: [2]uint8{approved}}
	if p.Owed {
		s.pay.state = places[charge.Owed]
	}
	return []purse{s}
}

func (s *purse) records() (of charge.Record, refunds []charge.Record) {
	of = charge.Record{Key: "S1-T1-1-1", Kind: charge.Payment, State: s.pay.in(), Amount: money.Yen(paidCoins)}
	for k := range s.back {
		if l := &s.back[k]; l.state != 0 {
			refunds = append(refunds, charge.Record{Key: charge.Key(fmt.Sprint("S1-T1-1-", k+2)), Kind: charge.Refund, Of: of.Key, State: l.in(), Amount: money.Yen(int64(s.coins[k]))})
		}
	}
	return of, refunds
}

// refunded is what the wallet has given back under keys of refunds.
func (s *purse) refunded() (coins uint8) {
	for k := range s.back {
		if s.back[k].at[0] == approved {
			coins += s.coins[k]
		}
	}
	return coins
}

// Broken: nobody gets more back than was paid, and a refund is what the wallet
// made of it.
func (p *purses) Broken(s purse) string {
	back := s.refunded() + s.till
	if s.pay.at[0] == reversed {
		back += paidCoins
	}
	if back > paidCoins {
		return fmt.Sprintf("the customer paid %d and gets %d back", paidCoins, back)
	}
	sum := s.till
	for k := range s.back {
		l := &s.back[k]
		if l.state != 0 && l.in() != charge.Declined && l.in() != charge.Abandoned && l.in() != charge.Reversed {
			sum += s.coins[k]
		}
	}
	if sum > paidCoins {
		return fmt.Sprintf("the books give %d back of %d", sum, paidCoins)
	}
	for k := range s.back {
		l := &s.back[k]
		made := l.at[0] == approved
		switch {
		case l.state == 0:
		case l.in() == charge.Approved && !made:
			return fmt.Sprintf("refund %d is made in the books, and not at the wallet", k+1)
		case (l.in() == charge.Declined || l.in() == charge.Abandoned) && made:
			return fmt.Sprintf("refund %d is %s in the books, and the wallet made it", k+1, l.in())
		}
	}
	return ""
}

func (p *purses) Ended(s purse) bool {
	for k := range s.back {
		l := &s.back[k]
		if l.state != 0 && (!l.in().Settled() || l.ask.busy() || l.mark != 0 || l.wire[0] != 0) {
			return false
		}
	}
	return s.pay.in().Settled()
}

func (p *purses) Show(s purse) string {
	out := fmt.Sprintf("the payment is %s, at the wallet %s", s.pay.in(), atText[s.pay.at[0]])
	for k := range s.back {
		l := &s.back[k]
		if l.state == 0 {
			continue
		}
		out += fmt.Sprintf(" | refund %d of %d is %s%s", k+1, s.coins[k], l.in(), p.m.showWallet(l, 0))
	}
	if s.till > 0 {
		out += fmt.Sprintf(" | %d from the till", s.till)
	}
	return out
}
