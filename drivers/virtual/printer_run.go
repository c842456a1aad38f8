package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// answerPatience is how long an answer waits for a register that does not
// read; then it is lost, as on a wire.
const answerPatience = 2 * time.Second

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
		most := p.room(len(buf))
		if p.paced() {
			most = min(most, paceBytes)
			time.Sleep(paceTime)
		}
		n, err := p.cable.Read(buf[:most])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := p.capture.Write(buf[:n]); err != nil {
			return fmt.Errorf("capture of the virtual printer: %w", err)
		}
		var due []func()
		p.set(func() {
			for _, b := range buf[:n] {
				p.take(b)
			}
			p.orders = slices.DeleteFunc(p.orders, func(o order) bool {
				if o.left <= n {
					due = append(due, o.do)
				}
				return o.left <= n
			})
			for i := range p.orders {
				p.orders[i].left -= n
			}
		})
		for _, do := range due {
			do()
		}
	}
}

// The speed of a line without wires for flow control, 128 kB/s: what a register
// sends before it hears XOFF must be less than the buffer has room for.
const (
	paceBytes = 64
	paceTime  = 500 * time.Microsecond
)

func (p *Printer) paced() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.xoff
}

// take puts a byte into the receive buffer. It needs p.mu.
func (p *Printer) take(b byte) {
	p.tail = append(p.tail, b)
	if len(p.tail) > 10 {
		p.tail = p.tail[1:]
	}
	if len(p.received) >= p.capacity && p.xoff {
		p.overrun++
	} else {
		p.received = append(p.received, b)
	}
	p.manners.instant(p, b)
	if p.xoff && !p.held && len(p.received) >= p.capacity/4 {
		p.held = true
		p.reply(0x13)
	}
}

// room waits until the buffer takes bytes, and is how many.
func (p *Printer) room(most int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for (p.stalled || !p.xoff && len(p.received) >= p.capacity) && !p.closed {
		p.changed.Wait()
	}
	if !p.xoff {
		most = min(most, p.capacity-len(p.received))
	}
	for _, o := range p.orders {
		most = min(most, o.left)
	}
	return max(1, most)
}

// ends tells whether these bytes were the last ones received.
func (p *Printer) ends(bytes ...byte) bool {
	at := len(p.tail) - len(bytes)
	return at >= 0 && slices.Equal(p.tail[at:], bytes)
}

// drop takes a command of n bytes out of the buffer again, unless it is a part
// of another command's data; false when it is.
func (p *Printer) drop(n int) bool {
	if len(p.received) < n {
		return true
	}
	before := p.received[:len(p.received)-n]
	scan := p.scan
	for rest := slices.Concat(p.work, before); len(rest) > 0; {
		t, whole := scan.Next(rest)
		if !whole {
			return false
		}
		rest = rest[len(t.Raw):]
	}
	p.received = before
	return true
}

// clear empties the buffers, as a real-time command asks.
func (p *Printer) clear() {
	p.received, p.work, p.tail = nil, nil, nil
	p.scan = papertape.Scanner{Star: p.scan.Star}
	p.changed.Broadcast()
}

// reply queues an answer; one that nobody has room for is lost, as on a wire.
// It needs p.mu.
func (p *Printer) reply(b ...byte) { p.answerWith(reply{bytes: b}) }

func (p *Printer) answerWith(r reply) {
	switch {
	case p.lose > 0:
		p.lose--
	case len(p.replies) < mostReplies:
		if r.id {
			p.replies = slices.DeleteFunc(p.replies, func(old reply) bool { return old.id })
		}
		p.replies = append(p.replies, r)
		p.changed.Broadcast()
	}
}

// answer sends replies; nobody who waits for a slow reader holds the printer.
func (p *Printer) answer(ctx context.Context) {
	for {
		late, ok := p.waitForReply()
		if !ok {
			return
		}
		if late > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(late):
			}
		}
		if err := p.cable.SetWriteDeadline(time.Now().Add(answerPatience)); err != nil {
			p.log.Debug("an answer of the virtual printer waits for nobody", "error", err)
		}
		if _, err := p.cable.Write(p.takeReplies()); err != nil {
			p.log.Debug("an answer of the virtual printer was lost", "error", err)
		}
	}
}

func (p *Printer) waitForReply() (late time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.replies) == 0 && !p.closed {
		p.changed.Wait()
	}
	return p.late, !p.closed
}

// takeReplies is the next answer, or all that wait when answers are late.
func (p *Printer) takeReplies() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 1
	if p.late > 0 {
		n = len(p.replies)
	}
	var out []byte
	for _, r := range p.replies[:min(n, len(p.replies))] {
		out = append(out, r.bytes...)
	}
	p.replies = p.replies[min(n, len(p.replies)):]
	return out
}

// carryOut prints what the buffer holds, one command after the other.
func (p *Printer) carryOut(ctx context.Context) {
	for {
		t, pause, ok := p.next()
		if !ok {
			return
		}
		if pause > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
		}
		var tell func([]byte)
		var raw []byte
		p.set(func() { tell, raw = p.obey(t) })
		if tell != nil {
			tell(raw)
		}
	}
}

// next waits for a whole command and for a printer that can work on it; ok is
// false once the printer is closed. The time is how long printing it takes.
func (p *Printer) next() (t papertape.Token, pause time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed {
		if !p.offline() {
			if t, whole := p.scan.Next(p.work); whole {
				t.Raw = slices.Clone(t.Raw)
				t.Args = slices.Clone(t.Args)
				p.work = p.work[len(t.Raw):]
				lines := p.manners.lines(t)
				p.wear(lines)
				return t, time.Duration(lines) * p.lineTime, true
			}
			if len(p.received) > 0 {
				p.load()
				continue
			}
		}
		p.changed.Wait()
	}
	return papertape.Token{}, 0, false
}

// load takes the receive buffer to work on: a part of it when XOFF is spoken,
// since a real one empties byte by byte. It needs p.mu.
func (p *Printer) load() {
	n := len(p.received)
	if p.xoff {
		n = min(n, 64)
	}
	p.work = append(p.work, p.received[:n]...)
	p.received = slices.Clone(p.received[n:])
	if p.held && len(p.received) <= p.capacity/8 {
		p.held = false
		p.reply(0x11)
	}
	p.changed.Broadcast() // there is room again
}

// wear uses paper up. It needs p.mu.
func (p *Printer) wear(lines int) {
	p.lines += lines
	if p.paperLeft < 0 {
		return
	}
	if p.paperLeft -= lines; p.paperLeft <= 0 {
		p.paperLeft, p.noPaper = 0, true
		p.tellStatus()
	}
}

// obey does what a command says besides printing. It needs p.mu. After a cut
// it returns whom to tell of which receipt.
func (p *Printer) obey(t papertape.Token) (tell func([]byte), raw []byte) {
	if !p.scan.Star && p.passOn(t.Name, t.Raw, t.Args) {
		return nil, nil
	}
	if t.Name != "NUL" && len(p.receipt)+len(t.Raw) <= longestPaper {
		p.receipt = append(p.receipt, t.Raw...)
	}
	if !p.manners.obey(p, t) {
		return nil, nil
	}
	raw, p.receipt = p.receipt, nil
	return p.onReceipt, raw
}

func bit(on bool, b byte) byte {
	if on {
		return b
	}
	return 0
}
