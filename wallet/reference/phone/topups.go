package phone

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/topup"
)

// topUp takes money from a card or a bank. It wants the phone that pays and a
// second factor: whoever has but one of them fills no account to empty it.
func (s *Server) topUp(m member, w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID     string
		Source string
		Amount int64
		Signed signed
	}
	if !read(w, r, &in) {
		return
	}
	if s.o.TopUps == nil {
		problem(w, http.StatusNotFound, "not-found", "this wallet is topped up at a register only")
		return
	}
	if err := s.o.Identity.Strong(m.session); err != nil {
		s.fail(w, r, err)
		return
	}
	who, p, err := s.o.Identity.Acts(m.session, "topup", fmt.Sprintf("%s %s %d", in.ID, in.Source, in.Amount), in.Signed.act())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	row, err := s.o.TopUps.Ask(r.Context(), s.wish(who, p, in.ID, in.Source, in.Amount))
	s.give(w, r, map[string]any{"id": in.ID, "state": row.State, "amount": row.Amount}, err)
}

// wish adds what identities know of the one who asks.
func (s *Server) wish(who identity.Member, p identity.Phone, id, source string, yen int64) topup.Wish {
	now := s.o.Clock()
	out := topup.Wish{ID: id, Customer: who.Customer, Source: source, Amount: yen, Device: now.Sub(p.At), Agreed: !p.Cool.IsZero(), Recovered: -1}
	if !who.NoTopUp.IsZero() {
		out.Recovered = max(0, now.Sub(who.NoTopUp.Add(-identity.TopUpStop)))
	}
	return out
}

// resume goes on with top-ups that did not end.
func (s *Server) resume(ctx context.Context) {
	if s.o.TopUps == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := s.o.TopUps.Resume(ctx); err != nil {
		s.o.Log.Error("top-ups wait for a source or for the ledger", "error", err)
	}
}
