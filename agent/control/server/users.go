package server

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

type operatorsOut = struct{ Body control.Operators }

func (s *Server) users(api huma.API) {
	huma.Register(api, operation(http.MethodPost, control.PathOperators, "add-operator", "Let somebody sign in from now on", control.ScopeConfig), s.addOperator)
	huma.Register(api, operation(http.MethodPatch, control.PathOperator, "change-operator", "Disable or enable an operator, or give another role", control.ScopeConfig), s.changeOperator)
	huma.Register(api, operation(http.MethodPost, control.PathPIN, "set-pin", "Give an operator another PIN; on the agent's own socket only", control.ScopeConfig), s.setPIN)
	huma.Register(api, operation(http.MethodPost, control.PathSecond, "enrol-second-factor", "Begin a second factor; one's own, or on the agent's own socket", control.ScopeConfig), s.enrol)
	huma.Register(api, operation(http.MethodPost, control.PathConfirmSecond, "confirm-second-factor", "End an enrolment with a code of the app", control.ScopeConfig), s.confirmSecond)
	huma.Register(api, operation(http.MethodDelete, control.PathSecond, "remove-second-factor", "Take a second factor away; on the agent's own socket only", control.ScopeConfig), s.removeSecond)
	huma.Register(api, open(http.MethodGet, control.PathPeople, "people", "The names of the sign-in screen, and whether there is anybody yet"), s.listPeople)
	op := open(http.MethodPost, control.PathSetup, "set-up", "Make the first manager with the one-time code of the first start")
	op.MaxBodyBytes = maxSignIn + 1
	huma.Register(api, op, s.setUp)
}

// mayUsers: a person needs the right, and a program the approval of one who has
// it: the scope of settings makes nobody a manager.
func (s *Server) mayUsers(who *caller, id, detail, approval string) error {
	if who.operator.ID != "" && !operator.Can(who.operator.Role, operator.Users) {
		return problemOf(http.StatusForbidden, "operator.manager", "")
	}
	if who.operator.ID != "" && who.operator.ID == id {
		return problemOf(http.StatusForbidden, "operator.own", "")
	}
	if who.kind == "local" {
		return nil
	}
	return s.stepUp(who, operator.Act{Kind: operator.Users, Key: id, Detail: detail}, approval)
}

func (s *Server) addOperator(ctx context.Context, in *struct{ Body control.NewOperator }) (*operatorsOut, error) {
	who, b := from(ctx), in.Body
	if err := s.mayUsers(who, b.ID, "add as "+b.Role, b.Approval); err != nil {
		return nil, err
	}
	return s.changed(who, s.Staff.Add(b.ID, b.Name, operator.Role(b.Role), b.PIN), "added operator "+b.ID+" as "+b.Role)
}

func (s *Server) changeOperator(ctx context.Context, in *struct {
	ID   string `path:"id" maxLength:"32"`
	Body control.OperatorChange
}) (*operatorsOut, error) {
	who, b := from(ctx), in.Body
	do, what := s.Staff.Disable, "disable"
	switch {
	case (b.Disabled == nil) == (b.Role == ""):
		return nil, wrong("body", "say one of disabled and role")
	case b.Role != "":
		do, what = func(id string) error { return s.Staff.SetRole(id, operator.Role(b.Role), "") }, b.Role
	case !*b.Disabled:
		do, what = s.Staff.Enable, "enable"
	}
	if err := s.mayUsers(who, in.ID, what, b.Approval); err != nil {
		return nil, err
	}
	out, err := s.changed(who, do(in.ID), "changed operator "+in.ID+": "+what)
	if err == nil {
		s.people.signOutAll(in.ID)
	}
	return out, err
}

func (s *Server) setPIN(ctx context.Context, in *struct {
	ID   string `path:"id" maxLength:"32"`
	Body control.NewPIN
}) (*operatorsOut, error) {
	who := from(ctx)
	if who.kind != "local" {
		s.note(who, "was refused to set a PIN: not on the socket")
		return nil, problemOf(http.StatusForbidden, "operator.socket_only", "")
	}
	out, err := s.changed(who, s.Staff.SetPIN(in.ID, in.Body.PIN), "gave operator "+in.ID+" another PIN")
	if err == nil {
		s.people.signOutAll(in.ID)
	}
	return out, err
}

