package reference

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/tryphone"
	"github.com/posagent/posagent/wallet/wire"
)

// listenTry opens the try-out socket for its owner only. A socket that a
// killed wallet left behind is replaced; one that answers is not.
func listenTry(path string) (net.Listener, error) {
	if info, err := os.Lstat(path); err == nil {
		if info.Mode().Type() != os.ModeSocket {
			return nil, fmt.Errorf("try-out socket %s: there is a file that is no socket; choose another path", path)
		}
		if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
			conn.Close()
			return nil, fmt.Errorf("try-out socket %s: another wallet answers there; stop it first", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("try-out socket: remove the one left behind: %w", err)
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("try-out socket: %w (a path is at most 107 bytes, and its folder must exist)", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("try-out socket: %w", err)
	}
	return l, nil
}

func (s *Server) tryRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+wire.PathTryCustomers, list(s.opts.Ledger.Customers))
	mux.HandleFunc("GET "+wire.PathTryCharges, list(s.opts.Ledger.Standings))
	mux.HandleFunc("GET "+wire.PathTryTrial, list(s.opts.Ledger.Trial))
	mux.HandleFunc("POST "+wire.PathTryCodes, s.tryCode)
	mux.HandleFunc("POST "+wire.PathTrySigned, order(s, (*tryphone.Phones).Code))
	mux.HandleFunc("POST "+wire.PathTryPhones, order(s, (*tryphone.Phones).Phone))
	mux.HandleFunc("POST "+wire.PathTryConfirm, s.tryConfirm)
	mux.HandleFunc("POST "+wire.PathTryPay, s.tryPay)
	mux.HandleFunc("PUT "+wire.PathTryFault, s.tryFault)
	mux.HandleFunc("GET "+wire.PathTryFault, list(func() (wire.FaultOrder, error) { return s.Fault(), nil }))
	mux.HandleFunc("PUT "+wire.PathTryBulletin, s.tryBulletin)
	mux.HandleFunc("GET "+wire.PathTryBulletin, s.tryBulletin)
	mux.HandleFunc("/", noSuchCall)
	return mux
}

func list[T any](read func() (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		all, err := read()
		if err != nil {
			problem(w, http.StatusServiceUnavailable, wire.ProblemBusy, err.Error())
			return
		}
		writeJSON(w, http.StatusOK, "application/json", all)
	}
}

func (s *Server) tryCode(w http.ResponseWriter, r *http.Request) {
	var req wire.CodeRequest
	if !readBody(w, r, &req) {
		return
	}
	code, err := s.opts.Ledger.MintCode(req.Customer)
	switch {
	case errors.Is(err, ledger.ErrNoCustomer):
		problem(w, http.StatusNotFound, "about:blank", err.Error())
	case err != nil:
		problem(w, http.StatusServiceUnavailable, wire.ProblemBusy, err.Error())
	default:
		writeJSON(w, http.StatusOK, "application/json", code)
	}
}

func (s *Server) tryConfirm(w http.ResponseWriter, r *http.Request) {
	var said wire.Confirmation
	if !readBody(w, r, &said) {
		return
	}
	a, err := s.opts.Ledger.Confirm(said.Key, said.Yes)
	if errors.Is(err, ledger.ErrUnknownKey) {
		problem(w, http.StatusNotFound, "about:blank", err.Error())
		return
	}
	s.log.Info("the customer spoke", "key", a.Key, "yes", said.Yes, "status", a.Status, "error", err)
	reply(w, "", a, err)
}

// tryPay is a customer's phone that has read the code which a register shows.
func (s *Server) tryPay(w http.ResponseWriter, r *http.Request) {
	var p wire.Payment
	if !readBody(w, r, &p) {
		return
	}
	a, err := s.opts.Ledger.PayShown(p.Customer, p.Show)
	s.log.Info("a customer pays a code that is shown", "key", a.Key, "status", a.Status, "error", err)
	switch {
	case errors.Is(err, ledger.ErrUnknownKey), errors.Is(err, ledger.ErrNoCustomer):
		problem(w, http.StatusNotFound, "about:blank", err.Error())
	case errors.Is(err, ledger.ErrFunds), errors.Is(err, ledger.ErrClosed):
		problem(w, http.StatusConflict, "about:blank", err.Error())
	default:
		reply(w, "", a, err)
	}
}

func (s *Server) tryFault(w http.ResponseWriter, r *http.Request) {
	var order wire.FaultOrder
	if !readBody(w, r, &order) {
		return
	}
	if err := s.SetFault(order); err != nil {
		problem(w, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return
	}
	s.log.Warn("a fault was ordered", "fault", order.Fault, "count", order.Count)
	writeJSON(w, http.StatusOK, "application/json", s.Fault())
}
