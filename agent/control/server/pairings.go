package server

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

// Pairs are the programs on other machines that may come in.
type Pairs interface {
	List() control.Pairings
	// New makes a certificate; a *PairingRefused tells why not.
	New(name string, scopes []control.Scope, days int, by string) (control.Paired, error)
	Revoke(name string) error
	// Who is whose certificate this is; false when it opens nothing any more.
	// over is closed by them when it is revoked.
	Who(*x509.Certificate) (p control.Pairing, over chan struct{}, ok bool)
}

// PairingRefused is why somebody is not paired: a code of agent/health.
type PairingRefused struct {
	Why    string
	Status int
}

func (r *PairingRefused) Error() string { return r.Why }

func (s *Server) pairings(api huma.API) {
	if s.Pairs == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathPairings, "pairings", "Programs on other machines that may come in", control.ScopeConfig),
		func(context.Context, *struct{}) (*struct{ Body control.Pairings }, error) {
			return &struct{ Body control.Pairings }{s.Pairs.List()}, nil
		})
	huma.Register(api, operation(http.MethodPost, control.PathPairings, "pair", "Let a program on another machine come in; a manager's act", control.ScopeConfig), s.pair)
	huma.Register(api, operation(http.MethodDelete, control.PathPairing, "unpair", "Revoke a pairing at once; a manager's act", control.ScopeConfig), s.unpair)
}

// pair hands out a certificate once it is written down who wanted it.
func (s *Server) pair(ctx context.Context, in *struct{ Body control.NewPairing }) (*struct{ Body control.Paired }, error) {
	who, b := from(ctx), in.Body
	if err := s.mayPair(who, b.Name, "pair", b.Approval); err != nil {
		return nil, err
	}
	made, err := s.Pairs.New(b.Name, b.Scopes, b.Days, who.person())
	if err != nil {
		return nil, s.notPaired(err)
	}
	what := fmt.Sprintf("paired program %s with %v until %s, certificate %s", b.Name, b.Scopes, made.Expires.UTC().Format(time.RFC3339), made.Fingerprint)
	if err := s.mustNote(who, what); err != nil {
		if undone := s.Pairs.Revoke(b.Name); undone != nil {
			s.Log.Error("a pairing that is not in the journal was not revoked", "name", b.Name, "error", undone)
		}
		return nil, err
	}
	s.Log.Info("a program was paired", "name", b.Name, "by", who.person())
	return &struct{ Body control.Paired }{made}, nil
}

func (s *Server) unpair(ctx context.Context, in *struct {
	Name string `path:"name" maxLength:"32"`
}) (*struct{ Body control.Pairings }, error) {
	who := from(ctx)
	if who.operator.ID != "" && !operator.Can(who.operator.Role, operator.Users) {
		return nil, problemOf(http.StatusForbidden, "operator.manager", "")
	}
	if err := s.Pairs.Revoke(in.Name); err != nil {
		return nil, s.notPaired(err)
	}
	s.Log.Info("a pairing was revoked", "name", in.Name, "by", who.person())
	s.note(who, "revoked the pairing of program "+in.Name)
	return &struct{ Body control.Pairings }{s.Pairs.List()}, nil
}

// mayPair: who may add people may add programs.
func (s *Server) mayPair(who *caller, name, what, approval string) error {
	return s.mayUsers(who, "program:"+name, what, approval)
}

func (s *Server) notPaired(err error) error {
	var refused *PairingRefused
	if errors.As(err, &refused) {
		return problemOf(refused.Status, refused.Why, "")
	}
	return s.explain(err)
}

// Over TLS there are certificates alone: no token, no session and no socket.
func (s *Server) paired(r *http.Request) *caller {
	if s.Pairs == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	p, over, ok := s.Pairs.Who(r.TLS.PeerCertificates[0])
	if !ok {
		return nil
	}
	c := &caller{kind: "paired", name: p.Name, by: charge.ByAPI, expires: p.Expires, ended: over, scopes: make(map[control.Scope]bool)}
	for _, scope := range p.Scopes {
		switch scope {
		case control.ScopePrepare, control.ScopeRead, control.ScopeDisplay: // no more than sales, whatever was written down
			c.scopes[scope] = true
		}
	}
	return c
}

// beyond keeps programs of other machines to sales: nobody signs in or
// approves from there, and there are no pages.
func beyond(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil && !ofSales(r.URL.Path) {
			fail(w, http.StatusForbidden, "scope", "programs on other machines make sales, and nothing else")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func ofSales(path string) bool {
	if strings.HasSuffix(path, "/override") { // a manager's PIN is typed at the register
		return false
	}
	for _, begins := range []string{control.PathSales, control.PathCharges} {
		if path == begins || strings.HasPrefix(path, begins+"/") {
			return true
		}
	}
	switch path {
	case control.PathOpenSale, control.PathDevices, control.PathEvents, control.PathHealth, control.PathCamera,
		control.PathHealthz, control.PathReadyz, control.PathMetrics, control.PathOpenAPI:
		return true
	}
	return false
}
