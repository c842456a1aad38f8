package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

func (s *Server) overrides(api huma.API) {
	op := operation(http.MethodPost, control.PathOverride, "override-sale", "Let the open sale pass a limit of what is taken without a network: as a manager, or with a manager's PIN", control.ScopePrepare)
	op.MaxBodyBytes = maxSignIn + 1
	huma.Register(api, op, s.overrideSale)
}

// overrideSale needs no idempotency key: the same leave twice is one, and it
// moves no money.
func (s *Server) overrideSale(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body control.Override
}) (*saleOut, error) {
	limit, _ := charge.LimitOf(in.Body.Limit) // the description lets no other in
	leave, err := s.leave(from(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	view, err := s.Register.Lift(in.ID, limit, leave)
	if err != nil {
		return nil, s.turnedDown(in.ID, err)
	}
	return s.answer(view), nil
}

// leave is who gives it: the manager whose PIN came along, or else the caller,
// who must be one or a program that decides. Nothing of the failure is a 401:
// the caller is signed in all the while.
func (s *Server) leave(who *caller, sale string, o control.Override) (agent.Leave, error) {
	if o.PIN == "" && o.Operator != "" { // a leave in somebody's name is theirs to give
		return agent.Leave{}, problemOf(http.StatusForbidden, "sign_in.wrong", "")
	}
	if o.PIN == "" {
		if !who.may(control.ScopeResolve) {
			return agent.Leave{}, problemOf(http.StatusForbidden, "override.manager", "")
		}
		if err := s.stepUp(who, operator.Act{Kind: operator.Override, Key: sale, Detail: o.Limit}, o.Approval); err != nil {
			return agent.Leave{}, err
		}
		return agent.Leave{Who: who.person(), Program: who.operator.ID == ""}, nil
	}
	manager, err := s.Staff.Prove(o.Operator, o.PIN, o.TOTP)
	if err == nil && !operator.Can(manager.Role, operator.Override) {
		s.Log.Warn("an operator who is no manager was to let a sale pass a limit", "operator", manager.ID)
		return agent.Leave{}, problemOf(http.StatusForbidden, "override.manager", "")
	}
	if err != nil {
		s.Log.Warn("a PIN for a manager's leave is wrong", "error", err)
		return agent.Leave{}, s.notIn(err, http.StatusForbidden)
	}
	if s.Rules.Require && !s.Staff.HasSecond(manager.ID) {
		return agent.Leave{}, problemOf(http.StatusForbidden, "second.required", "")
	}
	return agent.Leave{Who: manager.ID, Asked: manager.ID != who.operator.ID}, nil
}
