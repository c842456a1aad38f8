package reference

import (
	"errors"
	"net/http"

	"github.com/posagent/posagent/wallet/wire"
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathCharges, s.known(s.charge))
	mux.HandleFunc("GET "+wire.PathCharge, s.known(s.inquire))
	mux.HandleFunc("POST "+wire.PathReversal, s.known(s.reverse))
	mux.HandleFunc("POST "+wire.PathRefunds, s.known(s.refund))
	mux.HandleFunc("POST "+wire.PathTopups, s.known(s.topUp))
	mux.HandleFunc("GET "+wire.PathReconciliation, s.known(s.reconcile))
	mux.HandleFunc("GET "+wire.PathBulletin, s.known(s.bulletin))
	mux.HandleFunc("GET "+wire.PathPing, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/", noSuchCall)
	return s.meet(mux)
}

// charge checks in the order: body, whose key it is, its fields; and only
// then asks the books.
func (s *Server) charge(reg register, w http.ResponseWriter, r *http.Request) {
	var req wire.ChargeRequest
	if !readBody(w, r, &req) {
		return
	}
	own := reg.owns(req.Key) && req.Store+"-"+req.Terminal == string(reg)
	if !own && !reg.mayBringIn(req) {
		s.forbid(w, reg, req.Key, req.Nonce)
		return
	}
	if err := checkCharge(req); err != nil {
		problemTo(w, req.Nonce, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	switch err := s.introduced(req); {
	case errors.Is(err, errNotMet):
		problemTo(w, req.Nonce, http.StatusServiceUnavailable, wire.ProblemBusy, err.Error())
		return
	case err != nil:
		problemTo(w, req.Nonce, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	s.move(w, r, req.Key, req.Nonce, func(fault wire.Fault) (wire.Answer, error) {
		switch {
		case !own:
			s.log.Info("a register brings in what another took", "register", string(reg), "key", req.Key)
			return s.opts.Ledger.BringIn(req)
		case req.Mode == wire.Forwarded:
			return s.opts.Ledger.Forward(req)
		case req.Mode == wire.Presented:
			return s.opts.Ledger.Present(req)
		case fault == wire.FaultConfirm:
			return s.opts.Ledger.ChargeOnPhone(req)
		}
		return s.opts.Ledger.Charge(req)
	})
}

func (s *Server) refund(reg register, w http.ResponseWriter, r *http.Request) {
	var req wire.RefundRequest
	if !readBody(w, r, &req) {
		return
	}
	if !reg.owns(req.Key) || !reg.owns(req.ChargeKey) || req.Store+"-"+req.Terminal != string(reg) {
		s.forbid(w, reg, req.Key, req.Nonce)
		return
	}
	if err := checkRefund(req); err != nil {
		problemTo(w, req.Nonce, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	s.move(w, r, req.Key, req.Nonce, func(wire.Fault) (wire.Answer, error) { return s.opts.Ledger.Refund(req) })
}

func (s *Server) topUp(reg register, w http.ResponseWriter, r *http.Request) {
	var req wire.TopupRequest
	if !readBody(w, r, &req) {
		return
	}
	if !reg.owns(req.Key) || req.Store+"-"+req.Terminal != string(reg) {
		s.forbid(w, reg, req.Key, req.Nonce)
		return
	}
	if err := checkTopup(req); err != nil {
		problemTo(w, req.Nonce, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	s.move(w, r, req.Key, req.Nonce, func(wire.Fault) (wire.Answer, error) { return s.opts.Ledger.TopUp(req) })
}

func (s *Server) inquire(reg register, w http.ResponseWriter, r *http.Request) {
	key, nonce := r.PathValue("key"), r.URL.Query().Get("nonce")
	if !reg.owns(key) {
		s.forbid(w, reg, key, nonce)
		return
	}
	if err := errors.Join(checkKey(key), checkNonce(nonce, true)); err != nil {
		problemTo(w, nonce, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	a, err := s.opts.Ledger.Inquire(key, nonce)
	s.log.Info("inquiry", "key", key, "status", a.Status, "error", err)
	reply(w, nonce, a, err)
}

func (s *Server) reverse(reg register, w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	var req wire.ReversalRequest
	if !readBody(w, r, &req) {
		return
	}
	if !reg.owns(key) {
		s.forbid(w, reg, key, req.Nonce)
		return
	}
	if err := errors.Join(checkKey(key), checkKind(req.Kind), checkAmount(req.Amount, req.Currency), checkNonce(req.Nonce, false)); err != nil {
		problemTo(w, req.Nonce, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	a, err := s.opts.Ledger.Reverse(key, req)
	s.log.Info("reversal", "key", key, "amount", req.Amount, "status", a.Status, "error", err)
	reply(w, req.Nonce, a, err)
}

// reply sends an answer of the books, or the problem that stands for err.
func reply(w http.ResponseWriter, nonce string, a wire.Answer, err error) {
	status, p := Outcome(err, nonce)
	if p != nil {
		problemTo(w, nonce, status, p.Type, p.Detail)
		return
	}
	writeJSON(w, status, "application/json", a)
}
