package agent

import (
	"slices"
	"strings"

	"github.com/posagent/posagent/agent/charge"
)

// Mismatch is how our books and a wallet's differ about one key. Its words
// are in agent/health under "difference.".
type Mismatch string

const (
	MissingThere  Mismatch = "missing_there"  // paid here, and the wallet does not know it
	ReversedThere Mismatch = "reversed_there" // paid here, and refused or given back there
	PaidThere     Mismatch = "paid_there"     // not paid here, and approved there
	PaidAfterAll  Mismatch = "paid_after_all" // its money is missing here, and was moved there
	UnknownHere   Mismatch = "unknown_here"   // approved there, and our books do not know it
	NothingOwed   Mismatch = "nothing_owed"   // owed to the customer here, and not held there
	PaidTwice     Mismatch = "paid_twice"     // approved there, and by another wallet as well
	NotGiven      Mismatch = "not_given"      // a refund that was done here, and not there
	GivenThere    Mismatch = "given_there"    // a refund that was closed here, and done there
	Unlike        Mismatch = "unlike"         // amount, currency, kind or the refunded payment differ
	NeverAsked    Mismatch = "never_asked"    // approved by a wallet that nothing was sent to for this key
	NotCredited   Mismatch = "not_credited"   // a top-up: its cash was taken here, and it is not in the customer's wallet
	BackAndThere  Mismatch = "back_and_there" // a top-up: its cash was given back by hand, and it is in the customer's wallet
	OpenHere      Mismatch = "open_here"      // not settled here
	OpenThere     Mismatch = "open_there"     // settled here, and not there
)

// Difference is one key about which the books differ. Ours is nil when we do
// not know it, Theirs when the wallet does not.
type Difference struct {
	Key    charge.Key
	What   Mismatch
	Ours   *charge.Record         // as it was found
	Theirs *charge.StatementEntry // as it was found

	Done  Done
	After charge.State // ours, once that was done; empty when we still do not know the key
	Left  bool         // the books still differ: somebody or something has to act
	Note  string       // for an engineer
}

// alarming: a person must compare the books; no rule makes them agree.
func (m Mismatch) alarming() bool {
	switch m {
	case PaidTwice, NotGiven, GivenThere, Unlike, NeverAsked, BackAndThere:
		return true
	}
	return false
}

// Remedy is the event that makes our books say what is true, once it is known
// to be true; none where a person or time must decide.
func (m Mismatch) Remedy() (charge.Event, bool) {
	switch m {
	case MissingThere, ReversedThere, NothingOwed, NotCredited:
		return charge.Confirm, true
	case PaidThere, PaidAfterAll:
		return charge.Approve, true
	}
	return "", false
}

// compare are the differences between our records that concern a wallet and
// what that wallet has, in the order of keys. It looks at nothing else and
// changes nothing.
func compare(wallet string, ours []charge.Record, theirs []charge.StatementEntry) []Difference {
	var out []Difference
	there := make(map[charge.Key]*charge.StatementEntry, len(theirs))
	for _, entry := range theirs {
		there[entry.Key] = &entry
	}
	here := make(map[charge.Key]bool, len(ours))
	for i := range ours {
		rec := ours[i] // copies: the report tells how things were found
		here[rec.Key] = true
		entry := there[rec.Key]
		if what := Differ(wallet, &rec, entry); what != "" {
			out = append(out, Difference{Key: rec.Key, What: what, Ours: &rec, Theirs: entry})
		}
	}
	for _, entry := range theirs {
		if what := unknown(&entry); !here[entry.Key] && what != "" {
			out = append(out, Difference{Key: entry.Key, What: what, Theirs: &entry})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return byKey(a.Key, b.Key) })
	return out
}

// byKey sorts keys of one register as they were issued.
func byKey(a, b charge.Key) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(string(a), string(b))
}

// unknown: what a key means that only the wallet knows. Where no money stands
// nothing needs to be remembered.
func unknown(entry *charge.StatementEntry) Mismatch {
	switch entry.State {
	case charge.Approved:
		return UnknownHere
	case charge.Pending:
		return OpenThere
	}
	return ""
}