func (s *Server) enrol(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"32"`
}) (*struct{ Body control.SecondFactor }, error) {
	who := from(ctx)
	if who.kind != "local" && who.operator.ID != in.ID {
		return nil, problemOf(http.StatusConflict, "second.own", "")
	}
	uri, err := s.Staff.Enrol(in.ID, "posagent "+s.Store.ID+"-"+s.Store.Terminal)
	if err != nil {
		return nil, s.noChange(err)
	}
	out := control.SecondFactor{URI: uri}
	if s.Draw != nil { // the text alone can be typed into an app, too
		if out.Size, out.Modules, err = s.Draw(uri); err != nil {
			s.Log.Error("the code of a second factor cannot be drawn", "error", err)
		}
	}
	return &struct{ Body control.SecondFactor }{out}, nil
}

func (s *Server) confirmSecond(ctx context.Context, in *struct {
	ID   string `path:"id" maxLength:"32"`
	Body control.Confirmation
}) (*struct{ Body control.RecoveryCodes }, error) {
	who := from(ctx)
	if who.kind != "local" && who.operator.ID != in.ID {
		return nil, problemOf(http.StatusConflict, "second.own", "")
	}
	codes, err := s.Staff.Confirm(in.ID, in.Body.Code)
	if err != nil {
		return nil, s.noChange(err)
	}
	s.note(who, "gave operator "+in.ID+" a second factor")
	return &struct{ Body control.RecoveryCodes }{control.RecoveryCodes{Codes: codes}}, nil
}

func (s *Server) removeSecond(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"32"`
}) (*operatorsOut, error) {
	who := from(ctx)
	if who.kind != "local" {
		return nil, problemOf(http.StatusForbidden, "operator.socket_only", "")
	}
	return s.changed(who, s.Staff.Unenrol(in.ID), "took the second factor of operator "+in.ID+" away")
}

// listPeople is open to whoever reaches the door of the pages, which is this
// machine's alone: the names hang on the screen there. A page of elsewhere and
// a program of another machine are refused before, by the guard and at the
// paired door; roles and locks are for who is signed in. A page that may call
// us from another origin has a token, and no sign-in screen.
func (s *Server) listPeople(_ context.Context, in *struct {
	Origin string `header:"Origin" hidden:"true"`
}) (*struct{ Body control.People }, error) {
	if slices.Contains(s.Origins, in.Origin) {
		return nil, problemOf(http.StatusForbidden, "scope", "names are for the register's own page")
	}
	out := control.People{People: []control.Person{}, SetUp: s.Setup != nil && s.Setup.Code() != "" && s.Staff.Nobody()}
	for _, o := range s.Staff.Standings() {
		if !o.Disabled {
			out.People = append(out.People, control.Person{ID: o.ID, Name: o.Name})
			out.Choose = out.Choose || !o.Settings
		}
	}
	out.Choose = out.Choose || len(out.People) > operator.Few
	return &struct{ Body control.People }{out}, nil
}

// setUp is open to all: the code is what lets in.
func (s *Server) setUp(_ context.Context, in *struct{ Body control.NewSetup }) (*operatorsOut, error) {
	b, who := in.Body, &caller{kind: "setup", name: "setup", by: charge.ByAPI}
	if s.Setup == nil || !s.Staff.Nobody() {
		s.note(who, "was refused: there is no set-up code any more")
		return nil, problemOf(http.StatusForbidden, "setup.over", "")
	}
	err := s.Setup.Use(b.Code, func() error { return s.Staff.Add(b.ID, b.Name, operator.Manager, b.PIN) })
	switch {
	case errors.Is(err, operator.ErrSetupOver):
		s.note(who, "was refused: there is no set-up code any more")
		return nil, problemOf(http.StatusForbidden, "setup.over", "")
	case errors.Is(err, operator.ErrSetupWrong):
		s.note(who, "was refused: the set-up code is wrong")
		return nil, problemOf(http.StatusForbidden, "setup.wrong", "")
	}
	if err == nil && s.SetUp != nil {
		s.SetUp()
	}
	return s.changed(who, err, "made operator "+b.ID+" the first manager")
}

// changed writes a change down that was made, and lists everybody.
func (s *Server) changed(who *caller, err error, what string) (*operatorsOut, error) {
	if err != nil {
		return nil, s.noChange(err)
	}
	s.Log.Info("people", "act", what, "by", who.person())
	s.note(who, what)
	return &operatorsOut{s.standings()}, nil
}

func (s *Server) noChange(err error) error {
	var faulty *operator.Faulty
	if errors.As(err, &faulty) {
		return wrong("body", faulty.Error())
	}
	for is, p := range map[error]struct {
		status int
		why    string
	}{
		operator.ErrThere: {http.StatusConflict, "operator.there"}, operator.ErrSettings: {http.StatusConflict, "operator.settings"},
		operator.ErrLast: {http.StatusConflict, "operator.last"}, operator.ErrEnrolled: {http.StatusConflict, "second.there"},
		operator.ErrNoEnrol: {http.StatusConflict, "second.not_begun"}, operator.ErrNoSecond: {http.StatusConflict, "second.none"},
		operator.ErrCode: {http.StatusForbidden, "second.wrong"},
	} {
		if errors.Is(err, is) {
			return problemOf(p.status, p.why, "")
		}
	}
	if errors.Is(err, operator.ErrNobody) {
		return problemOf(http.StatusNotFound, "unknown", "there is no such operator: posctl users lists them")
	}
	s.Log.Error("operators cannot be kept", "error", err)
	return problemOf(http.StatusServiceUnavailable, "operator.unkept", "")
}
