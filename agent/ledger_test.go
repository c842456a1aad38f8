package agent_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// fault is what happens to one request on its way.
type fault string

const (
	fine    fault = ""
	deaf    fault = "deaf"    // it never arrives, and nobody can tell
	mute    fault = "mute"    // it arrives, and the answer does not come back
	twofold fault = "twofold" // it arrives twice
	unsent  fault = "unsent"  // no byte leaves
)

// line carries the requests of the real client to the real books of a wallet,
// without a network between them.
type line struct {
	mu     sync.Mutex
	books  *ledger.Ledger
	faults map[string][]fault // by the last word of the path; the last one repeats
	sent   map[string]int
	after  func(what string) // called when a request has been answered
}

func (l *line) will(what string, faults ...fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults[what] = faults
}

func (l *line) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent[what]
}

func (l *line) next(what string) fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[what]++
	queue := l.faults[what]
	if len(queue) == 0 {
		return fine
	}
	if len(queue) > 1 {
		l.faults[what] = queue[1:]
	}
	return queue[0]
}

// Do is one exchange; see own.Exchange.
func (l *line) Do(ctx context.Context, method, path string, body io.Reader) authorize.Evidence {
	var data []byte
	if body != nil {
		data, _ = io.ReadAll(body)
	}
	at, _ := url.Parse(path)
	words := strings.Split(at.Path, "/")
	what := words[len(words)-1]
	if method == http.MethodGet && words[2] == "charges" {
		what = "inquiry"
	}
	if ctx.Err() != nil { // as net/http has it
		return authorize.Evidence{Err: ctx.Err()}
	}
	if l.after != nil {
		defer l.after(what)
	}
	f := l.next(what)
	if f == unsent {
		return authorize.Evidence{Err: errors.New("no route to host")}
	}
	time.Sleep(100 * time.Millisecond)
	if said, yes := f.atTheDoor(nonceIn(data, at.Query())); yes {
		return said
	}
	out := authorize.Evidence{Bytes: 300}
	if f != deaf {
		out = l.arrive(method, at, words, data)
	}
	if f == twofold {
		out = l.arrive(method, at, words, data)
	}
	if f == deaf || f == mute {
		<-ctx.Done()
		return authorize.Evidence{Bytes: 300, Err: ctx.Err()}
	}
	return out
}

func (l *line) arrive(method string, at *url.URL, words []string, data []byte) authorize.Evidence {
	var answer any
	var err error
	query := at.Query()
	switch what := words[len(words)-1]; {
	case method == http.MethodGet && words[2] == "charges":
		answer, err = l.books.Inquire(what, query.Get("nonce"))
	case what == "charges":
		answer, err = read(data, l.books.Charge)
	case what == "refunds":
		answer, err = read(data, l.books.Refund)
	case what == "topups":
		answer, err = read(data, l.books.TopUp)
	case what == "reversal":
		answer, err = read(data, func(r wire.ReversalRequest) (wire.Answer, error) { return l.books.Reverse(words[3], r) })
	default:
		from, _ := time.Parse(time.RFC3339Nano, query.Get("from"))
		to, _ := time.Parse(time.RFC3339Nano, query.Get("to"))
		answer, err = l.books.Day(ledger.DayRequest{
			Store: query.Get("store"), Terminal: query.Get("terminal"), BusinessDate: query.Get("business_date"),
			From: from, To: to, After: query.Get("after"), Nonce: query.Get("nonce"),
		})
	}
	if err != nil {
		ev := refusal(err)
		ev.Problem.Nonce = nonceIn(data, query)
		return ev
	}
	text, err := json.Marshal(answer)
	return authorize.Evidence{Bytes: 300, Status: 200, Body: text, Err: err}
}

func read[R any](data []byte, do func(R) (wire.Answer, error)) (wire.Answer, error) {
	var r R
	if err := json.Unmarshal(data, &r); err != nil {
		return wire.Answer{}, err
	}
	return do(r)
}

// nonceIn is the nonce of a request, wherever it stands.
func nonceIn(data []byte, query url.Values) string {
	in := struct{ Nonce string }{query.Get("nonce")}
	_ = json.Unmarshal(data, &in)
	return in.Nonce
}

func refusal(err error) authorize.Evidence {
	p := wire.Problem{Type: wire.ProblemBusy, Status: 503, Detail: err.Error()}
	switch {
	case errors.Is(err, ledger.ErrUnknownKey):
		p.Type, p.Status = wire.ProblemUnknownKey, 404
	case errors.Is(err, ledger.ErrConflict):
		p.Type, p.Status = wire.ProblemConflict, 409
	case errors.Is(err, ledger.ErrInvalid):
		p.Type, p.Status = wire.ProblemInvalid, 400
	case errors.Is(err, ledger.ErrCannotReverse):
		p.Type, p.Status = wire.ProblemCannotReverse, 409
	}
	return authorize.Evidence{Bytes: 300, Status: p.Status, Problem: &p}
}

// till is a register with real books in memory, and the real client of a
// wallet with real books. Its time is virtual, and its business day begins at
// five in the morning in UTC.
type till struct {
	window charge.Window // of reversals, from the next start on
	*agent.Register
	t      *testing.T
	store  *memory.Store
	disk   *disk
	books  *book.Book
	line   *line
	ahead  time.Duration // how far the wallet's clock is ahead of ours
	clocks sync.Mutex
	wishes int
	mark   mark
	drawer cashDrawer
	looks  func(*book.Book) agent.Memory // from the next start on; nil: the books themselves
}

// mark is the high-water mark beside the books.
type mark struct{ book.Mark }

func (m *mark) Load() (book.Mark, error) { return m.Mark, nil }
func (m *mark) Save(now book.Mark) error { m.Mark = now; return nil }

