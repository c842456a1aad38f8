package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// Handover lets charges that were taken without a network change hands. Errors
// that a person can do something about are *agent.Refused.
type Handover interface {
	Recipient() (string, error)
	Export(wish control.NewExport, by charge.By, operator string) (control.QueueFile, error)
	Import(file control.NewImport, by charge.By, operator string) (control.Import, error)
	Reclaim(by charge.By, operator string) (int, error)
}

// maxQueueFile is the longest body with a queue file, in bytes.
const maxQueueFile = maxPicture

func (s *Server) handover(api huma.API) {
	if s.Handover == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, control.PathQueueRecipient, "queue-recipient", "Whom to seal queue files for that this register is to take in", control.ScopeRead), s.recipient)
	huma.Register(api, operation(http.MethodPost, control.PathQueueExport, "export-queue", "Let what was taken without a network leave with a sealed file, for another register to collect", control.ScopeResolve), s.exportQueue)
	op := operation(http.MethodPost, control.PathQueueImport, "import-queue", "Take in what another register took without a network, and collect it", control.ScopeResolve)
	op.MaxBodyBytes = maxQueueFile + 1
	huma.Register(api, op, s.importQueue)
	huma.Register(api, operation(http.MethodPost, control.PathQueueReclaim, "reclaim-queue", "Collect here again what left with a file that is lost", control.ScopeResolve), s.reclaimQueue)
}

func (s *Server) recipient(context.Context, *struct{}) (*struct{ Body control.Recipient }, error) {
	name, err := s.Handover.Recipient()
	if err != nil {
		return nil, s.explain(err)
	}
	return &struct{ Body control.Recipient }{control.Recipient{Recipient: name}}, nil
}

// exportQueue needs no idempotency key: what has left does not leave twice
// unless somebody says so.
func (s *Server) exportQueue(ctx context.Context, in *struct{ Body control.NewExport }) (*struct{ Body control.QueueFile }, error) {
	who := from(ctx)
	out, err := s.Handover.Export(in.Body, who.by, who.person())
	if err != nil {
		return nil, s.explain(err)
	}
	s.Log.Warn("charges left with a queue file", "who", who.person(), "file", out.ID, "charges", out.Count, "amount", out.Amount)
	return &struct{ Body control.QueueFile }{out}, nil
}

// importQueue needs no idempotency key: the same file once more changes
// nothing.
func (s *Server) importQueue(ctx context.Context, in *struct{ Body control.NewImport }) (*struct{ Body control.Import }, error) {
	who := from(ctx)
	out, err := s.Handover.Import(in.Body, who.by, who.person())
	if err != nil {
		return nil, s.explain(err)
	}
	s.Log.Warn("charges came with a queue file", "who", who.person(), "file", out.ID, "terminal", out.Terminal, "taken", out.Taken, "back", out.Back, "known", out.Known, "refused", len(out.Refused))
	return &struct{ Body control.Import }{out}, nil
}

func (s *Server) reclaimQueue(ctx context.Context, _ *struct{}) (*struct{ Body control.Reclaimed }, error) {
	who := from(ctx)
	n, err := s.Handover.Reclaim(who.by, who.person())
	if err != nil {
		return nil, s.explain(err)
	}
	s.Log.Warn("charges that left are collected here again", "who", who.person(), "charges", n)
	return &struct{ Body control.Reclaimed }{control.Reclaimed{Count: n}}, nil
}
