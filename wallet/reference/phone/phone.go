// Package phone is the door of the wallet's customers: the calls of their phones
// and browsers over HTTP, on a listener of its own without client certificates,
// and the page that plays a phone. Who they are is decided in identity, what
// they pay in the ledger; openapi.yaml beside this file says what is asked and
// answered.
//
// Invariant: a call that changes anything comes from this door's own page or
// from no page at all, and everything but signing up and in needs a session of
// two secrets, of which no cookie carries the second.
package phone

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/topup"
)

// Options are what the door is made of. Listen, Origin, Identity and Ledger
// must be given.
type Options struct {
	Listen      string           // host:port
	Origin      string           // as browsers name it, such as https://pay.example.jp
	Certificate *tls.Certificate // nil: plain HTTP, which is taken on loopback only
	Identity    *identity.Service
	Ledger      *ledger.Ledger
	TopUps      *topup.Desk      // nil: nothing is topped up from here
	Page        fs.FS            // the page that plays a phone; nil: there is none
	Clock       func() time.Time // nil: time.Now
	Log         *slog.Logger     // nil: no log
}

// How long a phone may take, and how much it may send.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = time.Minute
	maxHeader     = 16 << 10
	maxBody       = 64 << 10
	tidyEvery     = time.Minute
)

// Server is a running door.
type Server struct {
	o      Options
	host   string // of Origin
	addr   net.Addr
	http   *http.Server
	stop   context.CancelFunc
	all    sync.WaitGroup
	failed chan error
}

// Start listens and serves until Stop.
func Start(o Options) (*Server, error) {
	origin, err := url.Parse(o.Origin)
	switch {
	case o.Identity == nil || o.Ledger == nil:
		return nil, errors.New("the door of phones needs identities and a ledger")
	case err != nil || origin.Host == "" || origin.Path != "" || origin.Scheme != "https" && origin.Scheme != "http":
		return nil, fmt.Errorf("the door of phones: %q is no origin: it is like https://pay.example.jp", o.Origin)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for phones: %w", err)
	}
	if at, ok := l.Addr().(*net.TCPAddr); o.Certificate == nil && (!ok || !at.IP.IsLoopback()) {
		l.Close()
		return nil, fmt.Errorf("listen for phones at %s: without a certificate only on loopback, for trying it out: set phone.cert and phone.key", l.Addr())
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{o: o, host: origin.Host, addr: l.Addr(), stop: cancel, failed: make(chan error, 1)}
	s.http = &http.Server{
		Handler: s.guard(s.routes()), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	if o.Certificate != nil {
		l = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{*o.Certificate}, NextProtos: []string{"http/1.1"}})
	}
	s.all.Go(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("serve phones: %w", err)
		}
	})
	s.all.Go(func() {
		s.resume(ctx)
		s.tidy(ctx)
	})
	return s, nil
}

// tidy does what time brings.
func (s *Server) tidy(ctx context.Context) {
	ticks := time.NewTicker(tidyEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if err := s.o.Identity.Tidy(); err != nil {
				s.o.Log.Error("identities were not tidied", "error", err)
			}
			s.resume(ctx)
		}
	}
}

// Addr is where it listens.
func (s *Server) Addr() string { return s.addr.String() }

// Failed tells of a listener that broke by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop takes no new calls and finishes those under way.
func (s *Server) Stop(ctx context.Context) error {
	s.stop()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("calls of phones were cut off: %w", err), s.http.Close())
	}
	s.all.Wait()
	return err
}

