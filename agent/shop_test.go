package agent_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync/atomic"
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

	offline agent.Offline // nil: nothing is taken without a network
	devices []agent.Device
	gun     agent.Scanner // nil: scans are walked by the tests themselves
	rules   agent.OfflineRules
	skew    atomic.Int64 // how far the register's clock was set, in ns

	without  string // the id of a wallet that is not configured at the next start
	unsigned bool   // forwards cannot be signed after the next start
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
		Store: sale.Store{ID: "S1", Terminal: "T1", Name: "Sample Store"}, Journal: s.books, Memory: s.books,
		Accounts: s.books, Closings: s.books, Bills: s.books, Formals: s.books, Offline: s.offline, Rules: s.rules, NotFound: book.ErrNotFound, Codes: codes,
		Wallets: slices.DeleteFunc([]agent.Wallet{
			{ID: "own", Name: "見本ペイ", NameEN: "Sample Pay", Ask: s.own, Forwards: s.forwarder(), Terms: s.terms, Lists: s.own, Shows: s.own},
			{ID: "paypay", Name: "ペイペイ", NameEN: "PayPay", Ask: s.paypay, Terms: s.terms, Lists: s.paypay, Shows: s.paypay},
		}, func(w agent.Wallet) bool { return w.ID == s.without }),
		Scanner: s.gun, Devices: s.devices, Printer: s.press, Slip: slip, Draw: drawn, Imager: eye{}, Paper: agent.PaperRules{Language: "en", Print: true},
		HashCode: func(c paycode.Secret) string { h := sha256.Sum256([]byte(c.Reveal())); return hex.EncodeToString(h[:]) },
		Room:     func() error { return s.room }, Day: func(now time.Time) string { return now.Format(time.DateOnly) },
		Zone: time.UTC, Now: s.now, Spread: func() float64 { return 0.5 },
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// now is what the register's clock shows; the time goes on all the same.
func (s *shop) now() time.Time { return time.Now().Add(time.Duration(s.skew.Load())).Round(0) }

// set sets the register's clock.
func (s *shop) set(by time.Duration) { s.skew.Add(int64(by)) }

// slip is a charge as a code for paper, for a reader of tests.
func slip(due charge.Due, code paycode.Secret, signature []byte) (string, error) {
	if due.Amount == money.Yen(666) {
		return "", errors.New("it does not fit")
	}
	return fmt.Sprintf("PSL1:%s %s %s", due.Key, code.Reveal(), signature), nil
}

// drawn is a bitmap that is as wide as its text is long.
func drawn(text string) (printer.Bitmap, error) {
	return printer.Bitmap{Width: 8 * len(text), Height: 1, Bits: make([]byte, len(text))}, nil
}

// crash is a power cut and a restart: what was not durable is gone, nobody
// waits for anything, and the register recovers what it finds.
func (s *shop) crash() {
	s.t.Helper()
	s.store = s.store.Crash()
	s.press.mu.Lock()
	s.press.busy = false
	s.press.mu.Unlock()
	old := s.Register
	s.start()
	go old.Leave() // its goroutines must end with the bubble; its store answers no more
	_, err := s.Recover()
	must(s.t, err)
}

// under starts the register again under other terms of its wallets.
func (s *shop) under(change func(*charge.Terms)) {
	s.t.Helper()
	s.Leave()
	change(&s.terms)
	must(s.t, s.terms.Check())
	s.start()
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
	return s.Walk(scanner.Scan{Data: []byte(text), Device: "scanner", At: s.now()})
}

// begins is scan in the background, at the register as it is before a crash.
func (s *shop) begins(text string) {
	reg := s.Register
	go func() { _ = reg.Walk(scanner.Scan{Data: []byte(text), Device: "scanner", At: s.now()}) }()
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
