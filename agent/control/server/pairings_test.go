package server_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
)

// programs are pairings whose certificate is known by its common name.
type programs struct {
	mu   sync.Mutex
	list []control.Pairing
}

func (p *programs) List() control.Pairings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return control.Pairings{Listen: "0.0.0.0:7443", Pairings: append([]control.Pairing{}, p.list...)}
}

func (p *programs) New(name string, scopes []control.Scope, days int, by string) (control.Paired, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if name == "taken" {
		return control.Paired{}, &server.PairingRefused{Why: "pairing.taken", Status: http.StatusConflict}
	}
	one := control.Pairing{Name: name, Scopes: scopes, State: "ok", By: by, Fingerprint: "f1", Expires: time.Now().AddDate(0, 0, days)}
	p.list = append(p.list, one)
	return control.Paired{Pairing: one, Bundle: "-----BEGIN"}, nil
}

func (p *programs) Revoke(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, one := range p.list {
		if one.Name == name && one.State == "ok" {
			p.list[i].State = "revoked"
			return nil
		}
	}
	return &server.PairingRefused{Why: "pairing.unknown", Status: http.StatusNotFound}
}

func (p *programs) Who(cert *x509.Certificate) (control.Pairing, chan struct{}, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.list {
		if one.Name == cert.Subject.CommonName && one.State == "ok" {
			return one, make(chan struct{}), true
		}
	}
	return control.Pairing{}, nil, false
}

// mute is a journal that cannot be written.
type mute struct{}

func (mute) Note(charge.By, string, string) error { return errors.New("the disk is full") }

func TestPairingIsAManagersAct(t *testing.T) {
	known := &programs{}
	s := start(t, func(o *server.Options) {
		staff, err := operator.NewStaff([]operator.Operator{
			{ID: "hanako", Name: "花子", Role: operator.Cashier, Hash: cheapHash(cashierPIN)},
			{ID: "taro", Name: "太郎", Role: operator.Manager, Hash: cheapHash(managerPIN)},
			{ID: "ken", Name: "健", Role: operator.Engineer, Hash: cheapHash("284619")},
		}, nil)
		must(t, err)
		o.Staff, o.Pairs = staff, known
	})
	sell := control.NewPairing{Name: "pos2", Scopes: []control.Scope{control.ScopePrepare}, Days: 30}
	for who, pin := range map[string]string{"hanako": cashierPIN, "ken": "284619"} {
		in := s.signIn(t, who, pin)
		if got := s.ask(t, "POST", control.PathPairings, sell, in.both()...); got.status != 403 {
			t.Errorf("%s paired: %d %s", who, got.status, got.body)
		}
		if got := s.ask(t, "DELETE", "/v1/pairings/pos2", nil, in.both()...); got.status != 403 {
			t.Errorf("%s revoked: %d %s", who, got.status, got.body)
		}
	}
	taro := s.signIn(t, "taro", managerPIN)
	made := decode[control.Paired](t, s.ask(t, "POST", control.PathPairings, sell, taro.both()...))
	if made.Bundle == "" || made.By != "taro" {
		t.Errorf("%+v", made)
	}
	more := sell
	more.Scopes = []control.Scope{control.ScopePrepare, control.ScopeConfig}
	want(t, s.ask(t, "POST", control.PathPairings, more, taro.both()...), 422)
	sell.Name = "taken"
	if got := s.ask(t, "POST", control.PathPairings, sell, taro.both()...); got.status != 409 || got.problem(t).TextE == "" {
		t.Errorf("%d %s", got.status, got.body)
	}
	want(t, s.ask(t, "DELETE", "/v1/pairings/pos2", nil, taro.both()...), 200)
	want(t, s.ask(t, "DELETE", "/v1/pairings/pos2", nil, taro.both()...), 404)
	links, err := s.books.Journal(0, 100)
	must(t, err)
	var notes []string
	for _, l := range links {
		notes = append(notes, l.Step.Operator+" "+l.Note)
	}
	if got := strings.Join(notes, "\n"); !strings.Contains(got, "taro paired program pos2 with [prepare] until") || !strings.Contains(got, "taro revoked the pairing of program pos2") {
		t.Errorf("the journal says\n%s", got)
	}
}

// What cannot be written down does not happen.
func TestNobodyIsPairedUnwritten(t *testing.T) {
	known := &programs{}
	s := start(t, func(o *server.Options) { o.Pairs, o.Diary = known, mute{} })
	got := s.ask(t, "POST", control.PathPairings, control.NewPairing{Name: "pos2", Scopes: []control.Scope{control.ScopePrepare}, Days: 30}, s.signIn(t, "taro", managerPIN).both()...)
	if got.status != 503 || strings.Contains(string(got.body), "BEGIN") || known.List().Pairings[0].State != "revoked" {
		t.Errorf("%d %s, %+v", got.status, got.body, known.List())
	}
}

// Whoever comes by TLS is who the certificate says, and makes sales alone.
func TestByTLSThereAreCertificatesAlone(t *testing.T) {
	known := &programs{list: []control.Pairing{
		{Name: "pos2", State: "ok", Expires: time.Now().Add(time.Hour), Scopes: []control.Scope{control.ScopePrepare, control.ScopeRead, control.ScopeConfig, control.ScopeRefund}},
	}}
	s := open(t, start(t).store, func(o *server.Options) { o.Pairs = known })
	ask := func(name, method, path string, headers ...header) int {
		r := httptest.NewRequest(method, "https://127.0.0.1"+path, nil)
		r.TLS = &tls.ConnectionState{}
		if name != "" {
			cert := &x509.Certificate{}
			cert.Subject.CommonName = name
			r.TLS.PeerCertificates = []*x509.Certificate{cert}
		}
		for _, h := range headers {
			r.Header.Set(h.name, h.value)
		}
		w := httptest.NewRecorder()
		s.server.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for _, c := range []struct {
		what, name, method, path string
		want                     int
	}{
		{"health", "pos2", "GET", control.PathHealth, 200},
		{"the list of charges", "pos2", "GET", control.PathCharges, 200},
		{"a refund, whatever the scopes say", "pos2", "POST", control.PathRefunds, 403},
		{"the pairings, whatever the scopes say", "pos2", "GET", control.PathPairings, 403},
		{"a device's test, which prints or opens the drawer", "pos2", "POST", "/v1/devices/printer0/test", 403},
		{"a sign-in", "pos2", "POST", control.PathSession, 403},
		{"a set-up", "pos2", "POST", control.PathSetup, 403},
		{"an approval", "pos2", "POST", control.PathApprovals, 403},
		{"a dotted path", "pos2", "GET", "/v1/sales/../pairings", 403},
		{"somebody else", "pos3", "GET", control.PathHealth, 401},
		{"nobody", "", "GET", control.PathHealth, 401},
	} {
		if got := ask(c.name, c.method, c.path, bearer("owner")); got != c.want && !(c.what == "a dotted path" && got != 200) {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}
