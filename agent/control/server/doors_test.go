package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
)

const (
	engineerPIN = "284619"
	doors       = "testdata/doors.txt"
)

// lesson is a training that nobody begins.
type lesson struct{}

func (lesson) On() bool                             { return false }
func (lesson) Switch(bool, charge.By, string) error { return nil }

// courier hands over nothing.
type courier struct{}

func (courier) Recipient() (string, error) { return "age1", nil }
func (courier) Export(control.NewExport, charge.By, string) (control.QueueFile, error) {
	return control.QueueFile{}, nil
}
func (courier) Import(control.NewImport, charge.By, string) (control.Import, error) {
	return control.Import{}, nil
}
func (courier) Reclaim(charge.By, string) (int, error) { return 0, nil }

// allOfIt is a register with all calls and one person of each role; jiro is
// the one to whom something is done.
func allOfIt(o *server.Options) {
	staff, err := operator.NewStaff([]operator.Operator{
		{ID: "hanako", Name: "花子", Role: operator.Cashier, Hash: cheapHash(cashierPIN)},
		{ID: "taro", Name: "太郎", Role: operator.Manager, Hash: cheapHash(managerPIN)},
		{ID: "ken", Name: "健", Role: operator.Engineer, Hash: cheapHash(engineerPIN)},
		{ID: "jiro", Name: "次郎", Role: operator.Cashier, Hash: cheapHash("1358")},
	}, nil)
	if err != nil {
		panic(err)
	}
	o.Staff, o.Settings, o.Training, o.Handover = staff, &knobs{}, lesson{}, courier{}
}

// toldToEach are bodies of calls that look at the body before they look at who asks.
var toldToEach = map[string]any{
	"POST " + control.PathOperators:     control.NewOperator{ID: "saburo", Name: "三郎", Role: "manager", PIN: "720483"},
	"PATCH " + control.PathOperator:     control.OperatorChange{Role: "manager"},
	"POST " + control.PathPIN:           control.NewPIN{PIN: "720483"},
	"POST " + control.PathPairings:      control.NewPairing{Name: "pos2", Scopes: []control.Scope{control.ScopeRead}, Days: 30},
	"POST " + control.PathConfirmSecond: control.Confirmation{Code: "123456"},
	"POST " + control.PathClosings:      control.NewClosing{Kind: "x"},
	"POST " + control.PathTraining:      control.Training{},
	"POST " + control.PathRollBack:      control.RollBack{},
	"PUT " + control.PathConfig:         control.NewSettings{},
}

// knock is what becomes of a call: yes when the door lets it through, or why not.
func (s *shop) knock(t *testing.T, c call, headers []header) string {
	t.Helper()
	path := strings.NewReplacer("/v1/devices/{id}", "/v1/devices/printer0", "/v1/operators/{id}", "/v1/operators/jiro", "{key}", "nothing", "{name}", "pos2", "{number}", "1").Replace(c.path)
	var body bytes.Buffer
	if b, wanted := toldToEach[c.method+" "+c.path]; wanted {
		must(t, json.NewEncoder(&body).Encode(b))
	}
	req, err := http.NewRequestWithContext(t.Context(), c.method, s.url+path, &body)
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(control.HeaderIfMatch, `"m"`)
	for _, h := range headers {
		req.Header.Add(h.name, h.value)
	}
	resp, err := direct.Do(req)
	must(t, err)
	defer resp.Body.Close() // of a stream only the head is looked at
	switch {
	case resp.StatusCode >= 500:
		t.Errorf("%s %s: %d", c.method, c.path, resp.StatusCode)
	case resp.StatusCode == http.StatusUnauthorized:
		return "-"
	case resp.StatusCode == http.StatusForbidden:
		var p control.Problem
		must(t, json.NewDecoder(resp.Body).Decode(&p))
		if p.Why == "scope" {
			return "-"
		}
		return p.Why
	}
	return "yes"
}

