package escpos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/spool"
	"github.com/posagent/posagent/drivers/printer/typeset"
	"github.com/posagent/posagent/drivers/profile"
)

// New makes the supervisor of the printer at path, which is for people to
// read; open opens it. draw may be nil.
func New(id string, p profile.Printer, path string, open port.Opener, log *slog.Logger, draw printer.Draw) *spool.Printer {
	// An answer to a job before a restart must not match.
	return spool.New(id, p, &language{draw: draw, lastID: int(time.Now().UnixNano() % 9999)}, path, open, log)
}

// language is ESC/POS with one printer. What is below draw outlives a wire.
type language struct {
	draw printer.Draw

	owed   int // GS r or DC2 q answers of earlier jobs that have not come
	lastID int // process id of the last job, 1 to 9999
}

// Encode implements spool.Language.
func (l *language) Encode(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
	return Encode(doc, p, l.draw)
}

// Meet implements spool.Language.
func (l *language) Meet(c *spool.Conn) spool.Talk {
	if c.Profile().Answers == "sii" {
		return &siiTalk{l: l, c: c}
	}
	return &talk{l: l, c: c}
}

// talk is ESC/POS over one wire.
type talk struct {
	l      *language
	c      *spool.Conn
	demux  Demux
	names  int    // answers to GS I so far
	behind int    // answers to GS r since the last of those
	doneID string // the last process id that the printer reported
	polls  int    // DLE EOT answers so far
}

// Status implements spool.Talk.
func (t *talk) Status() printer.Status { return t.demux.Status() }

// Take implements spool.Talk.
func (t *talk) Take(data []byte) (told bool) {
	for _, e := range t.demux.Feed(data) {
		switch e.Kind {
		case RealTime:
			t.polls++
		case Processed:
			t.l.owed = max(0, t.l.owed-1)
			t.behind++
		case Block:
			t.takeBlock(e.Bytes)
		case FlowOn, FlowOff:
			t.c.Hold(e.Kind == FlowOff)
		case Noise:
			t.c.Noise(len(e.Bytes))
		case Automatic:
			told = true
		}
	}
	return told
}

func (t *talk) takeBlock(b []byte) {
	switch {
	case b[0] == 0x5F:
		t.names++
		t.behind = 0
		t.c.Named(b[1:])
	case len(b) == 6 && b[0] == 0x37 && b[1] == 0x22: // GS ( H function 48
		t.doneID = string(b[2:])
	}
}

// Hello implements spool.Talk.
func (t *talk) Hello(ctx context.Context) error {
	if err := t.Check(ctx); err != nil {
		return err
	}
	// A printer in the middle of a command would swallow these questions.
	if _, blocked := spool.Blocked(t.Status()); !blocked && !t.c.Half() {
		return t.probe(ctx)
	}
	return nil
}

// probe asks two things that a printer answers only when it gets to them, from
// behind all that it still holds. A ready one that answers neither sits in an
// unfinished command, perhaps since before this program started.
func (t *talk) probe(ctx context.Context) error {
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
	t.c.SetHalf(!blocked && t.names == 0 && t.c.Profile().Confirm != "none")
	return nil
}

func (t *talk) ask(ctx context.Context) (answered bool, err error) {
	names := t.names
	t.l.owed++
	want := t.l.owed
	if err := t.c.Say(ctx, append(slices.Clone(listen), 0x1D, 'a', 0xFF, 0x1D, 'I', 'C', 0x1D, 'r', 1)...); err != nil {
		return false, err
	}
	err = t.c.Reach(ctx, func() bool { return t.l.owed < want && t.names > names })
	if err != nil && !errors.Is(err, spool.ErrNoReply) {
		return false, err
	}
	if t.l.owed >= want && t.names == names {
		return false, nil
	}
	err = t.c.Pass(ctx, spool.QuietTime) // for answers to earlier jobs
	t.l.owed = 0
	return true, err
}

