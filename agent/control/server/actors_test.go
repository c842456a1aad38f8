package server_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
)

// wallet is an actor: it says what the test wrote into its part, and counts
// how often it was asked.
type wallet struct {
	mu       sync.Mutex
	says     charge.Event // to a charge
	reason   charge.Reason
	charged  []string // codes that came
	inquired int
	reversed int
	gives    charge.Event            // to a refund; empty is yes
	refunded map[charge.Key]int      // how often each refund came
	list     []charge.StatementEntry // of every day
	away     bool                    // there is no list
	gate     chan struct{}           // closed: answers are given at once
}

func newWallet() *wallet {
	w := &wallet{says: charge.Approve, gate: make(chan struct{})}
	close(w.gate)
	return w
}

// will is what the wallet says from now on.
func (w *wallet) will(says charge.Event, reason charge.Reason) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.says, w.reason = says, reason
}

// holds lets the wallet think until release.
func (w *wallet) holds() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gate = make(chan struct{})
}

func (w *wallet) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.gate:
	default:
		close(w.gate)
	}
}

func (w *wallet) asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.charged)
}

func (w *wallet) step(says charge.Event, reason charge.Reason, asked time.Time) charge.Answer {
	a := charge.Answer{Step: charge.Step{Event: says, Wallet: "paypay", Reason: reason, By: charge.ByWallet, Asked: asked, At: time.Now()}, Bytes: 300}
	if says == charge.Approve {
		a.Receipt = "PP-0001"
	}
	return a
}

// Charge says what the test wants; see agent.Authorizer.
func (w *wallet) Charge(_ context.Context, _ charge.Record, code paycode.Code) charge.Answer {
	asked := time.Now()
	w.mu.Lock()
	w.charged = append(w.charged, code.Text.Reveal())
	gate := w.gate
	w.mu.Unlock()
	<-gate
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.step(w.says, w.reason, asked)
}

// Inquire says nothing new.
func (w *wallet) Inquire(context.Context, charge.Record) charge.Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inquired++
	return w.step(charge.Lose, charge.ReasonTimeout, time.Now())
}

// Reverse confirms.
func (w *wallet) Reverse(context.Context, charge.Record) charge.Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reversed++
	return w.step(charge.Confirm, charge.ReasonNone, time.Now())
}

// Refund says what the test wants; see agent.Refunder.
func (w *wallet) Refund(_ context.Context, rec charge.Record, _ charge.Key) charge.Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refunded == nil {
		w.refunded = make(map[charge.Key]int)
	}
	w.refunded[rec.Key]++
	if w.gives == charge.Lose {
		return w.step(charge.Lose, charge.ReasonTimeout, time.Now())
	}
	return w.step(cmp.Or(w.gives, charge.Approve), charge.ReasonNone, time.Now())
}

// TopUp says what Charge says; see agent.TopUpper.
func (w *wallet) TopUp(ctx context.Context, rec charge.Record, code paycode.Code) charge.Answer {
	return w.Charge(ctx, rec, code)
}

// Statement is the list; see agent.Statements.
func (w *wallet) Statement(_ context.Context, day charge.Day) (charge.Statement, error) {
	w.mu.Lock()
	gate := w.gate
	w.mu.Unlock()
	<-gate
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away {
		return charge.Statement{}, errors.New("no answer within 3s")
	}
	out := charge.Statement{Wallet: "paypay", Day: day}
	for _, e := range w.list {
		if day.Has(e.At) {
			out.Entries = append(out.Entries, e)
		}
	}
	return out, nil
}

// press prints everything.
type press struct{}

// Print confirms; see agent.Printer.
func (*press) Print(context.Context, printer.Document) printer.Outcome {
	return printer.Outcome{Result: printer.Confirmed}
}

// eye reads a "picture" that is a picture's head and then the code as text.
type eye struct{}

const pictureHead = "\x89PNG\r\n\x1a\n"

// Read is the code; see agent.Imager.
func (eye) Read(_ context.Context, r io.Reader, device string) (scanner.Scan, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return scanner.Scan{}, err
	}
	code, ok := strings.CutPrefix(string(data), pictureHead)
	switch {
	case !ok:
		return scanner.Scan{}, &agent.Refused{Why: "picture.not_a_picture"}
	case code == "":
		return scanner.Scan{}, &agent.Refused{Why: "picture.none"}
	}
	return scanner.Scan{AIM: "]Q1", Data: scanner.Data(code), Device: device, At: time.Now()}, nil
}

// Frame is Read.
func (e eye) Frame(ctx context.Context, r io.Reader, device string) (scanner.Scan, error) {
	return e.Read(ctx, r, device)
}

// memoryOf are the books as the register reads them: slow or broken when a
// test wants it.
type memoryOf struct {
	*book.Book
	slow   atomic.Int64 // ns that the lookup of a sale takes
	broken atomic.Bool  // the lookup of a sale fails
}

// Sale looks a sale up; see agent.Memory.
func (m *memoryOf) Sale(id string) (sale.Sale, error) {
	if m.broken.Load() {
		return sale.Sale{}, errors.New("the disk does not answer")
	}
	found, err := m.Book.Sale(id)
	time.Sleep(time.Duration(m.slow.Load()))
	return found, err
}

// shelf shows the books to the API, as the daemon does.
type shelf struct{ books *book.Book }

// Charges is a page; see server.Books.
func (s shelf) Charges(states []charge.State, before int64, limit int) ([]charge.Record, int64, error) {
	rows, err := s.books.Charges(book.Filter{States: states, Before: before, Limit: limit})
	var out []charge.Record
	next := int64(0)
	for _, row := range rows {
		out, next = append(out, row.Record), row.Seq
	}
	if err != nil || len(rows) < limit {
		return out, 0, err
	}
	if more, err := s.books.Charges(book.Filter{States: states, Before: next, Limit: 1}); err != nil || len(more) == 0 {
		return out, 0, err // the page was exactly full
	}
	return out, next, nil
}

// Steps are a charge's history; see server.Books.
func (s shelf) BillByReference(businessDate, source, reference string) (sale.Bill, bool, error) {
	return s.books.BillByReference(businessDate, source, reference)
}

func (s shelf) Steps(key charge.Key) ([]control.Step, error) {
	links, err := s.books.Links(key)
	var out []control.Step
	for _, l := range links {
		out = append(out, control.Step{
			At: l.Step.At, Event: string(l.Step.Event), From: string(l.From), To: string(l.To), Moved: l.Moved,
			Wallet: l.Step.Wallet, Reason: string(l.Step.Reason), By: string(l.Step.By), Note: l.Note,
			Operator: l.Step.Operator, Receipt: l.Step.Receipt, Asked: l.Step.Asked,
		})
	}
	return out, err
}

// SaleByReference finds a sale; see server.Books.
func (s shelf) SaleByReference(businessDate, source, reference string) (sale.Sale, bool, error) {
	found, err := s.books.SaleByReference(businessDate, source, reference)
	if errors.Is(err, book.ErrNotFound) {
		return sale.Sale{}, false, nil
	}
	return found, err == nil, err
}

// papers draw the words of the real receipt, without a printer's language.
type papers struct{ register *agent.Register }

// Text is the receipt's words; see server.Papers.
func (p papers) Text(_ context.Context, rec charge.Record, language string) (string, error) {
	doc, err := p.register.Receipt(rec, language, 0)
	return fmt.Sprintf("%+v", doc), err
}

// PNG is a dot of paper; see server.Papers.
func (p papers) PNG(context.Context, charge.Record, string) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)))
	return b.Bytes(), err
}
