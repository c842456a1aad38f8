package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

// maxFaults is how many faults of one body are told: a body of thousands
// would come back many times as large.
const maxFaults = 10

// problem is an error as it goes out (RFC 9457).
type problem struct{ control.Problem }

func (p *problem) Error() string { return p.Title }

// GetStatus is the HTTP status.
func (p *problem) GetStatus() int { return p.Status }

// ContentType makes it problem+json.
func (p *problem) ContentType(string) string { return "application/problem+json" }

func problemOf(status int, why, detail string) *problem {
	p := &problem{control.Problem{
		Type: "urn:posagent:" + why, Title: http.StatusText(status), Status: status, Detail: detail, Why: why,
	}}
	if health.Known(why) {
		e := health.Lookup(why)
		p.Text, p.TextE = e.Advice(), e.AdviceEN()
	}
	return p
}

// wrong is the problem of one fault of a request.
func wrong(location, message string) *problem {
	p := problemOf(http.StatusUnprocessableEntity, "invalid", message)
	p.Errors = []control.Detail{{Message: message, Location: location}}
	return p
}

// fail writes a problem where no operation is at hand.
func fail(w http.ResponseWriter, status int, why, detail string) {
	send(w, problemOf(status, why, detail))
}

func send(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p.Problem) // a reader that went away
}

// plain turns the library's own errors into problems like ours. Theirs carry
// the value that was wrong, which may be a customer's code or a PIN.
func plain(_ huma.Context, _ string, v any) (any, error) {
	theirs, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := problemOf(theirs.Status, "invalid", theirs.Detail)
	for _, e := range theirs.Errors[:min(len(theirs.Errors), maxFaults)] {
		p.Errors = append(p.Errors, control.Detail{Message: e.Message, Location: e.Location})
	}
	return p, nil
}

// explain turns an error of the register into a problem. A refused scan is a
// 409: nothing was sent, the sale stands as before.
func (s *Server) explain(err error) error {
	var refused *agent.Refused
	var invalid *agent.Invalid
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return wrong("body", invalid.Error())
	case errors.As(err, &refused):
		p := problemOf(http.StatusConflict, refused.Why, "")
		p.Text, p.TextE = withLeft(p.Text, p.TextE, refused.Left)
		p.Text, p.TextE = withLift(p.Text, p.TextE, refused.Lift)
		p.Override = refused.Lift.Setting()
		return p
	case errors.Is(err, s.NotFound):
		return problemOf(http.StatusNotFound, "unknown", "there is no such sale or charge")
	}
	s.Log.Error("a call failed", "error", err)
	return problemOf(http.StatusInternalServerError, "register.failed", err.Error())
}

// missing is explain for a lookup of a sale or a charge.
func (s *Server) missing(err error, what string) error {
	if errors.Is(err, s.NotFound) {
		return problemOf(http.StatusNotFound, what+".unknown", "there is no such "+what)
	}
	return s.explain(err)
}
