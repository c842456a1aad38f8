package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// anybody are the calls that need nobody's leave. Everything else that the
// description lists must name its scopes.
var anybody = []string{"GET " + control.PathPeople, "POST /v1/setup", "POST " + control.PathSession}

// description is what the tests read of the OpenAPI document.
type description struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		OperationID string                `json:"operationId"`
		Summary     string                `json:"summary"`
		Security    []map[string][]string `json:"security"`
		Parameters  []struct {
			Name, In string
			Required bool
		} `json:"parameters"`
		Responses map[string]struct {
			Description string
			Content     map[string]any
		} `json:"responses"`
	} `json:"paths"`
}

func (s *shop) description(t testing.TB) description {
	t.Helper()
	got := s.ask(t, "GET", control.PathOpenAPI, nil, bearer("reader"))
	want(t, got, 200)
	return decode[description](t, got)
}

// call is one call of the description, or beside it.
type call struct {
	method, path string
	scope        control.Scope // empty: anybody
}

// calls are all calls: those of the description, and the two beside it.
func (s *shop) calls(t testing.TB) []call {
	t.Helper()
	out := []call{{"GET", control.PathMetrics, control.ScopeRead}, {"GET", control.PathOpenAPI, control.ScopeRead}}
	for path, methods := range s.description(t).Paths {
		for method, op := range methods {
			c := call{method: strings.ToUpper(method), path: path}
			name := c.method + " " + path
			switch {
			case len(op.Security) == 1 && len(op.Security[0]) == 0 && slices.Contains(anybody, name):
			case len(op.Security) == 0, len(op.Security[0]) == 0:
				t.Fatalf("%s asks for nobody's leave: give it a scope", name)
			case len(op.Security) != 2 || len(op.Security[0]["token"]) != 1 || !slices.Equal(op.Security[0]["token"], op.Security[1]["session"]):
				t.Fatalf("%s: %v: one scope is wanted, the same for tokens and sessions", name, op.Security)
			default:
				c.scope = control.Scope(op.Security[0]["token"][0])
			}
			out = append(out, c)
		}
	}
	if len(out) < 15 {
		t.Fatalf("only %d calls: the description is not whole", len(out))
	}
	return out
}

// filled is a path with something in its holes.
func filled(path string) string {
	return strings.NewReplacer("{id}", "nothing", "{key}", "nothing").Replace(path)
}

