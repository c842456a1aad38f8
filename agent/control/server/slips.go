package server

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/paycode"
)

// Slips takes charges in whose evidence is on paper.
type Slips interface {
	// TakeSlip takes the charge of a store copy in, if it is genuine; the names
	// of wallets are added here. The error of one that is not taken is an
	// *agent.Refused. The same slip once more changes nothing.
	TakeSlip(text paycode.Secret, by charge.By, operator string) (control.Slip, error)
}

func (s *Server) slips(api huma.API) {
	if s.Slips == nil {
		return
	}
	take := operation(http.MethodPost, control.PathSlips, "import-slip", "Take in a charge that was taken without a network, from the code on its store copy, as text or in a picture", control.ScopeResolve)
	huma.Register(api, pictures(api, take, true), s.importSlip)
	scan := operation(http.MethodPost, control.PathSlipScan, "scan-slip", "Wait until the scanner reads a store copy, and take its charge in", control.ScopeResolve)
	huma.Register(api, scan, s.scanSlip)
}

// importSlip needs no idempotency key: the charge has one, and is taken in
// once.
func (s *Server) importSlip(ctx context.Context, in *BodyIn) (*struct{ Body control.Slip }, error) {
	if kindOf(in.ContentType) == asPicture {
		text, err := s.Register.SlipInPicture(ctx, bytes.NewReader(in.RawBody))
		if err != nil {
			return nil, s.explain(err)
		}
		return s.takeSlip(ctx, text)
	}
	code, err := codeOf(in.RawBody)
	if err != nil {
		return nil, asFault(http.StatusUnprocessableEntity, err)
	}
	return s.takeSlip(ctx, paycode.Secret(code.Text))
}

func (s *Server) scanSlip(ctx context.Context, in *struct {
	Wait string `query:"wait" doc:"a Go duration up to 60s: answer when a store copy was read, or after it" example:"30s"`
}) (*struct{ Body control.SlipScan }, error) {
	wait, err := patience(in.Wait)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.Register.Devices(), func(d agent.DeviceView) bool { return d.Role == "scanner" }) {
		return nil, s.explain(&agent.Refused{Why: "slip.no_scanner"})
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(s.ending, stop)()
	text := s.Register.NextSlip(waiting, wait)
	if text == "" {
		return &struct{ Body control.SlipScan }{}, nil
	}
	out, err := s.takeSlip(ctx, text)
	if err != nil {
		return nil, err
	}
	return &struct{ Body control.SlipScan }{control.SlipScan{Slip: &out.Body}}, nil
}

func (s *Server) takeSlip(ctx context.Context, text paycode.Secret) (*struct{ Body control.Slip }, error) {
	who := from(ctx)
	out, err := s.Slips.TakeSlip(text, who.by, who.operator.ID)
	if err != nil {
		s.Log.Warn("a store copy is not taken in", "who", who.person(), "error", err)
		return nil, s.explain(err)
	}
	s.Log.Warn("a store copy was taken in", "who", who.person(), "charge", out.Key, "known", out.Known)
	out.WalletName, out.WalletNameE = s.Register.WalletName(out.Wallet)
	return &struct{ Body control.Slip }{out}, nil
}

// patience is how long a caller wants to wait; it does not for an empty text.
func patience(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > maxWait {
		return 0, wrong("query.wait", "wait must be a duration such as 10s, at most 60s")
	}
	return wait, nil
}
