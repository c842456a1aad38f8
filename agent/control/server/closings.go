package server

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

func (s *Server) closings(api huma.API) {
	huma.Register(api, operation(http.MethodPost, control.PathClosings, "close", "What a business day has come to by now (an X report), or close the register for it (Z)", control.ScopeResolve), s.closing)
	huma.Register(api, operation(http.MethodGet, control.PathClosings, "closings", "Closings (Z), newest first", control.ScopeResolve), s.listZ)
	huma.Register(api, operation(http.MethodGet, control.PathClosing, "closing", "One closing (Z)", control.ScopeResolve), s.showZ)
	huma.Register(api, operation(http.MethodPost, control.PathClosingPrint, "print-closing", "Print a closing (Z) once more, marked as a copy", control.ScopeResolve), s.printZ)
}

// closing needs no idempotency key: x changes nothing, and there is one z for a
// day.
func (s *Server) closing(ctx context.Context, in *struct{ Body control.NewClosing }) (*struct{ Body control.Closing }, error) {
	if in.Body.Kind == "z" {
		return s.closeZ(ctx, in.Body)
	}
	c, err := s.Register.Closing(in.Body.Date)
	if err != nil {
		return nil, s.explain(err)
	}
	return &struct{ Body control.Closing }{s.shapeClosing(in.Body.Kind, c)}, nil
}

// closeZ goes on when the one who asked goes away: it is closed or not, and
// never halfway. Whoever asks again learns that it is done.
func (s *Server) closeZ(ctx context.Context, want control.NewClosing) (*struct{ Body control.Closing }, error) {
	who := from(ctx)
	if err := s.stepUp(who, operator.Act{Kind: operator.CloseDay, Key: want.Date}, want.Approval); err != nil {
		return nil, err
	}
	wish := agent.CloseWish{Date: want.Date, Reason: strings.TrimSpace(want.Reason), By: who.by, Operator: who.person()}
	if d := want.Drawer; d != nil {
		wish.Count = &closing.Count{Float: d.Float, Other: d.Other, Counted: d.Counted}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileTime)
	defer cancel()
	z, err := s.Register.CloseZ(ctx, wish)
	if err != nil {
		s.refusedZ(who, want, err)
		return nil, s.explain(err)
	}
	return s.zOut(z)
}

// refusedZ is in the journal as well: who tried to close what, and why not.
func (s *Server) refusedZ(who *caller, want control.NewClosing, err error) {
	var refused *agent.Refused
	if errors.As(err, &refused) {
		s.refusedAct(who, operator.Act{Kind: operator.CloseDay, Key: want.Date}, refused.Why)
	}
}

func (s *Server) listZ(_ context.Context, in *struct {
	Before int64 `query:"before" minimum:"0" doc:"the next of the page before"`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"31"`
}) (*struct{ Body control.Closings }, error) {
	zs, err := s.Register.Zs(in.Before, in.Limit)
	out := control.Closings{Closings: []control.Closing{}}
	for _, z := range zs {
		one, err := s.shapeZ(z)
		if err != nil {
			return nil, s.explain(err)
		}
		out.Closings = append(out.Closings, one)
	}
	if len(zs) == in.Limit && zs[len(zs)-1].Number > 1 {
		out.Next = zs[len(zs)-1].Number
	}
	return &struct{ Body control.Closings }{out}, s.explain(err)
}

type zNumber struct {
	Number int64 `path:"number" minimum:"1"`
}

func (s *Server) showZ(_ context.Context, in *zNumber) (*struct{ Body control.Closing }, error) {
	z, err := s.Register.Z(in.Number)
	if err != nil {
		return nil, s.missingZ(err)
	}
	return s.zOut(z)
}

func (s *Server) printZ(_ context.Context, in *zNumber) (*struct{ Body control.Closing }, error) {
	z, err := s.Register.Z(in.Number)
	if err != nil {
		return nil, s.missingZ(err)
	}
	if err := s.Register.PrintZ(z, true); err != nil {
		return nil, s.explain(err)
	}
	return s.zOut(z)
}

func (s *Server) missingZ(err error) error {
	var refused *agent.Refused
	if errors.As(err, &refused) {
		return problemOf(http.StatusNotFound, refused.Why, "")
	}
	return s.explain(err)
}

func (s *Server) zOut(z charge.Z) (*struct{ Body control.Closing }, error) {
	out, err := s.shapeZ(z)
	if err != nil {
		return nil, s.explain(err)
	}
	return &struct{ Body control.Closing }{out}, nil
}

func (s *Server) shapeClosing(kind string, c agent.Closing) control.Closing {
	out := control.Closing{
		Kind: kind, Date: c.Day.Date, From: c.Day.From, To: c.Day.To, At: c.At, Finished: c.Finished,
		Takings: []control.Takings{}, Rates: []control.RateSum{}, Rows: []control.TakenRow{},
	}
	for _, t := range c.Takings {
		out.Takings = append(out.Takings, control.Takings{
			Currency: string(t.Currency), Net: t.Net(), Paid: shapeSum(t.Paid), Cash: shapeSum(t.Cash), Offline: shapeSum(t.Offline), Refunded: shapeSum(t.Refunded), Returned: shapeSum(t.Returned),
			TopUps: shapeSum(t.TopUps), Open: shapeSum(t.Open), Owed: shapeSum(t.Owed), Unpaid: shapeSum(t.Unpaid), Brought: shapeSum(t.Brought),
			PointsUsed: t.PointsUsed, PointsEarned: t.PointsEarned,
		})
	}
	for _, r := range c.Rates {
		out.Rates = append(out.Rates, control.RateSum{Rate: string(r.Rate), Percent: r.Rate.Percent(), Currency: string(r.Currency), Gross: r.Gross, Tax: r.Tax})
	}
	for _, r := range c.Rows {
		out.Rows = append(out.Rows, s.shapeRow(r))
	}
	return out
}

func (s *Server) shapeRow(r closing.Row) control.TakenRow {
	row := control.TakenRow{Wallet: r.Wallet, Kind: string(r.Kind), State: string(r.State), Currency: string(r.Currency), Count: r.Count, Amount: r.Minor}
	row.WalletName, row.WalletNameE = s.Register.WalletName(r.Wallet)
	return row
}

// shapeZ reads the document as it was closed.
func (s *Server) shapeZ(z charge.Z) (control.Closing, error) {
	var doc closing.Report
	if err := json.Unmarshal(z.Document, &doc); err != nil {
		return control.Closing{}, fmt.Errorf("the document of Z %d cannot be read: %w", z.Number, err)
	}
	out := s.shapeClosing("z", agent.Closing{Day: charge.Day{Date: doc.Date, From: doc.From, To: doc.To}, At: doc.At, Totals: doc.Totals})
	more := &control.Z{
		Number: z.Number, Operator: z.Operator, First: z.After + 1, Last: z.Upto, Waiting: []control.TakenRow{}, Reason: doc.Reason, Wallets: []control.ZWallet{},
		Document: string(z.Document), SHA256: hex.EncodeToString(z.Hash[:]), Drawer: control.DrawerFound(doc.Drawer),
	}
	for _, r := range doc.Waiting {
		more.Waiting = append(more.Waiting, s.shapeRow(r))
	}
	for _, w := range doc.Wallets {
		one := control.ZWallet{Wallet: w.Wallet, Compared: w.Compared, Problem: w.Problem, Left: w.Left}
		one.WalletName, one.WalletNameE = s.Register.WalletName(w.Wallet)
		more.Wallets = append(more.Wallets, one)
	}
	out.Z, out.Finished = more, len(doc.Waiting) == 0
	return out, nil
}
