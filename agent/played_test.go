package agent_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
)

// disk is the store with commits that can fail after the wallet has answered.
type disk struct {
	book.Store
	mu     sync.Mutex
	broken bool          // commits fail
	liar   bool          // commits are kept, but are said to have failed
	blind  bool          // reads fail
	slow   time.Duration // a commit takes this long
}

var errDisk = errors.New("the disk said no")

func (d *disk) breaks(yes bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = yes
}

// lies has commits kept and reported as failed, as after a sync that came to
// an error when the pages were on the disk already.
func (d *disk) lies(yes bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.liar = yes
}

func (d *disk) blinds(yes bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.blind = yes
}

func (d *disk) View(do func(book.Rows) error) error {
	d.mu.Lock()
	blind := d.blind
	d.mu.Unlock()
	if blind {
		return errDisk
	}
	return d.Store.View(do)
}

func (d *disk) takes(each time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow = each
}

func (d *disk) Update(do func(book.Tx) error) error {
	d.mu.Lock()
	slow := d.slow
	d.mu.Unlock()
	time.Sleep(slow)
	err := d.Store.Update(d.commit(do))
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil && d.liar {
		return errDisk
	}
	return err
}

func (d *disk) Soon(within time.Duration, do func(book.Tx) error) func() {
	return d.Store.Soon(within, d.commit(do))
}

func (d *disk) commit(do func(book.Tx) error) func(book.Tx) error {
	return func(tx book.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.broken {
			return errDisk
		}
		return nil
	}
}

// press is a printer.
type press struct {
	mu    sync.Mutex
	out   printer.Outcome
	takes time.Duration
	docs  []printer.Document
	busy  bool
	clash bool // two documents at once
}

func (p *press) Print(ctx context.Context, doc printer.Document) printer.Outcome {
	p.mu.Lock()
	p.clash = p.clash || p.busy
	p.busy = true
	takes := p.takes
	p.mu.Unlock()
	cut := false
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		cut = true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
	if cut {
		return printer.Outcome{Result: printer.Unknown}
	}
	if p.out.Result != printer.Failed {
		p.docs = append(p.docs, doc)
	}
	return p.out
}

func (p *press) becomes(r printer.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Result = r
}

// papers are the texts of what was printed.
func (p *press) papers() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, d := range p.docs {
		text := ""
		for _, b := range d.Blocks {
			switch b := b.(type) {
			case printer.Text:
				text += b.Text + "\n"
			case printer.QR:
				text += "[QR " + b.Text + "]\n"
			}
		}
		out = append(out, text)
	}
	return out
}

// Frame is Read; a picture of nothing is an empty one.
func (e eye) Frame(ctx context.Context, picture io.Reader, device string) (scanner.Scan, error) {
	scan, err := e.Read(ctx, picture, device)
	if err == nil && len(scan.Data) == 0 {
		return scan, &agent.Refused{Why: "picture.none"}
	}
	return scan, err
}

// eye reads a picture, which is the code itself, in a second; each line is a
// code, the nearest to the middle first.
type eye struct{}

func (eye) Read(_ context.Context, picture io.Reader, device string) (scanner.Scan, error) {
	data, err := io.ReadAll(picture)
	time.Sleep(time.Second)
	lines := bytes.Split(data, []byte("\n"))
	scan := scanner.Scan{Data: lines[0], Device: device, At: time.Now()}
	for _, l := range lines[1:] {
		scan.Beside = append(scan.Beside, scanner.Code{Data: l})
	}
	return scan, err
}
