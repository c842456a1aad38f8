package wedge

// typist turns keys into characters: it knows which keys are held down.
type typist struct {
	keys   keymap
	caps   bool
	held   map[uint16]bool // of shift, ctrl, alt and meta
	number int             // that is being typed on the number block while alt is held
	digits int             // how many it has so far
}

func newTypist(keys keymap, caps bool) *typist {
	return &typist{keys: keys, caps: caps, held: map[uint16]bool{}}
}

// stroke is what came of a key: a character, nothing yet, or what no scanner
// sends.
type stroke struct {
	char  byte
	typed bool // char is one
	alien bool
	chord bool // alien while another key was held
}

func (t *typist) down(left, right uint16) bool { return t.held[left] || t.held[right] }

// press is a key going down.
func (t *typist) press(code uint16) stroke {
	switch code {
	case keyLeftShift, keyRightShift, keyLeftCtrl, keyRightCtrl, keyLeftMeta, keyRightMeta:
		t.held[code] = true
		return stroke{}
	case keyLeftAlt, keyRightAlt:
		t.held[code], t.number, t.digits = true, 0, 0
		return stroke{}
	case keyCapsLock:
		t.caps = !t.caps
		return stroke{}
	case keyNumLock, keyScrollLock:
		return stroke{} // some scanners press it before numbers
	}
	switch {
	case t.down(keyLeftMeta, keyRightMeta):
		return stroke{alien: true, chord: true}
	case t.down(keyLeftAlt, keyRightAlt):
		return t.add(code)
	}
	pair, known := t.keys[code]
	char := pair[0]
	if shifted := t.down(keyLeftShift, keyRightShift); shifted != (t.caps && isLetter(char)) {
		char = pair[1]
	}
	ctrl := t.down(keyLeftCtrl, keyRightCtrl)
	if ctrl && !isEnd(char) {
		char = control(char)
	}
	if !known || char == 0 {
		return stroke{alien: true, chord: ctrl}
	}
	return stroke{char: char, typed: true}
}

// add takes a digit of a number that is typed while alt is held.
func (t *typist) add(code uint16) stroke {
	const longest = 5 // 00065 is as good as 65
	digit, ok := numpad(code)
	if !ok || t.digits == longest {
		t.digits = longest
		return stroke{alien: true, chord: true}
	}
	t.number, t.digits = 10*t.number+digit, t.digits+1
	return stroke{}
}

// release is a key going up. Alt ends a number: that of a byte.
func (t *typist) release(code uint16) stroke {
	was := t.held[code]
	delete(t.held, code)
	if !was || code != keyLeftAlt && code != keyRightAlt || t.digits == 0 {
		return stroke{}
	}
	number := t.number
	t.number, t.digits = 0, 0
	if number < 1 || number > 0xFF {
		return stroke{alien: true, chord: true}
	}
	return stroke{char: byte(number), typed: true}
}

// letGo forgets which keys are held, because events got lost.
func (t *typist) letGo() {
	clear(t.held)
	t.number, t.digits = 0, 0
}

// control is the character of a key with ctrl: ] is GS, which separates the
// fields of a GS1 code.
func control(char byte) byte {
	if char >= '@' && char <= '_' || isLetter(char) {
		return char & 0x1F
	}
	return 0
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isEnd(b byte) bool    { return b == '\r' || b == '\t' }
