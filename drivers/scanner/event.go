package scanner

import "time"

// Event is what came out of a byte stream: a Frame or a Drop.
type Event interface{ event() }

// Frame is one whole payload with the identifier that stood before it.
type Frame struct {
	AIM    string
	Data   Data
	Beside []Code // other codes that the same picture showed
}

// Drop is bytes that were not delivered, and why. The framer fills Kind and
// Bytes; whoever reads the device adds the rest.
type Drop struct {
	Kind   DropKind
	Bytes  int // as they came, marks not counted
	Device string
	At     time.Time
}

func (Frame) event() {}
func (Drop) event()  {}

// DropKind is why bytes were not delivered.
type DropKind string

const (
	Overflow  DropKind = "overflow"   // longer than any code that is wanted
	HalfFrame DropKind = "half_frame" // the end or the beginning never came
	Noise     DropKind = "noise"      // bytes that no code has, or bytes outside of frames
	Checksum  DropKind = "checksum"   // the check byte or the length does not fit: something got lost
	Unmarked  DropKind = "unmarked"   // without the mark that this model puts before each code
	Foreign   DropKind = "foreign"    // a report that this scanner does not send
	Typed     DropKind = "typed"      // keys as a hand presses them, not as a scanner does
	Duplicate DropKind = "duplicate"  // the same payload again within the duplicate window
	NotWanted DropKind = "not_wanted" // nobody was waiting for a code
	Unread    DropKind = "unread"     // nobody took the scan before newer ones came
)

// DropKinds are all kinds, for whoever has words for them.
func DropKinds() []DropKind {
	return []DropKind{Overflow, HalfFrame, Noise, Checksum, Unmarked, Foreign, Typed, Duplicate, NotWanted, Unread}
}
