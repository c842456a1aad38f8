package virtual

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync"
	"time"
)

// Keyboard is a USB scanner that types what it reads. It has no keymap of the
// driver's: what it presses comes from the keyboard page of the HID Usage
// Tables and from the table by which Linux turns usages into keys.
type Keyboard struct {
	Pipe
	Layout   string        // "us" or "jis", as it was set
	Inverted bool          // its CAPS LOCK option is on: capitals and small letters are swapped
	Pace     time.Duration // from key to key; 0 is 2 ms
	End      []byte        // usages that end a code; nil is Enter
	Alt      bool          // it types all that is no letter or digit as a number with alt
	Word     int           // bytes of a long of the machine that it is plugged in to; 0 is this one's

	mu    sync.Mutex
	clock time.Duration // of the machine
}

// Usages of the keyboard page.
const (
	UsageEnter    = 0x28
	UsageTab      = 0x2B
	UsageF1       = 0x3A
	UsageDown     = 0x51
	UsagePadEnter = 0x58
	usageCaps     = 0x39
	usagePad1     = 0x59 // to 9, then 0
	usageCtrl     = 0xE0
	usageShift    = 0xE1
	usageAlt      = 0xE2
	UsageGUI      = 0xE3 // the key with the window
)

// linuxKeys are the keys of usages 04 to 64 (hid_keyboard of
// drivers/hid/hid-input.c).
var linuxKeys = [...]uint16{
	30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44,
	2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 28, 1, 14, 15, 57, 12, 13, 26, 27, 43, 43, 39, 40, 41, 51, 52, 53, 58,
	59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88, 99, 70, 119, 110, 102, 104, 111, 107, 109, 106, 105, 108, 103,
	69, 98, 55, 74, 78, 96, 79, 80, 81, 75, 76, 77, 71, 72, 73, 82, 83, 86,
}

func linuxKey(usage byte) uint16 {
	switch {
	case usage == 0x87: // International1: \ and _ of a Japanese keyboard
		return 89
	case usage == 0x89: // International3: the yen sign
		return 124
	case usage >= usageCtrl && usage <= UsageGUI:
		return []uint16{29, 42, 56, 125}[usage-usageCtrl]
	}
	return linuxKeys[usage-4]
}

// key is the usage that types a character, and whether with shift.
func (k *Keyboard) key(char byte) (usage byte, shift, ok bool) {
	switch {
	case char >= 'a' && char <= 'z':
		return char - 'a' + 0x04, false, true
	case char >= 'A' && char <= 'Z':
		return char - 'A' + 0x04, true, true
	case char >= '1' && char <= '9':
		return char - '1' + 0x1E, false, true
	case char == '0':
		return 0x27, false, true
	case char == ' ':
		return 0x2C, false, true
	}
	// The signs, by usage: without shift, then with it.
	signs := map[byte]string{
		0x1E: "1!", 0x1F: "2@", 0x20: "3#", 0x21: "4$", 0x22: "5%", 0x23: "6^", 0x24: "7&", 0x25: "8*", 0x26: "9(", 0x27: "0)",
		0x2D: "-_", 0x2E: "=+", 0x2F: "[{", 0x30: "]}", 0x31: `\|`, 0x33: ";:", 0x34: `'"`, 0x35: "`~", 0x36: ",<", 0x37: ".>", 0x38: "/?",
	}
	if k.Layout == "jis" {
		signs = map[byte]string{
			0x1E: "1!", 0x1F: `2"`, 0x20: "3#", 0x21: "4$", 0x22: "5%", 0x23: "6&", 0x24: "7'", 0x25: "8(", 0x26: "9)",
			0x2D: "-=", 0x2E: "^~", 0x2F: "@`", 0x30: "[{", 0x32: "]}", 0x33: ";+", 0x34: ":*", 0x36: ",<", 0x37: ".>", 0x38: "/?",
			0x87: `\_`, 0x89: "\x00|",
		}
	}
	for usage, pair := range signs {
		if pair[0] == char || pair[1] == char {
			return usage, pair[1] == char, true
		}
	}
	return 0, false, false
}

// Events are the events of a code. Control characters are typed with ctrl;
// what the keyboard has not at all, with alt and a number.
func (k *Keyboard) Events(text string) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.clock += time.Second // since the code before
	var out []byte
	for _, char := range []byte(text) {
		out = append(out, k.char(char)...)
	}
	end := k.End
	if end == nil {
		end = []byte{UsageEnter}
	}
	for _, usage := range end {
		out = append(out, k.press(usage)...)
	}
	return out
}

// Press are the events of single keys, held together when there are several.
func (k *Keyboard) Press(usages ...byte) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.press(usages...)
}

func (k *Keyboard) char(char byte) []byte {
	usage, shift, ok := k.key(char)
	letterOrDigit := char|0x20 >= 'a' && char|0x20 <= 'z' || char >= '0' && char <= '9'
	switch {
	case char < 0x20:
		if usage, shift, _ = k.key(char | 0x40); shift && (char == 0 || char > 0x1A) { // letters need none
			return k.press(usageCtrl, usageShift, usage)
		}
		return k.press(usageCtrl, usage)
	case !ok || k.Alt && !letterOrDigit:
		usages := []byte{usageAlt}
		for _, digit := range fmt.Sprintf("%d", char) {
			usages = append(usages, usagePad1+byte(digit-'1')) // 0 is before 1 here, and behind 9 on the page
			if digit == '0' {
				usages[len(usages)-1] = usagePad1 + 9
			}
		}
		return k.sequence(usages)
	case shift != (k.Inverted && char|0x20 >= 'a' && char|0x20 <= 'z'):
		return k.press(usageShift, usage)
	}
	return k.press(usage)
}

// press holds the first keys down while the last one is struck.
func (k *Keyboard) press(usages ...byte) (out []byte) {
	for _, u := range usages {
		out = append(out, k.event(u, 1)...)
	}
	for i := len(usages) - 1; i >= 0; i-- {
		out = append(out, k.event(usages[i], 0)...)
	}
	k.tick()
	return out
}

// sequence holds the first key down while the others are struck one by one.
func (k *Keyboard) sequence(usages []byte) []byte {
	out := k.event(usages[0], 1)
	for _, u := range usages[1:] {
		out = append(out, k.press(u)...)
	}
	return append(out, k.event(usages[0], 0)...)
}

func (k *Keyboard) tick() {
	if k.Pace == 0 {
		k.clock += 2 * time.Millisecond
	}
	k.clock += k.Pace
}

func (k *Keyboard) event(usage byte, value int32) []byte {
	return append(k.Raw(1, linuxKey(usage), value), k.Raw(0, 0, 0)...)
}

// Raw is one struct input_event.
func (k *Keyboard) Raw(kind, code uint16, value int32) (out []byte) {
	order := binary.NativeEndian
	word := k.Word
	if word == 0 {
		word = bits.UintSize / 8
	}
	for _, v := range []time.Duration{k.clock / time.Second, k.clock % time.Second / time.Microsecond} {
		if word == 8 {
			out = order.AppendUint64(out, uint64(v))
		} else {
			out = order.AppendUint32(out, uint32(v))
		}
	}
	out = order.AppendUint16(out, kind)
	out = order.AppendUint16(out, code)
	return order.AppendUint32(out, uint32(value))
}

// SendEvents sends events, as many at a time as Linux hands out at most.
func (k *Keyboard) SendEvents(events []byte) error {
	const most = 64
	size := len(k.Raw(0, 0, 0))
	for len(events) > 0 {
		n := min(most*size, len(events))
		if err := k.Send(events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}
