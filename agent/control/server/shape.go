package server

import (
	"cmp"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

func (s *Server) shapeSale(v agent.View) control.Sale {
	c := v.Charge
	out := control.Sale{
		ID: v.Sale.ID, Reference: v.Sale.Reference, Amount: v.Sale.Amount.Minor, Currency: string(v.Sale.Amount.Currency),
		State: string(c.State), Goods: string(s.Register.Goods(v)), TopUp: v.Sale.TopUp, Bill: v.Sale.Bill, ChargeKey: string(c.Key), Reason: string(c.Reason),
		Wallet: c.Wallet, Receipt: c.Receipt, Points: shapePoints(c.Points), Paper: string(c.Paper), Checking: v.Checking,
		Deadline: v.Deadline, NextInquiry: v.Next, GiveUp: v.GiveUp,
		BusinessDate: v.Sale.BusinessDate, Opened: v.Sale.At, Changed: c.ChangedAt, Refusal: shapeRefusal(v.Refusal),
	}
	if c.Wallet != "" {
		out.WalletName, out.WalletNameE = s.Register.WalletName(c.Wallet)
	}
	if v.Shown != nil {
		out.Show = s.shapeShown(*v.Shown)
	}
	if c.Reason != charge.ReasonNone {
		e := health.Lookup("reason." + string(c.Reason))
		out.ReasonText, out.ReasonTextE = e.Advice(), e.AdviceEN()
	}
	for _, limit := range v.Lifted {
		e := health.Lookup("override.given")
		out.Lifted = append(out.Lifted, limit.Setting())
		out.LiftedText, out.LiftedTextE = e.Advice(), e.AdviceEN()
	}
	for _, l := range v.Sale.Lines {
		out.Lines = append(out.Lines, control.Line{Name: l.Name, Quantity: l.Quantity, Amount: l.Amount.Minor, Rate: string(l.Rate)})
	}
	return out
}

func shapeRefusal(r *agent.Refusal) *control.Refusal {
	if r == nil {
		return nil
	}
	e := health.Lookup(r.Why)
	out := &control.Refusal{Why: r.Why, Text: e.Advice(), TextE: e.AdviceEN(), Left: r.Left, At: r.At, Override: r.Lift.Setting()}
	out.Text, out.TextE = withLeft(out.Text, out.TextE, r.Left)
	out.Text, out.TextE = withLift(out.Text, out.TextE, r.Lift)
	return out
}

// withLift adds that a manager may let the sale pass.
func withLift(text, textE string, limit charge.Limit) (string, string) {
	if limit == "" {
		return text, textE
	}
	e := health.Lookup("override.may")
	return text + e.Advice(), textE + " " + e.AdviceEN()
}

// withLeft adds what remains of a limit to the words about it.
func withLeft(text, textE, left string) (string, string) {
	if left == "" {
		return text, textE
	}
	return text + "(残り " + left + ")", textE + " Left: " + left + "."
}

func (s *Server) shapeCharge(c charge.Record) control.Charge {
	out := control.Charge{
		Key: string(c.Key), Kind: string(cmp.Or(c.Kind, charge.Payment)), Of: string(c.Of), SaleID: c.SaleID, Amount: c.Amount.Minor, Currency: string(c.Amount.Currency),
		State: string(c.State), Goods: string(s.Register.GoodsOfCharge(c)), Reason: string(c.Reason), Wallet: c.Wallet,
		Receipt: c.Receipt, Points: shapePoints(c.Points), Code: c.Code.Masked, Paper: string(c.Paper), Reprints: c.Reprints,
		Attempts: c.Attempts, Alarms: c.Alarms, Prepared: c.PreparedAt, Changed: c.ChangedAt,
	}
	if c.Wallet != "" {
		out.WalletName, out.WalletNameE = s.Register.WalletName(c.Wallet)
	}
	if c.Reason != charge.ReasonNone {
		e := health.Lookup("reason." + string(c.Reason))
		out.ReasonText, out.ReasonTextE = e.Advice(), e.AdviceEN()
	}
	return out
}

func shapePoints(p charge.Points) *control.Points {
	if !p.Any() {
		return nil
	}
	return &control.Points{Used: p.Used, Earned: p.Earned, Left: p.Left}
}

// tell adds to the steps of a charge what each meant, and what the cashier
// read and was to do with the goods from then on.
func tell(kind charge.Kind, steps []control.Step) {
	for i := range steps {
		s := &steps[i]
		if s.Reason != "" {
			e := health.Lookup("reason." + s.Reason)
			s.ReasonText, s.ReasonTextE = e.Text, e.TextEN
		}
		e := health.Lookup("state." + s.To)
		s.Shown, s.ShownE = e.Title, e.TitleEN
		s.Goods = string(charge.Record{Kind: kind, State: charge.State(s.To)}.Goods())
	}
}

func shapeDevice(d agent.DeviceView) control.Device {
	h := d.Health
	e := health.Device(h.Kind, string(h.State), string(h.Reason))
	return control.Device{
		ID: h.ID, Role: d.Role, Kind: h.Kind, Model: h.Model, Path: h.Path, State: string(h.State), Reason: string(h.Reason),
		Text: e.Advice(), TextE: e.AdviceEN(), Detail: h.Detail, Since: h.Since, LastOK: h.LastOK,
	}
}

// register is the register right now, as the pages show it.
func (s *Server) register() control.Register {
	out := control.Register{Presenters: s.presenters(), Store: s.Store.Name, Terminal: s.Store.Terminal, Demo: s.Demo, Training: s.Training != nil && s.Training.On(), Refusal: shapeRefusal(s.Register.LastRefusal())}
	if v, ok := s.Register.Standing(); ok {
		one := s.shapeSale(v)
		out.Sale = &one
	}
	for _, d := range s.Register.Devices() {
		out.Devices = append(out.Devices, shapeDevice(d))
	}
	out.Open = s.Register.Unsettled()
	if v, is := s.Register.WithoutNetwork(); is {
		out.Offline = &control.Offline{
			Taking: v.Taking, Away: v.Away, Count: v.Count, Amount: v.Minor, Carried: v.Carried, Brought: v.Brought,
			LeftCount: v.LeftCount, LeftAmount: v.LeftMinor, Oldest: v.Oldest, Until: v.Until,
		}
	}
	return out
}

func (s *Server) health() control.Health {
	out := control.Health{Ready: s.Ready() == nil, Troubles: []control.Trouble{}}
	if s.SealedBy.KeptBy != "" {
		out.OfflineKey = &s.SealedBy
	}
	add := func(t control.Trouble) {
		e := health.Lookup(t.Code)
		t.Act, t.Title, t.TitleE, t.Text, t.TextE = string(e.Act), e.Title, e.TitleEN, e.Advice(), e.AdviceEN()
		out.Troubles = append(out.Troubles, t)
	}
	for _, t := range s.Register.Troubles() {
		add(control.Trouble{Code: t.Code, Subject: t.Subject, Since: t.Since})
	}
	for _, d := range s.Register.Devices() {
		if d.Health.State == "ready" || d.Health.State == "disabled" {
			continue
		}
		e := health.Device(d.Health.Kind, string(d.Health.State), string(d.Health.Reason))
		add(control.Trouble{Code: e.Code, Subject: d.Health.ID, Since: d.Health.Since})
	}
	return out
}
