package main

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

func TestAlerts(t *testing.T) {
	t.Parallel()
	stands := control.Alert{ID: 12, Code: "certificate.expires", Subject: "own", Detail: "2026-12-04 09:00", TitleE: "A certificate ends soon", Raised: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}
	seen := stands
	seen.SeenBy = "taro"
	a := newAgent(t, map[string][]any{
		"GET " + control.PathAlerts:      {control.Alerts{Alerts: []control.Alert{stands}, Mail: &control.AlertMail{State: "failing", Problem: "the relay hung up"}}},
		"POST /v1/alerts/12/acknowledge": {seen},
		"POST /v1/alerts/13/acknowledge": {problem{Status: 404, Detail: "no such alert stands"}},
		"POST " + control.PathAlertTry:   {control.AlertTest{Tried: []control.AlertTried{{To: "mail", OK: true, Seconds: 0.4}, {To: "webhook books", Problem: "it answered 500"}}}},
	})
	posctl(t, "alerts", "--agent", a.url).want(t, exitDone, "A certificate ends soon: own", "2026-12-04 09:00", "mail: failing: the relay hung up")
	a.said(t, "standing=true")
	posctl(t, "alerts", "--all", "--agent", a.url).want(t, exitDone)
	a.said(t, "standing=false")
	shape(t, posctl(t, "alerts", "--json", "--agent", a.url), "alerts", "mail", "next")
	posctl(t, "alerts", "ack", "12", "--agent", a.url).want(t, exitDone, "alert 12 is acknowledged by taro\n")
	posctl(t, "alerts", "ack", "13", "--agent", a.url).want(t, exitFailed, "no such alert stands")
	posctl(t, "alerts", "ack", "x", "--agent", a.url).want(t, exitUsage, "posctl alerts lists them")
	posctl(t, "alerts", "test", "--agent", a.url).want(t, exitFailed, "mail: it was taken (0.40 s)\n", "webhook books: it was not taken: it answered 500\n")
	b := newAgent(t, map[string][]any{"GET " + control.PathAlerts: {control.Alerts{}}, "POST " + control.PathAlertTry: {control.AlertTest{}}})
	posctl(t, "alerts", "--agent", b.url).want(t, exitDone, "nothing to tell")
	posctl(t, "alerts", "test", "--agent", b.url).want(t, exitFailed, "nobody is told")
}