// Cleared implements spool.Talk. Answers come in the order of the questions:
// when the printer has told its name, it owes none from before.
func (t *talk) Cleared(ctx context.Context) error {
	if t.c.Profile().Confirm == "processid" {
		mark := t.Mark()
		if err := t.c.Say(ctx, mark.Bytes...); err != nil {
			return err
		}
		return t.c.Await(ctx, mark.Said)
	}
	names := t.names
	t.l.owed++
	if err := t.c.Say(ctx, 0x1D, 'I', 'C', 0x1D, 'r', 1); err != nil {
		return err
	}
	if err := t.c.Await(ctx, func() bool { return t.names > names && t.behind > 0 }); err != nil {
		return err
	}
	t.l.owed = 0
	return nil
}

// Check implements spool.Talk. It asks for all four real-time states, one
// after the other, so that an answer that is lost cannot be taken for the next
// one.
func (t *talk) Check(ctx context.Context) error {
	for n := byte(1); n <= 4; n++ {
		t.demux.Forget()
		t.demux.Ask(n)
		want := t.polls + 1
		if err := t.c.Say(ctx, 0x10, 0x04, n); err != nil {
			return err
		}
		if err := t.c.Answer(ctx, func() bool { return t.polls >= want }); err != nil {
			return err
		}
	}
	return nil
}

// Begin implements spool.Talk.
func (t *talk) Begin(context.Context) error { return nil }

// Clear implements spool.Talk. NULs mean nothing to a printer, but for one that
// still waits for the rest of a picture or of a QR code.
func (t *talk) Clear() []byte { return clearing(t.c.Profile()) }

func clearing(p profile.Printer) []byte {
	slice := sliceRows
	if p.Slice > 0 {
		slice = p.Slice
	}
	most := max(8192, slice*((p.Dots+7)/8), typeset.MaxQR)
	end := []byte{0x1B, '@'}
	if p.Cut {
		end = append(end, 0x1D, 'V', 66, 0) // the torso must not hang on the next receipt
	}
	return append(make([]byte, most), end...)
}

// Mark implements spool.Talk.
func (t *talk) Mark() spool.Mark {
	switch confirm := t.c.Profile().Confirm; confirm {
	case "processid": // GS ( H function 48: answered when printing has ended
		t.l.lastID = t.l.lastID%9999 + 1
		id := fmt.Sprintf("%04d", t.l.lastID)
		return spool.Mark{
			Bytes: slices.Concat([]byte{0x1D, '(', 'H', 6, 0, '0', '0'}, []byte(id)),
			// Ids of earlier jobs that come now are not ours, so only ours counts.
			Said: func() bool { return t.doneID == id }, Means: printer.Confirmed, By: confirm,
		}
	case "gsr": // its answer is one nameless byte: those of earlier jobs come first
		t.l.owed++
		return spool.Mark{Bytes: []byte{0x1D, 'r', 1}, Said: func() bool { return t.l.owed == 0 }, Means: printer.Processed, By: confirm}
	}
	return spool.Mark{}
}

// Unmarked implements spool.Talk.
func (t *talk) Unmarked() {
	if t.c.Profile().Confirm == "gsr" {
		t.l.owed = max(0, t.l.owed-1)
	}
}

// Settle implements spool.Talk.
func (t *talk) Settle(context.Context) error { return nil }

// Rest implements spool.Talk.
func (t *talk) Rest() { t.l.owed = 0 }

// Pulse implements spool.Talk: DLE DC4 function 1, which is carried out at once
// even when the buffer is full.
func (t *talk) Pulse(pin int) []byte { return pulseNow(t.c.Profile(), pin) }

func pulseNow(p profile.Printer, pin int) []byte {
	on, _ := pulse(p)
	return []byte{0x10, 0x14, 1, byte(pin / 5), byte(min(8, max(1, (on+50)/100)))}
}
