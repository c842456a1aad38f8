package phone

import (
	"net/http"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
)

// back is what a browser brings from another service.
type back struct{ Rite, State, Code string }

func (s *Server) beginOther(w http.ResponseWriter, r *http.Request) {
	var in struct{ Other string }
	if read(w, r, &in) {
		s.sendTo(w, r, in.Other, nil)
	}
}

func (s *Server) beginLink(m member, w http.ResponseWriter, r *http.Request) {
	var in struct{ Other string }
	if read(w, r, &in) {
		s.sendTo(w, r, in.Other, &m.session)
	}
}

func (s *Server) sendTo(w http.ResponseWriter, r *http.Request, other string, session *identity.Session) {
	rite, url, err := s.o.Identity.BeginOther(r.Context(), other, session)
	s.give(w, r, map[string]string{"rite": rite, "url": url}, err)
}

func (s *Server) finishOther(w http.ResponseWriter, r *http.Request) {
	var in back
	if !read(w, r, &in) {
		return
	}
	out, err := s.o.Identity.FinishOther(r.Context(), in.Rite, in.State, in.Code, from(r))
	s.enters(w, r, out, err)
}

func (s *Server) finishLink(m member, w http.ResponseWriter, r *http.Request) {
	var in back
	if read(w, r, &in) {
		s.done(w, r, s.o.Identity.LinkOther(r.Context(), m.session, in.Rite, in.State, in.Code, from(r)))
	}
}

// others are the services by which somebody may sign in.
func (s *Server) others(w http.ResponseWriter, _ *http.Request) {
	reply(w, map[string]any{"others": s.o.Identity.OtherNames()})
}

func (s *Server) links(m member, w http.ResponseWriter, r *http.Request) {
	type row struct {
		Other string    `json:"other"`
		At    time.Time `json:"at"`
	}
	all, err := s.o.Identity.Links(m.ID)
	rows := []row{}
	for _, l := range all {
		rows = append(rows, row{l.Other, l.At})
	}
	s.give(w, r, map[string]any{"links": rows}, err)
}

func (s *Server) unlink(m member, w http.ResponseWriter, r *http.Request) {
	s.done(w, r, s.o.Identity.Unlink(m.ID, r.PathValue("other")))
}
