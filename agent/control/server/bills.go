package server

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

type billOut struct{ Body control.Bill }

func (s *Server) bills(api huma.API) {
	huma.Register(api, operation(http.MethodPost, control.PathBills, "open-bill", "Open a bill, to be paid in parts: by code, in cash, with more than one wallet", control.ScopePrepare), s.openBill)
	huma.Register(api, operation(http.MethodGet, control.PathBill, "bill", "A bill and its parts", control.ScopeRead), s.lookBill)
	huma.Register(api, operation(http.MethodPost, control.PathBillParts, "pay-part", "Begin a part of a bill", control.ScopePrepare), s.payPart)
	huma.Register(api, operation(http.MethodPost, control.PathBillCancel, "cancel-bill", "Let a bill take no more parts, when nobody has paid any", control.ScopePrepare), s.cancelBill)
	huma.Register(api, operation(http.MethodPost, control.PathFormal, "formal-receipt", "Print the formal receipt of a sale, once", control.ScopePrepare), s.formal)
}

func (s *Server) openBill(ctx context.Context, in *struct {
	Keyed
	Body control.NewBill
}) (*billOut, error) {
	who := from(ctx)
	key, err := in.wish()
	if err != nil {
		return nil, err
	}
	b := in.Body
	want := sale.Bill{Sale: s.newSale(who, "bill\x00"+key, control.NewSale{Reference: b.Reference, Amount: b.Amount, Currency: b.Currency, Lines: b.Lines})}
	s.opening.Lock()
	defer s.opening.Unlock()
	view, found, err := s.billThere(want)
	if err == nil && !found {
		view, err = s.Register.OpenBill(want, who.by)
	}
	return s.billOut(view, err)
}

// billThere is the bill of this wish, or with this reference. Another amount
// under either is a conflict.
func (s *Server) billThere(want sale.Bill) (agent.BillView, bool, error) {
	id := want.ID
	if want.Reference != "" {
		have, there, err := s.Books.BillByReference(want.BusinessDate, want.Source, want.Reference)
		if err != nil {
			return agent.BillView{}, false, err
		}
		if there {
			id = have.ID
		}
	}
	view, err := s.Register.LookBill(id)
	switch {
	case err != nil && errors.Is(err, s.NotFound):
		return view, false, nil
	case err != nil:
		return view, false, err
	case view.Bill.Amount != want.Amount || view.Bill.Reference != want.Reference, view.Bill.ID == want.ID && !slices.Equal(view.Bill.Lines, want.Lines):
		return view, false, &agent.Refused{Why: "bill.conflict"}
	}
	return view, true, nil
}

func (s *Server) lookBill(_ context.Context, in *struct {
	ID string `path:"id" maxLength:"64"`
}) (*billOut, error) {
	return s.billOut(s.Register.LookBill(in.ID))
}

func (s *Server) payPart(ctx context.Context, in *struct {
	Keyed
	ID   string `path:"id" maxLength:"64"`
	Body control.NewPart
}) (*billOut, error) {
	who := from(ctx)
	key, err := in.wish()
	if err != nil {
		return nil, err
	}
	bill, err := s.Register.LookBill(in.ID)
	if err != nil {
		return s.billOut(bill, err)
	}
	want := agent.PartWish{
		Bill: in.ID, ID: s.saleID(who, "part\x00"+in.ID+"\x00"+key), By: who.by, Operator: who.operator.ID,
		Amount: money.Amount{Minor: in.Body.Amount, Currency: bill.Bill.Amount.Currency},
	}
	if in.Body.Way == "cash" {
		if want.Handed = in.Body.Handed; want.Handed == 0 {
			want.Handed = in.Body.Amount
		}
	}
	return s.billOut(s.Register.PayPart(want))
}

func (s *Server) cancelBill(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"64"`
}) (*billOut, error) {
	who := from(ctx)
	return s.billOut(s.Register.GiveUpBill(in.ID, who.by, who.operator.ID))
}

func (s *Server) billOut(v agent.BillView, err error) (*billOut, error) {
	if err != nil {
		return nil, s.missing(err, "bill")
	}
	b := v.Bill
	out := control.Bill{
		ID: b.ID, Reference: b.Reference, Amount: b.Amount.Minor, Currency: string(b.Amount.Currency), State: string(v.State), Left: v.Left.Minor, Waiting: v.Waiting,
		Parts: []control.Part{}, BusinessDate: b.BusinessDate, Opened: b.At,
	}
	for _, l := range b.Lines {
		out.Lines = append(out.Lines, control.Line{Name: l.Name, Quantity: l.Quantity, Amount: l.Amount.Minor, Rate: string(l.Rate)})
	}
	for _, p := range v.Parts {
		part := control.Part{Part: p.Sale.Part, Way: "code", Paid: p.Paid, Sale: s.shapeSale(p.View)}
		if p.Sale.Cash() {
			part.Way, part.Handed, part.Change = "cash", p.Sale.Handed, p.Sale.Handed-p.Sale.Amount.Minor
		}
		out.Parts = append(out.Parts, part)
	}
	return &billOut{out}, nil
}

// formal needs no idempotency key: a sale has one formal receipt, and a copy is
// marked as one.
func (s *Server) formal(ctx context.Context, in *struct {
	Key  string `path:"key" maxLength:"32"`
	Body control.NewFormal
}) (*struct{ Body control.Formal }, error) {
	who := from(ctx)
	if in.Body.Copy && !who.scopes[control.ScopeResolve] {
		return nil, problemOf(http.StatusForbidden, "formal.copy", "")
	}
	f, err := s.Register.Formal(agent.FormalWish{Key: charge.Key(in.Key), To: in.Body.To, For: in.Body.For, Again: in.Body.Copy, By: who.by, Operator: who.person()})
	if err != nil {
		return nil, s.missing(err, "charge")
	}
	return &struct{ Body control.Formal }{control.Formal{
		Number: f.Number, Key: string(f.Key), To: f.To, For: f.For, Amount: f.Amount.Minor, Currency: string(f.Amount.Currency), At: f.At, Paper: string(f.Paper), Copies: f.Copies,
	}}, nil
}
