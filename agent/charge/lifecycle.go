package charge

// State is where a charge stands. States are stored under these very words.
type State string

const (
	Prepared   State = "prepared"   // key and amount durable, nothing shown; a request may be under way
	Sent       State = "sent"       // a request left for one wallet
	Pending    State = "pending"    // the wallet waits for the customer to confirm on the phone
	InDoubt    State = "indoubt"    // a request left and no trustworthy answer came
	Queued     State = "queued"     // taken offline, to be collected
	Forwarding State = "forwarding" // being collected
	Approved   State = "approved"   // paid
	Reversing  State = "reversing"  // being undone, for sure
	Owed       State = "owed"       // the wallet holds the money and no sale stands
	Unpaid     State = "unpaid"     // goods gone, no money
	Declined   State = "declined"   // the wallet said no
	Abandoned  State = "abandoned"  // given up before anything was sent
	Reversed   State = "reversed"   // undone, confirmed by every wallet of the route
)

// Event is what may happen to a charge. Events are stored under these words.
type Event string

const (
	Send    Event = "send"    // a request to a wallet starts
	Approve Event = "approve" // the wallet's yes
	Decline Event = "decline" // the wallet's no, or closed by it before approval
	Wait    Event = "wait"    // the customer must confirm on the phone
	Miss    Event = "miss"    // no byte of the request left: the byte counter says so
	Lose    Event = "lose"    // no trustworthy answer; or found prepared after a crash
	Queue   Event = "queue"   // taken offline, or shown paid on the phone
	Cancel  Event = "cancel"  // someone, or the give-up timer, wants it undone
	Confirm Event = "confirm" // every wallet in the route set confirmed the reversal
	Refuse  Event = "refuse"  // the wallet will never reverse this key
	Lapse   Event = "lapse"   // too old, or written off by the manager
)

// Events are all events in the order of the table's columns.
var Events = []Event{Send, Approve, Decline, Wait, Miss, Lose, Queue, Cancel, Confirm, Refuse, Lapse}

// States are all states in the order of the table's rows.
var States = []State{Prepared, Sent, Pending, InDoubt, Queued, Forwarding, Approved, Reversing, Owed, Unpaid, Declined, Abandoned, Reversed}

// lifecycle is the whole life of a charge. What is not in it does not happen:
// such an event changes nothing, is counted, and raises an alarm when it
// contradicts the state (see Contradicts). The table is explored by the model
// checker in agent/sim/model; it is changed only together with that proof.
var lifecycle = map[State]map[Event]State{
	Prepared:   {Send: Sent, Lose: Reversing, Queue: Queued, Cancel: Abandoned, Lapse: Abandoned},
	Sent:       {Approve: Approved, Decline: Declined, Wait: Pending, Miss: Prepared, Lose: InDoubt, Cancel: Reversing},
	Pending:    {Send: Pending, Approve: Approved, Decline: Declined, Wait: Pending, Miss: Pending, Lose: InDoubt, Cancel: Reversing},
	InDoubt:    {Send: InDoubt, Approve: Approved, Decline: Declined, Wait: Pending, Miss: InDoubt, Lose: InDoubt, Queue: Forwarding, Cancel: Reversing},
	Queued:     {Send: Forwarding, Cancel: Reversing, Lapse: Unpaid},
	Forwarding: {Send: Forwarding, Approve: Approved, Decline: Unpaid, Wait: Forwarding, Miss: Forwarding, Lose: Forwarding, Cancel: Reversing, Lapse: Unpaid},
	Approved:   {Cancel: Reversing, Confirm: Unpaid},
	Reversing:  {Send: Reversing, Approve: Reversing, Decline: Reversing, Wait: Reversing, Miss: Reversing, Lose: Reversing, Confirm: Reversed, Refuse: Owed, Lapse: Owed},
	Owed:       {Confirm: Reversed},
	Unpaid:     {Approve: Approved},
	Declined:   {Approve: Reversing},
	Abandoned:  {Approve: Reversing},
	Reversed:   {Approve: Reversing},
}

// Next is the state that event leads to from s, and false when the table has
// no such arrow.
func Next(s State, e Event) (State, bool) {
	to, ok := lifecycle[s][e]
	return to, ok
}

// refundLife is the life of a refund. It is sent under its own key until the
// wallet answers, because giving up half-way could pay the customer twice or
// never; what a wallet will not give back is owed and paid by hand.
var refundLife = map[State]map[Event]State{
	Prepared:   {Send: Forwarding, Lose: Forwarding, Cancel: Abandoned},
	Forwarding: {Send: Forwarding, Approve: Approved, Decline: Declined, Wait: Forwarding, Miss: Forwarding, Lose: Forwarding, Lapse: Owed},
	Owed:       {Approve: Approved, Confirm: Reversed},
}

