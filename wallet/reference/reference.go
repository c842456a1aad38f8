// Package reference is the server of the reference wallet: the contract of
// wallet/wire over mutual TLS, in front of a ledger, with troubles that a
// visitor or a test may order. It is a small wallet to try the register
// against; the sign-in of customers and the judgement of risk are not here.
//
// Invariant: nobody without a certificate of the registers' authority reaches
// a handler, a certificate only ever touches and sees keys that begin with its
// name, but for forwards that another register of its store has signed, and no
// answer is sent that is not in the books.
package reference

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/tryphone"
	"github.com/posagent/posagent/wallet/wire"
)

// Options are what a wallet's server is made of. Ledger, Certificate and
// ClientCAs must be given.
type Options struct {
	Listen      string // host:port; empty is 127.0.0.1:0, any free port
	Ledger      *ledger.Ledger
	Certificate tls.Certificate  // the wallet's own
	ClientCAs   *x509.CertPool   // who signs the certificates of registers
	Board       *board.Board     // what its bulletin says; nil: it has none
	Issuer      *issuer.Issuer   // stands in the bulletin; nil: the wallet has no signed codes
	Phones      *tryphone.Phones // the customers' phones, for trying it out; nil for none
	TrySocket   string           // unix socket for trying it out; empty for none
	Log         *slog.Logger     // nil throws the log away
	Slow        time.Duration    // delay of wire.FaultSlow; 0 is 2 s
	Late        time.Duration    // delay of wire.FaultLate and wire.FaultHold; 0 is 5 s
}

// How long a register may take; an idle connection stays for as long as a
// register keeps it warm.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 5 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10
)

// Server is a running wallet.
type Server struct {
	opts    Options
	log     *slog.Logger
	addr    net.Addr
	main    *http.Server
	try     *http.Server // nil without a try-out socket
	faults  faults
	ctx     context.Context // ends when the server begins to stop
	stop    context.CancelFunc
	serving sync.WaitGroup
	taken   sync.WaitGroup // connections that a fault took over
	failed  chan error
}

// Start listens and serves until Stop.
func Start(o Options) (*Server, error) {
	if o.Ledger == nil || o.ClientCAs == nil || len(o.Certificate.Certificate) == 0 {
		return nil, errors.New("a wallet needs a ledger, its certificate and the authority of its registers")
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Slow == 0 {
		o.Slow = 2 * time.Second
	}
	if o.Late == 0 {
		o.Late = 5 * time.Second
	}
	s := &Server{opts: o, log: o.Log, failed: make(chan error, 2)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.announce(); err != nil {
		return nil, err
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for registers: %w", err)
	}
	s.addr = l.Addr()
	if o.TrySocket != "" {
		t, err := listenTry(o.TrySocket)
		if err != nil {
			l.Close()
			return nil, err
		}
		s.try = s.server(s.tryRoutes())
		s.serve(s.try, t)
	}
	s.main = s.server(s.routes())
	s.serve(s.main, tls.NewListener(l, s.tls()))
	return s, nil
}

// tls demands a client certificate, and offers HTTP/1.1 only: for one call at
// a time on a warm connection it is faster than HTTP/2 by half. Without
// session tickets every connection proves its certificate anew.
func (s *Server) tls() *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{s.opts.Certificate},
		ClientAuth:             tls.RequireAndVerifyClientCert,
		ClientCAs:              s.opts.ClientCAs,
		NextProtos:             []string{"http/1.1"},
		SessionTicketsDisabled: true,
	}
}

func (s *Server) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           hurry(h),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){}, // no HTTP/2
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// hurry gives the sender of a body a time to send it in, also where the call
// takes none: the server reads the rest of it before it answers. Whoever reads
// the whole body lifts it again; see readBody. A body without its length is
// refused, and the connection with it: where chunks and a length meet, two
// readers find the next request at two places.
func hurry(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
			problem(w, http.StatusLengthRequired, wire.ProblemInvalid, "the body must come with its Content-Length, and not in chunks")
			return
		}
		if r.ContentLength != 0 {
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) serve(srv *http.Server, l net.Listener) {
	s.serving.Go(func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
	})
}

// Addr is where it listens, as host:port.
func (s *Server) Addr() string { return s.addr.String() }

// URL is the base address for registers, https and without a path.
func (s *Server) URL() string { return "https://" + s.Addr() }

// Failed tells of a listener that broke by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// SetFault orders a trouble, until another order or until its count is used
// up.
func (s *Server) SetFault(o wire.FaultOrder) error { return s.faults.set(o) }

// Fault is the order that stands.
func (s *Server) Fault() wire.FaultOrder { return s.faults.standing() }

// Stop takes no new calls, finishes those under way, and closes what is left
// when ctx ends. Delays that a fault ordered are cut short.
func (s *Server) Stop(ctx context.Context) error {
	s.stop()
	var errs []error
	for _, srv := range []*http.Server{s.main, s.try} {
		if srv == nil {
			continue
		}
		if err := srv.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("calls were cut off: %w", err), srv.Close())
		}
	}
	s.taken.Wait()
	s.serving.Wait()
	return errors.Join(errs...)
}
