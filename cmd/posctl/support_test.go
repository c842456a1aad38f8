package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// result is what a run of posctl came to.
type result struct {
	code     int
	out, err string
}

// posctl runs posctl as a shell would.
func posctl(t *testing.T, args ...string) result {
	t.Helper()
	return run(t.Context(), args...)
}

func run(ctx context.Context, args ...string) result {
	var out, errOut bytes.Buffer
	tool := &tool{retry: time.Millisecond, out: &out, errOut: &errOut}
	code := tool.execute(ctx, args)
	return result{code, out.String(), errOut.String()}
}

// want checks an exit code and that texts are said, on whichever output.
func (r result) want(t *testing.T, code int, says ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d", r.code, code)
	}
	for _, text := range says {
		if !strings.Contains(r.out+r.err, text) {
			t.Errorf("it does not say %q", text)
		}
	}
	if t.Failed() {
		t.Logf("standard output:\n%s\nstandard error:\n%s", r.out, r.err)
	}
}

// agentAt is a stand-in for an agent: answers by "METHOD path", on a unix
// socket, each a list of which the last one repeats. A func is called.
type agentAt struct {
	mu      sync.Mutex
	answers map[string][]any
	heard   []string // "METHOD path?query body"
	url     string   // of the socket, for --agent
	web     *http.Server
}

func newAgent(t *testing.T, answers map[string][]any) *agentAt {
	t.Helper()
	a := &agentAt{answers: answers}
	path := filepath.Join(t.TempDir(), "api.sock")
	a.url = "unix:" + path
	a.listen(t)
	return a
}

func (a *agentAt) listen(t *testing.T) {
	t.Helper()
	l, err := net.Listen("unix", strings.TrimPrefix(a.url, "unix:"))
	must(t, err)
	a.web = &http.Server{Handler: http.HandlerFunc(a.answer)}
	go func() { _ = a.web.Serve(l) }()
	t.Cleanup(func() { _ = a.web.Close() })
}

// problem is an answer that is no success.
type problem control.Problem

func (a *agentAt) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	name := r.Method + " " + r.URL.Path
	a.mu.Lock()
	a.heard = append(a.heard, strings.TrimSpace(r.Method+" "+r.URL.String()+" "+string(body)))
	list := a.answers[name]
	if len(list) > 1 {
		a.answers[name] = list[1:]
	}
	a.mu.Unlock()
	if len(list) == 0 {
		http.Error(w, "no answer was planned for "+name, http.StatusTeapot)
		return
	}
	switch answer := list[0].(type) {
	case func(http.ResponseWriter):
		answer(w)
	case []byte:
		_, _ = w.Write(answer)
	case problem:
		w.WriteHeader(answer.Status)
		_ = json.NewEncoder(w).Encode(answer)
	default:
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func (a *agentAt) said(t *testing.T, text string) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, line := range a.heard {
		if strings.Contains(line, text) {
			return
		}
	}
	t.Errorf("the agent was never asked %q, but %q", text, a.heard)
}

// hangUp breaks the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func sale(state string) control.Sale {
	s := control.Sale{ID: "sale1", Amount: 1280, Currency: "JPY", State: state, Goods: "hold", ChargeKey: "S0001-T01-217000000-42"}
	if state == "approved" {
		s.Goods, s.Receipt, s.Wallet = "hand_over", "PP-0001", "paypay"
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// typed makes text what the next run reads from standard input.
func typed(t *testing.T, text string) {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	_, err = w.WriteString(text)
	must(t, err)
	must(t, w.Close())
	before := os.Stdin
	os.Stdin = r
	t.Cleanup(func() { os.Stdin = before; _ = r.Close() })
}

// httpAgent is a handler on a port.
func httpAgent(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	web := &http.Server{Handler: handler}
	go func() { _ = web.Serve(l) }()
	t.Cleanup(func() { _ = web.Close() })
	return "http://" + l.Addr().String()
}
