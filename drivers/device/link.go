package device

import "time"

// Step is one step on the way from a device to its driver.
type Step string

const (
	StepKernel     Step = "kernel"     // the hardware is seen, and is the one that is meant
	StepUdev       Step = "udev"       // its rights are set, and other programs are told to keep off
	StepNode       Step = "node"       // there is a file to open
	StepPermission Step = "permission" // this program may open it
	StepNetwork    Step = "network"    // of a device on the network, in place of those above: there is a way to it
	StepOpen       Step = "open"       // it is open
	StepProtocol   Step = "protocol"   // it answers in the language of its profile
	StepStatus     Step = "status"     // it can do what it is for
)

// Grade is how a step is.
type Grade string

const (
	GradeOK        Grade = "ok"
	GradeLook      Grade = "look" // it works, but someone should look
	GradeBroken    Grade = "broken"
	GradeUnknown   Grade = "unknown"   // nobody can tell yet
	GradeUnreached Grade = "unreached" // behind a step that is broken
)

// Link is one step of one device, as it is now.
type Link struct {
	Step   Step
	Grade  Grade
	Reason Reason // of a broken one
	Detail string // what was found, for an engineer
	Cure   string // what to do about it, for an engineer; empty: nothing, or what Reason says
}

// Frame is one read or write of a device as an engineer may see it: how much
// went which way when, and of what classes, but not what; or a word of the
// driver. A customer's code cannot be told from it.
type Frame struct {
	Seq        uint64 // counts up from 1; a gap is frames that nobody kept
	At         time.Time
	Out        bool // to the device
	Bytes      int
	Classes    string // runs of 9, A, . and so on; see the trace of drivers/port
	Generation uint64 // which opening of the device since the start
	Note       string // instead of Classes: what the driver made of it, "scan ]Q1", "drop noise"
}
