package main

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// gatherer is a collector; while it hangs, it takes requests and says nothing.
type gatherer struct {
	mu    sync.Mutex
	spans []*spans.Span
	raw   bytes.Buffer
	hangs chan struct{}
}

func (g *gatherer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.hangs != nil {
		<-g.hangs
		return
	}
	unzipped, err := gzip.NewReader(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	body, _ := io.ReadAll(unzipped)
	var in collector.ExportTraceServiceRequest
	if proto.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.raw.Write(body)
	for _, rs := range in.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			g.spans = append(g.spans, ss.Spans...)
		}
	}
}

// named is a span, nil when it has not come yet.
func (g *gatherer) named(name string) *spans.Span {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.spans {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// metric is a number of /metrics.
func (p *place) metric(t *testing.T, name string) (n float64) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.url+control.PathMetrics, nil)
	check(t, err)
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	check(t, err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			_, err := fmt.Sscan(rest, &n)
			check(t, err)
			return n
		}
	}
	t.Fatalf("there is no %s", name)
	return 0
}

// The spans of a charge hang together from the till to the wallet, and tell
// nothing of the customer or of who may come in.
func TestSpansOfACharge(t *testing.T) {
	g := &gatherer{}
	far := httptest.NewServer(g)
	t.Cleanup(far.Close)
	p := newPlace(t, "\n[tracing]\notlp_endpoint = \""+far.URL+"\"\n")
	w := p.listening(t)
	p.start(t)
	s := p.sell(t, 1, "traceparent", posTold)
	const asked = "wallet charge"
	eventually(t, "the spans come", func() bool { return g.named(asked) != nil && g.named("POST /v1/sales") != nil })
	outer, inner := g.named("POST /v1/sales"), g.named(asked)
	if hex.EncodeToString(outer.TraceId) != posTrace || hex.EncodeToString(outer.ParentSpanId) != posHop || outer.Kind != spans.Span_SPAN_KIND_SERVER {
		t.Errorf("the call is %v", outer)
	}
	if string(inner.ParentSpanId) != string(outer.SpanId) || hex.EncodeToString(inner.SpanId) != w.heard()[0].id || inner.Kind != spans.Span_SPAN_KIND_CLIENT {
		t.Errorf("the wallet's is %v; the wallet saw %+v", inner, w.heard())
	}
	notes := map[string]string{}
	for _, a := range inner.Attributes {
		notes[a.Key] = a.Value.GetStringValue()
	}
	if notes["posagent.charge"] != s.ChargeKey || notes["posagent.event"] != "approve" || notes["posagent.wallet"] != "own" {
		t.Errorf("it says %v", notes)
	}
	for _, secret := range []string{"97000000000000000001", "0000000000000000001", visitorToken, "sale 1"} {
		if bytes.Contains(g.raw.Bytes(), []byte(secret)) {
			t.Errorf("%q is in the spans", secret)
		}
	}
	// They are counted when the collector has answered, which is after it has them.
	eventually(t, "the spans are counted", func() bool { return p.metric(t, "posagent_trace_spans_sent_total") >= 2 })
}

// A collector that says nothing holds no sale up; what it costs is counted.
func TestAHangingCollectorHoldsNoSaleUp(t *testing.T) {
	g := &gatherer{hangs: make(chan struct{})}
	far := httptest.NewServer(g)
	t.Cleanup(far.Close)
	t.Cleanup(func() { close(g.hangs) })
	p := newPlace(t, "\n[tracing]\notlp_endpoint = \""+far.URL+"\"\n")
	p.listening(t)
	agent := p.start(t)
	began := time.Now()
	for n := range 800 { // more spans than there is room for
		if s := p.sell(t, n+1); s.State != string(charge.Approved) {
			t.Fatalf("sale %d is %s", n, s.State)
		}
	}
	t.Logf("800 sales in %s", time.Since(began))
	eventually(t, "spans are dropped and counted", func() bool { return p.metric(t, "posagent_trace_spans_dropped_total") > 0 })
	check(t, agent.cmd.Process.Signal(os.Interrupt))
	if code := agent.ended(t); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

func TestACollectorsAuthorityMustBeThere(t *testing.T) {
	p := newPlace(t, "\n[tracing]\notlp_endpoint = \"https://127.0.0.1:1\"\notlp_ca = \"DIR/none.pem\"\n")
	agent := p.spawn(t)
	if code := agent.ended(t); code != exitFailed || !bytes.Contains(tail(agent.log), []byte("otlp_ca")) {
		t.Errorf("it ended with %d:\n%s", code, tail(agent.log))
	}
}
