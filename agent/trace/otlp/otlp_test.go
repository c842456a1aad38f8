package otlp_test

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/posagent/posagent/agent/trace"
	"github.com/posagent/posagent/agent/trace/otlp"
)

// far is a collector: it decodes what comes as any other one would.
type far struct {
	*httptest.Server
	mu     sync.Mutex
	paths  map[string]int
	spans  []*spans.Span
	who    map[string]string // of the resource
	status int               // 0: 200
	hangs  chan struct{}     // nil: it answers
	came   chan struct{}
}

func listen(t *testing.T, start func(*httptest.Server)) *far {
	t.Helper()
	f := &far{paths: map[string]int{}, who: map[string]string{}, came: make(chan struct{}, 1000)}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.take))
	start(f.Server)
	t.Cleanup(f.Close)
	return f
}

func (f *far) take(w http.ResponseWriter, r *http.Request) {
	defer func() { f.came <- struct{}{} }()
	f.mu.Lock()
	hangs := f.hangs
	f.mu.Unlock()
	if hangs != nil {
		<-hangs
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.status != 0 {
		http.Error(w, "no\x1b[31m", f.status)
		return
	}
	unzipped, err := gzip.NewReader(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(unzipped)
	var in collector.ExportTraceServiceRequest
	if err != nil || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(body, &in) != nil {
		http.Error(w, "no protobuf", http.StatusBadRequest)
		return
	}
	f.paths[r.URL.Path]++
	for _, rs := range in.ResourceSpans {
		for _, a := range rs.Resource.Attributes {
			f.who[a.Key] = a.Value.GetStringValue()
		}
		for _, ss := range rs.ScopeSpans {
			f.spans = append(f.spans, ss.Spans...)
		}
	}
	out, _ := proto.Marshal(&collector.ExportTraceServiceResponse{})
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(out)
}

func (f *far) sets(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// run is an exporter that runs until stop.
func run(t *testing.T, o otlp.Options) (e *otlp.Exporter, stop func()) {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e, err := otlp.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { e.Run(ctx); close(done) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Error("it does not stop")
			}
		})
	}
	t.Cleanup(stop)
	return e, stop
}

func TestSpansArrive(t *testing.T) {
	f := listen(t, (*httptest.Server).StartTLS)
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw})
	e, stop := run(t, otlp.Options{Endpoint: f.URL, Roots: roots, Register: "S001-01", Version: "1.2.3", Training: true})
	h := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}
	ctx, outer := e.Tracer().Begin(trace.Heard(h).On(t.Context()), "POST /v1/sales", trace.Serves, trace.Text("http.route", "/v1/sales"))
	_, inner := e.Tracer().Begin(ctx, "wallet charge", trace.Asks)
	inner.Note(trace.Number("http.response.status_code", 200))
	inner.End("lose")
	outer.End("")
	stop() // what waits still goes
	if got := e.Stats(); got != (otlp.Stats{Sent: 2}) || f.paths["/v1/traces"] != 1 {
		t.Fatalf("%+v, paths %v", got, f.paths)
	}
	in, out := f.spans[0], f.spans[1]
	if hex.EncodeToString(out.TraceId) != "4bf92f3577b34da6a3ce929d0e0e4736" || hex.EncodeToString(out.ParentSpanId) != "00f067aa0ba902b7" {
		t.Errorf("the outer span is %v", out)
	}
	if string(in.ParentSpanId) != string(out.SpanId) || string(in.TraceId) != string(out.TraceId) {
		t.Errorf("the inner span %v is not within %v", in, out)
	}
	if out.Name != "POST /v1/sales" || out.Kind != spans.Span_SPAN_KIND_SERVER || out.Status.GetCode() != spans.Status_STATUS_CODE_UNSET ||
		in.Kind != spans.Span_SPAN_KIND_CLIENT || in.Status.GetCode() != spans.Status_STATUS_CODE_ERROR || in.Status.Message != "lose" {
		t.Errorf("%v\n%v", out, in)
	}
	if f.who["service.name"] != "posagent" || f.who["service.instance.id"] != "S001-01" || f.who["deployment.environment.name"] != "training" {
		t.Errorf("it is %v", f.who)
	}
}

