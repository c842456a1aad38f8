package server

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

// scoped is the check of scopes: an operation whose first Security is empty is
// open, any other needs a caller with one of its scopes.
func (s *Server) scoped(ctx huma.Context, next func(huma.Context)) {
	security := ctx.Operation().Security
	if len(security) == 1 && len(security[0]) == 0 {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	if ctx.Operation().Path == control.PathEvents && r.Method == http.MethodHead {
		w.Header().Set("Allow", http.MethodGet)
		fail(w, http.StatusMethodNotAllowed, "method", "a stream without its body has no end: use GET")
		return
	}
	who := from(ctx.Context())
	if who == nil && ctx.Operation().Path == control.PathEvents {
		if who = s.people.useTicket(ctx.Query("ticket")); who != nil {
			ctx = huma.WithContext(ctx, with(ctx.Context(), who))
		}
	}
	if who == nil {
		unknown(w)
		return
	}
	for _, one := range security { // an operation without any lets nobody in
		for _, scope := range one["token"] {
			if who.may(control.Scope(scope)) {
				next(ctx)
				return
			}
		}
	}
	forbidden(w)
}

type cookieOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

type sessionOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      control.Session
}

func (s *Server) sessions(api huma.API) {
	in := open(http.MethodPost, control.PathSession, "sign-in", "Sign an operator in")
	in.MaxBodyBytes = maxSignIn + 1
	huma.Register(api, in, s.signIn)
	huma.Register(api, operation(http.MethodGet, control.PathSession, "session", "Who is signed in", control.ScopeDisplay),
		func(ctx context.Context, _ *struct{}) (*struct{ Body control.Session }, error) {
			return &struct{ Body control.Session }{s.session(from(ctx))}, nil
		})
	out := operation(http.MethodDelete, control.PathSession, "sign-out", "Sign out", control.ScopeDisplay)
	out.DefaultStatus = http.StatusNoContent
	huma.Register(api, out, func(ctx context.Context, _ *struct{}) (*cookieOut, error) {
		s.people.signOut(from(ctx))
		return &cookieOut{http.Cookie{Name: cookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1}}, nil
	})
	touch := operation(http.MethodPost, control.PathTouch, "touch", "Somebody is at the page, or a charge runs on it: the session does not end for want of acts", control.ScopeDisplay)
	touch.DefaultStatus = http.StatusNoContent
	huma.Register(api, touch, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }) // the call itself is the act
	huma.Register(api, operation(http.MethodPost, control.PathTicket, "events-ticket", "A ticket for the event stream", control.ScopeDisplay),
		func(ctx context.Context, _ *struct{}) (*struct{ Body control.Ticket }, error) {
			return &struct{ Body control.Ticket }{control.Ticket{Ticket: s.people.newTicket(from(ctx))}}, nil
		})
}

func (s *Server) signIn(_ context.Context, in *struct{ Body control.SignIn }) (*sessionOut, error) {
	who, err := s.Staff.SignIn(in.Body.Operator, in.Body.PIN)
	if err != nil { // without the id: a PIN may have been typed in its place
		s.Log.Warn("sign-in failed", "error", err)
		return nil, s.notIn(err, http.StatusUnauthorized)
	}
	s.Log.Info("signed in", "operator", who.ID, "role", string(who.Role))
	cookie, secret, c := s.people.signedIn(who)
	if !s.stands(who) { // changed since the PIN was looked at, and the sessions of before are over already
		s.people.signOut(c)
		s.Log.Warn("sign-in failed", "error", "the operator was disabled or changed meanwhile")
		return nil, s.notIn(operator.ErrWrong, http.StatusUnauthorized)
	}
	s.note(c, "signed in")
	out := &sessionOut{Body: s.session(c)}
	out.Body.Secret = secret
	out.SetCookie = http.Cookie{
		Name: cookieName, Value: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int(sessionTime / time.Second),
	}
	return out, nil
}

// stands tells that somebody may still sign in, for the same work.
func (s *Server) stands(who operator.Operator) bool {
	return slices.ContainsFunc(s.Staff.Standings(), func(o operator.Standing) bool {
		return o.ID == who.ID && o.Role == who.Role && !o.Disabled
	})
}

// notIn is the problem of a PIN that let nobody in. status is that of a wrong
// one, which depends on whether the caller is somebody already.
func (s *Server) notIn(err error, status int) error {
	var waiting *operator.Waiting
	var locked *operator.Locked
	switch {
	case errors.As(err, &waiting):
		return s.tooMany(waiting)
	case errors.As(err, &locked):
		if locked.Now {
			s.locked(locked.ID)
		}
		if locked.ID == "" {
			return problemOf(http.StatusForbidden, "sign_in.register_locked", "")
		}
		return problemOf(http.StatusForbidden, "sign_in.locked", "")
	case errors.Is(err, operator.ErrNeedCode):
		return problemOf(http.StatusForbidden, "second.needed", "")
	case errors.Is(err, operator.ErrCodeUsed):
		return problemOf(http.StatusForbidden, "second.used", "")
	case errors.Is(err, operator.ErrCode):
		return problemOf(http.StatusForbidden, "second.wrong", "")
	case errors.Is(err, operator.ErrWhich):
		return problemOf(status, "sign_in.which", "")
	case errors.Is(err, operator.ErrWrong):
		return problemOf(status, "sign_in.wrong", "")
	}
	return problemOf(http.StatusServiceUnavailable, "sign_in.uncounted", err.Error())
}

// tooMany is the problem of a PIN that was not even looked at.
func (s *Server) tooMany(waiting *operator.Waiting) error {
	p := problemOf(http.StatusTooManyRequests, "sign_in.waiting", "")
	left := math.Ceil(max(0, waiting.Until.Sub(s.Now()).Seconds()))
	return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(int(left))}})
}

func (s *Server) session(c *caller) control.Session {
	out := control.Session{
		Operator: c.name, Name: c.name, Role: "program", Expires: c.expires,
		Store: s.Store.Name, Terminal: s.Store.Terminal,
	}
	if c.operator.ID != "" {
		out.Name, out.Role = c.operator.Name, string(c.operator.Role)
		out.Idle = int64(s.Idle[c.operator.Role] / time.Second)
	}
	for _, scope := range []control.Scope{control.ScopePrepare, control.ScopeTopUp, control.ScopeTest, control.ScopeRead, control.ScopeRefund, control.ScopeResolve, control.ScopeConfig, control.ScopeDisplay} {
		if c.scopes[scope] {
			out.Scopes = append(out.Scopes, scope)
		}
	}
	return out
}
