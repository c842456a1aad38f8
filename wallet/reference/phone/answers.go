package phone

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/topup"
)

// problemType begins the types of problems; the page has a sentence for each.
const problemType = "urn:posagent:phone:"

func problem(w http.ResponseWriter, status int, kind, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"type": problemType + kind, "title": http.StatusText(status), "status": status, "detail": detail})
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}

// failure is an error as a phone hears it.
type failure struct {
	err    error
	status int
	kind   string
}

// failures are the errors of identity, ledger and top-ups.
var failures = []failure{
	{identity.ErrWrong, http.StatusUnauthorized, "wrong"},
	{identity.ErrSession, http.StatusUnauthorized, "session"},
	{identity.ErrInvalid, http.StatusBadRequest, "invalid"},
	{identity.ErrWeak, http.StatusUnprocessableEntity, "weak"},
	{identity.ErrProve, http.StatusForbidden, "prove"},
	{identity.ErrNoPhone, http.StatusForbidden, "no-phone"},
	{identity.ErrFrozen, http.StatusForbidden, "frozen"},
	{identity.ErrStopped, http.StatusServiceUnavailable, "stopped"},
	{identity.ErrNotFound, http.StatusNotFound, "not-found"},
	{ledger.ErrUnknownKey, http.StatusNotFound, "not-found"},
	{ledger.ErrFunds, http.StatusConflict, "funds"},
	{ledger.ErrHeld, http.StatusConflict, "limit"},
	{ledger.ErrClosed, http.StatusConflict, "closed"},
	{ledger.ErrDeviceEnded, http.StatusForbidden, "no-phone"},
	{ledger.ErrInvalid, http.StatusBadRequest, "invalid"},
	{topup.ErrInvalid, http.StatusBadRequest, "invalid"},
	{topup.ErrConflict, http.StatusConflict, "closed"},
	{topup.ErrLimit, http.StatusConflict, "too-much"},
	{topup.ErrHeld, http.StatusForbidden, "held"},
	{topup.ErrStopped, http.StatusServiceUnavailable, "no-topups"},
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var slow *identity.Slow
	if errors.As(err, &slow) {
		seconds := int(slow.For/time.Second) + 1
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		problem(w, http.StatusTooManyRequests, "slow", slow.Error())
		return
	}
	for _, f := range failures {
		if errors.Is(err, f.err) {
			problem(w, f.status, f.kind, f.err.Error())
			return
		}
	}
	s.o.Log.Error("a call of a phone failed", "call", r.Method+" "+r.Pattern, "error", err)
	problem(w, http.StatusServiceUnavailable, "busy", "the wallet cannot answer now: try again")
}

// done answers an act that says nothing.
func (s *Server) done(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// give answers with a body, or with what went wrong.
func (s *Server) give(w http.ResponseWriter, r *http.Request, body any, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	reply(w, body)
}

// read reads one JSON value with known fields, and answers itself when there is
// none.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return true
		}
		err = errors.New("something follows the value")
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		problem(w, http.StatusRequestEntityTooLarge, "large", "a body has at most 64 kB")
		return false
	}
	problem(w, http.StatusBadRequest, "invalid", "the body is not the JSON that this call takes: see docs/reference/phone.md")
	return false
}
