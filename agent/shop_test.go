package agent_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// shop is a real register with real rules of codes and real books in memory;
// the wallets and the printer are played. It lives in a bubble of virtual time.
type shop struct {
	*agent.Register
	t      *testing.T
	store  *memory.Store
	disk   *disk
	books  *book.Book
	own    *wallet
	paypay *wallet
	press  *press
	room   error
	terms  charge.Terms
}

// disk is the store with commits that can fail after the wallet has answered.
type disk struct {
	book.Store
	mu     sync.Mutex
	broken bool          // commits fail
	blind  bool          // reads fail
	slow   time.Duration // a commit takes this long
}

var errDisk = errors.New("the disk said no")

func (d *disk) breaks(yes bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = yes
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
	return d.Store.Update(d.commit(do))
}

func (d *disk) Soon(within time.Duration, do func(book.Tx) error) { d.Store.Soon(within, d.commit(do)) }

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
			if t, ok := b.(printer.Text); ok {
				text += t.Text + "\n"
			}
		}
		out = append(out, text)
	}
	return out
}

// eye reads a picture, which is the code itself, in a second.
type eye struct{}

func (eye) Read(_ context.Context, picture io.Reader, device string) (scanner.Scan, error) {
	data, err := io.ReadAll(picture)
	time.Sleep(time.Second)
	return scanner.Scan{Data: data, Device: device, At: time.Now()}, err
}

// open is a shop over fresh books.
func open(t *testing.T) *shop {
	s := &shop{
		t: t, store: memory.New(memory.Options{}), own: newWallet("own"), paypay: newWallet("paypay"),
		press: &press{out: printer.Outcome{Result: printer.Confirmed}}, terms: charge.Standard(),
	}
	s.start()
	return s
}

func (s *shop) start() {
	s.t.Helper()
	s.disk = &disk{Store: s.store}
	ids := []string{"own", "paypay"}
	var err error
	s.books, err = book.Open(s.disk, book.Options{Store: "S1", Terminal: "T1", Wallets: ids, Now: time.Now})
	must(s.t, err)
	rules, err := configs.CodeRules("")
	must(s.t, err)
	codes, err := paycode.New(rules, ids)
	must(s.t, err)
	s.Register = agent.New(agent.Parts{
		Store: sale.Store{ID: "S1", Terminal: "T1", Name: "Sample Store"}, Journal: s.books, Memory: s.books, Codes: codes,
		Wallets: []agent.Wallet{
			{ID: "own", Name: "見本ペイ", NameEN: "Sample Pay", Ask: s.own, Terms: s.terms},
			{ID: "paypay", Name: "ペイペイ", NameEN: "PayPay", Ask: s.paypay, Terms: s.terms},
		},
		Printer: s.press, Imager: eye{}, Paper: agent.PaperRules{Language: "en", Print: true},
		HashCode: func(c paycode.Secret) string { h := sha256.Sum256([]byte(c.Reveal())); return hex.EncodeToString(h[:]) },
		Room:     func() error { return s.room }, Day: func(now time.Time) string { return now.Format(time.DateOnly) },
		Zone: time.UTC, Now: time.Now, Spread: func() float64 { return 0.5 },
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// crash is a power cut and a restart: what was not durable is gone, nobody
// waits for anything, and the register recovers what it finds.
func (s *shop) crash() {
	s.t.Helper()
	s.store = s.store.Crash()
	old := s.Register
	s.start()
	go old.Leave() // its goroutines must end with the bubble; its store answers no more
	_, err := s.Recover()
	must(s.t, err)
}

func (s *shop) leave() {
	s.Leave()
	synctest.Wait()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bubble runs a test of a shop in virtual time and lets the shop leave.
func bubble(t *testing.T, do func(*testing.T, *shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		do(t, s)
		s.leave()
	})
}

func code(n int) string   { return fmt.Sprintf("97%018d", n) }
func payPay(n int) string { return fmt.Sprintf("9000818188%010d", n) }

func aSale(id string, yen int64) sale.Sale {
	return sale.Sale{ID: id, Amount: money.Yen(yen), BusinessDate: "2026-11-22", At: time.Now(), Operator: "hanako"}
}

func (s *shop) sells(id string) agent.View {
	s.t.Helper()
	v, err := s.Open(aSale(id, 1280), charge.ByCashier)
	must(s.t, err)
	return v
}

// scan walks a code, as the scanner's goroutine does.
func (s *shop) scan(text string) error {
	return s.Walk(scanner.Scan{Data: []byte(text), Device: "scanner", At: time.Now()})
}

// pays wants a scan to be taken.
func (s *shop) pays(text string) {
	s.t.Helper()
	must(s.t, s.scan(text))
}

// refused wants a scan or a request to be refused for a reason.
func (s *shop) refused(err error, why string) {
	s.t.Helper()
	var r *agent.Refused
	if !errors.As(err, &r) || r.Why != why {
		s.t.Fatalf("got %v, want the refusal %s", err, why)
	}
}

// is wants the newest charge of a sale to stand so, on the desk and in the
// books alike, and returns it.
func (s *shop) is(id string, state charge.State) charge.Record {
	s.t.Helper()
	synctest.Wait()
	v, err := s.Look(id)
	must(s.t, err)
	rec, err := s.books.Charge(v.Charge.Key)
	must(s.t, err)
	if v.Charge.State != state || rec.State != state {
		s.t.Fatalf("sale %s is shown as %s and stored as %s, want %s", id, v.Charge.State, rec.State, state)
	}
	return rec
}

// even wants the books of the wallets and ours to agree, once all is settled:
// the wallet holds the money of exactly the approved charges, once each.
func (s *shop) even() {
	s.t.Helper()
	synctest.Wait()
	holds := map[charge.Key]bool{}
	for _, w := range []*wallet{s.own, s.paypay} {
		keys, err := w.holds()
		must(s.t, err)
		for k := range keys {
			holds[k] = true
		}
	}
	rows, err := s.books.Charges(book.Filter{Limit: 500})
	must(s.t, err)
	for _, r := range rows {
		if r.State.Open() && r.State != charge.Prepared {
			s.t.Errorf("charge %s is still %s", r.Key, r.State)
		}
		if holds[r.Key] != (r.State == charge.Approved) {
			s.t.Errorf("charge %s is %s here, and its money is at the wallet: %v", r.Key, r.State, holds[r.Key])
		}
		delete(holds, r.Key)
	}
	for k := range holds {
		s.t.Errorf("the wallet holds money for %s, which we do not know", k)
	}
}
