package agent

import (
	"context"
	"log/slog"
	"sync"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/trace"
)

// mostFollowed is how many sales are remembered with their traces: those of
// some days. What is settled for longer than that begins a new one.
const mostFollowed = 4096

// traces are those of sales. What is done about a sale without anybody asking,
// such as an inquiry after a doubt, belongs to the trace of the last request
// about it. They are not kept on disk: a restart begins new ones.
type traces struct {
	mu     sync.Mutex
	of     map[string]trace.Point // by the id of the sale
	oldest []string               // in the order in which they came
}

// keep remembers the trace of a sale, and forgets the oldest one for it.
func (t *traces) keep(saleID string, at trace.Point) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.of[saleID]; !known {
		if len(t.oldest) == mostFollowed {
			delete(t.of, t.oldest[0])
			t.oldest = t.oldest[1:]
		}
		t.oldest = append(t.oldest, saleID)
	}
	t.of[saleID] = at
}

func (t *traces) find(saleID string) trace.Point {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of[saleID]
}

// Follow lets what is done about a sale from now on be part of the trace of a
// request: the one to its wallet, and the inquiries and reversals after it,
// until another request about the sale is followed.
func (r *Register) Follow(saleID string, at trace.Point) {
	if at.ID() != "" && saleID != "" {
		r.traces.keep(saleID, at)
	}
}

// Trace is the trace that a sale is part of, none when there is none yet.
func (r *Register) Trace(saleID string) trace.Point { return r.traces.find(saleID) }

// traced is the register's life, in the trace of a charge's sale. A sale that
// has none, such as one from before a restart, begins one.
func (r *Register) traced(rec charge.Record) context.Context {
	at := r.traces.find(rec.SaleID)
	if at.ID() == "" {
		ctx, span := r.parts.Tracer.Begin(r.life, "register takes a charge up", trace.Within, trace.Text("posagent.charge", string(rec.Key)))
		span.End("")
		at = trace.At(ctx)
		r.Follow(rec.SaleID, at)
	}
	return at.On(r.life)
}

// logOf is the log of what is done about a sale: its lines carry the trace.
func (r *Register) logOf(saleID string) *slog.Logger {
	if id := r.traces.find(saleID).ID(); id != "" {
		return r.log.With("trace_id", id)
	}
	return r.log
}
