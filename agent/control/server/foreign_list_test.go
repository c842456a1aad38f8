package server_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
)

// lists has the wallet list one more payment of one yen, of just now.
func (w *wallet) lists(key charge.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, charge.StatementEntry{Key: key, Kind: charge.Payment, State: charge.Approved, Amount: money.Yen(1), At: time.Now()})
}

// A wallet lists a key that this register cannot have issued. It is left for
// the manager and not taken into the books: no key would be left after the
// greatest there is, and nothing could be sold, also after a restart.
func TestAListWithAKeyThatIsNotOurs(t *testing.T) {
	for _, key := range []charge.Key{"S0001-T01-1-9999999999999999", "S0001-T01-0-9223372036854775807", "S0001-T01-1-20001", "S0001-T01-9999999999-1"} {
		t.Run(string(key), func(t *testing.T) {
			s := start(t)
			s.paid(t, 1)
			s.wallet.lists(key)
			s.wallet.lists("S0001-T01-1-7") // of a run before, which is adopted
			got := s.ask(t, "POST", control.PathReconcile, control.NewReconciliation{}, bearer("judge"))
			want(t, got, 200)
			found := map[string]control.Difference{}
			for _, d := range decode[control.Reconciliation](t, got).Wallets[0].Differences {
				found[d.Key] = d
			}
			if d := found[string(key)]; d.What != "unknown_here" || d.Done != "manager" || !d.Left || d.Note == "" {
				t.Errorf("%+v", d)
			}
			if d := found["S0001-T01-1-7"]; d.Done != "adopted" || d.Left {
				t.Errorf("the key before it: %+v", d)
			}
			if _, err := s.register.Charge(key); err == nil {
				t.Error("it is in the books")
			}
			s.paid(t, 2)
			s = s.again(t)
			s.paid(t, 3)
			for _, tr := range decode[control.Health](t, s.ask(t, "GET", control.PathHealth, nil, bearer("reader"))).Troubles {
				if tr.Code == "journal.dead" {
					t.Errorf("%+v", tr)
				}
			}
		})
	}
}
