// Package trace carries a W3C Trace Context from whoever asks the register for
// something to the wallets that it asks for it: the same trace id all the way,
// and an id of its own for each hop. It knows no sale and no money, and sends
// nothing anywhere: spans go to whatever provider a Tracer is made of.
//
// Invariant: what a caller's headers say changes ids and nothing else. A header
// that is not understood is as good as none, and no text of a caller reaches a
// wallet but a tracestate of at most 512 characters.
package trace

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// longestState is how long a tracestate may be that is passed on, in
// characters: as much as the standard wants of everybody (3.3.1.5). A wallet
// that refuses a request for its large headers would put a charge in doubt.
const longestState = 512

// Point is a point in a trace: what comes after it is a part of it. The zero is
// no trace at all.
type Point struct{ at trace.SpanContext }

// ID is the trace id in 32 hexadecimal digits, empty without a trace.
func (p Point) ID() string {
	if !p.at.IsValid() {
		return ""
	}
	return p.at.TraceID().String()
}

// At is the point that a context has come to.
func At(ctx context.Context) Point { return Point{trace.SpanContextFromContext(ctx)} }

// On lets what is done under ctx come after the point.
func (p Point) On(ctx context.Context) context.Context {
	if !p.at.IsValid() {
		return ctx
	}
	return trace.ContextWithSpanContext(ctx, p.at)
}

// Heard is the point that the headers of a request tell of. Headers that are
// not as the standard wants them tell of none (3.2.2.5: begin a new trace).
func Heard(h http.Header) Point {
	ctx := propagation.TraceContext{}.Extract(context.Background(), carrier(h))
	return Point{trace.SpanContextFromContext(ctx)}
}

// Tell writes the point of ctx into the headers of a request, for whoever is
// asked next.
func Tell(ctx context.Context, h http.Header) {
	propagation.TraceContext{}.Inject(ctx, carrier(h))
}

// carrier are headers as the standard reads them: two of traceparent are none,
// and those of tracestate are one list (3.3.1).
type carrier http.Header

func (c carrier) Get(key string) string {
	all := http.Header(c).Values(key)
	if key == "tracestate" {
		if list := strings.Join(all, ","); len(list) <= longestState {
			return list
		}
		return ""
	}
	if len(all) != 1 {
		return ""
	}
	return all[0]
}

func (c carrier) Set(key, value string) { http.Header(c).Set(key, value) }

func (c carrier) Keys() []string { return propagation.TraceContext{}.Fields() }

// Tracer begins spans. One without a provider gives each hop its id and records
// nothing; the nil one does not even do that.
type Tracer struct{ record trace.Tracer }

// New is a tracer whose spans go to a provider; nil: nowhere.
func New(p trace.TracerProvider) *Tracer {
	if p == nil {
		return &Tracer{}
	}
	return &Tracer{record: p.Tracer("github.com/posagent/posagent")}
}

// Kind is which side of a request a span is.
type Kind trace.SpanKind

const (
	Within = Kind(trace.SpanKindInternal) // neither
	Serves = Kind(trace.SpanKindServer)
	Asks   = Kind(trace.SpanKindClient)
)

// Note is one thing that is said of a span. Codes of customers, tokens, PINs
// and names of people have no place there.
type Note = attribute.KeyValue

// Text is a note in words, Number one in digits.
func Text(key, value string) Note       { return attribute.String(key, value) }
func Number(key string, value int) Note { return attribute.Int(key, value) }

// Begin begins a span after the point of ctx, or a new trace where there is
// none. What is done under the context that comes back is part of it.
func (t *Tracer) Begin(ctx context.Context, name string, kind Kind, notes ...Note) (context.Context, Span) {
	switch {
	case t == nil:
		return ctx, Span{}
	case t.record == nil:
		return trace.ContextWithSpanContext(ctx, next(trace.SpanContextFromContext(ctx))), Span{}
	}
	ctx, s := t.record.Start(ctx, name, trace.WithSpanKind(trace.SpanKind(kind)), trace.WithAttributes(notes...))
	return ctx, Span{s}
}

// next is a hop after another one. Whether the trace is recorded elsewhere is
// not for us to change.
func next(before trace.SpanContext) trace.SpanContext {
	var id trace.SpanID
	random(id[:])
	if before.IsValid() {
		return before.WithSpanID(id).WithRemote(false)
	}
	var of trace.TraceID
	random(of[:])
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: of, SpanID: id})
}

// random fills an id. All zeros is the one that is no id.
func random(id []byte) {
	_, _ = rand.Read(id) // never fails
	id[0] |= 1
}

// Span is a part of a trace that has begun. The zero is recorded nowhere.
type Span struct{ s trace.Span }

// Note says more of it.
func (s Span) Note(notes ...Note) {
	if s.s != nil {
		s.s.SetAttributes(notes...)
	}
}

// End ends it. failed is a fixed word for what went wrong, empty when nothing
// did.
func (s Span) End(failed string) {
	if s.s == nil {
		return
	}
	if failed != "" {
		s.s.SetStatus(codes.Error, failed)
	}
	s.s.End()
}
