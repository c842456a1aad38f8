package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

func (s *Server) charges(api huma.API) {
	huma.Register(api, operation(http.MethodGet, control.PathCharges, "charges", "Charges, newest first", control.ScopeRead), s.listCharges)
	huma.Register(api, operation(http.MethodGet, control.PathCharge, "charge", "A charge and the steps it took", control.ScopeRead), s.oneCharge)
	huma.Register(api, papers(operation(http.MethodGet, control.PathReceipt, "receipt", "A paid charge's receipt, or the slip of a refund, a top-up or a void, as it is on paper: image/png, or text/plain", control.ScopeRead)), s.receipt)
	huma.Register(api, operation(http.MethodPost, control.PathReprint, "reprint", "Print a charge's receipt once more, or the store's copy of one that waits to be collected", control.ScopePrepare), s.reprint)
}

func (s *Server) listCharges(_ context.Context, in *struct {
	State  []string `query:"state" doc:"only these states, or open for all that are not settled"`
	Before int64    `query:"before" minimum:"0" doc:"the next of the page before"`
	Limit  int      `query:"limit" minimum:"1" maximum:"500" default:"50"`
}) (*struct{ Body control.Charges }, error) {
	states, err := statesOf(in.State)
	if err != nil {
		return nil, err
	}
	page, next, err := s.Books.Charges(states, in.Before, in.Limit)
	if err != nil {
		return nil, s.explain(err)
	}
	out := control.Charges{Charges: make([]control.Charge, 0, len(page)), Next: next}
	for _, rec := range page {
		out.Charges = append(out.Charges, s.shapeCharge(rec))
	}
	return &struct{ Body control.Charges }{out}, nil
}

func (s *Server) oneCharge(_ context.Context, in *struct {
	Key string `path:"key" maxLength:"32"`
}) (*struct{ Body control.Charge }, error) {
	rec, err := s.Register.Charge(charge.Key(in.Key))
	if err != nil {
		return nil, s.missing(err, "charge")
	}
	out, err := s.whole(rec)
	if err != nil {
		return nil, err
	}
	return &struct{ Body control.Charge }{out}, nil
}

// whole is a charge with its steps and its refunds.
func (s *Server) whole(rec charge.Record) (control.Charge, error) {
	out := s.shapeCharge(rec)
	var err error
	if out.Steps, err = s.Books.Steps(rec.Key); err != nil {
		return out, s.explain(err)
	}
	tell(rec.Kind, out.Steps)
	refunds, err := s.Register.RefundsOf(rec.Key)
	if err != nil {
		return out, s.explain(err)
	}
	for _, r := range refunds {
		out.Refunds = append(out.Refunds, s.shapeCharge(r))
	}
	return out, nil
}

type paperOut struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Vary        string `header:"Vary" hidden:"true"`
	Body        []byte
}

func (s *Server) receipt(ctx context.Context, in *struct {
	Key    string `path:"key" maxLength:"32"`
	Accept string `header:"Accept" hidden:"true"`
	Lang   string `query:"lang" enum:"ja,en" default:"ja"`
}) (*paperOut, error) {
	kind, ok := likes(in.Accept, "text/plain", "image/png")
	if !ok {
		return nil, problemOf(http.StatusNotAcceptable, "not_acceptable", "a receipt is text/plain or image/png")
	}
	rec, err := s.Register.Charge(charge.Key(in.Key))
	if err != nil {
		return nil, s.missing(err, "charge")
	}
	if !s.Register.HasPaper(rec) {
		return nil, problemOf(http.StatusConflict, "register.no_receipt", "")
	}
	out := &paperOut{ContentType: kind, Vary: "Accept"}
	if kind == "image/png" {
		out.Body, err = s.Papers.PNG(ctx, rec, in.Lang)
	} else {
		out.ContentType = "text/plain; charset=utf-8"
		var text string
		text, err = s.Papers.Text(ctx, rec, in.Lang)
		out.Body = []byte(text)
	}
	if err != nil {
		return nil, s.explain(err)
	}
	return out, nil
}

func (s *Server) reprint(_ context.Context, in *struct {
	Key  string `path:"key" maxLength:"32"`
	Copy string `query:"copy" enum:"receipt,store" default:"receipt" doc:"store: what the store keeps of a charge that was taken without a network"`
}) (*struct{ Body control.Paper }, error) {
	if in.Copy == "store" {
		paper, err := s.Register.ReprintStoreCopy(charge.Key(in.Key))
		if err != nil {
			return nil, s.missing(err, "charge")
		}
		return &struct{ Body control.Paper }{control.Paper{Paper: string(paper)}}, nil
	}
	rec, err := s.Register.Reprint(charge.Key(in.Key))
	if err != nil {
		return nil, s.missing(err, "charge")
	}
	return &struct{ Body control.Paper }{control.Paper{Paper: string(rec.Paper)}}, nil
}
