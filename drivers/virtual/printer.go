package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Printer is an ESC/POS receipt printer on a line. Like a real one it answers
// real-time questions at once, keeps all else in a receive buffer that pushes
// back when it is full, prints at a speed, and holds a receipt when the paper
// runs out in the middle of it.
//
// The faults to order are its methods; they may be called at any time.
type Printer struct {
	line    *Line
	capture *os.File
	log     *slog.Logger
	replies chan []byte

	mu        sync.Mutex
	changed   *sync.Cond // anything below
	closed    bool
	received  []byte // the receive buffer
	capacity  int
	work      []byte // taken from the buffer, not carried out yet
	tail      []byte // the last bytes received, to see real-time commands
	lineTime  time.Duration
	noPaper   bool
	lowPaper  bool
	cover     bool // open
	stalled   bool
	bytesLeft int  // bytes until the printer stops reading; -1 for ever
	paperLeft int  // lines until the paper ends; -1 for a full roll
	automatic bool // GS a
	drawers   int  // pulses to a drawer
	onReceipt func(raw []byte)
	receipt   []byte // what was carried out since the last cut
}

const (
	usualCapacity = 4096
	usualLineTime = time.Millisecond // a real printer takes about 20
	longestPaper  = 4 << 20          // bytes of one receipt that are kept
)

// NewPrinter makes a plugged printer with paper. link is the path that a
// driver opens; every byte that arrives is appended to the file capture.
func NewPrinter(link, capture string, log *slog.Logger) (*Printer, error) {
	file, err := os.OpenFile(capture, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("capture of the virtual printer: %w", err)
	}
	line, err := NewLine(link)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	p := &Printer{line: line, capture: file, log: log, replies: make(chan []byte, 256),
		capacity: usualCapacity, lineTime: usualLineTime, paperLeft: -1, bytesLeft: -1}
	p.changed = sync.NewCond(&p.mu)
	return p, nil
}

// Path is where a driver opens the printer.
func (p *Printer) Path() string { return p.line.Path() }

// OnReceipt has tell called after each cut with the bytes that were carried
// out since the cut before. It is set before Run.
func (p *Printer) OnReceipt(tell func(raw []byte)) { p.set(func() { p.onReceipt = tell }) }

// SetSpeed is how long one line takes; 1 ms unless set.
func (p *Printer) SetSpeed(line time.Duration) { p.set(func() { p.lineTime = line }) }

// SetBuffer is the size of the receive buffer; 4096 bytes unless set.
func (p *Printer) SetBuffer(bytes int) { p.set(func() { p.capacity = max(1, bytes) }) }

// PaperOut takes the paper away.
func (p *Printer) PaperOut() { p.fault(func() { p.noPaper = true }) }

// PaperOutAfter lets the paper end when so many more lines are printed.
func (p *Printer) PaperOutAfter(lines int) { p.set(func() { p.paperLeft = lines }) }

// PaperIn puts a new roll in; a receipt that was held is printed on.
func (p *Printer) PaperIn() {
	p.fault(func() { p.noPaper, p.lowPaper, p.paperLeft = false, false, -1 })
}

// PaperLow lets the near-end sensor see a nearly empty roll.
func (p *Printer) PaperLow() { p.fault(func() { p.lowPaper = true }) }

// CoverOpen opens the cover.
func (p *Printer) CoverOpen() { p.fault(func() { p.cover = true }) }

// CoverClose closes it.
func (p *Printer) CoverClose() { p.fault(func() { p.cover = false }) }

// StopReading lets the printer take no more bytes from the line and answer
// nothing; Resume ends that.
func (p *Printer) StopReading() { p.set(func() { p.stalled = true }) }

// StopReadingAfter is StopReading when so many more bytes have arrived.
func (p *Printer) StopReadingAfter(bytes int) { p.set(func() { p.bytesLeft = bytes }) }

// Resume lets a printer read again.
func (p *Printer) Resume() { p.set(func() { p.stalled, p.bytesLeft = false, -1 }) }

// Unplug pulls the cable. The printer keeps its power and what it has received.
func (p *Printer) Unplug() error { return p.line.Unplug() }

// Plug puts the cable back.
func (p *Printer) Plug() error { return p.line.Plug() }

// Drawer is how many pulses went to the cash drawer.
func (p *Printer) Drawer() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.drawers
}

// Close ends the printer and its line for good.
func (p *Printer) Close() error {
	p.set(func() { p.closed = true })
	return p.line.Close()
}

// Run receives, prints and answers until ctx ends or the printer is closed.
func (p *Printer) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = p.Close() })
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	var both sync.WaitGroup
	both.Go(func() { p.carryOut(ctx) })
	both.Go(func() { p.answer(ctx) })
	err := p.receive()
	p.set(func() { p.closed = true })
	cancel()
	both.Wait()
	return errors.Join(err, p.capture.Close())
}

// receive takes bytes from the line while there is room for them.
func (p *Printer) receive() error {
	buf := make([]byte, 256)
	for {
		n, err := p.line.Read(buf[:p.room(len(buf))])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := p.capture.Write(buf[:n]); err != nil {
			return fmt.Errorf("capture of the virtual printer: %w", err)
		}
		p.set(func() {
			for _, b := range buf[:n] {
				p.take(b)
			}
			if p.bytesLeft >= 0 {
				p.bytesLeft = max(0, p.bytesLeft-n)
				p.stalled = p.stalled || p.bytesLeft == 0
			}
		})
	}
}

// room waits until the buffer takes bytes, and is how many.
func (p *Printer) room(most int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for (p.stalled || len(p.received) >= p.capacity) && !p.closed {
		p.changed.Wait()
	}
	return max(1, min(most, p.capacity-len(p.received)))
}

// answer sends replies; nobody who waits for a slow reader holds the printer.
func (p *Printer) answer(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-p.replies:
			if _, err := p.line.Write(b); err != nil {
				p.log.Debug("an answer of the virtual printer was lost", "error", err)
			}
		}
	}
}

// reply queues an answer; one that nobody has room for is lost, as on a wire.
func (p *Printer) reply(b ...byte) {
	select {
	case p.replies <- b:
	default:
	}
}

// set changes the printer under its lock.
func (p *Printer) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	p.changed.Broadcast()
}

// fault is set, and tells the register when automatic status is on.
func (p *Printer) fault(change func()) {
	p.set(func() {
		change()
		p.tellStatus()
	})
}
