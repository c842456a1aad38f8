// Package device is the one vocabulary in which every driver tells how its
// hardware is. It opens nothing and knows no money.
//
// Invariant: a state other than ready or disabled always comes with a reason.
package device

import "time"

// State is how usable a device is.
type State string

const (
	Absent     State = "absent"     // not plugged in, or not found
	Connecting State = "connecting" // found, being opened or asked who it is
	Ready      State = "ready"
	Degraded   State = "degraded" // works, but someone should look: paper near its end
	Blocked    State = "blocked"  // a person must act: paper out, cover open
	Faulted    State = "faulted"  // broken, or speaks another language than configured
	Disabled   State = "disabled" // switched off in the configuration
)

// Reason says why a device is not simply ready.
type Reason string

const (
	ReasonNone    Reason = ""
	PaperNearEnd  Reason = "paper_near_end"
	PaperOut      Reason = "paper_out"
	CoverOpen     Reason = "cover_open"
	Cutter        Reason = "cutter"
	HeadHot       Reason = "head_hot"
	Offline       Reason = "offline"
	NoReply       Reason = "no_reply"
	Permission    Reason = "permission"
	Busy          Reason = "busy"
	Unplugged     Reason = "unplugged"
	NotFound      Reason = "not_found"
	WrongModel    Reason = "wrong_model"
	NotConfigured Reason = "not_configured"
	CannotTell    Reason = "cannot_tell" // the model has no way to report its state
	Unrecoverable Reason = "unrecoverable"
	FeedButton    Reason = "feed_button"
	NotAllowed    Reason = "not_allowed"  // it has the right ids, but is of another kind or at another socket: it is not read
	Ambiguous     Reason = "ambiguous"    // two devices fit the address, so that neither is read
	DrawerOpen    Reason = "drawer_open"  // it stays open
	DrawerStuck   Reason = "drawer_stuck" // it got a pulse and stayed shut
)

// Health is how one device is at one moment.
type Health struct {
	ID     string    `json:"id"`   // the name of its section in the configuration
	Kind   string    `json:"kind"` // scanner, printer, drawer, display
	Model  string    `json:"model,omitempty"`
	Path   string    `json:"path,omitempty"` // the address it is opened by
	State  State     `json:"state"`
	Reason Reason    `json:"reason,omitempty"`
	Detail string    `json:"detail,omitempty"` // for an engineer: the error's text
	Since  time.Time `json:"since"`            // when State was reached
	LastOK time.Time `json:"last_ok,omitzero"` // when it last did what it is for
}
