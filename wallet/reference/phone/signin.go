package phone

import (
	"net/http"

	"github.com/posagent/posagent/wallet/reference/identity"
)

// The two secrets of a session: a cookie that no script reads, and a header that
// no other page can make a browser send.
const (
	cookieName   = "__Host-wallet"
	secretHeader = "Wallet-Secret"
	ticketHeader = "Wallet-Ticket"
)

// member is a call by somebody who is signed in.
type member struct {
	session identity.Session
	identity.Member
}

func (s *Server) known(do func(member, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := ""
		if c, err := r.Cookie(cookieName); err == nil {
			token = c.Value
		}
		session, m, err := s.o.Identity.Who(token, r.Header.Get(secretHeader))
		if err != nil {
			s.fail(w, r, err)
			return
		}
		do(member{session, m}, w, r)
	}
}

// enters sets the cookie and gives the second secret.
func (s *Server) enters(w http.ResponseWriter, r *http.Request, in identity.SignedIn, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: in.Token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: 30 * 24 * 3600})
	reply(w, map[string]string{"secret": in.Secret})
}

// contact answers every contact alike.
func (s *Server) contact(do func(*identity.Service, string, identity.From) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Contact string }
		if !read(w, r, &in) {
			return
		}
		if err := do(s.o.Identity, in.Contact, from(r)); err != nil {
			s.fail(w, r, err)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}
}

func (s *Server) verify(kind identity.ProofKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Contact, Code string }
		if !read(w, r, &in) {
			return
		}
		ticket, err := s.o.Identity.Verify(in.Contact, in.Code, kind, from(r))
		s.give(w, r, map[string]string{"ticket": ticket}, err)
	}
}

func (s *Server) password(w http.ResponseWriter, r *http.Request) {
	var in struct{ Ticket, Password string }
	if !read(w, r, &in) {
		return
	}
	e, err := s.o.Identity.Password(in.Ticket, in.Password)
	s.give(w, r, map[string]string{"secret": e.Secret, "url": e.URL}, err)
}

func (s *Server) confirm(w http.ResponseWriter, r *http.Request) {
	var in struct{ Ticket, Code string }
	if !read(w, r, &in) {
		return
	}
	out, err := s.o.Identity.Confirm(in.Ticket, in.Code, from(r))
	s.enters(w, r, out, err)
}

func (s *Server) beginPasskey(w http.ResponseWriter, r *http.Request) {
	var in struct{ Ticket string }
	if !read(w, r, &in) {
		return
	}
	rite, options, err := s.o.Identity.BeginPasskey(in.Ticket)
	s.give(w, r, map[string]any{"rite": rite, "options": options}, err)
}

// finishPasskey has the authenticator's answer as the body, what it belongs
// to in the query, and the ticket in a header: a query may be logged somewhere.
func (s *Server) finishPasskey(w http.ResponseWriter, r *http.Request) {
	out, err := s.o.Identity.FinishPasskey(r.URL.Query().Get("rite"), r.Header.Get(ticketHeader), r, from(r))
	s.enters(w, r, out, err)
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	var in struct{ Contact, Password, Code string }
	if !read(w, r, &in) {
		return
	}
	out, err := s.o.Identity.SignIn(in.Contact, in.Password, in.Code, from(r))
	s.enters(w, r, out, err)
}

func (s *Server) beginSignIn(w http.ResponseWriter, r *http.Request) {
	rite, options, err := s.o.Identity.BeginSignIn()
	s.give(w, r, map[string]any{"rite": rite, "options": options}, err)
}

func (s *Server) finishSignIn(w http.ResponseWriter, r *http.Request) {
	out, err := s.o.Identity.FinishSignIn(r.URL.Query().Get("rite"), r, from(r), nil)
	s.enters(w, r, out, err)
}

func (s *Server) prove(m member, w http.ResponseWriter, r *http.Request) {
	var in struct{ Password, Code string }
	if read(w, r, &in) {
		s.done(w, r, s.o.Identity.Prove(m.session, in.Password, in.Code, from(r)))
	}
}

func (s *Server) provePasskey(m member, w http.ResponseWriter, r *http.Request) {
	_, err := s.o.Identity.FinishSignIn(r.URL.Query().Get("rite"), r, from(r), &m.session)
	s.done(w, r, err)
}

func (s *Server) signOut(m member, w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	s.done(w, r, s.o.Identity.SignOut(m.ID, m.session.ID))
}

func (s *Server) sessions(m member, w http.ResponseWriter, r *http.Request) {
	type row struct {
		ID    string `json:"id"`
		Agent string `json:"agent"`
		From  string `json:"from"`
		At    any    `json:"at"`
		Seen  any    `json:"seen"`
		This  bool   `json:"this"`
	}
	all, err := s.o.Identity.Sessions(m.ID)
	rows := []row{}
	for _, a := range all {
		rows = append(rows, row{a.ID, a.Agent, a.From, a.At, a.Seen, a.ID == m.session.ID})
	}
	s.give(w, r, map[string]any{"sessions": rows}, err)
}

func (s *Server) endSession(m member, w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.o.Identity.SignOut(m.ID, r.PathValue("id")))
}

func (s *Server) move(m member, w http.ResponseWriter, r *http.Request) {
	var in struct{ Contact string }
	if read(w, r, &in) {
		s.done(w, r, s.o.Identity.Move(m.session, in.Contact, from(r)))
	}
}

func (s *Server) moved(m member, w http.ResponseWriter, r *http.Request) {
	var in struct{ Contact, Code string }
	if read(w, r, &in) {
		s.done(w, r, s.o.Identity.Moved(m.session, in.Contact, in.Code, from(r)))
	}
}

func (s *Server) stopMove(m member, w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.o.Identity.StopMove(m.session))
}
