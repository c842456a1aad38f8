package server_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
)

// knobs are settings that count what is done to them.
type knobs struct{ pending, changes, back int }

func (k *knobs) View() control.Settings { return control.Settings{Match: "m", Pending: k.pending} }

func (k *knobs) Change(context.Context, string, control.NewSettings, charge.By, string) (control.SettingsChange, error) {
	k.changes++
	return control.SettingsChange{}, nil
}

func (k *knobs) Confirm(context.Context, charge.By, string) (control.SettingsChange, error) {
	return control.SettingsChange{}, nil
}

func (k *knobs) RollBack(context.Context, control.RollBack, charge.By, string) (control.SettingsChange, error) {
	k.back++
	return control.SettingsChange{}, nil
}

func (k *knobs) Generations() control.Generations { return control.Generations{} }

// Where the second factor is asked for, nobody changes settings without it, and
// everybody who may change them looks, and takes back what waits.
func TestSettingsNeedTheSecondFactor(t *testing.T) {
	k := &knobs{}
	s := start(t, rules(operator.Rules{Require: true}), func(o *server.Options) { o.Settings = k }, token("fitter", control.ScopeConfig))
	put := func(w control.NewSettings) reply {
		return s.ask(t, "PUT", control.PathConfig, w, bearer("fitter"), header{control.HeaderIfMatch, `"m"`})
	}
	back := func(to control.RollBack) reply {
		return s.ask(t, "POST", control.PathRollBack, to, bearer("fitter"))
	}
	refused(t, put(control.NewSettings{}), "approval.needed")
	refused(t, put(control.NewSettings{Approval: "nonsense"}), "approval.unknown")
	refused(t, back(control.RollBack{}), "approval.needed")
	refused(t, back(control.RollBack{Generation: 3}), "approval.needed")
	if k.changes+k.back != 0 {
		t.Errorf("%d changes and %d rollbacks went through", k.changes, k.back)
	}
	want(t, put(control.NewSettings{DryRun: true}), http.StatusOK)
	k.pending = 4
	want(t, back(control.RollBack{}), http.StatusOK)
	refused(t, back(control.RollBack{Generation: 3}), "approval.needed")
	if k.changes != 1 || k.back != 1 {
		t.Errorf("%d changes and %d rollbacks", k.changes, k.back)
	}
}

// A program that may change settings makes nobody a manager by itself: with a
// PIN of its own choice it could then do all that a manager may.
func TestAProgramMakesNoManager(t *testing.T) {
	s := start(t, token("fitter", control.ScopeConfig, control.ScopeRead))
	add := func(role, approval string) reply {
		return s.ask(t, "POST", control.PathOperators, control.NewOperator{ID: "jiro", Name: "次郎", Role: role, PIN: "720483", Approval: approval}, bearer("fitter"))
	}
	refused(t, add("manager", ""), "approval.needed")
	disabled := false
	refused(t, s.ask(t, "PATCH", control.PathOperators+"/hanako", control.OperatorChange{Disabled: &disabled}, bearer("fitter")), "approval.needed")
	refused(t, s.ask(t, "PATCH", control.PathOperators+"/hanako", control.OperatorChange{Role: "manager"}, bearer("fitter")), "approval.needed")
	got := s.ask(t, "POST", control.PathApprovals, control.NewApproval{Kind: "users", Key: "jiro", Detail: "add as cashier", Operator: "taro", PIN: managerPIN}, bearer("fitter"))
	want(t, got, http.StatusOK)
	leave := decode[control.Approval](t, got).ID
	refused(t, add("manager", leave), "approval.other")
	want(t, add("cashier", leave), http.StatusOK)
}
