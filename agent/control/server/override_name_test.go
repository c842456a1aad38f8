package server_test

import (
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// A manager is named and no PIN comes along: that is no leave of that manager's.
func TestAManagerIsNamedWithoutAPIN(t *testing.T) {
	s := startAway(t, token("local", control.ScopePrepare, control.ScopeResolve))
	sale := s.over(t, "a", bearer("local"))
	got := s.lift(t, sale.ID, control.Override{Limit: "per_charge", Operator: "taro"}, bearer("local"))
	if got.status == http.StatusOK {
		t.Errorf("a leave in taro's name without a PIN is given: %s", got.body)
	}
}

// A link of another site may open a page (guard.go); /manager is one.
func TestALinkOpensTheManagersPage(t *testing.T) {
	pages := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	s := start(t, func(o *server.Options) { o.Pages = pages })
	for _, path := range []string{"/pos", "/manager"} {
		got := s.ask(t, "GET", path, nil, header{"Sec-Fetch-Site", "cross-site"}, header{"Sec-Fetch-Mode", "navigate"})
		if got.status != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}
