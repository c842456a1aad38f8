package server

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/trace"
)

// leads are the calls after which the register may ask a wallet for something.
var leads = map[string]bool{
	"open-sale": true, "pay-sale": true, "camera": true, "show-sale": true, "cancel-sale": true,
	"open-top-up": true, "refund": true, "resolve-charge": true,
}

// traced makes such a call a hop of the trace that its headers tell of, or of
// that of its sale, or else of a new one. It comes last of what stands before a
// call: who may not make it begins nothing.
func (s *Server) traced(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if s.Tracer == nil || !leads[op.OperationID] {
		next(ctx)
		return
	}
	r, _ := humago.Unwrap(ctx)
	saleID := s.saleOf(ctx)
	before := trace.Heard(r.Header)
	if before.ID() == "" {
		before = s.Register.Trace(saleID)
	}
	inside, span := s.Tracer.Begin(before.On(ctx.Context()), op.Method+" "+op.Path, trace.Serves,
		trace.Text("http.request.method", op.Method), trace.Text("http.route", op.Path))
	s.Register.Follow(saleID, trace.At(inside))
	next(huma.WithContext(ctx, inside))
	status, failed := ctx.Status(), ""
	if status >= http.StatusInternalServerError {
		failed = "failed"
	}
	span.Note(trace.Number("http.response.status_code", status))
	span.End(failed)
}

// saleOf is the sale that a call is about, as far as its path tells. The others
// say it themselves.
func (s *Server) saleOf(ctx huma.Context) string {
	switch ctx.Operation().OperationID {
	case "pay-sale", "show-sale", "cancel-sale":
		return ctx.Param("id")
	case "camera":
		view, _ := s.Register.Standing()
		return view.Sale.ID
	case "resolve-charge":
		if rec, err := s.Register.Charge(charge.Key(ctx.Param("key"))); err == nil {
			return rec.SaleID
		}
	}
	return ""
}
