package virtual

// Reader is a virtual scanner of any kind that reads codes: on a line, with
// HID-POS reports, as a keyboard.
type Reader interface {
	// Pieces are the smallest pieces in which a code can reach the register.
	Pieces(aim, text string) [][]byte
	// Put sends one piece, or several together.
	Put([]byte) error
	// Garbage is what a scanner of this kind sends when it is broken.
	Garbage() [][]byte
	Unplug() error
	Plug() error
}

// Show reads a code, so many pieces at a time: as devices and their drivers
// happen to hand them out. 0 is all at once.
func Show(r Reader, aim, text string, atATime int) error {
	return put(r, r.Pieces(aim, text), atATime)
}

// Twice reads the same code twice in a row, as a hand does that holds the
// trigger for too long.
func Twice(r Reader, aim, text string) error {
	return put(r, append(r.Pieces(aim, text), r.Pieces(aim, text)...), 0)
}

// PullIn reads a code and pulls the cable when that share of it was sent.
func PullIn(r Reader, aim, text string, share float64) error {
	pieces := r.Pieces(aim, text)
	if err := put(r, pieces[:int(float64(len(pieces))*share)], 1); err != nil {
		return err
	}
	return r.Unplug()
}

// Flood sends garbage without a pause until so many bytes have gone.
func Flood(r Reader, bytes int) error {
	for sent := 0; sent < bytes; {
		for _, g := range r.Garbage() {
			if err := r.Put(g); err != nil {
				return err
			}
			sent += len(g)
		}
	}
	return nil
}

func put(r Reader, pieces [][]byte, atATime int) error {
	if atATime <= 0 {
		atATime = len(pieces)
	}
	for len(pieces) > 0 {
		n := min(atATime, len(pieces))
		var together []byte
		for _, p := range pieces[:n] {
			together = append(together, p...)
		}
		if err := r.Put(together); err != nil {
			return err
		}
		pieces = pieces[n:]
	}
	return nil
}

// Pieces implements Reader: bytes.
func (s *Scanner) Pieces(aim, text string) [][]byte { return cut(Frame(s.model, aim, text), 1) }

// Put implements Reader.
func (s *Scanner) Put(p []byte) error { return s.Send(p) }

// Garbage implements Reader: breaks on the line, and bytes of another speed.
func (s *Scanner) Garbage() [][]byte { return [][]byte{noise()} }

// WrongParity is what becomes of a code when the scanner sends even parity and
// the register reads none: the parity is in the highest bit.
func (s *Scanner) WrongParity(aim, text string) []byte {
	out := Frame(s.model, aim, text)
	for i, b := range out {
		odd := byte(0)
		for rest := b; rest > 0; rest &= rest - 1 {
			odd ^= 0x80
		}
		out[i] = b | odd
	}
	return out
}

// Pieces implements Reader: reports.
func (h *HIDPOS) Pieces(aim, text string) [][]byte { return h.Reports(aim, text) }

// Put implements Reader. Reports do not come together: each is a read.
func (h *HIDPOS) Put(p []byte) error {
	for _, report := range cut(p, 64) {
		if err := h.Send(report); err != nil {
			return err
		}
	}
	return nil
}

// Garbage implements Reader: reports of nothing, of no known id and with a
// length that cannot be.
func (h *HIDPOS) Garbage() [][]byte {
	unknown := make([]byte, 64)
	unknown[0] = 9
	tooLong := h.Reports("]Q1", "97")[0]
	tooLong[1] = 0xFF
	return [][]byte{h.Reports("\x00\x00\x00", string(make([]byte, 40)))[0], unknown, tooLong}
}

// Pieces implements Reader: events.
func (k *Keyboard) Pieces(_, text string) [][]byte {
	return cut(k.Events(text), len(k.Raw(0, 0, 0)))
}

// Put implements Reader.
func (k *Keyboard) Put(p []byte) error { return k.SendEvents(p) }

// Garbage implements Reader: what a stick types that plays keyboard, and
// events that got lost.
func (k *Keyboard) Garbage() [][]byte {
	return [][]byte{k.Press(UsageGUI, 0x15), k.Events("cmd.exe"), k.Raw(0, 3, 0), k.Events("97")}
}

func cut(p []byte, size int) (out [][]byte) {
	for len(p) > 0 {
		n := min(size, len(p))
		out = append(out, p[:n])
		p = p[n:]
	}
	return out
}
