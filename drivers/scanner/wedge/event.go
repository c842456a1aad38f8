package wedge

import (
	"encoding/binary"
	"time"
)

// event is a struct input_event of Linux (linux/input.h).
type event struct {
	at    time.Duration // on the kernel's clock, whichever that is
	kind  uint16
	code  uint16
	value int32
}

// What is used of linux/input-event-codes.h.
const (
	evSyn = 0x00
	evKey = 0x01

	synReport  = 0
	synDropped = 3 // the kernel's buffer was full: events are missing

	released = 0
	pressed  = 1 // 2 is a repeat
)

// eventSize is how long an event is where a long has so many bytes: its time
// is two of them.
func eventSize(word int) int { return 2*word + 8 }

// nativeWord is the length of a long on this machine.
const nativeWord = 4 << (^uintptr(0) >> 32 & 1)

// readEvent reads the first event of p, which is long enough.
func readEvent(p []byte, word int) event {
	order := binary.NativeEndian
	var sec, micro int64
	if word == 8 {
		sec, micro = int64(order.Uint64(p)), int64(order.Uint64(p[8:]))
	} else {
		sec, micro = int64(order.Uint32(p)), int64(order.Uint32(p[4:]))
	}
	rest := p[2*word:]
	return event{
		at:    time.Duration(sec)*time.Second + time.Duration(micro)*time.Microsecond,
		kind:  order.Uint16(rest),
		code:  order.Uint16(rest[2:]),
		value: int32(order.Uint32(rest[4:])),
	}
}
