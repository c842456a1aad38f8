package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/trace"
)

// maxWait is the longest that a GET waits for a change.
const maxWait = 60 * time.Second

// Keyed is the header of a call that moves money. It is exported because the
// API library reads only exported fields.
type Keyed struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"255" pattern:"^[ -~]+$" doc:"the same for every try of one wish"`
}

// wish is the key itself: it may be sent as a quoted string or bare.
func (k Keyed) wish() (string, error) {
	key := k.Key
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	if key == "" {
		return "", wrong("header."+control.HeaderIdempotencyKey, "the key is empty: each wish wants one of its own")
	}
	return key, nil
}

type saleOut struct {
	Status int
	Body   control.Sale
}

func (s *Server) sales(api huma.API) {
	huma.Register(api, mayTakeLong(operation(http.MethodPost, control.PathSales, "open-sale", "Open a sale; with a code, pay it as well", control.ScopePrepare)), s.openSale)
	huma.Register(api, mayTakeLong(operation(http.MethodGet, control.PathSale, "sale", "A sale, at once or when it changes", control.ScopeRead)), s.lookSale)
	huma.Register(api, mayTakeLong(operation(http.MethodPost, control.PathSaleCancel, "cancel-sale", "Ask for a sale to be undone", control.ScopePrepare)), s.cancelSale)
	huma.Register(api, operation(http.MethodGet, control.PathOpenSale, "register", "The register right now", control.ScopeRead),
		func(context.Context, *struct{}) (*struct{ Body control.Register }, error) {
			return &struct{ Body control.Register }{s.register()}, nil
		})
}

func (s *Server) openSale(ctx context.Context, in *struct {
	Keyed
	Body control.NewSale
}) (*saleOut, error) {
	who := from(ctx)
	key, err := in.wish()
	if err != nil {
		return nil, err
	}
	want := s.newSale(who, key, in.Body)
	s.Register.Follow(want.ID, trace.At(ctx))
	return s.begin(who, key, want, in.Body.Code)
}

// begin opens what is wanted, and pays it when the code is at hand.
func (s *Server) begin(who *caller, key string, want sale.Sale, code *control.Code) (*saleOut, error) {
	view, found, one, err := s.openOnce(who, key, want, code)
	switch {
	case err != nil:
		return nil, err
	case code == nil:
		return s.answer(view), nil
	case found, one.again: // whether the code was walked before the agent was started anew is not known for sure, so it is not walked again
		return s.paid(view.Sale.ID, one.before())
	}
	err = s.Register.Pay(want.ID, code.AIM, []byte(code.Text), who.name)
	one.refused(err)
	return s.paid(want.ID, err)
}

// openOnce opens a sale, or finds the one that was opened before under the
// same idempotency key or reference, and binds its code to the wish. One at a
// time: of two tries of one wish that come together, the second one finds the
// first one's sale, and the first one has bound its code, so that it walks.
func (s *Server) openOnce(who *caller, key string, want sale.Sale, code *control.Code) (view agent.View, found bool, one wish, err error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	if view, found, err = s.existing(want); err != nil {
		return view, found, one, err
	}
	if !found {
		if view, err = s.Register.Open(want, who.by); err != nil {
			return view, false, one, s.explain(err)
		}
	}
	if code != nil {
		if one, err = s.wishes.bind("code "+view.Sale.ID, who.source(), key, code.Text); err != nil {
			err = s.otherwise(err, "wish.conflict")
		}
	}
	return view, found, one, err
}

// existing is the sale that was opened before. Another amount under the same
// key or reference is a conflict.
func (s *Server) existing(want sale.Sale) (agent.View, bool, error) {
	view, err := s.Register.Look(want.ID)
	if errors.Is(err, s.NotFound) && want.Reference != "" {
		have, there, lookup := s.Books.SaleByReference(want.BusinessDate, want.Source, want.Reference)
		if lookup != nil {
			return view, false, s.explain(lookup)
		}
		if there {
			view, err = s.Register.Look(have.ID)
		}
	}
	switch {
	case errors.Is(err, s.NotFound):
		return view, false, nil
	case err != nil: // whether there is one is not known, so none is opened
		return view, false, s.explain(err)
	case view.Sale.Amount != want.Amount || view.Sale.Reference != want.Reference || view.Sale.TopUp != want.TopUp,
		view.Sale.ID == want.ID && !slices.Equal(view.Sale.Lines, want.Lines): // the same key; a reference says nothing of lines
		return view, false, problemOf(http.StatusConflict, "sale.conflict", "this key or reference stands for another sale: use a new one")
	}
	return view, true, nil
}

// saleID is the sale of a wish of this caller, whether it was opened or not.
func (s *Server) saleID(who *caller, key string) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte(who.source() + "\x00" + key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:15]))
}

// newSale is what a body asks for. The id follows from who asks and the
// idempotency key, so that a repeat finds the same sale even after a restart.
func (s *Server) newSale(who *caller, key string, body control.NewSale) sale.Sale {
	now := s.Now()
	out := sale.Sale{
		ID: s.saleID(who, key), Reference: body.Reference, Source: who.source(), Operator: who.operator.ID, At: now, BusinessDate: s.Day(now),
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

func (s *Server) lookSale(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Wait string `query:"wait" doc:"a Go duration up to 60s: answer when the state changes or a scan was refused, or after it" example:"10s"`
}) (*saleOut, error) {
	wait, err := patience(in.Wait)
	if err != nil {
		return nil, err
	}
	return s.await(ctx, in.ID, wait)
}

// await is a sale at once, or when it changes but not after wait.
func (s *Server) await(ctx context.Context, id string, wait time.Duration) (*saleOut, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var first *moment
	for {
		changed := s.Register.Changed()
		view, err := s.Register.Look(id)
		if err != nil {
			return nil, s.missing(err, "sale")
		}
		now := momentOf(view)
		if first == nil {
			first = &now
		}
		if wait == 0 || now != *first || view.Charge.State.Settled() {
			return s.answer(view), nil
		}
		select {
		case <-changed:
		case <-timer.C:
			wait = 0
		case <-ctx.Done():
			wait = 0
		case <-s.ending.Done():
			wait = 0
		}
	}
}

// moment is what a waiting POS software wants to hear of.
type moment struct {
	charge  charge.Key
	state   charge.State
	refused time.Time
}

func momentOf(v agent.View) moment {
	m := moment{charge: v.Charge.Key, state: v.Charge.State}
	if v.Refusal != nil {
		m.refused = v.Refusal.At
	}
	return m
}

func (s *Server) cancelSale(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*saleOut, error) {
	who := from(ctx)
	return s.undoSale(who, in.ID)
}

func (s *Server) undoSale(who *caller, id string) (*saleOut, error) {
	view, err := s.Register.Cancel(id, who.by, who.operator.ID)
	if err != nil {
		return nil, s.turnedDown(id, err)
	}
	return s.answer(view), nil
}

// turnedDown is why the register did not do something to a sale: there may be
// no such sale at all.
func (s *Server) turnedDown(id string, err error) error {
	if id != "" {
		if _, lookup := s.Register.Look(id); lookup != nil {
			return s.missing(lookup, "sale")
		}
	}
	return s.explain(err)
}

// answer is 200 for a settled or waiting sale, and 202 while the wallet's
// word is still to come.
func (s *Server) answer(v agent.View) *saleOut {
	out := &saleOut{Status: http.StatusOK, Body: s.shapeSale(v)}
	if v.Charge.State.Doubtful() || v.Charge.State == charge.Reversing {
		out.Status = http.StatusAccepted
	}
	return out
}
