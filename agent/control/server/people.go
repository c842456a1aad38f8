package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

const (
	cookieName  = "posagent_session"
	sessionTime = 12 * time.Hour
	ticketTime  = 30 * time.Second
	maxSessions = 64  // of one register; the oldest goes first
	maxTickets  = 256 // that nobody has used yet
)

// caller is who asks.
type caller struct {
	kind     string // "local", "token" or "operator"
	name     string // of the token, or the operator's id
	scopes   map[control.Scope]bool
	by       charge.By
	operator operator.Operator // zero for a program
	expires  time.Time         // of a session
	ended    chan struct{}     // of a session: closed when it is over before that; nil for a program
}

// source names the caller among all programs and people: a program may have
// an operator's name.
func (c *caller) source() string { return c.kind + ":" + c.name }

// may: who may read may also see what a display shows, and a program that sells
// may try the devices that it sells with, as before there was a scope for it.
func (c *caller) may(scope control.Scope) bool {
	return c != nil && (c.scopes[scope] || scope == control.ScopeDisplay && c.scopes[control.ScopeRead] || scope == control.ScopeTest && c.scopes[control.ScopePrepare])
}

type callerKey struct{}
type localKey struct{}

func with(ctx context.Context, c *caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// from is who asks, nil for nobody.
func from(ctx context.Context) *caller {
	c, _ := ctx.Value(callerKey{}).(*caller)
	return c
}

// OnSocket marks the connections of the unix socket, whose peer the listener
// has checked: the service's own user or root. It is an http.Server's
// ConnContext there.
func OnSocket(ctx context.Context) context.Context { return context.WithValue(ctx, localKey{}, true) }

func local(r *http.Request) bool { return r.Context().Value(localKey{}) != nil }

// people are the tokens of the configuration and the sessions of operators.
// A session is a cookie and a second secret in a header: cookies ignore
// ports, so another server on this machine sees the cookie.
type people struct {
	now    func() time.Time
	tokens []Token
	idle   map[operator.Role]time.Duration

	mu       sync.Mutex
	sessions map[string]session // by cookie
	tickets  map[string]ticket
}

type session struct {
	secret [32]byte // SHA-256
	caller *caller
	acted  *time.Time // when the operator last did something; people.mu guards it
}

type ticket struct {
	caller  *caller
	expires time.Time
}

func newPeople(o Options) *people {
	return &people{now: o.Now, tokens: o.Tokens, idle: o.Idle, sessions: make(map[string]session), tickets: make(map[string]ticket)}
}

// find is who sends this request, nil for nobody.
func (p *people) find(r *http.Request) *caller {
	if local(r) {
		return &caller{kind: "local", name: "local", by: charge.ByAPI, scopes: all()}
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return p.program(token)
	}
	return p.signed(r.CookiesNamed(cookieName), r.Header.Get(control.HeaderSession), acts(r))
}

// signed is whose session this is. Another server on this machine may have set
// a cookie of the same name, which comes along and may come first.
func (p *people) signed(cookies []*http.Cookie, secret string, acts bool) *caller {
	given := sha256.Sum256([]byte(secret))
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range cookies {
		s, known := p.sessions[c.Value]
		if known && subtle.ConstantTimeCompare(given[:], s.secret[:]) == 1 && !p.now().After(s.caller.expires) {
			if p.idling(s) {
				p.drop(c.Value)
				return nil
			}
			if acts {
				*s.acted = p.now()
			}
			return s.caller
		}
	}
	return nil
}

// acts tells what a person does from what a page asks by itself.
func acts(r *http.Request) bool {
	switch r.URL.Path {
	case control.PathEvents, control.PathTicket, control.PathHealth, control.PathOpenSale:
		return false
	case control.PathSession:
		return r.Method != http.MethodGet
	}
	return !r.URL.Query().Has("wait")
}

// idling tells that nobody has done anything for too long; p.mu is held.
func (p *people) idling(s session) bool {
	limit := p.idle[s.caller.operator.Role]
	return limit > 0 && p.now().Sub(*s.acted) >= limit
}

func (p *people) program(bearer string) *caller {
	sum := sha256.Sum256([]byte(bearer))
	given := []byte(hex.EncodeToString(sum[:]))
	for _, t := range p.tokens {
		if subtle.ConstantTimeCompare(given, []byte(strings.ToLower(t.SHA256))) == 1 {
			c := &caller{kind: "token", name: t.Name, by: charge.ByAPI, scopes: make(map[control.Scope]bool)}
			for _, s := range t.Scopes {
				c.scopes[s] = true
			}
			return c
		}
	}
	return nil
}

func all() map[control.Scope]bool {
	return map[control.Scope]bool{
		control.ScopePrepare: true, control.ScopeTopUp: true, control.ScopeTest: true, control.ScopeRead: true, control.ScopeRefund: true,
		control.ScopeResolve: true, control.ScopeConfig: true, control.ScopeDisplay: true,
	}
}

// signedIn begins a session and returns its cookie and second secret.
func (p *people) signedIn(o operator.Operator) (cookie, secret string, c *caller) {
	c = &caller{kind: "operator", name: o.ID, by: charge.ByCashier, operator: o, expires: p.now().Add(sessionTime), ended: make(chan struct{}), scopes: make(map[control.Scope]bool)}
	if o.Role == operator.Manager {
		c.by = charge.ByManager
	}
	for scope, action := range map[control.Scope]operator.Action{
		control.ScopePrepare: operator.Sell, control.ScopeTopUp: operator.TopUp, control.ScopeTest: operator.TestDevice, control.ScopeRead: operator.Look, control.ScopeDisplay: operator.Look,
		control.ScopeRefund: operator.Refund, control.ScopeResolve: operator.Resolve, control.ScopeConfig: operator.Configure,
	} {
		c.scopes[scope] = operator.Can(o.Role, action)
	}
	cookie, secret = rand.Text(), rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	acted := p.now()
	p.sessions[cookie] = session{secret: sha256.Sum256([]byte(secret)), caller: c, acted: &acted}
	return cookie, secret, c
}

// forget drops what has ended, and the oldest session when there are too
// many; p.mu is held.
func (p *people) forget() {
	oldest := ""
	for id, s := range p.sessions {
		if p.now().After(s.caller.expires) || p.idling(s) {
			p.drop(id)
		} else if oldest == "" || s.caller.expires.Before(p.sessions[oldest].caller.expires) {
			oldest = id
		}
	}
	if len(p.sessions) >= maxSessions {
		p.drop(oldest)
	}
	for id, t := range p.tickets {
		if p.now().After(t.expires) || len(p.tickets) >= maxTickets {
			delete(p.tickets, id)
		}
	}
}

// drop ends a session and the streams that it opened; p.mu is held.
func (p *people) drop(id string) {
	close(p.sessions[id].caller.ended)
	delete(p.sessions, id)
}

// signOut ends the session of a caller. A program has none.
func (p *people) signOut(c *caller) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, s := range p.sessions {
		if s.caller == c {
			p.drop(id)
		}
	}
}

// signOutAll ends the sessions of an operator who is not what they were.
func (p *people) signOutAll(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for cookie, s := range p.sessions {
		if s.caller.operator.ID == id {
			p.drop(cookie)
		}
	}
}

// over tells that a session has ended, be it by its time.
func (p *people) over(c *caller) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgetIdle()
	return p.ended(c)
}

// forgetIdle ends the sessions that nobody uses; p.mu is held.
func (p *people) forgetIdle() {
	for id, s := range p.sessions {
		if p.idling(s) {
			p.drop(id)
		}
	}
}

func (p *people) ended(c *caller) bool {
	select {
	case <-c.ended: // never, for a program
		return true
	default:
		return c.ended != nil && p.now().After(c.expires)
	}
}

// newTicket opens the event stream once for a caller.
func (p *people) newTicket(c *caller) string {
	id := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	p.tickets[id] = ticket{caller: c, expires: p.now().Add(ticketTime)}
	return id
}

// useTicket is who got the ticket, nil when it is unknown, old or used.
func (p *people) useTicket(id string) *caller {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, known := p.tickets[id]
	delete(p.tickets, id)
	if !known || p.now().After(t.expires) || p.ended(t.caller) {
		return nil
	}
	return t.caller
}
