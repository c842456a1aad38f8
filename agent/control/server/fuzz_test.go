package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// FuzzAPI sends anything by somebody who may do everything. Whatever comes,
// the answer is no 5xx, and every refusal is a problem.
func FuzzAPI(f *testing.F) {
	var who string
	for _, seed := range []struct{ method, path, kind, key, body string }{
		{"POST", "/v1/sales", "application/json", "k", `{"amount": 100, "currency": "JPY"}`},
		{"POST", "/v1/sales", "application/json", "k", `{"amount": 1280, "currency": "JPY", "reference": "A-1", "lines": [{"name": "a", "quantity": 1, "amount": 1280, "rate": "reduced"}], "code": {"text": "90008181881234567890", "aim": "]Q1"}}`},
		{"POST", "/v1/sales/standing/code", "application/json; charset=utf-8", `"k"`, `{"text": "90008181881234567890"}`},
		{"POST", "/v1/sales/standing/code", "image/png", "k", pictureHead + goodCode},
		{"POST", "/v1/sales/standing/cancel", "", "k", ""},
		{"POST", "/v1/camera", "image/jpeg", "", pictureHead},
		{"GET", "/v1/sales/standing?wait=1ms", "", "", ""},
		{"GET", "/v1/charges?state=open,approved&limit=3&before=9", "", "", ""},
		{"GET", "/v1/charges/S0001-T01-1-1/receipt?lang=en", "", "", ""},
		{"POST", "/v1/charges/S0001-T01-1-1/reprint", "", "k", ""},
		{"POST", "/v1/devices/printer0/test", "", "k", ""},
		{"POST", "/v1/session", "application/json", "", `{"operator": "hanako", "pin": "0000"}`},
		{"DELETE", "/v1/session", "", "", ""},
		{"POST", "/v1/events/ticket", "", "", ""},
		{"GET", "/v1/events?ticket=x", "", "", ""},
		{"HEAD", "/v1/health", "", "", ""},
		{"OPTIONS", "/v1/sales", "", "", ""},
		{"GET", "/metrics", "", "", ""},
		{"GET", "//v1/../openapi.json", "", "", ""},
		{"PATCH", "/v1/sales/%2e%2e/%00", "application/merge-patch+json", "k", "{}"},
	} {
		f.Add(seed.method, seed.path, seed.kind, seed.key, []byte(seed.body))
	}
	s := open(f, newStore(), func(o *server.Options) {
		o.Tokens[0].Scopes = []control.Scope{control.ScopePrepare, control.ScopeRead, control.ScopeRefund, control.ScopeConfig, control.ScopeDisplay}
		who = "Bearer token of " + o.Tokens[0].Name
	}, pages("a page"))
	f.Fuzz(func(t *testing.T, method, path, kind, key string, body []byte) {
		if !strings.HasPrefix(path, "/") || len(path) > 4000 {
			return
		}
		u, err := url.ParseRequestURI(path)
		if err != nil || strings.Contains(u.Query().Get("wait"), "s") && !strings.Contains(u.Query().Get("wait"), "ms") {
			return // what no server would take for a request, or would rightly wait for
		}
		r, err := http.NewRequest(method, "http://localhost/", strings.NewReader(string(body)))
		if err != nil {
			return
		}
		r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Host = u.Path, u.RawPath, u.RawQuery, "localhost"
		r.Header["Authorization"], r.Header["Content-Type"], r.Header["Idempotency-Key"] = []string{who}, []string{kind}, []string{key}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // a stream has no end of its own
		defer cancel()
		w := newPaper()
		s.server.Handler().ServeHTTP(w, r.WithContext(ctx))
		if w.status >= 500 {
			t.Fatalf("%s %s answered %d: %s", method, path, w.status, w.body.String())
		}
		if w.status >= 400 && method != http.MethodHead {
			var p control.Problem
			if err := json.Unmarshal(w.body.Bytes(), &p); err != nil || p.Status != w.status || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%s %s answered %d with %s: %s", method, path, w.status, w.Header().Get("Content-Type"), w.body.String())
			}
		}
	})
}
