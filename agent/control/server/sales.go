package server

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// maxWait is the longest that a GET waits for a change.
const maxWait = 60 * time.Second

// Keyed is the header of a call that moves money. It is exported because the
// API library reads only exported fields.
type Keyed struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"255" pattern:"^[ -~]+$" doc:"the same for every try of one wish"`
}

type saleOut struct {
	Status int
	Body   control.Sale
}

func (s *Server) sales(api huma.API) {
	huma.Register(api, operation(http.MethodPost, control.PathSales, "open-sale", "Open a sale; with a code, pay it as well", control.ScopePrepare), s.openSale)
	huma.Register(api, operation(http.MethodGet, control.PathSale, "sale", "A sale, at once or when its state changes", control.ScopeRead), s.lookSale)
	huma.Register(api, operation(http.MethodPost, control.PathSaleCancel, "cancel-sale", "Ask for a sale to be undone", control.ScopePrepare), s.cancelSale)
	huma.Register(api, pictures(operation(http.MethodPost, control.PathSaleCode, "pay-sale", "Pay a sale with a customer's code, as text or in a picture", control.ScopePrepare)), s.paySale)
	huma.Register(api, pictures(operation(http.MethodPost, control.PathCamera, "camera", "Pay the standing sale with a code in a picture", control.ScopePrepare)), s.camera)
	huma.Register(api, operation(http.MethodGet, control.PathOpenSale, "register", "The register right now", control.ScopeRead),
		func(context.Context, *struct{}) (*struct{ Body control.Register }, error) {
			return &struct{ Body control.Register }{s.register()}, nil
		})
}

func pictures(op huma.Operation) huma.Operation {
	op.MaxBodyBytes = maxPicture
	op.BodyReadTimeout = 15 * time.Second
	op.SkipValidateBody = true // JSON or a picture: the handler looks which
	return op
}

func (s *Server) openSale(ctx context.Context, in *struct {
	Keyed
	Body control.NewSale
}) (*saleOut, error) {
	who := from(ctx)
	want := s.newSale(who, in.Key, in.Body)
	if have, found, err := s.existing(want); err != nil || found {
		return have, err
	}
	view, err := s.Register.Open(want, who.by)
	if err != nil {
		return nil, explain(err)
	}
	if in.Body.Code != nil {
		return s.paid(want.ID, s.Register.Pay(want.ID, in.Body.Code.AIM, []byte(in.Body.Code.Text), who.name))
	}
	return s.answer(view), nil
}

// newSale is what a body asks for. The id follows from who asks and the
// idempotency key, so that a repeat finds the same sale even after a restart.
func (s *Server) newSale(who *caller, key string, body control.NewSale) sale.Sale {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte(who.name + "\x00" + unquote(key)))
	id := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:15]))
	now := s.Now()
	out := sale.Sale{
		ID: id, Reference: body.Reference, Source: who.name, Operator: who.operator.ID, At: now, BusinessDate: s.Day(now),
		Amount: money.Amount{Minor: body.Amount, Currency: money.Currency(body.Currency)},
	}
	for _, l := range body.Lines {
		out.Lines = append(out.Lines, sale.Line{
			Name: l.Name, Quantity: l.Quantity, Rate: sale.Rate(l.Rate),
			Amount: money.Amount{Minor: l.Amount, Currency: out.Amount.Currency},
		})
	}
	return out
}

// unquote: an Idempotency-Key may be sent as a quoted string or bare.
func unquote(key string) string {
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		return key[1 : len(key)-1]
	}
	return key
}

// existing is the sale that was opened before under the same idempotency key
// or the same reference. Another amount under either is a conflict.
func (s *Server) existing(want sale.Sale) (*saleOut, bool, error) {
	view, err := s.Register.Look(want.ID)
	found := err == nil
	if !found && want.Reference != "" {
		var have sale.Sale
		if have, found, err = s.Books.SaleByReference(want.BusinessDate, want.Source, want.Reference); err != nil {
			return nil, false, explain(err)
		}
		if found {
			view, err = s.Register.Look(have.ID)
		}
	}
	switch {
	case !found:
		return nil, false, nil
	case err != nil:
		return nil, false, explain(err)
	case view.Sale.Amount != want.Amount || view.Sale.Reference != want.Reference:
		return nil, true, problemOf(http.StatusConflict, "sale.conflict", "this key or reference stands for another sale: use a new one")
	}
	return s.answer(view), true, nil
}

func (s *Server) lookSale(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Wait string `query:"wait" doc:"a Go duration up to 60s: answer when the state changes, or after it" example:"10s"`
}) (*saleOut, error) {
	wait := time.Duration(0)
	if in.Wait != "" {
		var err error
		if wait, err = time.ParseDuration(in.Wait); err != nil || wait < 0 || wait > maxWait {
			return nil, problemOf(http.StatusUnprocessableEntity, "invalid", "wait must be a duration such as 10s, at most 60s")
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	first := charge.State("")
	for {
		changed := s.Register.Changed()
		view, err := s.Register.Look(in.ID)
		if err != nil {
			return nil, s.missing(err, "sale")
		}
		if first == "" {
			first = view.Charge.State
		}
		if wait == 0 || view.Charge.State != first || view.Charge.State.Settled() {
			return s.answer(view), nil
		}
		select {
		case <-changed:
		case <-timer.C:
			wait = 0
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.ending.Done():
			wait = 0
		}
	}
}

func (s *Server) missing(err error, what string) error {
	if errors.Is(err, s.NotFound) {
		return problemOf(http.StatusNotFound, what+".unknown", "there is no such "+what)
	}
	return explain(err)
}

func (s *Server) cancelSale(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*saleOut, error) {
	who := from(ctx)
	view, err := s.Register.Cancel(in.ID, who.by, who.operator.ID)
	if err != nil {
		return nil, explain(err)
	}
	return s.answer(view), nil
}

// BodyIn is a body that is JSON or a picture.
type BodyIn struct {
	ContentType string `header:"Content-Type"`
	RawBody     []byte `contentType:"application/json"`
}

func (s *Server) paySale(ctx context.Context, in *struct {
	Keyed
	ID string `path:"id"`
	BodyIn
}) (*saleOut, error) {
	who := from(ctx)
	if s.seen.before(who.name, unquote(in.Key), in.ID, in.RawBody) {
		view, err := s.Register.Look(in.ID)
		if err != nil {
			return nil, s.missing(err, "sale")
		}
		return s.answer(view), nil
	}
	if strings.HasPrefix(in.ContentType, "image/") {
		return s.paid(in.ID, s.Register.PayPicture(ctx, in.ID, bytes.NewReader(in.RawBody)))
	}
	if len(in.RawBody) > maxBody {
		return nil, problemOf(http.StatusRequestEntityTooLarge, "too_large", "a code is at most 1024 bytes")
	}
	var code control.Code
	d := json.NewDecoder(bytes.NewReader(in.RawBody))
	d.DisallowUnknownFields()
	if err := d.Decode(&code); err != nil || d.More() {
		return nil, problemOf(http.StatusBadRequest, "invalid", `send {"text": "…"} as application/json, or a picture as image/png or image/jpeg`)
	}
	return s.paid(in.ID, s.Register.Pay(in.ID, code.AIM, []byte(code.Text), who.name))
}

func (s *Server) camera(ctx context.Context, in *BodyIn) (*saleOut, error) {
	err := s.Register.PayPicture(ctx, "", bytes.NewReader(in.RawBody))
	view, _ := s.Register.Standing()
	return s.paid(view.Sale.ID, err)
}

// paid is the sale after a walk, or why the code was not taken.
func (s *Server) paid(id string, walked error) (*saleOut, error) {
	var refused *agent.Refused
	if errors.As(walked, &refused) {
		return nil, explain(walked)
	}
	view, err := s.Register.Look(id)
	if err != nil {
		return nil, s.missing(err, "sale")
	}
	return s.answer(view), nil
}

// answer is 200 for a settled or waiting sale, and 202 while the wallet's
// word is still to come.
func (s *Server) answer(v agent.View) *saleOut {
	out := &saleOut{Status: http.StatusOK, Body: shapeSale(v)}
	if v.Charge.State.Doubtful() || v.Charge.State == charge.Reversing {
		out.Status = http.StatusAccepted
	}
	return out
}