// TestDoors writes down what becomes of every call by a person of each role, by
// a program with each scope, and by nobody: of each by really calling it. A
// register of its own for each call, and a session of its own for each who asks,
// so that none ends or undoes what the next needs.
func TestDoors(t *testing.T) {
	scopes := []control.Scope{control.ScopePrepare, control.ScopeTopUp, control.ScopeTest, control.ScopeRead, control.ScopeRefund, control.ScopeResolve, control.ScopeConfig, control.ScopeDisplay}
	calls := start(t, allOfIt).calls(t)
	slices.SortFunc(calls, func(a, b call) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	var out strings.Builder
	fmt.Fprintf(&out, "# Who may make which call. yes: the door lets it through, - : the scope is wanting, another word: why it is refused.\n# p- and a scope is a program whose token has that scope alone. go test ./agent/control/server -run Doors -update\n")
	fmt.Fprintf(&out, "%-44s %-9s", "# call", "scope")
	row := func(cells []string) {
		for _, cell := range cells {
			fmt.Fprintf(&out, " %-20s", cell)
		}
	}
	names := []string{"nobody", "cashier", "manager", "engineer"}
	var with []func(*server.Options)
	for _, scope := range scopes {
		names = append(names, "p-"+string(scope))
		with = append(with, token("p-"+string(scope), scope))
	}
	row(names)
	for _, c := range calls {
		s := start(t, append(with, allOfIt)...)
		scope := string(c.scope)
		if scope == "" {
			scope = "anybody"
		}
		fmt.Fprintf(&out, "\n%-44s %-9s", c.method+" "+c.path, scope)
		cells := []string{s.knock(t, c, nil)}
		for _, who := range [][2]string{{"hanako", cashierPIN}, {"taro", managerPIN}, {"ken", engineerPIN}} {
			cells = append(cells, s.knock(t, c, s.signIn(t, who[0], who[1]).both()))
		}
		for _, scope := range scopes {
			cells = append(cells, s.knock(t, c, []header{bearer("p-" + string(scope))}))
		}
		row(cells)
	}
	now := []byte(tidied(out.String()))
	if *update {
		must(t, os.WriteFile(doors, now, 0o644))
	}
	then, err := os.ReadFile(doors)
	must(t, err)
	if !bytes.Equal(now, then) {
		t.Errorf("%s is not what the doors do; look at the change, then go test ./agent/control/server -run Doors -update:\n%s", doors, now)
	}
}

// tidied are lines without blanks at their ends.
func tidied(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}

// Who lets operators in again can guess PINs for ever: ten, an unlock, and ten
// more. That is for managers, as all that is done to people.
func TestNobodyElseUnlocks(t *testing.T) {
	s := start(t, allOfIt, token("fitter", control.ScopeConfig, control.ScopeRead))
	path := "/v1/operators/jiro/unlock"
	refused(t, s.ask(t, "POST", path, nil, s.signIn(t, "ken", engineerPIN).both()...), "operator.manager")
	refused(t, s.ask(t, "POST", path, nil, bearer("fitter")), "approval.needed")
	got := s.ask(t, "POST", control.PathApprovals, control.NewApproval{Kind: "users", Key: "jiro", Detail: "unlock", Operator: "taro", PIN: managerPIN}, bearer("fitter"))
	want(t, got, http.StatusOK)
	leave := header{control.HeaderApproval, decode[control.Approval](t, got).ID}
	want(t, s.ask(t, "POST", path, nil, bearer("fitter"), leave), http.StatusOK)
	refused(t, s.ask(t, "POST", path, nil, bearer("fitter"), leave), "approval.spent")
	want(t, s.ask(t, "POST", path, nil, s.signIn(t, "taro", managerPIN).both()...), http.StatusOK)
	_, err := s.socket(t).Unlock(t.Context(), "jiro")
	must(t, err)
}

// An engineer tries devices, and opens no drawer: it holds cash.
func TestAnEngineerTriesDevices(t *testing.T) {
	s := start(t, allOfIt, token("fitter", control.ScopeTest))
	ken := s.signIn(t, "ken", engineerPIN).both()
	for _, who := range [][]header{ken, {bearer("fitter")}} {
		want(t, s.ask(t, "POST", "/v1/devices/printer0/test", nil, who...), http.StatusOK)
		want(t, s.ask(t, "POST", "/v1/devices/drawer/test", nil, who...), http.StatusForbidden)
	}
	want(t, s.ask(t, "POST", "/v1/devices/drawer/test", nil, s.signIn(t, "hanako", cashierPIN).both()...), http.StatusOK)
	if got := decode[control.Session](t, s.ask(t, "GET", control.PathSession, nil, ken...)); !slices.Contains(got.Scopes, control.ScopeTest) {
		t.Errorf("the page is not told: %v", got.Scopes)
	}
}
