// Package webhook tells other programs what happened at the register: signed
// messages in the Standard Webhooks form (standardwebhooks.com, 1.0), sent over
// HTTPS to addresses that the configuration names. It does not decide what
// happened: it follows a Feed, which is the journal.
//
// Invariant: an endpoint gets the events that it wants in their order, each at
// least once: its cursor moves past one only after a 2xx. Nothing here waits
// inside a sale, and no message goes to an address of a private network that
// the configuration does not list.
package webhook

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Event is one thing that happened. ID is the same at every try and after a
// restart, so that a receiver knows an event that it has seen.
type Event struct {
	N    int64  // its place in the feed
	ID   string // printable, without a space
	Type string // "charge.approved"
	At   time.Time
	Data any // JSON; no customer's code and no secret
}

// Types are the events that an endpoint may ask for, beside a family with a
// star such as "charge.*".
func Types() []string {
	var out []string
	for _, kind := range []string{"charge", "topup", "refund"} {
		for _, what := range []string{"approved", "declined", "indoubt", "queued", "owed", "unpaid", "reversed"} {
			if kind != "charge" && (what == "queued" || kind == "refund" && (what == "indoubt" || what == "unpaid" || what == "reversed")) {
				continue // the tables of these kinds have no such state
			}
			out = append(out, kind+"."+what)
		}
	}
	return append(out, "charge.*", "topup.*", "refund.*", Closing, Raised, Cleared, "alert.*")
}

// Closing is the type of a closing of the register.
const Closing = "closing.z"

// Types of an alert: it was raised, or it became worse; and it is over.
const (
	Raised  = "alert.raised"
	Cleared = "alert.cleared"
)

// Test is the type of the message that somebody asks for to try an endpoint.
const Test = "test"

// Endpoint is where messages go.
type Endpoint struct {
	Name    string
	URL     string                   // https
	Events  []string                 // of Types; none: all
	Secrets func() ([]Secret, error) // read at each try, so that a key changes without a restart
	Allowed []netip.Prefix           // private addresses that it may have
	Roots   func() ([]byte, error)   // PEM of who signs its certificate; nil: the system's

	// Deliver brings an event by another way than HTTPS, such as by mail; nil:
	// by HTTPS. What it has not told within a minute counts as failed.
	Deliver func(context.Context, Event) error
}

// wants tells whether an event goes to this endpoint.
func (e Endpoint) wants(kind string) bool {
	family, _, _ := strings.Cut(kind, ".")
	return len(e.Events) == 0 || slices.Contains(e.Events, kind) || slices.Contains(e.Events, family+".*")
}

// Place is how far an endpoint has come. It outlives the program.
type Place struct {
	Name  string
	N     int64     // of the last event that was taken, or was none of its own
	Since time.Time // the event behind it has failed since then; zero: it has not
	Off   string    // why nothing is sent any more; empty: it is
}

// Why an endpoint is off.
const (
	OffGone    = "gone"     // it answered 410
	OffGivenUp = "given_up" // it failed for five days
)

// Feed is what happened, by number.
type Feed interface {
	// After are the events among the next entries behind the n-th, oldest
	// first, and the number of the last entry that was looked at: n itself when
	// there is none.
	After(n int64) (events []Event, last int64, err error)
	// End is the number of the newest entry.
	End() (int64, error)
}

// Memory keeps the places. Keep may be late by a second: an event is then sent
// once more.
type Memory interface {
	Places() ([]Place, error)
	Keep(Place) error
}

// Status is how an endpoint stands.
type Status struct {
	Place
	URL     string
	Events  []string
	Sent    int64     // since the start
	LastOK  time.Time // since the start
	Problem string    // of the last try; empty when it succeeded
	Next    time.Time // when it is tried again
}
