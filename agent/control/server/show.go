package server

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control"
)

func (s *Server) showing(api huma.API) {
	show := operation(http.MethodPost, control.PathSaleShow, "show-sale", "Have a code shown for a sale, for the customer to read and pay", control.ScopePrepare)
	huma.Register(api, mayTakeLong(show), s.showSale)
	huma.Register(api, operation(http.MethodPost, control.PathShowPrint, "print-shown", "Put the code that is shown on paper", control.ScopePrepare), s.printShown)
}

// showSale asks a wallet for a code. Asked again, under whichever key, it is
// told how the code stands that is open.
func (s *Server) showSale(ctx context.Context, in *struct {
	Keyed
	ID   string `path:"id"`
	Body control.Show
}) (*saleOut, error) {
	who := from(ctx)
	key, err := in.wish()
	if err != nil {
		return nil, err
	}
	return s.once("show", who.source(), key, in.ID, in.Body.Wallet, func() error {
		_, err := s.Register.Present(in.ID, in.Body.Wallet, who.operator.ID)
		return err
	})
}

// printShown needs no idempotency key: paper twice is one code.
func (s *Server) printShown(_ context.Context, in *struct {
	ID string `path:"id"`
}) (*saleOut, error) {
	err := s.Register.PrintShown(in.ID)
	var refused *agent.Refused
	if err != nil && !errors.As(err, &refused) {
		return nil, s.explain(err)
	}
	return s.paid(in.ID, err)
}

// drawn is the code that was drawn last: pages ask again at every change.
type drawn struct {
	mu      sync.Mutex
	text    string
	size    int
	modules []byte
}

func (s *Server) shapeShown(code agent.ShownCode) *control.Shown {
	out := &control.Shown{Text: code.Text, Until: code.Until}
	if s.Draw == nil || code.Text == "" {
		return out
	}
	s.drawn.mu.Lock()
	defer s.drawn.mu.Unlock()
	if s.drawn.text != code.Text {
		size, modules, err := s.Draw(code.Text)
		if err != nil {
			s.Log.Error("a code cannot be drawn for the pages", "error", err)
			return out
		}
		s.drawn.text, s.drawn.size, s.drawn.modules = code.Text, size, modules
	}
	out.Size, out.Modules = s.drawn.size, s.drawn.modules
	return out
}

func (s *Server) presenters() []control.Presenter {
	var out []control.Presenter
	for _, id := range s.Register.Presenters() {
		name, nameEN := s.Register.WalletName(id)
		out = append(out, control.Presenter{Wallet: id, Name: name, NameE: nameEN})
	}
	return out
}
