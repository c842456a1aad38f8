package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control"
)

// BodyIn is a body that is JSON or a picture.
type BodyIn struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"image/png"`
}

func (s *Server) payments(api huma.API) {
	pay := operation(http.MethodPost, control.PathSaleCode, "pay-sale", "Pay a sale with a customer's code, as text or in a picture", control.ScopePrepare)
	huma.Register(api, mayTakeLong(pictures(api, pay, true)), s.paySale)
	camera := operation(http.MethodPost, control.PathCamera, "camera", "Pay the standing sale with a code in a picture", control.ScopePrepare)
	huma.Register(api, mayTakeLong(pictures(api, camera, false)), s.camera)
	frame := operation(http.MethodPost, control.PathSaleFrame, "pay-frame", "Pay a sale with a code in one of a camera's pictures", control.ScopePrepare)
	frame.Responses["204"] = &huma.Response{Description: "There is no code in the picture: send the next"}
	huma.Register(api, mayTakeLong(pictures(api, frame, false)), s.frame)
}

func (s *Server) paySale(ctx context.Context, in *struct {
	Keyed
	ID string `path:"id"`
	BodyIn
}) (*saleOut, error) {
	who := from(ctx)
	key, err := in.wish()
	if err != nil {
		return nil, err
	}
	walk := func() error { return s.Register.PayPicture(ctx, in.ID, bytes.NewReader(in.RawBody)) }
	if kindOf(in.ContentType) != asPicture {
		code, err := codeOf(in.RawBody)
		if err != nil {
			return nil, asFault(http.StatusUnprocessableEntity, err)
		}
		walk = func() error { return s.Register.Pay(in.ID, code.AIM, []byte(code.Text), who.name) }
	}
	return s.once("code", who.source(), key, in.ID, string(in.RawBody), walk)
}

// camera needs no idempotency key: the code in the picture pays once, and the
// register refuses it for any other sale.
func (s *Server) camera(ctx context.Context, in *BodyIn) (*saleOut, error) {
	err := s.Register.PayPicture(ctx, "", bytes.NewReader(in.RawBody))
	view, _ := s.Register.Standing()
	return s.paid(view.Sale.ID, err)
}

// frame needs no idempotency key either, for the same reason.
func (s *Server) frame(ctx context.Context, in *struct {
	ID string `path:"id"`
	BodyIn
}) (*frameOut, error) {
	seen, err := s.Register.PayFrame(ctx, in.ID, bytes.NewReader(in.RawBody))
	if err == nil && !seen {
		return &frameOut{Status: http.StatusNoContent}, nil
	}
	out, err := s.paid(in.ID, err)
	if err != nil {
		return nil, err
	}
	return &frameOut{Status: out.Status, Body: &out.Body}, nil
}

// frameOut is a sale, or nothing when there was no code.
type frameOut struct {
	Status int
	Body   *control.Sale
}

// once walks a code to a sale. A repeat of the same request is told how the
// first one stands, or that it was refused; it scans nothing.
func (s *Server) once(what, source, key, id, body string, walk func() error) (*saleOut, error) {
	one, err := s.wishes.bind(what+" "+id, source, key, body)
	switch {
	case err != nil:
		return nil, s.otherwise(err, "wish.conflict")
	case one.again:
		return s.paid(id, one.before())
	}
	err = walk()
	one.refused(err)
	return s.paid(id, err)
}

// paid is the sale after a walk, or why the code was not taken. Whatever else
// went wrong on the walk shows in the sale's state.
func (s *Server) paid(id string, walked error) (*saleOut, error) {
	var refused *agent.Refused
	if errors.As(walked, &refused) {
		return nil, s.turnedDown(id, walked)
	}
	view, err := s.Register.Look(id)
	if err != nil {
		return nil, s.missing(err, "sale")
	}
	return s.answer(view), nil
}
