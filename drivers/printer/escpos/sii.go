package escpos

import (
	"context"
	"errors"
	"slices"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/spool"
)

// SIIDemux takes apart what printers of Seiko Instruments (SII) send, whose
// upper four bits say what a byte is (RP-F10 technical reference, table 6-7):
// 8x an execution response, Ax a status, Bx "initialised", Cx and Dx the
// automatic status of eight bytes, 02 ... 00 a text. The bits of the automatic
// status are as receiptio, an open client, reads them.
type SIIDemux struct {
	auto   []byte
	text   []byte
	inText bool
	status printer.Status
}

// Status is the printer as last heard of.
func (d *SIIDemux) Status() printer.Status { return d.status }

// Feed takes bytes and returns what they amount to.
func (d *SIIDemux) Feed(p []byte) []Event {
	var out []Event
	for _, b := range p {
		out = d.feed(out, b)
	}
	return out
}

func (d *SIIDemux) feed(out []Event, b byte) []Event {
	kind := b & 0xF0
	switch {
	case kind == 0xD0 && d.auto != nil:
		if d.auto = append(d.auto, b); len(d.auto) == 8 {
			e := Event{Kind: Automatic, Bytes: d.auto}
			d.auto = nil
			d.note(e.Bytes)
			out = append(out, e)
		}
		return out
	case kind == 0xC0:
		out = d.brokenAuto(out)
		d.auto = []byte{b}
		return out
	case b == 0x11:
		return append(out, Event{Kind: FlowOn, Bytes: []byte{b}})
	case b == 0x13:
		return append(out, Event{Kind: FlowOff, Bytes: []byte{b}})
	case kind == 0x80:
		return append(out, Event{Kind: Processed, Bytes: []byte{b}})
	case kind == 0xA0 || kind == 0x90 || kind == 0xB0:
		return append(out, Event{Kind: RealTime, Bytes: []byte{b}})
	case d.inText && b == 0:
		e := Event{Kind: Block, Bytes: append([]byte{2}, d.text...)}
		d.text, d.inText = nil, false
		return append(out, e)
	case d.inText && b >= 0x20 && b < 0x7F && len(d.text) < longestBlock:
		d.text = append(d.text, b)
		return out
	case b == 0x02 && !d.inText:
		d.inText = true
		return out
	}
	if d.inText {
		out = append(out, Event{Kind: Noise, Bytes: append([]byte{2}, d.text...)})
		d.text, d.inText = nil, false
	}
	return append(out, Event{Kind: Noise, Bytes: []byte{b}})
}

func (d *SIIDemux) brokenAuto(out []Event) []Event {
	if len(d.auto) > 0 {
		out = append(out, Event{Kind: Noise, Bytes: d.auto})
	}
	return out
}

func (d *SIIDemux) note(b []byte) {
	d.status = printer.Status{
		Known:     true,
		Offline:   b[0]&0x0B != 0, // one of several errors, which the maker's table tells apart
		CoverOpen: b[1]&0x08 != 0,
		PaperOut:  b[1]&0x01 != 0,
		Drawer:    b[3]&0x08 != 0,
	}
}

// siiTalk is ESC/POS as SII printers answer it.
type siiTalk struct {
	l      *language
	c      *spool.Conn
	demux  SIIDemux
	autos  int // automatic states so far
	words  int // other answers so far
	names  int // answers to GS I so far
	behind int // answers to DC2 q since the last of those
}

// Status implements spool.Talk.
func (t *siiTalk) Status() printer.Status { return t.demux.Status() }

// Take implements spool.Talk.
func (t *siiTalk) Take(data []byte) (told bool) {
	for _, e := range t.demux.Feed(data) {
		switch e.Kind {
		case Automatic:
			t.autos++
			told = true
		case RealTime:
			t.words++
		case Processed:
			t.l.owed = max(0, t.l.owed-1)
			t.behind++
		case Block:
			if len(e.Bytes) > 1 {
				t.names++
				t.behind = 0
				t.c.Named(e.Bytes[1:])
			}
		case FlowOn, FlowOff:
			t.c.Hold(e.Kind == FlowOff)
		case Noise:
			t.c.Noise(len(e.Bytes))
		}
	}
	return told
}

// Hello implements spool.Talk.
func (t *siiTalk) Hello(ctx context.Context) error {
	if err := t.Check(ctx); err != nil {
		return err
	}
	if _, blocked := spool.Blocked(t.Status()); blocked || t.c.Half() {
		return nil
	}
	for range 2 { // an answer may get lost
		answered, err := t.ask(ctx)
		if answered || err != nil {
			return err
		}
	}
	if err := t.Check(ctx); err != nil {
		return err
	}
	_, blocked := spool.Blocked(t.Status()) // meanwhile: then it says nothing about commands
	t.c.SetHalf(!blocked)
	return nil
}

func (t *siiTalk) ask(ctx context.Context) (answered bool, err error) {
	t.l.owed++
	want := t.l.owed
	if err := t.c.Say(ctx, append(slices.Clone(listen), 0x1D, 'I', 'C', 0x12, 'q', 0)...); err != nil {
		return false, err
	}
	err = t.c.Reach(ctx, func() bool { return t.l.owed < want })
	if errors.Is(err, spool.ErrNoReply) {
		return false, nil
	}
	if err == nil {
		err = t.c.Pass(ctx, spool.QuietTime) // for answers to earlier jobs
		t.l.owed = 0
	}
	return true, err
}

// Check implements spool.Talk. The automatic status is switched on anew, which
// has it told; a printer that does not get to that answers a real-time
// question at least, and then its last word on its state stands. One that sits
// in the middle of a command since before this wire has said nothing yet.
func (t *siiTalk) Check(ctx context.Context) error {
	autos, words := t.autos, t.words
	if err := t.c.Say(ctx, 0x10, 0x04, 1, 0x1D, 'a', 0xFF); err != nil {
		return err
	}
	err := t.c.Reach(ctx, func() bool { return t.autos > autos })
	if errors.Is(err, spool.ErrNoReply) && t.words > words {
		return nil
	}
	return err
}

// Begin implements spool.Talk.
func (t *siiTalk) Begin(context.Context) error { return nil }

// Clear implements spool.Talk.
func (t *siiTalk) Clear() []byte { return clearing(t.c.Profile()) }

// Cleared implements spool.Talk.
func (t *siiTalk) Cleared(ctx context.Context) error {
	names := t.names
	t.l.owed++
	if err := t.c.Say(ctx, 0x1D, 'I', 'C', 0x12, 'q', 0); err != nil {
		return err
	}
	if err := t.c.Await(ctx, func() bool { return t.names > names && t.behind > 0 }); err != nil {
		return err
	}
	t.l.owed = 0
	return nil
}

// Mark implements spool.Talk: DC2 q is answered when all before it was carried
// out.
func (t *siiTalk) Mark() spool.Mark {
	confirm := t.c.Profile().Confirm
	if confirm != "dc2q" {
		return spool.Mark{}
	}
	t.l.owed++
	return spool.Mark{Bytes: []byte{0x12, 'q', 0}, Said: func() bool { return t.l.owed == 0 }, Means: printer.Processed, By: confirm}
}

// Unmarked implements spool.Talk.
func (t *siiTalk) Unmarked() { t.l.owed = max(0, t.l.owed-1) }

// Settle implements spool.Talk.
func (t *siiTalk) Settle(context.Context) error { return nil }

// Rest implements spool.Talk.
func (t *siiTalk) Rest() { t.l.owed = 0 }

// Pulse implements spool.Talk.
func (t *siiTalk) Pulse(int) []byte { return nil } // in the order of printing: ESC p
