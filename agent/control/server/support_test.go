package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// The programs and people of the tests. Every token is "token of " and its
// name.
const (
	cashierPIN = "825407193"
	managerPIN = "604713"
	goodCode   = "90008181881234567890" // a PayPay code by the built-in rules
)

// codeNumber is a fresh code of the wallet: one-time codes differ.
func codeNumber(n int) string { return fmt.Sprintf("9000818188%010d", n) }

// shop is a real register with real books in memory behind a real server on a
// real port. Only the wallet, the printer and the picture reader are actors.
type shop struct {
	store    *memory.Store
	books    *book.Book
	register *agent.Register
	server   *server.Server
	wallet   *wallet
	memory   *memoryOf
	log      *logged
	ahead    atomic.Int64 // how far the server's clock is ahead of the real one, in ns
	url      string       // http://127.0.0.1:port; empty until listen
}

// open is a shop without a listener. change may alter the options.
func open(t testing.TB, store *memory.Store, change ...func(*server.Options)) *shop {
	t.Helper()
	return openWith(t, store, func(*shop, *agent.Parts) {}, change...)
}

// openWith is open with other parts of the register.
func openWith(t testing.TB, store *memory.Store, parts func(*shop, *agent.Parts), change ...func(*server.Options)) *shop {
	t.Helper()
	s := &shop{store: store, wallet: newWallet(), log: &logged{}}
	var err error
	s.books, err = book.Open(s.store, book.Options{Store: "S0001", Terminal: "T01", Wallets: []string{"paypay"}, Now: time.Now})
	must(t, err)
	s.memory = &memoryOf{Book: s.books}
	rules, err := configs.CodeRules("")
	must(t, err)
	codes, err := paycode.New(rules, []string{"paypay"})
	must(t, err)
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	seller := sale.Store{ID: "S0001", Terminal: "T01", Name: "みほん商店"}
	made := agent.Parts{
		Store: seller, Journal: s.books, Memory: s.memory, Accounts: s.books, Closings: s.books, Bills: s.books, Formals: s.books, NotFound: book.ErrNotFound, Codes: codes, Imager: eye{},
		Wallets: []agent.Wallet{{ID: "paypay", Name: "ペイペイ", NameEN: "PayPay", Ask: s.wallet, Terms: patient(), Refunds: s.wallet, TopUps: s.wallet, Lists: s.wallet}},
		Printer: &press{}, Devices: devices(), Paper: agent.PaperRules{Language: "ja", Print: true},
		HashCode: hashCode, Room: func() error { return nil }, Day: day, Zone: time.UTC,
		Now: time.Now, Spread: func() float64 { return 0.5 }, MostTopUp: 50_000,
	}
	parts(s, &made)
	s.register = agent.New(made, log)
	staff, err := operator.NewStaff([]operator.Operator{
		{ID: "hanako", Name: "花子", Role: operator.Cashier, Hash: cheapHash(cashierPIN)},
		{ID: "taro", Name: "太郎", Role: operator.Manager, Hash: cheapHash(managerPIN)},
	}, nil)
	must(t, err)
	o := server.Options{
		Register: s.register, Books: shelf{s.books}, Journal: journal{s.books}, Searcher: &found{}, Diary: s.books, Papers: papers{s.register}, Bulletins: &notices{}, Queue: waiting{}, Slips: &copies{}, Webhooks: &listeners{}, Alerts: &bells{}, Pairs: &programs{}, Staff: staff, Tokens: tokens(),
		Store: seller, Secret: []byte("a secret of this register"), Day: day, Now: s.now, Demo: true,
		Hosts: []string{"Till1.Shop.example"}, Origins: []string{"https://pos.example"}, Pages: http.NotFoundHandler(),
		Ready: func() error { return nil }, Version: "1.2.3", NotFound: book.ErrNotFound, Log: log,
		Gauges: []server.Gauge{{Name: "journal_commits_total", Help: "Commits.", Read: func() float64 { return 7 }}},
	}
	for _, c := range change {
		c(&o)
	}
	s.server = server.New(o)
	t.Cleanup(func() { s.server.Close(); s.wallet.release(); s.register.Leave() })
	return s
}

// start is a shop that listens.
func start(t testing.TB, change ...func(*server.Options)) *shop {
	t.Helper()
	s := open(t, memory.New(memory.Options{}), change...)
	s.listen(t)
	return s
}

func (s *shop) listen(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	web := &http.Server{Handler: s.server.Handler(), ErrorLog: slog.NewLogLogger(slog.NewJSONHandler(s.log, nil), slog.LevelError)}
	server.Limits(web)
	go func() { _ = web.Serve(l) }()
	t.Cleanup(func() { _ = web.Close() })
	s.url = "http://" + l.Addr().String()
}

// again is the same books behind a new register and a new server, as after a
// restart.
func (s *shop) again(t testing.TB) *shop {
	t.Helper()
	s.wallet.release()
	s.register.Leave()
	next := open(t, s.store)
	_, err := next.register.Recover()
	must(t, err)
	next.listen(t)
	return next
}

func (s *shop) now() time.Time       { return time.Now().Add(time.Duration(s.ahead.Load())) }
func (s *shop) pass(d time.Duration) { s.ahead.Add(int64(d)) }
func day(t time.Time) string         { return t.UTC().Format(time.DateOnly) }
func hashCode(code paycode.Secret) string {
	sum := sha256.Sum256([]byte(code.Reveal()))
	return hex.EncodeToString(sum[:])
}