// Every call is tried by everybody: those who may get past the door, whatever
// the call then says, and nobody else does.
func TestEveryCallByEverybody(t *testing.T) {
	s := start(t)
	hanako, taro := s.signIn(t, "hanako", cashierPIN), s.signIn(t, "taro", managerPIN)
	everybody := []struct {
		name   string
		head   []header
		scopes []control.Scope
		known  bool
	}{
		{name: "nobody"},
		{name: "a wrong token", head: []header{{"Authorization", "Bearer token of somebody"}}},
		{name: "an empty token", head: []header{{"Authorization", "Bearer "}}},
		{name: "the hash of a token", head: []header{{"Authorization", "Bearer " + tokens()[0].SHA256}}},
		{name: "a password", head: []header{{"Authorization", "Basic dGlsbDp0aWxs"}}},
		{name: "a wrong token over a session", head: append(taro.both(), header{"Authorization", "Bearer token of somebody"})},
		{name: "cookie alone", head: taro.both()[:1]},
		{name: "secret alone", head: taro.both()[1:]},
		{name: "cookie and secret of different sessions", head: []header{hanako.both()[0], taro.both()[1]}},
		{name: "secret in the place of the cookie", head: []header{{"Cookie", "posagent_session=" + taro.secret}, {control.HeaderSession, taro.cookie}}},
		{name: "a token without scopes", head: []header{bearer("none")}, known: true},
		{name: "a display", head: []header{bearer("screen")}, scopes: []control.Scope{control.ScopeDisplay}, known: true},
		{name: "a seller", head: []header{bearer("seller")}, scopes: []control.Scope{control.ScopePrepare, control.ScopeTest}, known: true},
		{name: "a reader", head: []header{bearer("reader")}, scopes: []control.Scope{control.ScopeRead, control.ScopeDisplay}, known: true},
		{name: "a till", head: []header{bearer("till")}, scopes: []control.Scope{control.ScopePrepare, control.ScopeTest, control.ScopeRead, control.ScopeDisplay}, known: true},
		{name: "a till in small letters", head: []header{{"Authorization", "bearer token of till"}}, scopes: []control.Scope{control.ScopePrepare, control.ScopeTest, control.ScopeRead, control.ScopeDisplay}, known: true},
		{name: "one that tops up", head: []header{bearer("topper")}, scopes: []control.Scope{control.ScopeTopUp}, known: true},
		{name: "one that may give back", head: []header{bearer("back")}, scopes: []control.Scope{control.ScopeRefund}, known: true},
		{name: "one that may decide", head: []header{bearer("judge")}, scopes: []control.Scope{control.ScopeResolve}, known: true},
		{name: "a cashier", head: hanako.both(), scopes: []control.Scope{control.ScopePrepare, control.ScopeTest, control.ScopeTopUp, control.ScopeRead, control.ScopeDisplay}, known: true},
		{name: "a manager", head: taro.both(), scopes: []control.Scope{control.ScopePrepare, control.ScopeTest, control.ScopeTopUp, control.ScopeRead, control.ScopeDisplay, control.ScopeRefund, control.ScopeResolve, control.ScopeConfig}, known: true},
	}
	for _, c := range s.calls(t) {
		for _, who := range everybody {
			if c.path == control.PathEvents && slices.Contains(who.scopes, c.scope) || c.method == "DELETE" && who.known {
				continue // a stream has no end, and a sign-out ends what is tried here: their own tests
			}
			got := s.ask(t, c.method, filled(c.path), nil, append(who.head, wish("w"))...)
			status := got.status
			switch {
			case c.scope == "" || slices.Contains(who.scopes, c.scope):
				if status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 500 {
					t.Errorf("%s may %s %s, but got %d", who.name, c.method, c.path, status)
				}
			case who.known && status != http.StatusForbidden, !who.known && status != http.StatusUnauthorized:
				t.Errorf("%s may not %s %s, but got %d", who.name, c.method, c.path, status)
			case status == http.StatusUnauthorized && got.header.Get("WWW-Authenticate") != "Bearer":
				t.Errorf("%s %s does not say how to come in", c.method, c.path)
			}
		}
	}
}

// On the unix socket, whose listener has looked at the peer, all is open and
// no Host is asked for.
func TestSocket(t *testing.T) {
	s := start(t)
	local := s.socket(t)
	page, err := local.Charges(t.Context(), nil, 0, 0)
	must(t, err)
	if len(page.Charges) != 0 {
		t.Errorf("%+v", page)
	}
	sale, err := local.OpenSale(t.Context(), control.NewSale{Amount: 100, Currency: "JPY"})
	must(t, err)
	if sale.State != "prepared" {
		t.Errorf("%+v", sale)
	}
	if _, err := control.Dial(s.url, "").Charges(t.Context(), nil, 0, 0); err == nil {
		t.Error("what is open on the socket is open on the port")
	}
}

// Liveness is for whoever watches the process.
func TestLiveness(t *testing.T) {
	ready := error(nil)
	s := start(t, readiness(&ready))
	want(t, s.ask(t, "GET", control.PathHealthz, nil), 200)
	want(t, s.ask(t, "GET", control.PathReadyz, nil), 200)
	ready = http.ErrServerClosed
	want(t, s.ask(t, "GET", control.PathHealthz, nil), 200)
	got := s.ask(t, "GET", control.PathReadyz, nil)
	want(t, got, 503)
	if strings.TrimSpace(string(got.body)) != `{"ready":false}` {
		t.Errorf("%s", got.body)
	}
	if h := decode[control.Health](t, s.ask(t, "GET", control.PathHealth, nil, bearer("reader"))); h.Ready {
		t.Error("health says ready")
	}
}
