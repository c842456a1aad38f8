package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control"
)

func (s *Server) closings(api huma.API) {
	huma.Register(api, operation(http.MethodPost, control.PathClosings, "close", "What a business day has come to by now (an X report)", control.ScopeResolve), s.closing)
}

// closing needs no idempotency key: it changes nothing.
func (s *Server) closing(_ context.Context, in *struct{ Body control.NewClosing }) (*struct{ Body control.Closing }, error) {
	c, err := s.Register.Closing(in.Body.Date)
	if err != nil {
		return nil, s.explain(err)
	}
	return &struct{ Body control.Closing }{s.shapeClosing(in.Body.Kind, c)}, nil
}

func (s *Server) shapeClosing(kind string, c agent.Closing) control.Closing {
	out := control.Closing{
		Kind: kind, Date: c.Day.Date, From: c.Day.From, To: c.Day.To, At: c.At, Finished: c.Finished,
		Takings: []control.Takings{}, Rates: []control.RateSum{}, Rows: []control.TakenRow{},
	}
	for _, t := range c.Takings {
		out.Takings = append(out.Takings, control.Takings{
			Currency: string(t.Currency), Net: t.Net(), Paid: shapeSum(t.Paid), Offline: shapeSum(t.Offline), Refunded: shapeSum(t.Refunded), Returned: shapeSum(t.Returned),
			TopUps: shapeSum(t.TopUps), Open: shapeSum(t.Open), Owed: shapeSum(t.Owed), Unpaid: shapeSum(t.Unpaid), Brought: shapeSum(t.Brought),
		})
	}
	for _, r := range c.Rates {
		out.Rates = append(out.Rates, control.RateSum{Rate: string(r.Rate), Percent: r.Rate.Percent(), Currency: string(r.Currency), Gross: r.Gross, Tax: r.Tax})
	}
	for _, r := range c.Rows {
		row := control.TakenRow{Wallet: r.Wallet, Kind: string(r.Kind), State: string(r.State), Currency: string(r.Currency), Count: r.Count, Amount: r.Minor}
		row.WalletName, row.WalletNameE = s.Register.WalletName(r.Wallet)
		out.Rows = append(out.Rows, row)
	}
	return out
}
