package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/control"
)

// Queue is what was taken without a network.
type Queue interface {
	// Queue lists at most limit charges; the names of wallets are added here.
	Queue(limit int) (control.Queue, error)
}

func (s *Server) queue(api huma.API) {
	if s.Queue != nil {
		huma.Register(api, operation(http.MethodGet, control.PathQueue, "queue", "What was taken without a network and is to be collected", control.ScopeRead), s.listQueue)
	}
}

type queueQuery struct {
	Limit int `query:"limit" default:"100" minimum:"1" maximum:"500"`
}

func (s *Server) listQueue(_ context.Context, in *queueQuery) (*struct{ Body control.Queue }, error) {
	out, err := s.Queue.Queue(in.Limit)
	if err != nil {
		return nil, s.explain(err)
	}
	for i := range out.Charges {
		q := &out.Charges[i]
		q.WalletName, q.WalletNameE = s.Register.WalletName(q.Wallet)
	}
	return &struct{ Body control.Queue }{out}, nil
}
