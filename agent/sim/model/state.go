package model

import (
	"slices"

	"github.com/posagent/posagent/agent/charge"
)

// World's state at one moment. All parts are small numbers, so that states are
// compared and hashed as they are.
type state struct {
	keys    [2]life
	crashes uint8 // still to come
	copies  uint8 // still to come
	shut    uint8 // wallets, a bit each, whose window of reversals has closed
	dead    uint8 // wallets that answer no more
}

// life is one key: its row in the books, what the agent has under way for it,
// what is on the wire, and what each wallet has of it.
type life struct {
	state     uint8 // 0: not made yet; else its place in charge.States plus one
	route     uint8 // of the row; a bit for each wallet
	confirmed uint8 // of the row; a bit for each wallet
	wallet    uint8 // of the row: the wallet of the last request, plus one
	mark      uint8 // the wallet of a Send that is in the writer's hands and not on disk, plus one
	code      uint8 // the wallet of a code that is kept to be collected, plus one
	why       uint8 // the row's reason, as far as rules look at it
	flags     uint16
	ask       call // a charge: of the walk, or of the forwarder
	follow    call // an inquiry, a reversal, or a list of the day
	at        [2]uint8
	wire      [2]uint8
	old       uint8 // answers that were given once and may come again
}

// Flags of a life.
const (
	given     uint16 = 1 << iota // the goods are with the customer
	quietLeft                    // a quiet time has passed since a request may last have left
	quietHere                    // a quiet time has passed since the reversal began
	quiet1st                     // a quiet time has passed since the first request; only for a fault
	asked                        // a request was made before; only for that fault
	taken                        // a wallet took the payment back by itself
	undone                       // a wallet gave the money back because we asked
	till                         // a manager gave the money back by hand
	refund                       // the key is a refund's
)

// Reasons that rules look at.
const (
	anyReason uint8 = iota
	byHand
	writtenOff
	refunded
)

var reasons = [...]charge.Reason{anyReason: charge.ReasonNone, byHand: charge.ReasonByHand, writtenOff: charge.ReasonWrittenOff, refunded: charge.ReasonRefunded}

func place(r charge.Reason) uint8 { return uint8(max(slices.Index(reasons[:], r), 0)) }

// call is one exchange that somebody waits for.
type call struct {
	kind   uint8
	wallet uint8
	flags  uint8
	heard  uint8 // answers on their way back, a bit each
}

// Kinds of calls.
const (
	idle    uint8 = iota
	pay           // of the walk
	forward       // of the forwarder: the same call
	inquire
	reverse
	list           // of the day
	recheck        // the inquiry after a list that says no
	recheckMissing // the same after a list that does not have the key
)

// Flags of a call.
const (
	unsent  = 1 << iota // no byte has left
	fresh               // started after the row last changed its state
	quieted             // a reversal that was sent after the quiet time
)

// What a wallet has of a key.
const (
	none uint8 = iota
	pending
	approved
	declined
	reversed
	twice // debited twice: no wallet may ever
)

// What is on the wire to a wallet, a bit each.
const (
	charging  = 1 << iota // the request of a charge, and somebody waits for the answer
	stray                 // the same, and nobody waits any more
	following             // the request of the call in follow
	undoing               // a reversal, and nobody waits any more
)

// Answers, a bit each.
const (
	saidPending = 1 << iota
	saidApproved
	saidDeclined
	saidReversed
	saidUnknown // 404
	saidNever   // 409: this wallet will never reverse this key
	saidNotYet  // 409: not while the customer is confirming
	saidRefused // 403: refused at the door
)

var answers = []uint8{saidPending, saidApproved, saidDeclined, saidReversed, saidUnknown, saidNever, saidNotYet, saidRefused}

func bit(wallet int) uint8 { return 1 << wallet }

func (l *life) is(flag uint16) bool { return l.flags&flag != 0 }

func (c *call) is(flag uint8) bool { return c.flags&flag != 0 }

func (c *call) busy() bool { return c.kind != idle }

// places are where states stand in charge.States, plus one.
var places = func() map[charge.State]uint8 {
	out := make(map[charge.State]uint8)
	for i, s := range charge.States {
		out[s] = uint8(i + 1)
	}
	return out
}()

// in is the state of a key that was made.
func (l *life) in() charge.State {
	if l.state == 0 {
		return ""
	}
	return charge.States[l.state-1]
}

// holds tells whether a wallet has the customer's money.
func (l *life) holds(w int) bool { return l.at[w] == approved || l.at[w] == twice }

func (l *life) held() bool { return l.holds(0) || l.holds(1) }

// tidy takes out of a state what cannot make a difference any more, so that
// states that differ only in it are one.
func (m *model) tidy(s *state) {
	for k := range s.keys {
		l := &s.keys[k]
		for w := range l.wire {
			if s.dead&bit(w) != 0 {
				l.wire[w] = 0
			}
			if l.at[w] != none && !m.debitsTwice(w) {
				l.wire[w] &^= stray // it would get the standing answer, and nobody hears it
			}
			if l.at[w] == reversed || l.at[w] == declined {
				l.wire[w] &^= undoing
			}
		}
		if !m.quiet {
			l.flags &^= quietLeft | quietHere
		}
		if !m.Faults.QuietFirst {
			l.flags &^= quiet1st | asked
		}
		if l.in() != charge.Reversing {
			l.flags &^= quietHere
			if l.in() != charge.Owed {
				l.confirmed = 0
			}
		}
		if !l.in().Open() {
			l.code = 0
		}
	}
	if m.alike && m.side(s, 1) < m.side(s, 0) {
		swap(s)
	}
}

func (m *model) debitsTwice(w int) bool { return m.Wallets[min(w, len(m.Wallets)-1)].DebitsTwice }

// side is all that a state says of one wallet, as a number.
func (m *model) side(s *state, w int) uint64 {
	var n uint64
	add := func(value uint8, bits int) { n = n<<bits | uint64(value) }
	is := func(b bool) {
		if b {
			n = n<<1 | 1
		} else {
			n <<= 1
		}
	}
	is(s.shut&bit(w) != 0)
	is(s.dead&bit(w) != 0)
	for k := range s.keys {
		l := &s.keys[k]
		add(l.at[w], 3)
		add(l.wire[w], 4)
		is(l.route&bit(w) != 0)
		is(l.confirmed&bit(w) != 0)
		is(int(l.wallet) == w+1)
		is(int(l.mark) == w+1)
		is(int(l.code) == w+1)
		is(l.ask.busy() && int(l.ask.wallet) == w)
		is(l.follow.busy() && int(l.follow.wallet) == w)
	}
	return n
}

// swap gives the two wallets each other's names.
func swap(s *state) {
	bits := func(b *uint8) { *b = *b&1<<1 | *b>>1 }
	named := func(n *uint8) {
		if *n != 0 {
			*n = 3 - *n
		}
	}
	bits(&s.shut)
	bits(&s.dead)
	for k := range s.keys {
		l := &s.keys[k]
		bits(&l.route)
		bits(&l.confirmed)
		named(&l.wallet)
		named(&l.mark)
		named(&l.code)
		for _, c := range []*call{&l.ask, &l.follow} {
			if c.busy() {
				c.wallet = 1 - c.wallet
			}
		}
		l.at[0], l.at[1] = l.at[1], l.at[0]
		l.wire[0], l.wire[1] = l.wire[1], l.wire[0]
	}
}
