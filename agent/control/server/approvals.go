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

func (s *Server) approving(api huma.API) {
	op := operation(http.MethodPost, control.PathApprovals, "approve", "A manager's leave for one act of the caller: it is spent once, within a minute", control.ScopeRead)
	op.MaxBodyBytes = maxSignIn + 1
	huma.Register(api, op, s.approve)
}

// approve looks at the PIN before anything else, so that whatever it says of
// the act it says to a manager.
func (s *Server) approve(ctx context.Context, in *struct{ Body control.NewApproval }) (*struct{ Body control.Approval }, error) {
	who, b := from(ctx), in.Body
	act, err := s.actOf(b)
	if err != nil {
		return nil, err
	}
	manager, err := s.Staff.Prove(b.Operator, b.PIN, b.TOTP)
	if err != nil {
		s.refusedAct(who, act, "a manager's proof failed")
		return nil, s.notIn(err, http.StatusForbidden)
	}
	if err := s.mayApprove(who, manager, act); err != nil {
		return nil, err
	}
	a, err := s.leaves.Give(act, manager.ID, who.source(), b.With)
	if err != nil {
		return nil, s.noApproval(who, act, err)
	}
	by := &caller{kind: "operator", by: charge.ByManager, operator: manager}
	if err := s.mustNote(by, "approved "+act.String()+" of "+who.source()+", act "+act.Hash()); err != nil {
		return nil, err
	}
	return &struct{ Body control.Approval }{control.Approval{ID: a.ID, Hash: act.Hash(), Act: act.String(), By: a.By, Expires: a.Expires}}, nil
}

// actOf is the act of a request. What it says of money comes from the books.
func (s *Server) actOf(b control.NewApproval) (operator.Act, error) {
	act := operator.Act{Kind: operator.Action(b.Kind), Key: b.Key, Detail: b.Detail}
	if act.Kind == operator.Refund || act.Kind == operator.Resolve {
		rec, err := s.Register.Charge(charge.Key(b.Key))
		if err != nil {
			return act, s.missing(err, "charge")
		}
		act.Amount, act.Currency = rec.Amount.Minor, string(rec.Amount.Currency)
		if act.Kind == operator.Refund {
			act.Amount = b.Amount
		}
	}
	return act, nil
}

// mayApprove: a manager's leave for their own request is worth something only
// as a proof of the second factor, where one person is enough.
func (s *Server) mayApprove(who *caller, manager operator.Operator, act operator.Act) error {
	switch {
	case !operator.Can(manager.Role, rightFor(act)):
		s.refusedAct(who, act, manager.ID+" may not approve it")
		return problemOf(http.StatusForbidden, "approval.manager", "")
	case manager.ID == who.operator.ID && (s.Rules.People(act) > 1 || !s.Staff.HasSecond(manager.ID)):
		return s.noApproval(who, act, operator.ErrOwnRequest)
	case s.Rules.Require && !s.Staff.HasSecond(manager.ID):
		s.refusedAct(who, act, manager.ID+" has no second factor")
		return problemOf(http.StatusForbidden, "second.required", "")
	}
	return nil
}

// rightFor is the right to approve an act.
func rightFor(act operator.Act) operator.Action {
	if act.Kind == operator.Refund {
		return operator.RefundMore
	}
	return act.Kind
}

// stillMay tells that all who approved an act could do so now: somebody who was
// sent away a moment ago approves nothing any more.
func (s *Server) stillMay(act operator.Act, people []string) bool {
	standings := s.Staff.Standings()
	for _, id := range people {
		if !slices.ContainsFunc(standings, func(o operator.Standing) bool {
			return o.ID == id && !o.Disabled && operator.Can(o.Role, rightFor(act))
		}) {
			return false
		}
	}
	return true
}

// StepUp lets an act of the caller of ctx happen, or tells what is missing. An
// approval is spent by it, whatever becomes of the act.
func (s *Server) StepUp(ctx context.Context, act operator.Act, approval string) error {
	return s.stepUp(from(ctx), act, approval)
}

func (s *Server) stepUp(who *caller, act operator.Act, approval string) error {
	if !s.Rules.Guarded(act) {
		return nil
	}
	person := who.operator.ID
	if approval == "" {
		switch second := s.Staff.HasSecond(person); {
		case s.Rules.People(act) > 1:
			return s.missingLeave(who, act, "approval.two_people")
		case person != "" && (second || s.Rules.Require):
			return s.missingLeave(who, act, "second.needed")
		case person == "" && (act.Kind == operator.Refund || act.Kind == operator.Users || s.Rules.Require): // whoever makes a manager may do all that one may
			return s.missingLeave(who, act, "approval.needed")
		}
		return nil
	}
	a, err := s.leaves.Spend(approval, act, who.source())
	if err != nil {
		return s.noApproval(who, act, err)
	}
	if !s.stillMay(act, a.By) {
		return s.noApproval(who, act, operator.ErrNoApproval)
	}
	people := slices.Clone(a.By)
	if person != "" && !slices.Contains(people, person) {
		people = append(people, person)
	}
	if len(people) < s.Rules.People(act) {
		return s.missingLeave(who, act, "approval.two_people")
	}
	return s.mustNote(who, "spent the approval of "+act.String()+", act "+act.Hash())
}

func (s *Server) missingLeave(who *caller, act operator.Act, why string) error {
	s.refusedAct(who, act, why)
	return problemOf(http.StatusForbidden, why, "")
}

// noApproval is the problem of an approval that does not stand.
func (s *Server) noApproval(who *caller, act operator.Act, err error) error {
	why := "approval.unknown"
	for is, code := range map[error]string{
		operator.ErrOwnRequest: "approval.own", operator.ErrSpent: "approval.spent", operator.ErrTooOld: "approval.expired", operator.ErrOtherAct: "approval.other",
	} {
		if errors.Is(err, is) {
			why = code
		}
	}
	return s.missingLeave(who, act, why)
}

func (s *Server) refusedAct(who *caller, act operator.Act, why string) {
	s.note(who, "was refused "+act.String()+": "+why)
}

// mustNote writes down what must not happen unwritten.
func (s *Server) mustNote(who *caller, what string) error {
	if err := s.Diary.Note(who.by, who.person(), what); err != nil {
		s.Log.Error("an act is not in the journal, and was refused", "act", what, "error", err)
		return problemOf(http.StatusServiceUnavailable, "approval.unwritten", "")
	}
	return nil
}