const firstBalance = 1_000_000

func newTill(t *testing.T) *till {
	s := &till{t: t, store: memory.New(memory.Options{})}
	clock := func() time.Time { s.clocks.Lock(); defer s.clocks.Unlock(); return time.Now().Add(s.ahead) }
	s.line = &line{faults: map[string][]fault{}, sent: map[string]int{}, books: ledger.New(ledger.NewMemory(), ledger.Options{Clock: clock})}
	_, err := s.line.books.AddCustomer("sachi", firstBalance)
	must(t, err)
	s.start()
	return s
}

// atTill runs a test of a till in virtual time and lets the till leave.
func atTill(t *testing.T, do func(*testing.T, *till)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newTill(t)
		do(t, s)
		s.Leave()
		synctest.Wait()
	})
}

func (s *till) start() {
	s.t.Helper()
	s.disk = &disk{Store: s.store}
	var err error
	s.books, err = book.Open(s.disk, book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"own"}, Now: time.Now, Mark: &s.mark})
	must(s.t, err)
	rules, err := configs.CodeRules("")
	must(s.t, err)
	codes, err := paycode.New(rules, []string{"own"})
	must(s.t, err)
	terms := charge.Standard()
	terms.Window = s.window
	client := &own.Client{ID: "own", Store: "S1", Terminal: "T1", Line: s.line, Terms: terms}
	var looked agent.Memory = s.books
	if s.looks != nil {
		looked = s.looks(s.books)
	}
	s.Register = agent.New(agent.Parts{
		Store: sale.Store{ID: "S1", Terminal: "T1", Name: "Sample Store"}, Journal: s.books, Memory: looked, Codes: codes,
		Accounts: s.books, Closings: s.books, Bills: s.books, Formals: s.books, NotFound: book.ErrNotFound, Drawer: &s.drawer,
		Wallets:  []agent.Wallet{{ID: "own", Name: "見本ペイ", Ask: client, Terms: client.Terms, Refunds: client, TopUps: client, Lists: client, Announces: true}},
		HashCode: func(c paycode.Secret) string { h := sha256.Sum256([]byte(c.Reveal())); return hex.EncodeToString(h[:]) },
		Room:     func() error { return nil }, Day: func(now time.Time) string { return now.UTC().Add(-5 * time.Hour).Format(time.DateOnly) },
		Zone: time.UTC, Now: time.Now, Spread: func() float64 { return 0.5 }, MostTopUp: 50_000,
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// crash is a power cut and a restart.
func (s *till) crash() {
	s.t.Helper()
	s.store = s.store.Crash()
	old := s.Register
	s.start()
	go old.Leave()
	_, err := s.Recover()
	must(s.t, err)
}

// sells opens a sale and scans a fresh code of the customer's.
func (s *till) sells(id string, yen int64, topUp bool) charge.Record {
	s.t.Helper()
	want := sale.Sale{ID: id, Amount: money.Yen(yen), BusinessDate: "2026-11-22", At: time.Now(), Operator: "hanako", TopUp: topUp}
	_, err := s.Open(want, charge.ByCashier)
	must(s.t, err)
	minted, err := s.line.books.MintCode("sachi")
	must(s.t, err)
	must(s.t, s.Walk(scanner.Scan{Data: []byte(minted.Code), Device: "scanner", At: time.Now()}))
	v, err := s.Look(id)
	must(s.t, err)
	return v.Charge
}

// paid is a payment that went through.
func (s *till) paid(id string, yen int64) charge.Record {
	s.t.Helper()
	rec := s.sells(id, yen, false)
	if rec.State != charge.Approved {
		s.t.Fatalf("sale %s is %s (%s)", id, rec.State, rec.Reason)
	}
	return rec
}

// owed is a payment that the wallet holds and no sale stands for.
func (s *till) owed(id string, yen int64) charge.Record {
	s.t.Helper()
	rec := s.paid(id, yen)
	rec, err := s.books.Apply(rec.Key, charge.Step{Event: charge.Cancel, By: charge.ByManager}, charge.Step{Event: charge.Refuse, Wallet: "own", By: charge.ByWallet})
	must(s.t, err)
	if rec.State != charge.Owed {
		s.t.Fatalf("sale %s is %s", id, rec.State)
	}
	return rec
}

// refund asks for a refund under a wish of its own.
func (s *till) refund(of charge.Key, yen int64) (charge.Record, error) {
	s.wishes++
	return s.Refund(agent.Refunding{Of: of, Amount: money.Yen(yen), By: charge.ByManager, Operator: "taro", Wish: fmt.Sprint("wish ", s.wishes)})
}

// is wants a record to stand so.
func (s *till) is(key charge.Key, state charge.State) charge.Record {
	s.t.Helper()
	synctest.Wait()
	rec, err := s.Charge(key)
	must(s.t, err)
	if rec.State != state {
		s.t.Fatalf("%s %s is %s (%s), want %s", rec.Kind, key, rec.State, rec.Reason, state)
	}
	return rec
}

// has wants the customer to have spent so much, by the wallet's own books.
func (s *till) has(spent int64) {
	s.t.Helper()
	customers, err := s.line.books.Customers()
	must(s.t, err)
	if got := firstBalance - customers[0].Balance; got != spent {
		s.t.Errorf("the customer is %d yen down, want %d", got, spent)
	}
	trial, err := s.line.books.Trial()
	must(s.t, err)
	if trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
		s.t.Errorf("the wallet's books are not even: %+v", trial)
	}
}

func (s *till) wants(err error, why string) {
	s.t.Helper()
	var r *agent.Refused
	if !errors.As(err, &r) || r.Why != why {
		s.t.Errorf("got %v, want the refusal %s", err, why)
	}
}
