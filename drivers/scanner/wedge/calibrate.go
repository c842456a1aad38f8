package wedge

import (
	"context"
	"errors"
	"sync"
)

// CalibrationCode is the text of the printed code by which a scanner's layout
// is found out: of the characters that the layouts have on different keys, and
// of both cases.
const CalibrationCode = `PAC@[]:;^_"&'()=+*\|~` + "`" + `{}aZ`

// Verdict is how a scanner in keyboard mode is set.
type Verdict struct {
	Layout Layout
	// Inverted: capitals and small letters are swapped. Switch the CAPS LOCK
	// setting of the scanner off.
	Inverted bool
}

// ErrNoLayout is what a calibration ends with when no layout makes the
// calibration code of the keys.
var ErrNoLayout = errors.New("the keys give the calibration code in no layout: read the right code, and set the scanner to the layout us or jis")

// calibration reads the same keys in every layout at once.
type calibration struct {
	mu      sync.Mutex
	readers []*reader // nil: none is under way
	answer  chan Verdict
}

// reader is one way to read the keys.
type reader struct {
	verdict Verdict
	typist  *typist
	text    []byte
}

// begin takes the keys from now on. There is one calibration at a time.
func (c *calibration) begin() (<-chan Verdict, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.readers != nil {
		return nil, errors.New("another calibration is under way: wait for its end")
	}
	for _, layout := range Layouts() {
		for _, inverted := range []bool{false, true} {
			keys, err := layout.keymap()
			if err != nil {
				return nil, err
			}
			c.readers = append(c.readers, &reader{verdict: Verdict{layout, inverted}, typist: newTypist(keys, inverted)})
		}
	}
	c.answer = make(chan Verdict, 1)
	return c.answer, nil
}

func (c *calibration) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readers = nil
}

// take takes an event, if a calibration is under way.
func (c *calibration) take(e event) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.readers == nil {
		return false
	}
	if e.kind != evKey || e.value != pressed && e.value != released {
		return true
	}
	ended := false
	for _, r := range c.readers {
		r.key(e)
		last := len(r.text) - 1
		ended = ended || string(r.text) == CalibrationCode || last >= 0 && isEnd(r.text[last])
	}
	if ended {
		c.judge()
	}
	return true
}

func (r *reader) key(e event) {
	s := r.typist.release
	if e.value == pressed {
		s = r.typist.press
	}
	if got := s(e.code); got.typed && len(r.text) < 2*len(CalibrationCode) {
		r.text = append(r.text, got.char)
	}
}

// judge is at the end of a code; c.mu is held. An Enter alone is no code.
func (c *calibration) judge() {
	empty, verdict := true, Verdict{}
	for _, r := range c.readers {
		text := r.text
		if len(text) > 0 && isEnd(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
		empty = empty && len(text) == 0
		if string(text) == CalibrationCode {
			verdict = r.verdict
		}
		r.text = r.text[:0]
	}
	if !empty {
		c.answer <- verdict
		c.readers = nil
	}
}

// wait is Calibrate of the scanner.
func (c *calibration) wait(ctx context.Context) (Verdict, error) {
	answer, err := c.begin()
	if err != nil {
		return Verdict{}, err
	}
	defer c.end()
	select {
	case v := <-answer:
		if v == (Verdict{}) {
			return v, ErrNoLayout
		}
		return v, nil
	case <-ctx.Done():
		return Verdict{}, ctx.Err()
	}
}
