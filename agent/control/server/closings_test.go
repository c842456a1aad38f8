package server_test

import (
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// A day is added up for who decides, and only in the way that there is.
func TestXReport(t *testing.T) {
	s := start(t)
	want(t, s.ask(t, "POST", control.PathSales, control.NewSale{Amount: 1280, Currency: "JPY"}, bearer("till"), wish("w")), http.StatusOK)
	c := decode[control.Closing](t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "x"}, bearer("judge")))
	if c.Kind != "x" || c.Finished || len(c.Takings) != 1 || c.Takings[0].Open != (control.Sum{Count: 1, Amount: 1280}) || len(c.Rows) != 1 || c.Rates == nil {
		t.Errorf("%+v", c)
	}
	want(t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "z"}, bearer("judge")), http.StatusUnprocessableEntity)
	want(t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "x", Date: "never"}, bearer("judge")), http.StatusUnprocessableEntity)
	want(t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "x"}, bearer("till")), http.StatusForbidden)
}
