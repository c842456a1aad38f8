package virtual

import (
	"encoding/binary"
	"slices"
)

// Boot is a keyboard's memory of the keys that are down, as it sends them over
// USB: reports of eight bytes (USB HID 1.11, appendix B.1).
type Boot struct {
	modifiers byte
	down      []byte
}

// Reports are the reports by which a keyboard makes Linux say these events;
// see Keyboard.Events. Keys that Linux does not know have none.
func (b *Boot) Reports(events []byte) (out [][]byte) {
	size := len((&Keyboard{}).Raw(0, 0, 0))
	for ; len(events) >= size; events = events[size:] {
		tail := events[size-8:]
		kind, key, value := binary.NativeEndian.Uint16(tail), binary.NativeEndian.Uint16(tail[2:]), binary.NativeEndian.Uint32(tail[4:])
		usage, ok := usageOf(key)
		if kind != 1 || !ok {
			continue
		}
		b.turn(usage, value != 0)
		report := make([]byte, 8)
		report[0] = b.modifiers
		copy(report[2:], b.down)
		out = append(out, report)
	}
	return out
}

func (b *Boot) turn(usage byte, down bool) {
	if usage >= usageCtrl {
		bit := byte(1) << (usage - usageCtrl)
		if b.modifiers &^= bit; down {
			b.modifiers |= bit
		}
		return
	}
	if b.down = slices.DeleteFunc(b.down, func(u byte) bool { return u == usage }); down && len(b.down) < 6 {
		b.down = append(b.down, usage)
	}
}

// usageOf is the first usage of a key of Linux.
func usageOf(key uint16) (byte, bool) {
	for usage := 4; usage < 4+len(linuxKeys); usage++ {
		if linuxKey(byte(usage)) == key {
			return byte(usage), true
		}
	}
	for _, usage := range []byte{0x87, 0x89, usageCtrl, usageCtrl + 1, usageCtrl + 2, UsageGUI} {
		if linuxKey(usage) == key {
			return usage, true
		}
	}
	return 0, false
}
