package server

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// The limits of a request. A server that uses the handler must also set
// ReadHeaderTimeout and IdleTimeout; Limits does.
const (
	maxBody    = 64 << 10 // bytes
	maxPicture = 4 << 20  // bytes, on the two picture routes
	bodyTime   = 5 * time.Second
	headerTime = 5 * time.Second
	idleTime   = 2 * time.Minute
)

// Limits sets the time and size limits of a listener's server.
func Limits(s *http.Server) {
	s.ReadHeaderTimeout, s.IdleTimeout = headerTime, idleTime
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
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusForbidden, "origin", "this page is not from here: list its origin under [api] origins if it is yours")
	}))
	guarded := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			h.Set("Cache-Control", "no-store")
		}
		switch {
		case !local(r) && !s.ours(r.Host):
			fail(w, http.StatusMisdirectedRequest, "host", "this register does not go by that name: list it under [api] hosts if it does")
		case r.Header.Get("Origin") != "" && !s.trusted(r):
			fail(w, http.StatusForbidden, "origin", "this page is not from here: list its origin under [api] origins if it is yours")
		case r.ContentLength > maxPicture:
			fail(w, http.StatusRequestEntityTooLarge, "too_large", "the body is larger than 4 MB")
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxPicture)
			guarded.ServeHTTP(w, r)
		}
	})
}

// ours: the Host names this machine's loopback or a configured name.
func (s *Server) ours(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	return name == "127.0.0.1" || name == "localhost" || name == "::1" || slices.Contains(s.Hosts, name)
}

// trusted: the Origin is the page we served, or a configured one. Unlike the
// cross-origin protection this looks at reads as well.
func (s *Server) trusted(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin == "http://"+r.Host || origin == "https://"+r.Host || slices.Contains(s.Origins, origin)
}

// identify finds out who asks. It refuses nothing: the scopes of each call
// do.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := s.people.find(r)
		next.ServeHTTP(w, r.WithContext(with(r.Context(), who)))
	})
}

// needing is the check of scopes for handlers beside the API. The unix socket
// is the machine's own and needs none.
func (s *Server) needing(scope control.Scope, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := from(r.Context())
		switch {
		case who == nil:
			fail(w, http.StatusUnauthorized, "unauthorized", "send a token: Authorization: Bearer …")
		case !who.may(scope):
			fail(w, http.StatusForbidden, "scope", "this token or operator may not do that")
		default:
			next.ServeHTTP(w, r)
		}
	})
}
