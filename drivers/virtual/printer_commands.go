package virtual

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// take puts a byte into the receive buffer and obeys real-time commands the
// moment their last byte arrives, even within the data of another command, as
// real printers do. It needs p.mu.
func (p *Printer) take(b byte) {
	p.received = append(p.received, b)
	p.tail = append(p.tail, b)
	if len(p.tail) > 10 {
		p.tail = p.tail[1:]
	}
	switch {
	case p.ends(2, 0x10, 0x04): // DLE EOT n
		p.answerRealTime(b)
		p.drop(3)
	case p.ends(2, 0x10, 0x05) && b == 2: // DLE ENQ 2: clear the buffers
		p.clear()
	case bytes.HasSuffix(p.tail, []byte{0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08}):
		p.clear()
		p.reply(0x37, 0x25, 0x00)
	}
}

// ends tells whether two bytes stand before the last one received.
func (p *Printer) ends(n int, first, second byte) bool {
	at := len(p.tail) - 1 - n
	return at >= 0 && p.tail[at] == first && p.tail[at+1] == second
}

// drop takes a real-time command out of the buffer again, unless it is a part
// of another command's data.
func (p *Printer) drop(n int) {
	if len(p.received) < n {
		return
	}
	before := p.received[:len(p.received)-n]
	for rest := slices.Concat(p.work, before); len(rest) > 0; {
		t, whole := papertape.Next(rest)
		if !whole {
			return
		}
		rest = rest[len(t.Raw):]
	}
	p.received = before
}

func (p *Printer) clear() {
	p.received, p.work, p.tail = nil, nil, nil
	p.changed.Broadcast()
}

// offline needs p.mu.
func (p *Printer) offline() bool { return p.noPaper || p.cover }

func (p *Printer) answerRealTime(n byte) {
	b := byte(0x12)
	switch n {
	case 1:
		b |= bit(p.offline(), 0x08)
	case 2:
		b |= bit(p.cover, 0x04) | bit(p.noPaper, 0x20)
	case 3: // no fault of the mechanism can be ordered
	case 4:
		b |= bit(p.lowPaper || p.noPaper, 0x0C) | bit(p.noPaper, 0x60)
	default:
		return
	}
	p.reply(b)
}

// tellStatus sends the four bytes of the automatic status. It needs p.mu.
func (p *Printer) tellStatus() {
	if p.automatic {
		p.reply(0x10|bit(p.offline(), 0x08)|bit(p.cover, 0x20), 0, p.paper(), 0x0F)
	}
}

// paper is the paper's sensors as GS r and the automatic status give them.
func (p *Printer) paper() byte {
	return bit(p.lowPaper || p.noPaper, 0x03) | bit(p.noPaper, 0x0C)
}

func bit(on bool, b byte) byte {
	if on {
		return b
	}
	return 0
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
			if t, whole := papertape.Next(p.work); whole {
				t.Raw = slices.Clone(t.Raw)
				t.Args = slices.Clone(t.Args)
				p.work = p.work[len(t.Raw):]
				lines := linesOf(t)
				p.wear(lines)
				return t, time.Duration(lines) * p.lineTime, true
			}
			if len(p.received) > 0 {
				p.work = append(p.work, p.received...)
				p.received = nil
				p.changed.Broadcast() // there is room again
				continue
			}
		}
		p.changed.Wait()
	}
	return papertape.Token{}, 0, false
}

// wear uses paper up. It needs p.mu.
func (p *Printer) wear(lines int) {
	if p.paperLeft < 0 {
		return
	}
	if p.paperLeft -= lines; p.paperLeft <= 0 {
		p.paperLeft, p.noPaper = 0, true
		p.tellStatus()
	}
}

// linesOf is how far a command moves the paper, in lines.
func linesOf(t papertape.Token) int {
	switch t.Name {
	case "LF":
		return 1
	case "ESC d":
		return int(t.Args[0])
	case "GS V":
		return 3
	case "GS v":
		return 1 + (int(t.Args[4])+int(t.Args[5])<<8)/24
	case "GS ( k":
		if len(t.Args) > 3 && t.Args[3] == 81 {
			return 6
		}
	}
	return 0
}

// obey does what a command says besides printing. It needs p.mu. After a cut
// it returns whom to tell of which receipt.
func (p *Printer) obey(t papertape.Token) (tell func([]byte), raw []byte) {
	if t.Name != "NUL" && len(p.receipt)+len(t.Raw) <= longestPaper {
		p.receipt = append(p.receipt, t.Raw...)
	}
	switch t.Name {
	case "ESC @":
		p.automatic = false
	case "GS a":
		p.automatic = t.Args[0] != 0
		p.tellStatus()
	case "ESC p":
		p.drawers++
	case "GS r":
		if t.Args[0] == 1 || t.Args[0] == '1' {
			p.reply(p.paper())
		} else {
			p.reply(0)
		}
	case "GS I":
		p.identify(t.Args[0])
	case "GS ( H": // process id: pL pH 30 30 d1 d2 d3 d4
		if len(t.Args) == 8 && t.Args[2] == '0' && t.Args[3] == '0' {
			p.reply(slices.Concat([]byte{0x37, 0x22}, t.Args[4:], []byte{0})...)
		}
	case "GS V":
		raw, p.receipt = p.receipt, nil
		return p.onReceipt, raw
	}
	return nil, nil
}

func (p *Printer) identify(what byte) {
	names := map[byte]string{'A': "1.00", 'B': "posagent", 'C': "VIRTUAL-80", 'D': "V0000001"}
	if name, ok := names[what]; ok {
		p.reply(slices.Concat([]byte{0x5F}, []byte(name), []byte{0})...)
	}
}
