package escpos

import (
	"slices"

	"github.com/posagent/posagent/drivers/printer"
)

// EventKind is what a printer said.
type EventKind string

const (
	RealTime  EventKind = "real-time"  // the one byte of DLE EOT n
	Automatic EventKind = "automatic"  // the four bytes of an automatic status (GS a)
	Processed EventKind = "processed"  // the one byte of GS r: all before it was processed
	Block     EventKind = "block"      // a header byte, a text, NUL: GS I, GS ( H, DLE DC4
	FlowOn    EventKind = "flow on"    // XON
	FlowOff   EventKind = "flow off"   // XOFF
	Noise     EventKind = "unexpected" // bytes that are none of these
)

// Event is one thing that a printer said.
type Event struct {
	Kind  EventKind
	Asked byte   // of RealTime: the n of the question; 0 when nobody asked
	Bytes []byte // without the NUL of a Block
}

// longestBlock is more than any block that is asked for; a longer one is
// noise.
const longestBlock = 128

// Demux takes apart the one stream in which a printer sends answers and
// automatic status, in any order and one within the other. The forms can be
// told apart by fixed bits (TM printers: DLE EOT 0xx1xx10, automatic status
// 0xx1xx00 then three of 0xx0xxxx, GS r 0xx0xxxx). The zero Demux is ready.
//
// However the stream is split, the same events come out, and no more than a
// block is ever held.
type Demux struct {
	asked  []byte // DLE EOT questions that are not answered yet
	auto   []byte // the automatic status that has begun
	block  []byte // the block that has begun
	status printer.Status
	seen   byte // bit n: DLE EOT n was answered
}

// Ask notes that DLE EOT n is being sent, so that its answer can be told.
func (d *Demux) Ask(n byte) { d.asked = append(d.asked, n) }

// Forget drops questions that were not answered in time.
func (d *Demux) Forget() { d.asked = d.asked[:0] }

// Status is the printer as last heard of.
func (d *Demux) Status() printer.Status { return d.status }

// Feed takes bytes and returns what they amount to.
func (d *Demux) Feed(p []byte) []Event {
	var out []Event
	for _, b := range p {
		out = d.feed(out, b)
	}
	return out
}

func (d *Demux) feed(out []Event, b byte) []Event {
	if d.block != nil && (b == 0 || b >= 0x20) {
		return d.inBlock(out, b)
	}
	switch {
	case b == 0x11:
		return append(out, Event{Kind: FlowOn, Bytes: []byte{b}})
	case b == 0x13:
		return append(out, Event{Kind: FlowOff, Bytes: []byte{b}})
	case b&0x93 == 0x12:
		return append(out, d.realTime(b))
	case b&0x93 == 0x10:
		out = d.broken(out)
		d.auto = []byte{b}
	case b&0x90 == 0 && d.auto != nil:
		d.auto = append(d.auto, b)
		if len(d.auto) == 4 {
			e := Event{Kind: Automatic, Bytes: d.auto}
			d.auto = nil
			d.noteAutomatic(e.Bytes)
			return append(out, e)
		}
	case b&0x90 == 0 && d.block == nil:
		return append(out, Event{Kind: Processed, Bytes: []byte{b}})
	case isHeader(b) && d.block == nil:
		d.block = []byte{b}
	default:
		out = d.broken(out)
		out = append(out, Event{Kind: Noise, Bytes: []byte{b}})
	}
	return out
}

// inBlock takes a byte of a block's text. Control characters other than NUL
// never stand in one; they were sent in between and are handled outside.
func (d *Demux) inBlock(out []Event, b byte) []Event {
	if b == 0 {
		e := Event{Kind: Block, Bytes: d.block}
		d.block = nil
		return append(out, e)
	}
	d.block = append(d.block, b)
	if len(d.block) > longestBlock {
		return d.broken(out)
	}
	return out
}

// broken reports what had begun and will not be finished.
func (d *Demux) broken(out []Event) []Event {
	if rest := slices.Concat(d.auto, d.block); len(rest) > 0 {
		out = append(out, Event{Kind: Noise, Bytes: rest})
	}
	d.auto, d.block = nil, nil
	return out
}

func (d *Demux) realTime(b byte) Event {
	e := Event{Kind: RealTime, Bytes: []byte{b}}
	if len(d.asked) > 0 {
		e.Asked = d.asked[0]
		d.asked = d.asked[1:]
		d.noteRealTime(e.Asked, b)
	}
	return e
}

// isHeader tells the first bytes of blocks: 35, 37, 3B, 3D and 5F.
func isHeader(b byte) bool {
	return b == 0x35 || b == 0x37 || b == 0x3B || b == 0x3D || b == 0x5F
}

// noteRealTime reads the answer to DLE EOT n.
func (d *Demux) noteRealTime(n, b byte) {
	s := &d.status
	switch n {
	case 1:
		s.Drawer, s.Offline = b&0x04 != 0, b&0x08 != 0
	case 2:
		s.CoverOpen = b&0x04 != 0
		if b&0x20 != 0 { // stopped at the paper's end; n=4 says when there is paper again
			s.PaperOut = true
		}
	case 3:
		s.Cutter, s.Fatal, s.HeadHot = b&0x08 != 0, b&0x20 != 0, b&0x40 != 0
	case 4:
		s.PaperLow, s.PaperOut = b&0x0C != 0, b&0x60 != 0
	}
	d.seen |= 1 << n
	const offlineCoverPaper = 1<<1 | 1<<2 | 1<<4
	if d.seen&offlineCoverPaper == offlineCoverPaper {
		s.Known = true
	}
}

// noteAutomatic reads the four bytes of an automatic status.
func (d *Demux) noteAutomatic(b []byte) {
	d.status = printer.Status{
		Known:     true,
		Drawer:    b[0]&0x04 != 0,
		Offline:   b[0]&0x08 != 0,
		CoverOpen: b[0]&0x20 != 0,
		Cutter:    b[1]&0x08 != 0,
		Fatal:     b[1]&0x20 != 0,
		HeadHot:   b[1]&0x40 != 0,
		PaperLow:  b[2]&0x03 != 0,
		PaperOut:  b[2]&0x0C != 0,
	}
}
