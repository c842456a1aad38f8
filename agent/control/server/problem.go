package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

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

// fail writes a problem where no operation is at hand.
func fail(w http.ResponseWriter, status int, why, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problemOf(status, why, detail).Problem)
}

// explain turns an error of the register into a problem. A refused scan is a
// 409: nothing was sent, the sale stands as before.
func explain(err error) error {
	var refused *agent.Refused
	var invalid *agent.Invalid
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return problemOf(http.StatusUnprocessableEntity, "invalid", invalid.Error())
	case errors.As(err, &refused):
		return problemOf(http.StatusConflict, refused.Why, "")
	}
	return problemOf(http.StatusInternalServerError, "register.failed", err.Error())
}
