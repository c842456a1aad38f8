package virtual

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// Printer is a receipt printer on a cable. Like a real one it answers real-time
// questions at once, keeps all else in a receive buffer that pushes back when
// it is full, prints at a speed, and holds a receipt when the paper runs out in
// the middle of it.
//
// What it shall be and the faults to order are its methods; those of faults may
// be called at any time.
type Printer struct {
	cable   Cable
	capture *os.File
	log     *slog.Logger
	manners manners

	mu       sync.Mutex
	changed  *sync.Cond // anything below
	closed   bool
	received []byte // the receive buffer
	capacity int
	work     []byte            // taken from the buffer, not carried out yet
	scan     papertape.Scanner // of work
	tail     []byte            // the last bytes received, to see real-time commands
	orders   []order           // faults to come, by bytes that arrive
	replies  []reply
	late     time.Duration // how long answers are held
	lose     int           // answers that get lost
	xoff     bool          // it says XOFF instead of pushing back
	held     bool          // it has said XOFF
	overrun  int           // bytes that came when the buffer was full

	lineTime   time.Duration
	noPaper    bool
	lowPaper   bool
	cover      bool // open
	cutterJam  bool
	headHot    bool
	stalled    bool
	paperLeft  int // lines until the paper ends; -1 for a full roll
	lines      int // printed since it was made
	automatic  bool
	realPulses bool // DLE DC4 opens the drawer
	counter    int  // of Star's ETB, or of ESC GS ETX
	drawers    int  // pulses to a drawer
	drawer     drawer
	device     byte     // of ESC =: 2 is the display only
	display    *Display // that hangs on it
	maker      string
	model      string
	onReceipt  func(raw []byte)
	receipt    []byte // what was carried out since the last cut
}

// order is something to happen when so many more bytes have arrived.
type order struct {
	left int
	do   func()
}

// reply is an answer on its way.
type reply struct {
	bytes []byte
	id    bool // a process id: an older one that has not left is dropped
}

// drawer is a cash drawer at the printer.
type drawer struct {
	wired   bool // its sensor is
	open    bool
	stuck   bool // a pulse does not open it
	lowOpen bool // the level of the sensor is low while it is open
}

// manners are what differs between printer languages. All need p.mu.
type manners interface {
	// instant looks at the end of what was received for a command that is
	// obeyed at once.
	instant(p *Printer, b byte)
	// obey does what a command says besides printing; cut tells that it ended
	// a receipt.
	obey(p *Printer, t papertape.Token) (cut bool)
	// status is the state as it is told without a question.
	status(p *Printer) []byte
	// lines is how far a command moves the paper.
	lines(t papertape.Token) int
}

const (
	usualCapacity = 4096
	usualLineTime = time.Millisecond // a real printer takes about 20
	longestPaper  = 4 << 20          // bytes of one receipt that are kept
	mostReplies   = 256
)

// NewPrinter makes a plugged printer with paper on a pseudo terminal. link is
// the path that a driver opens; every byte that arrives is appended to the file
// capture. It speaks ESC/POS.
func NewPrinter(link, capture string, log *slog.Logger) (*Printer, error) {
	line, err := NewLine(link)
	if err != nil {
		return nil, err
	}
	return newPrinter(line, capture, log)
}

// NewNetworkPrinter is NewPrinter at an address of TCP; see NewSocket.
func NewNetworkPrinter(address, capture string, log *slog.Logger) (*Printer, error) {
	socket, err := NewSocket(address)
	if err != nil {
		return nil, err
	}
	return newPrinter(socket, capture, log)
}

// NewPrinterOn is NewPrinter on a cable of yours.
func NewPrinterOn(c Cable, capture string, log *slog.Logger) (*Printer, error) {
	return newPrinter(c, capture, log)
}

func newPrinter(c Cable, capture string, log *slog.Logger) (*Printer, error) {
	file, err := os.OpenFile(capture, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("capture of the virtual printer: %w", err), c.Close())
	}
	p := &Printer{cable: c, capture: file, log: log, manners: epson{}, capacity: usualCapacity, lineTime: usualLineTime,
		paperLeft: -1, realPulses: true, maker: "posagent", model: "VIRTUAL-80"}
	p.changed = sync.NewCond(&p.mu)
	return p, nil
}

// Speak chooses what the printer speaks: "epson", "sii" or "star". It is called
// before Run.
func (p *Printer) Speak(language string) error {
	speak, ok := map[string]manners{"epson": epson{}, "": epson{}, "sii": sii{}, "star": star{}}[language]
	if !ok {
		return fmt.Errorf("a virtual printer does not speak %q: use epson, sii or star", language)
	}
	p.set(func() { p.manners, p.scan = speak, papertape.Scanner{Star: language == "star"} })
	return nil
}

// SetName is what the printer calls itself.
func (p *Printer) SetName(maker, model string) { p.set(func() { p.maker, p.model = maker, model }) }

// Path is where a driver opens the printer.
func (p *Printer) Path() string { return p.cable.Path() }

// OnReceipt has tell called after each cut with the bytes that were carried
// out since the cut before. It is set before Run.
func (p *Printer) OnReceipt(tell func(raw []byte)) { p.set(func() { p.onReceipt = tell }) }

// SetSpeed is how long one line takes; 1 ms unless set.
func (p *Printer) SetSpeed(line time.Duration) { p.set(func() { p.lineTime = line }) }

// SetBuffer is the size of the receive buffer; 4096 bytes unless set.
func (p *Printer) SetBuffer(bytes int) { p.set(func() { p.capacity = max(1, bytes) }) }

// SetXOFF has the printer say XOFF when a quarter of its buffer is full, and
// XON when an eighth is left; what comes all the same when it is full gets
// lost, as on a line without wires for flow control.
func (p *Printer) SetXOFF() { p.set(func() { p.xoff = true }) }

// SetLate holds every answer so long, and sends all that has gathered in one.
func (p *Printer) SetLate(d time.Duration) { p.set(func() { p.late = d }) }

// WireDrawer connects a drawer with a sensor that is at this level while the
// drawer is open.
func (p *Printer) WireDrawer(highWhenOpen bool) {
	p.set(func() { p.drawer = drawer{wired: true, lowOpen: !highWhenOpen} })
}

// Lines is how many lines were printed.
func (p *Printer) Lines() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines
}

// Overrun is how many bytes got lost because the buffer was full.
func (p *Printer) Overrun() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.overrun
}

// Drawer is how many pulses went to the cash drawer.
func (p *Printer) Drawer() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.drawers
}

// Close ends the printer and its cable for good.
func (p *Printer) Close() error {
	p.set(func() { p.closed = true })
	return p.cable.Close()
}

// set changes the printer under its lock.
func (p *Printer) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	p.changed.Broadcast()
}
