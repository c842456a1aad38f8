package agent_test

import (
	"testing"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// A charge whose wallet was unknown after a crash is reversed by every wallet
// that it may have reached. When one of them refuses, the money is there,
// whatever the lists of the others say.
func TestWhatIsOwedMayBeHeldByAnotherWallet(t *testing.T) {
	for _, c := range []struct {
		route, confirmed []string
		list             string
		want             agent.Mismatch
	}{
		{[]string{"own"}, nil, "own", agent.NothingOwed},
		{nil, nil, "own", agent.NothingOwed}, // adopted, or from older books
		{[]string{"other", "own"}, []string{"other"}, "own", agent.NothingOwed},
		{[]string{"other", "own"}, []string{"other"}, "other", ""},
		{[]string{"other", "own"}, nil, "own", ""},
		{[]string{"other", "own"}, nil, "other", ""},
	} {
		rec := charge.Record{Key: "S1-T1-7-1", State: charge.Owed, Amount: money.Yen(100), Route: c.route, Confirmed: c.confirmed, Attempts: 1}
		entry := charge.StatementEntry{Key: rec.Key, Kind: charge.Payment, State: charge.Reversed, Amount: rec.Amount}
		if got := agent.Differ(c.list, &rec, &entry); got != c.want {
			t.Errorf("route %v, confirmed %v, list of %s: %q, want %q", c.route, c.confirmed, c.list, got, c.want)
		}
	}
}
