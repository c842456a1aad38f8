package trace_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/trace"
)

var traceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$`)

// Whatever a caller's headers say, a wallet hears a traceparent in its one form
// under the caller's id, and no more than one short line besides.
func FuzzHeard(f *testing.F) {
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", "")
	f.Add("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what", "a=1", "b=2")
	f.Add("00-00000000000000000000000000000000-00f067aa0ba902b7-01", "a=1,a=2", ",")
	f.Add("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "a=\r\nX: y", "")
	f.Fuzz(func(t *testing.T, of, state, more string) {
		p := trace.Heard(http.Header{"Traceparent": {of}, "Tracestate": {state, more}})
		told := http.Header{}
		trace.Tell(p.On(t.Context()), told)
		if p.ID() == "" {
			if len(told) > 0 {
				t.Fatalf("no trace was heard in %q, and %v is told", of, told)
			}
			return
		}
		got := traceparent.FindStringSubmatch(told.Get("traceparent"))
		if got == nil || got[1] != p.ID() || !strings.Contains(of, p.ID()) {
			t.Errorf("%q is %s, and told on as %q", of, p.ID(), told.Get("traceparent"))
		}
		if s := told.Get("tracestate"); len(s) > 512 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }) {
			t.Errorf("the state %q, %q is told on as %q", state, more, s)
		}
		for name := range told {
			if name != "Traceparent" && name != "Tracestate" {
				t.Errorf("%s is told as well", name)
			}
		}
	})
}
