package server_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// asked notes how many states the books are asked for.
type asked struct {
	server.Books
	states int
}

func (a *asked) Charges(states []charge.State, before int64, limit int) ([]charge.Record, int64, error) {
	a.states = max(a.states, len(states))
	return a.Books.Charges(states, before, limit)
}

// A state said a thousand times is asked for once: a database takes so many
// and no more.
func TestStatesAreAskedForOnce(t *testing.T) {
	var books asked
	s := start(t, func(o *server.Options) { books.Books = o.Books; o.Books = &books })
	want(t, s.ask(t, "GET", control.PathCharges+"?state="+strings.Repeat("open,approved,", 900)+"declined", nil, bearer("reader")), 200)
	if books.states == 0 || books.states > len(charge.States) {
		t.Errorf("the books were asked for %d states; there are %d", books.states, len(charge.States))
	}
}