// guard is what holds for every call: it names this door as its host, a browser
// sends it from this door's own page, and the answer is for nobody else.
func (s *Server) guard(next http.Handler) http.Handler {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusForbidden, "origin", "this call comes from another page")
	}))
	next = own.Handler(next)
	hosts := []string{s.host, s.addr.String()}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html")
		if s.o.Certificate != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !slices.Contains(hosts, r.Host) {
			problem(w, http.StatusMisdirectedRequest, "host", "this is not the host that is served here")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

func (s *Server) routes() http.Handler {
	const v1 = "/phone/v1"
	mux := http.NewServeMux()
	for pattern, handler := range map[string]http.HandlerFunc{
		"POST " + v1 + "/signup":                s.contact((*identity.Service).SignUp),
		"POST " + v1 + "/signup/verify":         s.verify(identity.ProofSignUp),
		"POST " + v1 + "/forgot":                s.contact((*identity.Service).Forgot),
		"POST " + v1 + "/forgot/verify":         s.verify(identity.ProofReset),
		"POST " + v1 + "/password":              s.password,
		"POST " + v1 + "/password/confirm":      s.confirm,
		"POST " + v1 + "/passkey/begin":         s.beginPasskey,
		"POST " + v1 + "/passkey/finish":        s.finishPasskey,
		"POST " + v1 + "/signin":                s.signIn,
		"POST " + v1 + "/signin/passkey/begin":  s.beginSignIn,
		"POST " + v1 + "/signin/passkey/finish": s.finishSignIn,
		"POST " + v1 + "/prove":                 s.known(s.prove),
		"POST " + v1 + "/prove/passkey/finish":  s.known(s.provePasskey),
		"POST " + v1 + "/signout":               s.known(s.signOut),
		"GET " + v1 + "/me":                     s.known(s.me),
		"GET " + v1 + "/notices":                s.known(s.notices),
		"GET " + v1 + "/sessions":               s.known(s.sessions),
		"DELETE " + v1 + "/sessions/{id}":       s.known(s.endSession),
		"POST " + v1 + "/contact":               s.known(s.move),
		"POST " + v1 + "/contact/verify":        s.known(s.moved),
		"DELETE " + v1 + "/contact":             s.known(s.stopMove),
		"POST " + v1 + "/nonce":                 s.known(s.nonce),
		"GET " + v1 + "/phones":                 s.known(s.phones),
		"POST " + v1 + "/phones":                s.known(s.addPhone),
		"POST " + v1 + "/phones/{id}/agree":     s.known(s.agree(true)),
		"POST " + v1 + "/phones/{id}/refuse":    s.known(s.agree(false)),
		"DELETE " + v1 + "/phones/{id}":         s.known(s.endPhone),
		"POST " + v1 + "/codes":                 s.known(s.code),
		"POST " + v1 + "/certificates":          s.known(s.certificate),
		"GET " + v1 + "/history":                s.known(s.history),
		"GET " + v1 + "/pending":                s.known(s.pending),
		"POST " + v1 + "/pending/{key}/confirm": s.known(s.answer(true)),
		"POST " + v1 + "/pending/{key}/refuse":  s.known(s.answer(false)),
		"POST " + v1 + "/shown":                 s.known(s.payShown),
		"POST " + v1 + "/points":                s.known(s.points),
		"GET " + v1 + "/signin/others":          s.others,
		"POST " + v1 + "/signin/other/begin":    s.beginOther,
		"POST " + v1 + "/signin/other/finish":   s.finishOther,
		"GET " + v1 + "/links":                  s.known(s.links),
		"POST " + v1 + "/links/begin":           s.known(s.beginLink),
		"POST " + v1 + "/links/finish":          s.known(s.finishLink),
		"DELETE " + v1 + "/links/{other}":       s.known(s.unlink),
		"POST " + v1 + "/topups":                s.known(s.topUp),
		"POST " + v1 + "/freeze":                s.known(s.freeze),
		"POST " + v1 + "/unfreeze":              s.known(s.unfreeze),
	} {
		mux.HandleFunc(pattern, handler)
	}
	mux.HandleFunc(v1+"/", func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusNotFound, "not-found", "there is no such call: see docs/reference/phone.md")
	})
	if s.o.Page != nil {
		mux.Handle("/", onlyFiles(http.FileServerFS(s.o.Page)))
	}
	return mux
}

// onlyFiles serves the page's files to who reads them, and lists no folder.
func onlyFiles(files http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			problem(w, http.StatusMethodNotAllowed, "invalid", "pages are only read: use GET")
		case r.URL.Path != "/" && strings.HasSuffix(r.URL.Path, "/"):
			problem(w, http.StatusNotFound, "not-found", "there is no such page")
		default:
			files.ServeHTTP(w, r)
		}
	}
}

// from is where a call comes from. No header says so: behind a proxy the
// listener must be given the address by the proxy protocol or not at all.
func from(r *http.Request) identity.From {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return identity.From{Addr: netip.IPv6Unspecified(), Agent: r.UserAgent()}
	}
	return identity.From{Addr: at.Addr(), Agent: r.UserAgent()}
}
