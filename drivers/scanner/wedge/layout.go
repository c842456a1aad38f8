package wedge

import "fmt"

// Layout is what stands on the keys. An event tells only where a key lies; the
// scanner was set to press the keys of one layout, and that one has to be read
// here, whatever the layout of this machine is.
type Layout string

const (
	US  Layout = "us"
	JIS Layout = "jis" // JIS X 6002, with 106 or 109 keys
)

// Layouts are all that are known.
func Layouts() []Layout { return []Layout{US, JIS} }

// row is keys that lie side by side: the number of the first one, what they
// type, and what they type with shift. A space types nothing.
type row struct {
	first          uint16
	plain, shifted string
}

// rows are the keys of a layout (linux/input-event-codes.h numbers them by
// their place on an American keyboard).
func (l Layout) rows() []row {
	common := []row{
		{16, "qwertyuiop", "QWERTYUIOP"},
		{30, "asdfghjkl", "ASDFGHJKL"},
		{44, "zxcvbnm,./", "ZXCVBNM<>?"},
		{71, "789-456+1230.", "789-456+1230."}, // the keys with numbers alone
		{55, "*", "*"}, {98, "/", "/"},
	}
	switch l {
	case US:
		return append(common,
			row{2, "1234567890-=", "!@#$%^&*()_+"},
			row{26, "[]", "{}"}, row{39, ";'`", `:"~`},
			row{43, `\`, "|"}, row{86, `\`, "|"}) // 86: the key beside the left shift
	case JIS:
		return append(common,
			row{2, "1234567890-^", `!"#$%&'() =~`},
			row{26, "@[", "`{"}, row{39, ";:", "+*"},
			row{43, "]", "}"}, row{89, `\`, "_"}, row{124, `\`, "|"}) // 124: the yen sign
	}
	return nil
}

// keymap is what each key types, plain and with shift; 0 is nothing.
type keymap map[uint16][2]byte

func (l Layout) keymap() (keymap, error) {
	rows := l.rows()
	if rows == nil {
		return nil, fmt.Errorf("layout %q is not known; use us or jis", l)
	}
	keys := keymap{57: {' ', ' '}, keyTab: {'\t', '\t'}, keyEnter: {'\r', '\r'}, keyEnterRight: {'\r', '\r'}}
	for _, r := range rows {
		for i := range len(r.plain) {
			keys[r.first+uint16(i)] = [2]byte{typed(r.plain[i]), typed(r.shifted[i])}
		}
	}
	return keys, nil
}

func typed(b byte) byte {
	if b == ' ' {
		return 0
	}
	return b
}

// Keys that are the same in every layout.
const (
	keyTab        = 15
	keyEnter      = 28
	keyLeftCtrl   = 29
	keyLeftShift  = 42
	keyRightShift = 54
	keyLeftAlt    = 56
	keyCapsLock   = 58
	keyNumLock    = 69
	keyScrollLock = 70
	keyEnterRight = 96
	keyRightCtrl  = 97
	keyRightAlt   = 100
	keyLeftMeta   = 125
	keyRightMeta  = 126
)

// numpad is the digit on a key of the number block.
func numpad(code uint16) (digit int, ok bool) {
	switch {
	case code >= 71 && code <= 73:
		return int(code-71) + 7, true
	case code >= 75 && code <= 77:
		return int(code-75) + 4, true
	case code >= 79 && code <= 81:
		return int(code-79) + 1, true
	case code == 82:
		return 0, true
	}
	return 0, false
}