// patient are terms under which nothing happens by itself during a test: a
// doubt is only settled when something pokes it.
func patient() charge.Terms {
	t := charge.Standard()
	t.ReverseFirst = 100 * time.Millisecond // refunds, too
	t.Inquiries, t.GiveUp, t.GiveUpPending = []time.Duration{time.Hour}, 2*time.Hour, 3*time.Hour
	return t
}

func tokens() []server.Token {
	var out []server.Token
	for name, scopes := range map[string][]control.Scope{
		"till":    {control.ScopePrepare, control.ScopeRead},
		"seller":  {control.ScopePrepare},
		"reader":  {control.ScopeRead},
		"screen":  {control.ScopeDisplay},
		"none":    {},
		"topper":  {control.ScopeTopUp},
		"counter": {control.ScopePrepare, control.ScopeTopUp, control.ScopeRead},
		"back":    {control.ScopeRefund},
		"judge":   {control.ScopeResolve},
		"owner":   {control.ScopeConfig},
		"hanako":  {control.ScopePrepare, control.ScopeRead}, // named like an operator, but a program
	} {
		sum := sha256.Sum256([]byte("token of " + name))
		out = append(out, server.Token{Name: name, SHA256: hex.EncodeToString(sum[:]), Scopes: scopes})
	}
	return out
}

// cheapHash costs next to nothing, because tests sign in often.
func cheapHash(pin string) string {
	salt := []byte("salt of a test..")
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=8,t=1,p=1$%s$%s", enc.EncodeToString(salt), enc.EncodeToString(argon2.IDKey([]byte(pin), salt, 1, 8, 1, 16)))
}

func devices() []agent.Device {
	since := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	return []agent.Device{
		{Role: "scanner", Health: func() device.Health {
			return device.Health{ID: "scanner0", Kind: "scanner", State: device.Ready, Since: since}
		}},
		{Role: "printer", Health: func() device.Health {
			return device.Health{ID: "printer0", Kind: "printer", State: device.Blocked, Reason: device.PaperOut, Since: since}
		}, Test: func(context.Context) printer.Outcome { return printer.Outcome{Result: printer.Confirmed} },
			Explain: func(context.Context) []device.Link { return brokenChain }, Trace: aTrace.since},
		{Role: "drawer", Health: func() device.Health {
			return device.Health{ID: "drawer", Kind: "drawer", State: device.Ready, Since: since}
		}, Open: func(context.Context) drawer.Outcome { return drawer.Outcome{Result: drawer.Opened} }},
	}
}

// reply is an answer of the API.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) sale(t testing.TB) control.Sale { t.Helper(); return decode[control.Sale](t, r) }
func (r reply) problem(t testing.TB) control.Problem {
	t.Helper()
	if ct := r.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("content type %q of status %d, want problem+json: %s", ct, r.status, r.body)
	}
	p := decode[control.Problem](t, r)
	if p.Status != r.status || p.Title == "" || p.Type == "" {
		t.Fatalf("status %d came with the problem %+v", r.status, p)
	}
	return p
}

func decode[T any](t testing.TB, r reply) (out T) {
	t.Helper()
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("status %d, body %q: %v", r.status, r.body, err)
	}
	return out
}

// header is one line of a request's head.
type header struct{ name, value string }

func bearer(name string) header  { return header{"Authorization", "Bearer token of " + name} }
func wish(key string) header     { return header{control.HeaderIdempotencyKey, key} }
func accept(what string) header  { return header{"Accept", what} }
func content(what string) header { return header{"Content-Type", what} }

// ask sends a request to the shop: body is nil, a string, []byte, io.Reader or
// something that becomes JSON. "Host" is a header here.
func (s *shop) ask(t testing.TB, method, path string, body any, headers ...header) reply {
	t.Helper()
	req, err := http.NewRequest(method, s.url+path, reader(t, body))
	must(t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		if h.name == "Host" {
			req.Host = h.value
		}
		req.Header.Add(h.name, h.value)
		if h.name == "Content-Type" {
			req.Header.Set(h.name, h.value)
		}
	}
	resp, err := direct.Do(req)
	must(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	must(t, err)
	return reply{resp.StatusCode, resp.Header, got}
}

// direct follows no redirects.
var direct = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func reader(t testing.TB, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	case []byte:
		return bytes.NewReader(b)
	case io.Reader:
		return b
	}
	data, err := json.Marshal(body)
	must(t, err)
	return bytes.NewReader(data)
}

// prepare opens a sale of the till.
func (s *shop) prepare(t testing.TB, key string, yen int64) control.Sale {
	t.Helper()
	got := s.ask(t, "POST", control.PathSales, control.NewSale{Amount: yen, Currency: "JPY"}, bearer("till"), wish(key))
	want(t, got, http.StatusOK)
	return got.sale(t)
}

// scan gives a sale a code.
func (s *shop) scan(t testing.TB, id, key, code string) reply {
	t.Helper()
	return s.ask(t, "POST", "/v1/sales/"+id+"/code", control.Code{Text: code}, bearer("till"), wish(key))
}

func want(t testing.TB, got reply, status int) {
	t.Helper()
	if got.status != status {
		t.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logged is all that was logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func hosts(names ...string) func(*server.Options) {
	return func(o *server.Options) { o.Hosts = names }
}

func pages(text string) func(*server.Options) {
	return func(o *server.Options) {
		o.Pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	}
}
