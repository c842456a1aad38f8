package star

import "github.com/posagent/posagent/drivers/printer"

// EventKind is what a printer said.
type EventKind string

const (
	Automatic EventKind = "automatic"  // a status, by itself or asked for
	Ended     EventKind = "ended"      // the answer to ESC GS ETX: printing before it has ended
	FlowOn    EventKind = "flow on"    // XON
	FlowOff   EventKind = "flow off"   // XOFF
	Noise     EventKind = "unexpected" // bytes that are none of these
)

// Event is one thing that a printer said.
type Event struct {
	Kind  EventKind
	Bytes []byte
}

const (
	shortest = 7 // bytes of a status that tells of paper and errors
	blockLen = 8 // of the answer to ESC GS ETX: the command, the counter, NUL
)

// Demux takes apart the one stream in which a printer sends its status and its
// answers. The first byte of a status has bit 0 set, the others not; none has
// bits 4 and 7 set (Appendix 2 of the manual). An answer begins with ESC GS
// ETX. The zero Demux is ready.
//
// However the stream is split, the same events come out, and no more than one
// status or answer is ever held.
type Demux struct {
	auto    []byte
	length  int // of auto, as its first byte says
	block   []byte
	status  printer.Status
	counter int
	counts  bool // the last status had a counter
}

// Status is the printer as last heard of.
func (d *Demux) Status() printer.Status { return d.status }

// Counter is the ETB counter of the last status, 0 to 31; false when it had
// none.
func (d *Demux) Counter() (int, bool) { return d.counter, d.counts }

// Feed takes bytes and returns what they amount to.
func (d *Demux) Feed(p []byte) []Event {
	var out []Event
	for _, b := range p {
		out = d.feed(out, b)
	}
	return out
}

func (d *Demux) feed(out []Event, b byte) []Event {
	if d.block != nil {
		return d.inBlock(out, b)
	}
	switch {
	case b == 0x11:
		return append(out, Event{FlowOn, []byte{b}})
	case b == 0x13:
		return append(out, Event{FlowOff, []byte{b}})
	case b == 0x1B:
		d.block = []byte{b}
		return out
	case b&0x91 == 0x01:
		out = d.broken(out)
		if n := int(b>>2&0x18 | b>>1&0x07); n >= shortest {
			d.auto, d.length = []byte{b}, n
			return out
		}
	case b&0x91 == 0 && d.auto != nil:
		if d.auto = append(d.auto, b); len(d.auto) == d.length {
			e := Event{Automatic, d.auto}
			d.auto = nil
			d.note(e.Bytes)
			out = append(out, e)
		}
		return out
	default:
		out = d.broken(out)
	}
	return append(out, Event{Noise, []byte{b}})
}

// inBlock takes a byte of an answer, which comes in one piece.
func (d *Demux) inBlock(out []Event, b byte) []Event {
	d.block = append(d.block, b)
	n := len(d.block)
	fits := n > 3 || d.block[n-1] == []byte{0x1B, 0x1D, 0x03}[n-1]
	switch {
	case fits && n < blockLen:
		return out
	case fits && b == 0:
		e := Event{Ended, d.block}
		d.block = nil
		return append(out, e)
	}
	e := Event{Noise, d.block}
	d.block = nil
	return append(out, e)
}

// broken reports what had begun and will not be finished.
func (d *Demux) broken(out []Event) []Event {
	if len(d.auto) > 0 {
		out = append(out, Event{Noise, d.auto})
	}
	d.auto = nil
	return out
}

// note reads a status.
func (d *Demux) note(b []byte) {
	d.status = printer.Status{
		Known:     true,
		CoverOpen: b[2]&0x20 != 0,
		Offline:   b[2]&0x08 != 0 || b[3]&0x04 != 0, // the latter is an error of the mechanism
		Drawer:    b[2]&0x04 != 0,
		HeadHot:   b[3]&0x40 != 0,
		Fatal:     b[3]&0x20 != 0,
		Cutter:    b[3]&0x08 != 0,
		PaperOut:  b[5]&0x08 != 0,
		PaperLow:  b[5]&0x06 != 0,
	}
	if d.counts = len(b) >= 8; d.counts {
		d.counter = int(b[7]>>1&0x07 | b[7]>>2&0x18)
	}
}
