// Package server answers the local API: it lets in those who may, checks what
// they ask, and passes it to the register. It decides nothing about money and
// keeps nothing on disk.
//
// Invariant: every answer goes through the guard (host, origin, size, time)
// and, but for sign-in, liveness and the static pages, only to someone whose
// token or session has the scope. A wallet's silence is a state in a 200 or
// 202, never a 5xx.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/trace"
)

// Books are the lists that pages and reports read.
type Books interface {
	// Charges is a page of charges, newest first, and the before of the page
	// after it (0 on the last one). No states are all states.
	Charges(states []charge.State, before int64, limit int) (page []charge.Record, next int64, err error)
	// Steps are the steps of one charge, oldest first.
	Steps(charge.Key) ([]control.Step, error)
	// SaleByReference finds a sale by the POS software's own number, and
	// reports false when there is none.
	SaleByReference(businessDate, source, reference string) (sale.Sale, bool, error)
	// BillByReference is the same for a bill.
	BillByReference(businessDate, source, reference string) (sale.Bill, bool, error)
}

// Papers draw a receipt as the printer would put it on paper.
type Papers interface {
	Text(ctx context.Context, rec charge.Record, language string) (string, error)
	PNG(ctx context.Context, rec charge.Record, language string) ([]byte, error)
}

// Token lets a program in.
type Token struct {
	Name   string
	SHA256 string // lower-case hex of the token's SHA-256
	Scopes []control.Scope
}

// Options are what a server needs. All are needed but for Pages, Draw,
// Bulletins, Queue, Journal, Slips, Handover and SealedBy.
type Options struct {
	Register  *agent.Register
	Books     Books
	Papers    Papers
	Bulletins Bulletins // nil: there are no such calls
	Queue     Queue     // nil: there is no such call
	Journal   Journal   // nil: there are no such calls
	Searcher  Searcher  // nil: there is no such call
	Wishes    Wishes    // nil: idempotency keys end with the process, but for those in the books
	Diary     Diary
	Settings  Settings // nil: there are no such calls
	Slips     Slips    // nil: there are no such calls
	Handover  Handover // nil: there are no such calls
	Staff     *operator.Staff
	Rules     operator.Rules
	Setup     *operator.Setup                 // nil: there is no set-up code
	SetUp     func()                          // after its use; may be nil
	Idle      map[operator.Role]time.Duration // how long a session lives without an act; none: as long as any
	Tokens    []Token
	Store     sale.Store
	Secret    []byte                 // of the sale ids that follow from idempotency keys
	Day       func(time.Time) string // the business date of a moment
	Now       func() time.Time
	Hosts     []string // Host headers that are ours, beside loopback names
	Origins   []string // pages of other origins that may call us
	Pages     http.Handler
	Draw      func(text string) (size int, modules []byte, err error) // a code for a display; nil: pages have its text alone
	Demo      bool
	Training  Training           // nil: there is none
	SealedBy  control.OfflineKey // how the key of sealed codes is kept; zero: there is none
	Pairs     Pairs              // nil: there are no such calls, and nobody comes in by TLS
	Webhooks  Webhooks           // nil: there are no such calls
	Alerts    Alerts             // nil: there are no such calls
	Ready     func() error       // nil error: the journal writes and the configuration is loaded
	Version   string
	NotFound  error // what Memory returns for a sale or charge that does not exist
	Gauges    []Gauge
	Tracer    *trace.Tracer // nil: no call is part of a trace
	Log       *slog.Logger
}

// Server is the local API.
type Server struct {
	Options
	people  *people
	leaves  *operator.Approvals
	opening sync.Mutex // one sale is opened at a time
	wishes  *wishes
	drawn   drawn
	crowd   *crowd
	handler http.Handler
	ending  context.Context // streams end with it
	end     context.CancelFunc
}

// New builds the API. It listens nowhere.
func New(o Options) *Server {
	s := &Server{Options: o, people: newPeople(o), leaves: operator.NewApprovals(o.Now), wishes: newWishes(o), crowd: &crowd{under: make(map[string]int)}}
	s.ending, s.end = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	api := humago.New(mux, describe(o.Version))
	api.UseMiddleware(s.scoped, s.crowded, s.bodies, s.traced)
	s.sessions(api)
	s.sales(api)
	s.payments(api)
	s.showing(api)
	s.overrides(api)
	s.bills(api)
	s.charges(api)
	s.afterwards(api)
	s.inspections(api)
	s.searching(api)
	s.operators(api)
	s.users(api)
	s.approving(api)
	s.closings(api)
	s.training(api)
	s.bulletins(api)
	s.queue(api)
	s.slips(api)
	s.handover(api)
	s.settings(api)
	s.devices(api)
	s.events(api)
	s.webhooks(api)
	s.pairings(api)
	s.alerts(api)
	s.liveness(mux)
	mux.Handle("GET "+control.PathMetrics, s.needing(control.ScopeRead, s.metrics()))
	mux.Handle("GET "+control.PathOpenAPI, s.needing(control.ScopeRead, spec(api)))
	if o.Pages != nil {
		mux.Handle("/pos", o.Pages)
		mux.Handle("/manager", o.Pages)
		mux.Handle("/display", o.Pages)
		mux.Handle("/web/", o.Pages)
		mux.Handle("GET /{$}", http.RedirectHandler("/pos", http.StatusFound))
	}
	s.handler = s.guard(beyond(s.identify(found(mux))))
	return s
}

// Handler is the whole API and the pages, guarded.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends the event streams, so that a graceful shutdown does not wait for
// pages to go away.
func (s *Server) Close() { s.end() }
