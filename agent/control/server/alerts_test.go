package server_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// bells has one alert that stands.
type bells struct{ seenBy []string }

func (b *bells) alert() control.Alert {
	return control.Alert{ID: 12, Code: "certificate.expires", Subject: "own", Detail: "2026-12-04", Level: 2, Raised: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}
}

func (b *bells) List(bool, int64, int) (control.Alerts, error) {
	return control.Alerts{Alerts: []control.Alert{b.alert()}, Mail: &control.AlertMail{State: "ok", To: []string{"taro@shop.test"}}}, nil
}

func (b *bells) Acknowledge(id int64, by charge.By, who string) (control.Alert, bool, error) {
	b.seenBy = append(b.seenBy, string(by)+" "+who)
	return b.alert(), id == 12, nil
}

func (b *bells) Test(context.Context) control.AlertTest {
	return control.AlertTest{Tried: []control.AlertTried{{To: "mail", OK: true}}}
}

// Who reads troubles reads alerts; a manager acknowledges them, and nobody less.
func TestAlertsAreListedAndAcknowledged(t *testing.T) {
	b := &bells{}
	s := start(t, func(o *server.Options) { o.Alerts = b })
	listed := s.ask(t, "GET", control.PathAlerts+"?standing=true", nil, bearer("reader"))
	want(t, listed, 200)
	var got control.Alerts
	must(t, json.Unmarshal(listed.body, &got))
	if len(got.Alerts) != 1 || got.Alerts[0].TitleE != "A certificate ends soon" || got.Alerts[0].Act != "engineer" || got.Mail.State != "ok" {
		t.Errorf("%+v", got)
	}
	want(t, s.ask(t, "GET", control.PathAlerts, nil), 401)
	want(t, s.ask(t, "POST", "/v1/alerts/12/acknowledge", nil, bearer("till")), 403)
	want(t, s.ask(t, "POST", "/v1/alerts/12/acknowledge", nil, bearer("reader")), 403)
	want(t, s.ask(t, "POST", "/v1/alerts/test", nil, bearer("till")), 403)
	if len(b.seenBy) > 0 {
		t.Errorf("it was acknowledged by %v", b.seenBy)
	}
	want(t, s.ask(t, "POST", "/v1/alerts/12/acknowledge", nil, bearer("judge")), 200)
	want(t, s.ask(t, "POST", "/v1/alerts/13/acknowledge", nil, bearer("judge")), 404)
	want(t, s.ask(t, "POST", "/v1/alerts/test", nil, bearer("owner")), 200)
	if len(b.seenBy) != 2 || b.seenBy[0] != "api judge" {
		t.Errorf("it was acknowledged by %v", b.seenBy)
	}
}
