package model

import (
	"fmt"
	"strings"

	"github.com/posagent/posagent/agent/charge"
)

// Broken is what must never be, in any state.
func (m *model) Broken(s state) string {
	paid := 0
	for k := range s.keys {
		l := &s.keys[k]
		if l.state == 0 {
			continue
		}
		if why := m.wrong(l); why != "" {
			return fmt.Sprintf("key %d %s", k+1, why)
		}
		switch {
		case m.Kind == charge.Topup && l.held():
			paid++
		case m.Kind != charge.Topup && l.in().Goods() == charge.HandOver:
			paid++
		}
	}
	switch {
	case paid > 1 && m.Kind == charge.Topup:
		return "cash that was paid once was credited twice"
	case paid > 1:
		return "one sale is paid twice"
	}
	return ""
}

func (m *model) wrong(l *life) string {
	held := l.held()
	if m.Kind == charge.Topup {
		if why := m.wrongCash(l, held); why != "" {
			return why
		}
	}
	switch {
	case l.at[0] == twice || l.at[1] == twice:
		return "was debited twice"
	case l.holds(0) && l.holds(1):
		return "was debited by both wallets"
	case l.in() == charge.Approved && !held && !l.is(taken):
		return "is approved in the books, and no wallet has the money"
	case m.Kind == charge.Topup:
		return ""
	case l.is(till) && l.is(undone):
		return "was given back from the till and by a wallet"
	case l.in() == charge.Reversed && held && l.why != byHand:
		return "is reversed in the books, and a wallet has the money"
	case l.in() == charge.Abandoned && held:
		return "is abandoned in the books, and a wallet has the money"
	case l.in() == charge.Declined && held && !m.doorkeeper():
		return "is declined in the books, and a wallet has the money"
	case l.in() == charge.Owed && !held && !m.Manager && !l.is(taken):
		return "is owed in the books, and no wallet has the money"
	case l.is(given) && noSale(l.in()):
		return "is " + string(l.in()) + ", and the goods are with the customer"
	}
	return ""
}

// wrongCash is what must never be of a top-up, whose cash is in the till.
func (m *model) wrongCash(l *life, held bool) string {
	switch {
	case l.is(till) && held && !m.ByHand:
		return "was given back from the till, and a wallet has credited it"
	case l.in() == charge.Owed && held && !m.Manager:
		return "is owed in the books, and a wallet has credited it"
	case (l.in() == charge.Reversed || l.in() == charge.Abandoned) && held && l.why != byHand:
		return "is " + string(l.in()) + " in the books, and a wallet has credited it"
	case l.in() == charge.Declined && held && !m.doorkeeper():
		return "is declined in the books, and a wallet has credited it"
	case l.in() == charge.Unpaid:
		return "is unpaid, and its cash is in the till"
	}
	return ""
}

// noSale: the books say that no sale stands.
func noSale(s charge.State) bool {
	return s == charge.Reversing || s == charge.Reversed || s == charge.Owed || s == charge.Declined || s == charge.Abandoned
}

// doorkeeper tells whether a wallet may say no to a request although an
// earlier copy of it was taken. Its no is then found out by the list only.
func (m *model) doorkeeper() bool {
	for _, w := range m.Wallets {
		if w.Doorkeeper {
			return true
		}
	}
	return false
}

// Ended: every charge is settled, nothing is under way, and the books of every
// wallet that lives say what ours say.
func (m *model) Ended(s state) bool {
	for k := range s.keys {
		l := &s.keys[k]
		if l.state == 0 {
			continue
		}
		if !l.in().Settled() || l.ask.busy() || l.follow.busy() || l.mark != 0 || l.wire != [2]uint8{} {
			return false
		}
		for w := range m.Wallets {
			if s.dead&bit(w) == 0 && m.mends(l, w) {
				return false
			}
		}
	}
	return true
}

// Show is a state on one line.
func (m *model) Show(s state) string {
	var out []string
	for k := range s.keys {
		l := &s.keys[k]
		if l.state == 0 {
			continue
		}
		line := fmt.Sprintf("key %d is %s", k+1, l.in())
		if l.mark != 0 {
			line += " (sent to " + walletName(int(l.mark)-1) + ", not on disk)"
		}
		if l.route != 0 && l.in().Open() {
			line += ", route " + strings.Join(m.names(l.route), "+")
		}
		if l.confirmed != 0 {
			line += ", confirmed " + strings.Join(m.names(l.confirmed), "+")
		}
		for w := range m.Wallets {
			line += m.showWallet(l, w)
		}
		out = append(out, line)
	}
	return strings.Join(out, " | ")
}

func (m *model) showWallet(l *life, w int) string {
	line := "; " + walletName(w) + ": " + atText[l.at[w]]
	for i, text := range [...]string{"charge on its way", "late charge on its way", followText[l.follow.kind], "late reversal on its way"} {
		if l.wire[w]&bit(i) != 0 {
			line += ", " + text
		}
	}
	for _, c := range []call{l.ask, l.follow} {
		if c.heard != 0 && int(c.wallet) == w {
			line += ", answer on its way"
		}
	}
	return line
}

var followText = map[uint8]string{inquire: "inquiry on its way", reverse: "reversal on its way", list: "list asked for", recheck: "inquiry on its way", recheckMissing: "inquiry on its way"}

var atText = [...]string{none: "nothing", pending: "pending", approved: "approved", declined: "declined", reversed: "reversed", twice: "debited twice"}
