package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

// Diary writes down in the journal what people do to the register and not to a
// charge.
type Diary interface {
	Note(by charge.By, operator, what string) error
}

func (s *Server) operators(api huma.API) {
	huma.Register(api, operation(http.MethodGet, control.PathOperators, "operators", "Who may sign in, and who is locked out", control.ScopeConfig), s.listOperators)
	huma.Register(api, operation(http.MethodPost, control.PathUnlock, "unlock-operator", "Let an operator in again after too many wrong PINs; a manager's act", control.ScopeConfig), s.unlock)
}

func (s *Server) listOperators(context.Context, *struct{}) (*struct{ Body control.Operators }, error) {
	return &struct{ Body control.Operators }{s.standings()}, nil
}

func (s *Server) standings() control.Operators {
	out := control.Operators{Operators: []control.Operator{}}
	for _, o := range s.Staff.Standings() {
		out.Operators = append(out.Operators, control.Operator{ID: o.ID, Name: o.Name, Role: string(o.Role), WrongPINs: o.Wrong, Locked: o.Locked, Origin: origin(o), Disabled: o.Disabled, Second: o.Second})
	}
	return out
}

func origin(o operator.Standing) string {
	if o.Settings {
		return "settings"
	}
	return "register"
}

// unlock needs no idempotency key: whoever is in already stays in. Nobody
// unlocks themselves: a locked operator's older session may still be open.
func (s *Server) unlock(ctx context.Context, in *struct {
	ID       string `path:"id" maxLength:"32"`
	Approval string `header:"Posagent-Approval" maxLength:"32" doc:"the id of a manager's approval of kind users, detail unlock: a program needs one"`
}) (*struct{ Body control.Operators }, error) {
	who := from(ctx)
	if who.operator.ID == in.ID && in.ID != "" {
		return nil, problemOf(http.StatusForbidden, "operator.self", "another manager, or posctl at the machine, has to let you in again")
	}
	if err := s.mayUnlock(who, in.ID, in.Approval); err != nil {
		return nil, err
	}
	there, err := s.Staff.Unlock(in.ID)
	switch {
	case err != nil:
		return nil, s.notIn(err, http.StatusForbidden)
	case !there:
		return nil, problemOf(http.StatusNotFound, "unknown", "there is no such operator: posctl users lists them")
	}
	s.Log.Info("operator let in again", "operator", in.ID, "by", who.person())
	s.note(who, "let operator "+in.ID+" in again")
	return &struct{ Body control.Operators }{s.standings()}, nil
}

// mayUnlock: whoever unlocks at will guesses PINs for ever, ten at a time. A
// manager's session is enough, also without the second factor, for a register at
// which somebody waits.
func (s *Server) mayUnlock(who *caller, id, approval string) error {
	switch {
	case who.kind == "local", operator.Can(who.operator.Role, operator.Users):
		return nil
	case who.operator.ID != "":
		return problemOf(http.StatusForbidden, "operator.manager", "")
	}
	return s.stepUp(who, operator.Act{Kind: operator.Users, Key: id, Detail: "unlock"}, approval)
}

// locked writes a lock down. An id that nobody has may be a PIN that was typed
// in its place: it is in no journal and no log.
func (s *Server) locked(id string) {
	if id == "" {
		s.Log.Warn("register locked after too many wrong PINs")
		s.note(&caller{by: charge.ByTimer}, "locked the register for all but managers after too many wrong PINs")
		return
	}
	for _, o := range s.Staff.Standings() {
		if o.ID == id {
			s.Log.Warn("operator locked", "operator", id)
			s.note(&caller{by: charge.ByTimer}, "locked operator "+id+" after too many wrong PINs")
		}
	}
}

// note writes an act down. What cannot be written does not hold the act up: a
// manager must be able to come in when the disk is full.
func (s *Server) note(who *caller, what string) {
	if err := s.Diary.Note(who.by, who.person(), what); err != nil {
		s.Log.Error("an act is not in the journal", "act", what, "operator", who.person(), "error", err)
	}
}
