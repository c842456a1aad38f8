// Package drawer is what the rest of the system says to a cash drawer: open,
// and are you open. It knows no money and no wire.
//
// Invariant: Open and Closed are said only of a drawer whose sensor is wired
// and was heard; anything else is Unknown.
package drawer

import "github.com/posagent/posagent/drivers/device"

// State is whether a drawer is open.
type State string

const (
	Open    State = "open"
	Closed  State = "closed"
	Unknown State = "unknown" // no sensor is wired, or nobody can be asked
)

// Result is what became of the wish to open a drawer.
type Result string

const (
	Opened  Result = "opened"  // its sensor says so
	Sent    Result = "sent"    // the pulse was sent; nobody can say more
	Stuck   Result = "stuck"   // the pulse was sent, and its sensor says that it is shut
	Refused Result = "refused" // no pulse was sent
)

// Outcome is the end of the wish to open a drawer.
type Outcome struct {
	Result Result
	Reason device.Reason // why not Opened, as far as known
	Detail string        // for the log
}
