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
	if s.Queue == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathQueue, "queue", "What was taken without a network and is to be collected", control.ScopeRead), s.listQueue)
	huma.Register(api, operation(http.MethodPost, control.PathQueueForward, "forward-queue", "Collect now what was taken without a network, instead of after the next pause", control.ScopeResolve), s.forwardQueue)
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

// forwardQueue needs no idempotency key: it asks for what is done anyway.
func (s *Server) forwardQueue(ctx context.Context, _ *struct{}) (*struct{ Body control.Queue }, error) {
	s.Log.Info("the queue is to be collected now", "who", from(ctx).person())
	s.Register.Collect()
	return s.listQueue(ctx, &queueQuery{Limit: 100})
}
