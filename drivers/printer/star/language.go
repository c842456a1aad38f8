package star

import (
	"context"
	"errors"
	"log/slog"
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
	return spool.New(id, p, &language{draw: draw, lastID: int(time.Now().UnixNano() % ids)}, path, open, log)
}

// ids is how many names there are for the end of a document: two printable
// bytes.
const ids = 94 * 94

// language is Star line mode with one printer. What is below draw outlives a
// wire.
type language struct {
	draw printer.Draw

	owed   int // steps of the ETB counter that have not come
	lastID int
}

// Encode implements spool.Language.
func (l *language) Encode(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
	return Encode(doc, p, l.draw)
}

// Meet implements spool.Language.
func (l *language) Meet(c *spool.Conn) spool.Talk { return &talk{l: l, c: c, last: -1} }

// talk is Star line mode over one wire.
type talk struct {
	l      *language
	c      *spool.Conn
	demux  Demux
	autos  int     // states so far
	last   int     // the ETB counter as last heard of; -1 before
	doneID [2]byte // of the last ESC GS ETX that was answered
}

// Status implements spool.Talk.
func (t *talk) Status() printer.Status { return t.demux.Status() }

// Take implements spool.Talk.
func (t *talk) Take(data []byte) (told bool) {
	for _, e := range t.demux.Feed(data) {
		switch e.Kind {
		case Automatic:
			t.autos++
			t.count()
			told = true
		case Ended:
			t.doneID = [2]byte(e.Bytes[4:6])
		case FlowOn, FlowOff:
			t.c.Hold(e.Kind == FlowOff)
		case Noise:
			t.c.Noise(len(e.Bytes))
		}
	}
	return told
}

// count follows the ETB counter. A step that nobody waits for is another
// program's, or the printer was switched off and on: it proves nothing.
func (t *talk) count() {
	n, ok := t.demux.Counter()
	if !ok {
		return
	}
	if steps := (n - t.last) & 31; t.last >= 0 && steps <= t.l.owed {
		t.l.owed -= steps
	}
	t.last = n
}

// Hello implements spool.Talk. A ready printer that gets to none of our marks
// sits in an unfinished command.
func (t *talk) Hello(ctx context.Context) error {
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

func (t *talk) ask(ctx context.Context) (answered bool, err error) {
	mark := t.Mark()
	if len(mark.Bytes) == 0 {
		return true, nil
	}
	earlier := t.l.owed
	if err := t.c.Say(ctx, append([]byte{0x1B, 0x1E, 'a', 1}, mark.Bytes...)...); err != nil {
		return false, err
	}
	err = t.c.Reach(ctx, func() bool { return mark.Said() || t.l.owed < earlier })
	if errors.Is(err, spool.ErrNoReply) {
		return false, nil
	}
	if err == nil {
		err = t.c.Pass(ctx, spool.QuietTime) // for the marks of earlier documents
		t.l.owed = 0
	}
	return true, errors.Join(err, t.Settle(ctx))
}

// Check implements spool.Talk: ESC ACK SOH is answered at once.
func (t *talk) Check(ctx context.Context) error {
	want := t.autos + 1
	if err := t.c.Say(ctx, 0x1B, 0x06, 0x01); err != nil {
		return err
	}
	return t.c.Answer(ctx, func() bool { return t.autos >= want })
}

// Begin implements spool.Talk. Not every printer tells its state when the
// automatic status is switched on, so ETB has it told: nothing that happens
// from here on goes unseen.
func (t *talk) Begin(ctx context.Context) error {
	if !t.c.Profile().Status {
		return nil
	}
	var err error
	for range 2 { // an answer may get lost
		want := t.autos + 1
		if t.c.Profile().Confirm == "etb" {
			t.l.owed++
		}
		if err = t.c.Say(ctx, 0x1B, 0x1E, 'a', 1, 0x17); err != nil {
			return err
		}
		if err = t.c.Reach(ctx, func() bool { return t.autos >= want }); !errors.Is(err, spool.ErrNoReply) {
			return err
		}
	}
	return err
}

// Clear implements spool.Talk. NULs mean nothing to a printer, but for one that
// still waits for the rest of a picture or of a QR code.
func (t *talk) Clear() []byte {
	p := t.c.Profile()
	most := max(8192, max(sliceRows, p.Slice)*((p.Dots+7)/8), typeset.MaxQR)
	end := []byte{0x1B, '*', 'r', 'B', 0x1B, '@'} // out of raster mode, too
	if p.Cut {
		end = append(end, 0x1B, 'd', 3) // the torso must not hang on the next receipt
	}
	return append(make([]byte, most), end...)
}

// Cleared implements spool.Talk.
func (t *talk) Cleared(ctx context.Context) error {
	t.l.owed = 0 // what the printer owed was swallowed by the unfinished command, or has come
	mark := t.Mark()
	if len(mark.Bytes) == 0 {
		return nil
	}
	if err := t.c.Say(ctx, append([]byte{0x1B, 0x1E, 'a', 1}, mark.Bytes...)...); err != nil {
		return err
	}
	if err := t.c.Await(ctx, mark.Said); err != nil {
		return err
	}
	return t.Settle(ctx)
}

// Mark implements spool.Talk. Of both the printer says that printing has ended
// before it answers.
func (t *talk) Mark() spool.Mark {
	switch confirm := t.c.Profile().Confirm; confirm {
	case "etx": // our own two bytes come back, whoever else prints there
		t.l.lastID = (t.l.lastID + 1) % ids
		id := [2]byte{byte('!' + t.l.lastID/94), byte('!' + t.l.lastID%94)}
		return spool.Mark{Bytes: []byte{0x1B, 0x1D, 0x03, 1, id[0], id[1]}, Said: func() bool { return t.doneID == id }, Means: printer.Confirmed, By: confirm}
	case "etb": // a counter of five bits goes one further
		t.l.owed++
		return spool.Mark{Bytes: []byte{0x17}, Said: func() bool { return t.l.owed == 0 }, Means: printer.Confirmed, By: confirm}
	}
	return spool.Mark{}
}

// Unmarked implements spool.Talk.
func (t *talk) Unmarked() {
	if t.c.Profile().Confirm == "etb" {
		t.l.owed = max(0, t.l.owed-1)
	}
}

// Settle implements spool.Talk: the manual forbids questions while the
// automatic status is on.
func (t *talk) Settle(ctx context.Context) error {
	if !t.c.Profile().Status {
		return nil
	}
	return t.c.Say(ctx, 0x1B, 0x1E, 'a', 0)
}

// Rest implements spool.Talk.
func (t *talk) Rest() { t.l.owed = 0 }

// Pulse implements spool.Talk: FS and EM, which are carried out at once.
func (t *talk) Pulse(pin int) []byte {
	if pin == 5 {
		return []byte{0x19}
	}
	return []byte{0x1C}
}