// Differ is how a record of ours differs from the wallet's entry, which is
// nil when the wallet has none; empty when both say the same.
func Differ(wallet string, rec *charge.Record, entry *charge.StatementEntry) Mismatch {
	state := charge.State("")
	if entry != nil {
		state = entry.State
		if !alike(rec, entry) {
			return Unlike
		}
	}
	switch {
	case rec.State.Open():
		if entry == nil && rec.Attempts == 0 {
			return "" // nothing was sent yet
		}
		return OpenHere
	case state == charge.Pending:
		return OpenThere
	case rec.Kind == charge.Refund && neverAsked(wallet, rec):
		if state == charge.Approved {
			return NeverAsked
		}
		return ""
	case rec.Kind == charge.Refund:
		return refundsDiffer(rec.State, state == charge.Approved)
	case rec.State == charge.Approved && rec.Wallet != wallet:
		if state == charge.Approved {
			return PaidTwice
		}
		return ""
	}
	if neverAsked(wallet, rec) {
		if state == charge.Approved {
			return NeverAsked
		}
		return ""
	}
	if rec.Kind == charge.Topup {
		return topupsDiffer(rec, state)
	}
	return paymentsDiffer(wallet, rec, state)
}

// neverAsked tells that nothing of a record was ever sent to a wallet, so that
// what this one says of it is no word about our books.
func neverAsked(wallet string, rec *charge.Record) bool {
	if rec.Kind == charge.Refund {
		return rec.Wallet != wallet
	}
	return rec.Wallet != wallet && len(rec.Route) > 0 && !slices.Contains(rec.Route, wallet)
}

// topupsDiffer is for top-ups that are settled here. Their cash is in the till:
// what the wallet has not credited is owed to the customer.
func topupsDiffer(rec *charge.Record, there charge.State) Mismatch {
	approved := there == charge.Approved
	switch {
	case rec.State == charge.Approved && !approved:
		return NotCredited
	case !approved || rec.State == charge.Approved:
		return ""
	case rec.State == charge.Owed:
		return PaidAfterAll
	case GivenBack(*rec):
		return BackAndThere
	}
	return PaidThere
}

func alike(rec *charge.Record, entry *charge.StatementEntry) bool {
	kind := rec.Kind
	if kind == "" {
		kind = charge.Payment
	}
	// A key that was blocked before the wallet ever saw it is a charge there.
	sameKind := entry.Kind == kind || entry.State == charge.Reversed && entry.Kind == charge.Payment && kind == charge.Topup
	return entry.Amount == rec.Amount && sameKind && entry.Of == rec.Of
}

// paymentsDiffer is for payments that are settled here.
func paymentsDiffer(wallet string, rec *charge.Record, there charge.State) Mismatch {
	approved := there == charge.Approved
	switch rec.State {
	case charge.Approved:
		switch {
		case there == "":
			return MissingThere
		case !approved:
			return ReversedThere
		}
	case charge.Unpaid:
		if approved {
			return PaidAfterAll
		}
	case charge.Owed:
		if !approved && lastToSay(wallet, rec) {
			return NothingOwed
		}
	case charge.Reversed:
		// Money that was given back another way stays approved at the wallet.
		if approved && !GivenBack(*rec) {
			return PaidThere
		}
	case charge.Declined, charge.Abandoned:
		if approved {
			return PaidThere
		}
	}
	return ""
}

// GivenBack tells that the money of a payment was given back another way than
// by reversing it.
func GivenBack(rec charge.Record) bool {
	return rec.State == charge.Reversed && (rec.Reason == charge.ReasonByHand || rec.Reason == charge.ReasonRefunded)
}

// lastToSay tells that every other wallet that a request of a charge may have
// reached has confirmed its reversal. Where one has not, the money may be
// there, whatever this one says; and one that has confirmed says nothing new.
func lastToSay(wallet string, rec *charge.Record) bool {
	for _, id := range rec.Route {
		if (id == wallet) == slices.Contains(rec.Confirmed, id) {
			return false
		}
	}
	return true
}

// refundsDiffer is for refunds that are settled here.
func refundsDiffer(here charge.State, given bool) Mismatch {
	switch {
	case here == charge.Approved && !given:
		return NotGiven
	case here == charge.Owed && given:
		return PaidAfterAll
	case here != charge.Approved && given:
		return GivenThere
	}
	return ""
}
