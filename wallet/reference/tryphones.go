package reference

import (
	"errors"
	"net/http"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/tryphone"
	"github.com/posagent/posagent/wallet/wire"
)

// order answers an order for a customer's phone, and tells registers what came
// of it.
func order[R, A any](s *Server, do func(*tryphone.Phones, R) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.opts.Phones == nil {
			noSuchCall(w, r)
			return
		}
		var req R
		if !readBody(w, r, &req) {
			return
		}
		answer, err := do(s.opts.Phones, req)
		if err == nil {
			err = s.announce()
		}
		switch {
		case errors.Is(err, ledger.ErrNoCustomer):
			problem(w, http.StatusNotFound, "about:blank", err.Error())
		case errors.Is(err, ledger.ErrFunds):
			problem(w, http.StatusConflict, "about:blank", err.Error())
		case errors.Is(err, tryphone.ErrOrder):
			problem(w, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		case err != nil:
			problem(w, http.StatusServiceUnavailable, wire.ProblemBusy, err.Error())
		default:
			writeJSON(w, http.StatusOK, "application/json", answer)
		}
	}
}

// announce puts on the board who certifies phones and which certificates are
// denied.
func (s *Server) announce() error {
	if s.opts.Board == nil || s.opts.Issuer == nil {
		return nil
	}
	return s.opts.Board.Announce(s.opts.Issuer.Issuers(), s.opts.Ledger.Denied)
}
