package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

// Alerts are the troubles that people are told of. What they return needs no
// words: those of the catalogue are put in here.
type Alerts interface {
	List(standing bool, before int64, limit int) (control.Alerts, error)
	// Acknowledge writes down who did it, also in the journal; known is false
	// when no such alert stands.
	Acknowledge(id int64, by charge.By, who string) (a control.Alert, known bool, err error)
	Test(context.Context) control.AlertTest
}

func (s *Server) alerts(api huma.API) {
	if s.Alerts == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathAlerts, "alerts", "Troubles that people were told of, newest first", control.ScopeRead), s.listAlerts)
	huma.Register(api, operation(http.MethodPost, control.PathAlertSee, "acknowledge-alert", "Say that somebody has seen to an alert; a manager's act", control.ScopeResolve), s.seeAlert)
	huma.Register(api, operation(http.MethodPost, control.PathAlertTry, "test-alerts", "Send a test by mail and to each webhook that gets alerts, and say what came of it", control.ScopeConfig),
		func(ctx context.Context, _ *struct{}) (*struct{ Body control.AlertTest }, error) {
			s.note(from(ctx), "sent a test of alerts")
			return &struct{ Body control.AlertTest }{s.Alerts.Test(ctx)}, nil
		})
}

func (s *Server) listAlerts(_ context.Context, in *struct {
	Standing bool  `query:"standing" doc:"only those that are not over, all of them"`
	Before   int64 `query:"before" minimum:"0"`
	Limit    int   `query:"limit" minimum:"0" maximum:"500"`
}) (*struct{ Body control.Alerts }, error) {
	out, err := s.Alerts.List(in.Standing, in.Before, in.Limit)
	if err != nil {
		return nil, s.explain(err)
	}
	for i := range out.Alerts {
		out.Alerts[i] = alertInWords(out.Alerts[i])
	}
	return &struct{ Body control.Alerts }{out}, nil
}

func (s *Server) seeAlert(ctx context.Context, in *struct {
	ID int64 `path:"id" minimum:"1"`
}) (*struct{ Body control.Alert }, error) {
	who := from(ctx)
	a, known, err := s.Alerts.Acknowledge(in.ID, who.by, who.person())
	switch {
	case err != nil:
		return nil, s.explain(err)
	case !known:
		return nil, problemOf(http.StatusNotFound, "alert.unknown", "")
	}
	return &struct{ Body control.Alert }{alertInWords(a)}, nil
}

// alertInWords is an alert with the catalogue's words.
func alertInWords(a control.Alert) control.Alert {
	e := health.Lookup(a.Code)
	a.Act, a.Title, a.TitleE, a.Text, a.TextE = string(e.Act), e.Title, e.TitleEN, e.Advice(), e.AdviceEN()
	return a
}
