package wedge

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// CalibrationCode is the text of the printed code by which a scanner's layout
// is found out: of the characters that the layouts have on different keys, and
// of both cases. It is recognised in whatever layout it is typed, and is never
// a scan.
const CalibrationCode = `PAC@[]:;^_"&'()=+*\|~` + "`" + `{}aZ`

// Verdict is how a scanner in keyboard mode is set.
type Verdict struct {
	Layout Layout
	// Inverted: capitals and small letters are swapped. Switch the CAPS LOCK
	// setting of the scanner off.
	Inverted bool
}

// String is the verdict for an engineer.
func (v Verdict) String() string {
	if v.Inverted {
		return fmt.Sprintf("the scanner types in layout %s with capitals and small letters swapped: switch its CAPS LOCK setting off", v.Layout)
	}
	return fmt.Sprintf("the scanner types in layout %s", v.Layout)
}

// ErrNoLayout is what a calibration ends with when no layout makes the
// calibration code of the keys.
var ErrNoLayout = errors.New("the keys give the calibration code in no layout: read the right code, and set the scanner to the layout us or jis")

// recogniser follows the keys in every layout at once. It keeps none of them,
// only how much of the calibration code they have been.
type recogniser struct{ readers []*reader }

// reader is one way to read the keys.
type reader struct {
	verdict Verdict
	typist  *typist
	matched int // characters of the calibration code; -1 once it was something else
}

func newRecogniser() (*recogniser, error) {
	r := &recogniser{}
	for _, layout := range Layouts() {
		for _, inverted := range []bool{false, true} {
			keys, err := layout.keymap()
			if err != nil {
				return nil, err
			}
			r.readers = append(r.readers, &reader{verdict: Verdict{layout, inverted}, typist: newTypist(keys, inverted)})
		}
	}
	return r, nil
}

// key takes an event of a key.
func (r *recogniser) key(e event) {
	for _, one := range r.readers {
		switch s := one.stroke(e); {
		case s.alien:
			one.matched = -1
		case !s.typed || one.matched < 0:
		case isEnd(s.char):
		case one.matched < len(CalibrationCode) && CalibrationCode[one.matched] == s.char:
			one.matched++
		default:
			one.matched = -1
		}
	}
}

func (r *reader) stroke(e event) stroke {
	switch e.value {
	case pressed:
		return r.typist.press(e.code)
	case released:
		return r.typist.release(e.code)
	}
	return stroke{}
}

// end is at the end of a code, and tells whether it was the calibration code.
func (r *recogniser) end() (Verdict, bool) {
	var found *reader
	for _, one := range r.readers {
		if one.matched == len(CalibrationCode) {
			found = one
		}
		one.matched = 0
	}
	if found == nil {
		return Verdict{}, false
	}
	return found.verdict, true
}

// letGo forgets which keys are held.
func (r *recogniser) letGo() {
	for _, one := range r.readers {
		one.typist.letGo()
		one.matched = -1
	}
}

// calibration is where somebody waits for a verdict.
type calibration struct {
	mu      sync.Mutex
	waiting chan Verdict // the zero verdict: another code came; nil: nobody waits
}

// tell answers who waits.
func (c *calibration) tell(v Verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting != nil {
		c.waiting <- v
		c.waiting = nil
	}
}

// wait is Calibrate of the scanner.
func (c *calibration) wait(ctx context.Context) (Verdict, error) {
	c.mu.Lock()
	if c.waiting != nil {
		c.mu.Unlock()
		return Verdict{}, errors.New("another calibration is under way: wait for its end")
	}
	answer := make(chan Verdict, 1)
	c.waiting = answer
	c.mu.Unlock()
	select {
	case v := <-answer:
		if v == (Verdict{}) {
			return v, ErrNoLayout
		}
		return v, nil
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.waiting == answer {
			c.waiting = nil
		}
		return Verdict{}, ctx.Err()
	}
}
