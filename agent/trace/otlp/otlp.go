// Package otlp sends the spans of a register to a collector, by OTLP over HTTP.
// It is the only place that knows the OpenTelemetry SDK, and it sets none of
// its globals.
//
// Invariant: whoever ends a span never waits. There is room for so many spans
// and no more; what finds none, and what the collector does not take, is
// dropped and counted.
package otlp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/posagent/posagent/agent/trace"
)

// Options are what an exporter needs.
type Options struct {
	Endpoint string // https://host/path, or http: on this machine; without a path, /v1/traces
	Roots    []byte // authorities of its certificate in PEM; nil: those of the system
	Register string // which register this is, such as S001-01
	Version  string
	Training bool
	Within   time.Duration // how long the collector may take for a batch; 0: 10 s
	Log      *slog.Logger
}

const (
	room    = 1024            // spans that may wait: those of some hundred charges
	batch   = 256             // spans that go at once
	gather  = 2 * time.Second // how long a span waits for others
	within  = 10 * time.Second
	goodbye = 2 * time.Second // for what waits when the register stops
)

// Exporter is on its way to a collector. Its spans wait until Run.
type Exporter struct {
	provider *sdk.TracerProvider
	out      sdk.SpanExporter
	client   *http.Client
	within   time.Duration
	waiting  chan sdk.ReadOnlySpan
	log      *slog.Logger
	down     bool // of Run alone: the last batch was not taken

	sent, dropped atomic.Int64
}

// Stats are the spans since the start.
type Stats struct {
	Sent    int64 // that the collector took
	Dropped int64 // that found no room, or that the collector did not take
}

// New prepares an exporter. It connects to nothing.
func New(o Options) (*Exporter, error) {
	e := &Exporter{within: o.Within, waiting: make(chan sdk.ReadOnlySpan, room), log: o.Log}
	if e.within == 0 {
		e.within = within
	}
	var err error
	if e.client, err = client(o.Roots, e.within); err != nil {
		return nil, err
	}
	at, err := url.Parse(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if at.Path == "" || at.Path == "/" {
		at.Path = "/v1/traces"
	}
	// Every option is said, so that no variable of the environment says another.
	e.out, err = otlptrace.New(context.Background(), otlptracehttp.NewClient(
		otlptracehttp.WithEndpointURL(at.String()),
		otlptracehttp.WithEncoding(otlptracehttp.EncodingProtobuf),
		otlptracehttp.WithHTTPClient(e.client),
		otlptracehttp.WithHeaders(map[string]string{}),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}), // what waits for a second try has no room elsewhere
	))
	if err != nil {
		return nil, fmt.Errorf("prepare the spans' way to %s: %w", o.Endpoint, err)
	}
	e.provider = sdk.NewTracerProvider(
		sdk.WithResource(identity(o)),
		sdk.WithSampler(sdk.ParentBased(sdk.AlwaysSample())), // a caller that records nothing of a trace wants nothing of it from us
		sdk.WithSpanProcessor(queue{e}),
	)
	return e, nil
}

// client goes past no proxy and follows no redirect: the address that was set
// is the one that hears of the shop.
func client(roots []byte, within time.Duration) (*http.Client, error) {
	t := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 5 * time.Second, MaxConnsPerHost: 1, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 16 << 10,
	}
	if roots != nil {
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(roots) {
			return nil, errors.New("the authority of the collector's certificate is in no PEM form")
		}
	}
	return &http.Client{Transport: t, Timeout: within, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// identity is who sends. Nothing of the machine is in it: its users and
// command line are nobody's business.
func identity(o Options) *resource.Resource {
	environment := "production"
	if o.Training {
		environment = "training"
	}
	return resource.NewSchemaless(
		attribute.String("service.name", "posagent"),
		attribute.String("service.version", o.Version),
		attribute.String("service.instance.id", o.Register),
		attribute.String("deployment.environment.name", environment),
	)
}

// Tracer begins spans that go to the collector.
func (e *Exporter) Tracer() *trace.Tracer { return trace.New(e.provider) }

// Stats are the numbers right now.
func (e *Exporter) Stats() Stats { return Stats{e.sent.Load(), e.dropped.Load()} }

// queue lets spans wait for Run.
type queue struct{ e *Exporter }

func (queue) OnStart(context.Context, sdk.ReadWriteSpan) {}

func (q queue) OnEnd(s sdk.ReadOnlySpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	select {
	case q.e.waiting <- s:
	default:
		q.e.dropped.Add(1)
	}
}

func (queue) Shutdown(context.Context) error   { return nil }
func (queue) ForceFlush(context.Context) error { return nil }

// Run sends what waits until ctx ends, and then, within a moment, what is left.
func (e *Exporter) Run(ctx context.Context) {
	defer e.client.CloseIdleConnections()
	for {
		spans := e.some(ctx)
		if ctx.Err() != nil {
			e.last(spans)
			return
		}
		e.send(ctx, spans)
	}
}

// some are spans that waited: the first and what comes soon after it.
func (e *Exporter) some(ctx context.Context) (spans []sdk.ReadOnlySpan) {
	select {
	case <-ctx.Done():
		return nil
	case s := <-e.waiting:
		spans = append(spans, s)
	}
	timer := time.NewTimer(gather)
	defer timer.Stop()
	for len(spans) < batch {
		select {
		case <-ctx.Done():
			return spans
		case <-timer.C:
			return spans
		case s := <-e.waiting:
			spans = append(spans, s)
		}
	}
	return spans
}

// last sends what is left when the register stops.
func (e *Exporter) last(spans []sdk.ReadOnlySpan) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	for {
		select {
		case s := <-e.waiting:
			spans = append(spans, s)
			continue
		default:
		}
		if len(spans) > 0 {
			e.send(ctx, spans)
		}
		return
	}
}

// send sends one batch once. An error of the network may carry the collector's
// own words, which are quoted.
func (e *Exporter) send(ctx context.Context, spans []sdk.ReadOnlySpan) {
	ctx, cancel := context.WithTimeout(ctx, e.within)
	defer cancel()
	err := e.out.ExportSpans(ctx, spans)
	if err == nil {
		e.sent.Add(int64(len(spans)))
		if e.down {
			e.down = false
			e.log.Info("the collector takes spans again")
		}
		return
	}
	e.dropped.Add(int64(len(spans)))
	if !e.down { // once for each time that it goes away, however many spans that costs
		e.down = true
		e.log.Warn("the collector does not take spans; they are dropped until it does", "error", fmt.Sprintf("%.200q", err.Error()))
	}
}
