package server

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// The limits of a request. A server that uses the handler must also set the
// times of a connection; Limits does.
const (
	maxBody     = 64 << 10 // bytes
	maxPicture  = 4 << 20  // bytes, on the routes that take pictures
	maxSignIn   = 1 << 10  // bytes
	bodyTime    = 5 * time.Second
	pictureTime = 15 * time.Second
	headerTime  = 5 * time.Second
	idleTime    = 2 * time.Minute
	answerTime  = maxWait + 15*time.Second // a stream renews it with each event
)

// Limits sets the time and size limits of a listener's server.
func Limits(s *http.Server) {
	s.ReadHeaderTimeout, s.IdleTimeout, s.WriteTimeout = headerTime, idleTime, answerTime
	s.MaxHeaderBytes = 16 << 10
}

// guard lets through what is addressed to us, by name and by origin. A page
// of another site that the cashier opens can reach 127.0.0.1, under its own
// Origin or, with a name that it points here, under its own Host; both are
// refused before anything is looked at.
func (s *Server) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	for _, o := range s.Origins {
		if err := cross.AddTrustedOrigin(o); err != nil {
			s.Log.Error("an origin of the configuration is not an origin", "origin", o, "error", err)
		}
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { notFromHere(w) }))
	guarded := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answersAreOurs(w.Header(), r)
		hurry(w, r)
		switch {
		case !local(r) && !s.ours(r.Host):
			fail(w, http.StatusMisdirectedRequest, "host", "this register does not go by that name: list it under [api] hosts if it does")
		case s.foreign(r):
			notFromHere(w)
		case r.ContentLength > maxPicture:
			fail(w, http.StatusRequestEntityTooLarge, "too_large", "the body is larger than 4 MB")
		case s.shared(w.Header(), r):
			w.WriteHeader(http.StatusNoContent)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxPicture+1)
			guarded.ServeHTTP(w, r)
		}
	})
}

func notFromHere(w http.ResponseWriter) {
	fail(w, http.StatusForbidden, "origin", "this page is not from here: list its origin under [api] origins if it is yours")
}

func answersAreOurs(h http.Header, r *http.Request) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !page(r.URL.Path) {
		h.Set("Cache-Control", "no-store")
	}
}

// hurry gives the sender of a body a time to send it in, known to us or not:
// the server reads the rest of a refused one as well. Whoever reads the whole
// body lifts it again; see bodies.
func hurry(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 {
		return
	}
	limit := bodyTime
	if takesPictures(r.URL.Path) {
		limit = pictureTime
	}
	// An error means a connection that has no deadlines, as in a test.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(limit))
}

func takesPictures(path string) bool {
	return path == control.PathCamera || path == control.PathSlips || strings.HasPrefix(path, control.PathSales+"/") && strings.HasSuffix(path, "/code")
}

// page tells paths of pages and their parts from those of the API. A link of
// another site may open a page.
func page(path string) bool {
	return path == "/" || path == "/pos" || path == "/manager" || strings.HasPrefix(path, "/web/")
}

// ours: the Host names this machine's loopback or a configured name, with or
// without a port.
func (s *Server) ours(host string) bool {
	host = strings.ToLower(host)
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	switch name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"); name {
	case "127.0.0.1", "localhost", "::1":
		return true
	}
	return slices.ContainsFunc(s.Hosts, func(h string) bool {
		configured, _, err := net.SplitHostPort(h)
		if err != nil {
			configured = h
		}
		return strings.EqualFold(configured, name)
	})
}

// foreign: a browser says that a page of elsewhere asks. Unlike the
// cross-origin protection of the standard library this looks at reads as
// well.
func (s *Server) foreign(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		return origin != "http://"+r.Host && origin != "https://"+r.Host && !slices.Contains(s.Origins, origin)
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	return !page(r.URL.Path)
}

// shared lets the pages of configured origins read our answers, and tells
// whether the request was only a browser's question whether they may. Cookies
// may never come along: such a page has a token.
func (s *Server) shared(h http.Header, r *http.Request) (asked bool) {
	origin := r.Header.Get("Origin")
	if !slices.Contains(s.Origins, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Retry-After")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, "+control.HeaderIdempotencyKey)
	h.Set("Access-Control-Max-Age", "600")
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		// A public site that calls a machine of a private network is asked twice.
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	return true
}

// identify finds out who asks. It refuses nothing: the scopes of each call
// do.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		find := s.people.find
		if r.TLS != nil {
			find = s.paired
		}
		who := find(r)
		next.ServeHTTP(w, r.WithContext(with(r.Context(), who)))
	})
}

// needing is the check of scopes for handlers beside the API. The unix socket
// is the machine's own and needs none.
func (s *Server) needing(scope control.Scope, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch who := from(r.Context()); {
		case who == nil:
			unknown(w)
		case !who.may(scope):
			forbidden(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func unknown(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	fail(w, http.StatusUnauthorized, "unauthorized", "sign in, or send a token: Authorization: Bearer …")
}

func forbidden(w http.ResponseWriter) {
	fail(w, http.StatusForbidden, "scope", "this token or operator may not do that")
}