// topupLife is where a top-up goes another way than a payment, because the
// money goes the other way: cash is in the till, and the wallet has credited it
// or has not. A credit that the wallet will not take back stands, so nothing
// goes back over the counter; cash without a credit is owed to the customer.
// Its reversal is never written off: a reversal that still arrived would take
// the money of a top-up that counts as done.
var topupLife = map[State]map[Event]State{
	Approved:  {Confirm: Owed},
	Reversing: {Refuse: Approved},
	Owed:      {Approve: Approved},
}

// cashLife is the life of a part of a bill that is paid in cash: it is paid in
// the transaction that makes it, and then stands. What goes back of it is a
// refund, handed over at the register.
var cashLife = map[State]map[Event]State{
	Prepared: {Approve: Approved, Cancel: Abandoned, Lose: Abandoned, Lapse: Abandoned},
}

// Next is Next for a record of this kind: a refund and cash have their own
// tables, and a top-up some arrows of its own; it is never taken offline. A
// record without a kind is a payment.
func (k Kind) Next(s State, e Event) (State, bool) {
	switch {
	case k == Refund:
		to, ok := refundLife[s][e]
		return to, ok
	case k == Cash:
		to, ok := cashLife[s][e]
		return to, ok
	case k == Topup && (e == Queue || e == Lapse && s == Reversing):
		return "", false
	case k == Topup:
		if to, other := topupLife[s][e]; other {
			return to, true
		}
	}
	return Next(s, e)
}

// Contradicts is Contradicts for a record of this kind.
func (k Kind) Contradicts(s State, e Event) bool {
	if k != Refund {
		_, arrow := k.Next(s, e)
		return !arrow && Contradicts(s, e)
	}
	if _, arrow := k.Next(s, e); arrow {
		return false
	}
	return e == Approve && s != Approved || e == Decline && s == Approved
}

// Known tells whether s is a state of the table.
func (s State) Known() bool {
	_, ok := lifecycle[s]
	return ok
}

// Open tells that the charge still needs work by the agent itself: a request,
// an inquiry, a forward or a reversal.
func (s State) Open() bool {
	switch s {
	case Prepared, Sent, Pending, InDoubt, Queued, Forwarding, Reversing:
		return true
	}
	return false
}

// Settled tells that the state moves only on proof from outside: a
// reconciliation, or an inquiry sent after it was reached.
func (s State) Settled() bool { return s.Known() && !s.Open() }

// Doubtful tells that nobody here can say whether the customer has paid.
func (s State) Doubtful() bool { return s == Sent || s == Pending || s == InDoubt }

// AllowsNewKey tells that the same sale may be tried again under a new key:
// this charge can never become Approved.
func (s State) AllowsNewKey() bool {
	switch s {
	case Declined, Abandoned, Reversed, Reversing, Owed:
		return true
	}
	return false
}

// AllowsNewKey is AllowsNewKey for a record. A top-up that is being undone may
// yet stand, when the wallet does not take it back; a second key for the same
// cash would then be a gift.
func (r Record) AllowsNewKey() bool {
	if r.Kind == Topup && (r.State == Reversing || r.State == Owed) {
		return false
	}
	return r.State.AllowsNewKey()
}

// Contradicts tells that an event without an arrow says the opposite of what
// the books say, so that a person must look.
func Contradicts(s State, e Event) bool {
	if _, arrow := Next(s, e); arrow {
		return false
	}
	switch e {
	case Approve:
		return s != Approved
	case Decline:
		return s == Approved || s == Queued
	case Confirm:
		return s == Sent || s == Pending || s == InDoubt || s == Queued || s == Forwarding
	}
	return false
}

// Goods is what the cashier does with the goods.
type Goods string

const (
	HandOver Goods = "hand_over"
	Hold     Goods = "hold"
)

// Goods is the goods rule for a record: nothing is handed over for a refund or
// a top-up.
func (r Record) Goods() Goods {
	if r.Kind == Refund || r.Kind == Topup {
		return Hold
	}
	return r.State.Goods()
}

// Goods is the goods rule: hand over when paid, or when taken offline and to
// be collected; hold in every other state.
func (s State) Goods() Goods {
	switch s {
	case Approved, Queued, Forwarding:
		return HandOver
	}
	return Hold
}