// A caller that does not record its trace wants nothing of it recorded.
func TestUnsampledIsNotSent(t *testing.T) {
	f := listen(t, (*httptest.Server).Start)
	e, stop := run(t, otlp.Options{Endpoint: f.URL + "/else"})
	h := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}}
	ctx, span := e.Tracer().Begin(trace.Heard(h).On(t.Context()), "one", trace.Serves)
	span.End("")
	next := http.Header{}
	trace.Tell(ctx, next)
	if p := next.Get("traceparent"); !strings.HasPrefix(p, "00-4bf92f3577b34da6a3ce929d0e0e4736-") || strings.Contains(p, "00f067aa0ba902b7") || !strings.HasSuffix(p, "-00") {
		t.Errorf("passed on is %q", p)
	}
	stop()
	if e.Stats() != (otlp.Stats{}) || len(f.paths) != 0 {
		t.Errorf("%+v, paths %v", e.Stats(), f.paths)
	}
}

// A collector that takes requests and says nothing costs those who end spans
// nothing, and no more memory than there is room for.
func TestAHangingCollectorHoldsNobodyUp(t *testing.T) {
	f := listen(t, (*httptest.Server).Start)
	f.hangs = make(chan struct{})
	defer close(f.hangs)
	e, stop := run(t, otlp.Options{Endpoint: f.URL, Within: 300 * time.Millisecond})
	const many = 20_000
	began := time.Now()
	for range many {
		_, span := e.Tracer().Begin(t.Context(), "one", trace.Serves)
		span.End("")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("%d spans took %s", many, took)
	}
	if dropped := e.Stats().Dropped; dropped < many/2 {
		t.Errorf("%d of %d were dropped: where are the others?", dropped, many)
	}
	stop()
	eventually(t, "each span is counted", func() bool { return e.Stats() == otlp.Stats{Dropped: many} })
}

func TestACollectorThatRefusesAndComesBack(t *testing.T) {
	f := listen(t, (*httptest.Server).Start)
	f.status = http.StatusServiceUnavailable
	var text strings.Builder
	var mu sync.Mutex
	log := slog.New(slog.NewTextHandler(locked{&mu, &text}, nil))
	e, stop := run(t, otlp.Options{Endpoint: f.URL, Log: log})
	one := func() {
		_, span := e.Tracer().Begin(t.Context(), "one", trace.Serves)
		span.End("")
	}
	one()
	eventually(t, "it is dropped", func() bool { return e.Stats().Dropped == 1 })
	one()
	eventually(t, "the second is dropped", func() bool { return e.Stats().Dropped == 2 })
	f.sets(func() { f.status = 0 })
	one()
	eventually(t, "the third arrives", func() bool { return e.Stats().Sent == 1 })
	stop()
	mu.Lock()
	defer mu.Unlock()
	if strings.Count(text.String(), "does not take spans") != 1 || strings.Count(text.String(), "takes spans again") != 1 || strings.Contains(text.String(), "\x1b") {
		t.Errorf("the log says\n%s", &text)
	}
}

func TestNoVariableOfTheEnvironmentSendsSpansElsewhere(t *testing.T) {
	elsewhere := listen(t, (*httptest.Server).Start)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", elsewhere.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", elsewhere.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
	t.Setenv("HTTP_PROXY", elsewhere.URL)
	t.Setenv("OTEL_TRACES_SAMPLER", "always_off")
	t.Setenv("OTEL_SERVICE_NAME", "another")
	f := listen(t, (*httptest.Server).Start)
	e, stop := run(t, otlp.Options{Endpoint: f.URL})
	_, span := e.Tracer().Begin(t.Context(), "one", trace.Serves)
	span.End("")
	stop()
	if e.Stats().Sent != 1 || len(f.spans) != 1 || len(elsewhere.paths) != 0 || f.who["service.name"] != "posagent" {
		t.Errorf("%+v; here %v of %v, elsewhere %v", e.Stats(), f.paths, f.who, elsewhere.paths)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	f := listen(t, (*httptest.Server).Start)
	away := httptest.NewServer(http.RedirectHandler(f.URL, http.StatusTemporaryRedirect))
	defer away.Close()
	e, stop := run(t, otlp.Options{Endpoint: away.URL})
	_, span := e.Tracer().Begin(t.Context(), "one", trace.Serves)
	span.End("")
	stop()
	if e.Stats() != (otlp.Stats{Dropped: 1}) || len(f.came) != 0 {
		t.Errorf("%+v", e.Stats())
	}
}

type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}
