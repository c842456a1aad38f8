package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

// Settings change how the register is set up, while it runs. Their errors are
// a *SettingsRefused, or of the context.
type Settings interface {
	View() control.Settings
	Change(ctx context.Context, match string, wish control.NewSettings, by charge.By, who string) (control.SettingsChange, error)
	Confirm(ctx context.Context, by charge.By, who string) (control.SettingsChange, error)
	RollBack(ctx context.Context, to control.RollBack, by charge.By, who string) (control.SettingsChange, error)
	Generations() control.Generations
}

// SettingsRefused is why settings did not change.
type SettingsRefused struct {
	Why    string // a code of agent/health
	Detail string
	Errors []control.Detail // each with file:line:column
}

func (r *SettingsRefused) Error() string { return r.Detail }

func (s *Server) settings(api huma.API) {
	if s.Settings == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathConfig, "config", "The settings that the register runs with, and where each was set", control.ScopeConfig),
		func(context.Context, *struct{}) (*struct {
			ETag string `header:"ETag"`
			Body control.Settings
		}, error) {
			v := s.Settings.View()
			return &struct {
				ETag string `header:"ETag"`
				Body control.Settings
			}{`"` + v.Match + `"`, v}, nil
		})
	huma.Register(api, operation(http.MethodPut, control.PathConfig, "change-config", "Change settings until somebody confirms, or only look what would change", control.ScopeConfig), s.changeSettings)
	huma.Register(api, operation(http.MethodPost, control.PathConfirmSettings, "confirm-config", "Let the change that waits stand", control.ScopeConfig),
		func(ctx context.Context, _ *struct{}) (*struct{ Body control.SettingsChange }, error) {
			who := from(ctx)
			return changed(s.Settings.Confirm(ctx, who.by, who.person()))
		})
	huma.Register(api, operation(http.MethodPost, control.PathRollBack, "rollback-config", "Take the change back that waits, or go back to a generation", control.ScopeConfig),
		func(ctx context.Context, in *struct{ Body control.RollBack }) (*struct{ Body control.SettingsChange }, error) {
			who := from(ctx)
			if in.Body.Generation != 0 || s.Settings.View().Pending == 0 { // what waits anybody who may change settings takes back at once
				if err := s.stepUp(who, operator.Act{Kind: operator.Configure, Key: in.Body.Match}, in.Body.Approval); err != nil {
					return nil, err
				}
			}
			return changed(s.Settings.RollBack(context.WithoutCancel(ctx), in.Body, who.by, who.person()))
		})
	huma.Register(api, operation(http.MethodGet, control.PathGenerations, "config-generations", "The last changes of the settings: who, when, what", control.ScopeConfig),
		func(context.Context, *struct{}) (*struct{ Body control.Generations }, error) {
			return &struct{ Body control.Generations }{s.Settings.Generations()}, nil
		})
}

// changeSettings goes on when the one who asked goes away: a change is made or
// taken back, and never left halfway.
func (s *Server) changeSettings(ctx context.Context, in *struct {
	Match string `header:"If-Match" maxLength:"66" doc:"the match of the settings that were looked at, in quotes"`
	Body  control.NewSettings
}) (*struct{ Body control.SettingsChange }, error) {
	who := from(ctx)
	match := strings.Trim(in.Match, `"`)
	if match == "" {
		return nil, problemOf(http.StatusPreconditionRequired, "config.match", "If-Match is missing: GET "+control.PathConfig+" tells it")
	}
	if !in.Body.DryRun {
		if err := s.stepUp(who, operator.Act{Kind: operator.Configure, Key: match}, in.Body.Approval); err != nil {
			return nil, err
		}
	}
	return changed(s.Settings.Change(context.WithoutCancel(ctx), match, in.Body, who.by, who.person()))
}

// statuses of refusals; any other is a conflict with what is there.
var statuses = map[string]int{
	"config.changed": http.StatusPreconditionFailed, "config.invalid": http.StatusUnprocessableEntity,
	"config.locked": http.StatusForbidden, "config.unknown": http.StatusNotFound, "config.unwritten": http.StatusServiceUnavailable,
}

func changed(c control.SettingsChange, err error) (*struct{ Body control.SettingsChange }, error) {
	if err == nil {
		return &struct{ Body control.SettingsChange }{c}, nil
	}
	refused, ok := err.(*SettingsRefused)
	if !ok {
		return nil, problemOf(http.StatusInternalServerError, "register.failed", err.Error())
	}
	status, known := statuses[refused.Why]
	if !known {
		status = http.StatusConflict
	}
	p := problemOf(status, refused.Why, refused.Detail)
	p.Errors = refused.Errors
	return nil, p
}
