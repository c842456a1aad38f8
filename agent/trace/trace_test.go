package trace_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/trace"
)

const (
	id     = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent = "00f067aa0ba902b7"
	good   = "00-" + id + "-" + parent + "-01"
)

// The cases of the standard, 2.2 and 3.2: what is not as it wants is no trace,
// and no reason to refuse anything.
func TestWhatIsHeard(t *testing.T) {
	for _, c := range []struct {
		why     string
		headers []string
		want    string
	}{
		{"as the standard has it", []string{good}, id},
		{"not sampled", []string{"00-" + id + "-" + parent + "-00"}, id},
		{"of a later version, with more behind", []string{"cc-" + id + "-" + parent + "-01-what-comes-later"}, id},
		{"none", nil, ""},
		{"empty", []string{""}, ""},
		{"two of them", []string{good, good}, ""},
		{"no such version", []string{"ff-" + id + "-" + parent + "-01"}, ""},
		{"capital letters", []string{"00-" + strings.ToUpper(id) + "-" + parent + "-01"}, ""},
		{"a trace of zeros", []string{"00-" + strings.Repeat("0", 32) + "-" + parent + "-01"}, ""},
		{"a parent of zeros", []string{"00-" + id + "-" + strings.Repeat("0", 16) + "-01"}, ""},
		{"too short", []string{"00-" + id[1:] + "-" + parent + "-01"}, ""},
		{"too long for this version", []string{good + "-more"}, ""},
		{"no hexadecimal digits", []string{"00-" + strings.Repeat("g", 32) + "-" + parent + "-01"}, ""},
		{"garbage", []string{"'; drop table charges; --"}, ""},
		{"very long", []string{strings.Repeat("0", 100_000)}, ""},
	} {
		if got := trace.Heard(http.Header{"Traceparent": c.headers}).ID(); got != c.want {
			t.Errorf("%s: trace %q, want %q", c.why, got, c.want)
		}
	}
}

var form = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-0[0-3]$`)

// told is the traceparent after a hop.
func told(t *testing.T, ctx context.Context) (of, hop string, state string) {
	t.Helper()
	h := http.Header{}
	trace.Tell(ctx, h)
	m := form.FindStringSubmatch(h.Get("traceparent"))
	if m == nil {
		t.Fatalf("traceparent is %q", h.Get("traceparent"))
	}
	return m[1], m[2], h.Get("tracestate")
}

func TestEachHopHasAnIDOfItsOwn(t *testing.T) {
	h := http.Header{"Traceparent": {good}, "Tracestate": {"pos=t61rcWkgMzE", "shop=00f067"}}
	tracer := trace.New(nil)
	ctx, _ := tracer.Begin(trace.Heard(h).On(t.Context()), "one", trace.Serves)
	one, first, state := told(t, ctx)
	if one != id || first == parent || state != "pos=t61rcWkgMzE,shop=00f067" {
		t.Errorf("after one hop: trace %s, hop %s, state %q", one, first, state)
	}
	ctx, span := tracer.Begin(ctx, "two", trace.Asks, trace.Text("a", "b"))
	span.Note(trace.Number("n", 1))
	span.End("failed")
	if two, second, _ := told(t, ctx); two != id || second == first || second == parent {
		t.Errorf("after two hops: trace %s, hop %s after %s", two, second, first)
	}
}

func TestANewTraceWhereThereIsNone(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		ctx, _ := trace.New(nil).Begin(t.Context(), "one", trace.Within)
		of, hop, state := told(t, ctx)
		if seen[of] || seen[hop] || state != "" {
			t.Fatalf("trace %s, hop %s, state %q", of, hop, state)
		}
		seen[of], seen[hop] = true, true
	}
}

// A wallet that refuses large headers would put charges in doubt.
func TestNoLongStateIsPassedOn(t *testing.T) {
	for state, want := range map[string]bool{
		"a=" + strings.Repeat("x", 250) + ",b=" + strings.Repeat("x", 250): true,
		"a=" + strings.Repeat("x", 250) + ",b=" + strings.Repeat("x", 257): false,
		"a=b\x00": false,
	} {
		h := http.Header{"Traceparent": {good}, "Tracestate": {state}}
		of, _, got := told(t, trace.Heard(h).On(t.Context()))
		if of != id || (got != "") != want || want && got != state {
			t.Errorf("%d characters of state: trace %s, state %q", len(state), of, got)
		}
	}
}

func TestNobodyTraces(t *testing.T) {
	var none *trace.Tracer
	ctx, span := none.Begin(t.Context(), "one", trace.Asks)
	span.Note(trace.Text("a", "b"))
	span.End("")
	h := http.Header{}
	trace.Tell(ctx, h)
	if len(h) != 0 || trace.At(ctx).ID() != "" {
		t.Errorf("headers %v", h)
	}
}
