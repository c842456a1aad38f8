package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// Training is the register's other mode, in which nothing is real. Its errors
// are those of the register.
type Training interface {
	On() bool
	// Switch goes into the other mode soon after it has returned: the register
	// and this server end, and others begin.
	Switch(on bool, by charge.By, who string) error
}

type trainingOut struct{ Body control.Training }

func (s *Server) training(api huma.API) {
	if s.Training == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathTraining, "training", "Whether the register is in training", control.ScopeRead),
		func(context.Context, *struct{}) (*trainingOut, error) {
			return &trainingOut{control.Training{On: s.Training.On()}}, nil
		})
	huma.Register(api, operation(http.MethodPost, control.PathTraining, "switch-training", "Begin or end the training; the API is away for a moment afterwards, and everybody signs in again", control.ScopeResolve),
		func(ctx context.Context, in *struct{ Body control.Training }) (*trainingOut, error) {
			who := from(ctx)
			if err := s.Training.Switch(in.Body.On, who.by, who.person()); err != nil {
				return nil, s.explain(err)
			}
			return &trainingOut{in.Body}, nil
		})
}
