package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

const (
	displayColumns = 20
	longestWait    = 64 // bytes of a command that are waited for
)

// Display is a customer display of two lines of twenty characters on a cable,
// or behind a printer (Printer.Attach). What a customer would read is Lines.
type Display struct {
	cable   Cable // nil: it hangs on a printer
	cd5220  bool
	mu      sync.Mutex
	cells   [2][displayColumns]byte
	x, y    int
	table   byte // of ESC t
	nation  byte // of ESC R or ESC f
	kana    bool // of ESC c J
	pending []byte
	changed func([2]string)
}

// NewDisplay makes a plugged display on a pseudo terminal that speaks "dmd" or
// "cd5220".
func NewDisplay(link, language string) (*Display, error) {
	line, err := NewLine(link)
	if err != nil {
		return nil, err
	}
	return newDisplay(line, language)
}

// NewNetworkDisplay is NewDisplay at an address of TCP; see NewSocket.
func NewNetworkDisplay(address, language string) (*Display, error) {
	socket, err := NewSocket(address)
	if err != nil {
		return nil, err
	}
	return newDisplay(socket, language)
}

// NewDisplayOn is NewDisplay on a cable of yours.
func NewDisplayOn(c Cable, language string) (*Display, error) { return newDisplay(c, language) }

func newDisplay(c Cable, language string) (*Display, error) {
	if language != "dmd" && language != "cd5220" {
		return nil, fmt.Errorf("a virtual display does not speak %q: use dmd or cd5220", language)
	}
	d := &Display{cable: c, cd5220: language == "cd5220"}
	d.reset()
	return d, nil
}

// Path is where a driver opens the display.
func (d *Display) Path() string { return d.cable.Path() }

// Plug puts the cable back, Unplug pulls it. The display has its power from
// elsewhere and keeps what it shows.
func (d *Display) Plug() error { return d.cable.Plug() }

// Unplug pulls the cable.
func (d *Display) Unplug() error { return d.cable.Unplug() }

// Close takes the display away.
func (d *Display) Close() error { return d.cable.Close() }

// PowerCycle switches the display off and on: it is dark, and has forgotten
// how it was set.
func (d *Display) PowerCycle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reset()
	d.pending = nil
}

// OnChange has tell called with what can be read after each write.
func (d *Display) OnChange(tell func([2]string)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed = tell
}

// Run shows what comes until ctx ends.
func (d *Display) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = d.cable.Close() })
	defer stop()
	buf := make([]byte, 256)
	for {
		n, err := d.cable.Read(buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		d.Feed(buf[:n])
	}
}

// Lines are what a customer reads.
func (d *Display) Lines() [2]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines()
}

func (d *Display) lines() (out [2]string) {
	for y, row := range d.cells {
		runes := make([]rune, 0, displayColumns)
		for _, b := range row {
			runes = append(runes, d.letter(b))
		}
		out[y] = string(runes)
	}
	return out
}

// letter is what a byte looks like in the chosen characters.
func (d *Display) letter(b byte) rune {
	switch {
	case b == 0x5C && (d.nation == 8 || d.nation == 'J'):
		return '¥'
	case b < 0x80:
		return rune(b)
	case b >= 0xA1 && b <= 0xDF && (d.table == 1 || d.kana):
		return rune(b) - 0xA1 + 0xFF61
	}
	return '\uFFFD'
}

// Feed shows bytes, however they are split.
func (d *Display) Feed(p []byte) {
	d.mu.Lock()
	d.pending = append(d.pending, p...)
	for len(d.pending) > 0 {
		n := d.step(d.pending)
		if n == 0 && len(d.pending) < longestWait {
			break
		}
		d.pending = d.pending[max(1, n):]
	}
	lines, tell := d.lines(), d.changed
	d.mu.Unlock()
	if tell != nil {
		tell(lines)
	}
}

// step carries the first command out and returns its length; 0 when more
// bytes are needed.
func (d *Display) step(b []byte) int {
	switch c := b[0]; {
	case c == 0x1B:
		return d.escape(b)
	case c == 0x1F:
		return d.unit(b)
	case c == 0x0C:
		d.clear()
	case c == 0x18:
		d.cells[d.y] = blankRow()
		d.x = 0
	case c == 0x0D:
		d.x = 0
	case c == 0x0B:
		d.x, d.y = 0, 0
	case c == 0x0A:
		d.y = 1 - d.y
	case c >= 0x20:
		d.put(c)
	}
	return 1
}

func (d *Display) escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '@':
		d.reset()
		return 2
	case 0x11, 0x12, 0x13:
		return 2
	case 't', 'R', '=', '_', 'f', 'c', '*', '%':
		if len(b) < 3 {
			return 0
		}
		switch b[1] {
		case 't':
			d.table = b[2]
		case 'R', 'f':
			d.nation = b[2]
		case 'c':
			d.kana = b[2] == 'J'
		}
		return 3
	case 'l':
		if len(b) < 4 {
			return 0
		}
		d.move(b[2], b[3])
		return 4
	case 'Q':
		return d.row(b)
	}
	return 2
}

// row is ESC Q A or B of CD5220: a whole line, which CR ends.
func (d *Display) row(b []byte) int {
	if len(b) < 3 || !d.cd5220 {
		return min(len(b), 3) / 3 * 3
	}
	for i, c := range b[3:] {
		if c != 0x0D {
			continue
		}
		if y := int(b[2] - 'A'); y == 0 || y == 1 {
			d.cells[y] = blankRow()
			copy(d.cells[y][:], b[3:3+i])
		}
		return 3 + i + 1
	}
	return 0
}

// unit is a command that begins with US.
func (d *Display) unit(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '$':
		if len(b) < 4 {
			return 0
		}
		d.move(b[2], b[3])
		return 4
	case 'C', 'X', 'E', 'r':
		if len(b) < 3 {
			return 0
		}
		return 3
	}
	return 2
}

func (d *Display) move(x, y byte) {
	if x >= 1 && x <= displayColumns && y >= 1 && y <= 2 {
		d.x, d.y = int(x)-1, int(y)-1
	}
}

func (d *Display) put(c byte) {
	d.cells[d.y][d.x] = c
	if d.x++; d.x == displayColumns {
		d.x, d.y = 0, 1-d.y
	}
}

func blankRow() (row [displayColumns]byte) {
	for i := range row {
		row[i] = ' '
	}
	return row
}

func (d *Display) clear() {
	d.cells = [2][displayColumns]byte{blankRow(), blankRow()}
	d.x, d.y = 0, 0
}

func (d *Display) reset() {
	d.clear()
	d.table, d.nation, d.kana = 0, 0, false
}

// Attach hangs a display of the language "dmd" on the printer, which passes on
// what is for it (ESC =). It is called before Run.
func (p *Printer) Attach() *Display {
	d := &Display{}
	d.reset()
	p.set(func() { p.display = d })
	return d
}

// passOn takes a command for what hangs on the printer; false when it is for
// the printer. It needs p.mu.
func (p *Printer) passOn(name string, raw, args []byte) bool {
	if name == "ESC =" {
		p.device = args[0]
		return true
	}
	if p.device != 2 {
		return false
	}
	if p.display != nil {
		p.display.Feed(raw)
	}
	return true
}
