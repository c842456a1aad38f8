package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// waiting has a thousand charges to collect.
type waiting struct{}

func (waiting) Queue(limit int) (control.Queue, error) {
	out := control.Queue{Taking: true, Count: 1000, Amount: 300_000, Oldest: time.Unix(1_795_000_000, 0).UTC(), Charges: []control.Queued{}}
	for range limit {
		out.Charges = append(out.Charges, control.Queued{Key: "S1-T1-1-1", Wallet: "paypay", Amount: 300, Currency: "JPY", State: "queued"})
	}
	return out, nil
}

func TestTheQueue(t *testing.T) {
	s := start(t)
	for path, charges := range map[string]int{control.PathQueue: 100, control.PathQueue + "?limit=2": 2} {
		got := s.ask(t, "GET", path, nil, bearer("reader"))
		want(t, got, 200)
		if q := decode[control.Queue](t, got); len(q.Charges) != charges || q.Count != 1000 || q.Charges[0].WalletNameE != "PayPay" {
			t.Errorf("%s: %d charges, %+v", path, len(q.Charges), q.Charges[0])
		}
	}
	got := s.ask(t, "POST", control.PathQueueForward, nil, bearer("judge"))
	want(t, got, 200)
	if q := decode[control.Queue](t, got); q.Count != 1000 || len(q.Charges) != 100 {
		t.Errorf("%d of %d", len(q.Charges), q.Count)
	}
	want(t, s.ask(t, "POST", control.PathQueueForward, nil, bearer("reader")), 403)
	for _, limit := range []string{"0", "501", "x"} {
		want(t, s.ask(t, "GET", control.PathQueue+"?limit="+limit, nil, bearer("reader")), 422)
	}
}

// Whoever reads the health learns what keeps the key of stored codes, and a
// server that has none says nothing.
func TestHealthTellsWhatKeepsTheKey(t *testing.T) {
	s := start(t, func(o *server.Options) { o.SealedBy = control.OfflineKey{KeptBy: "tpm", Plain: true} })
	if h := s.ask(t, "GET", control.PathHealth, nil, bearer("reader")); !strings.Contains(string(h.body), `"offline_key":{"kept_by":"tpm","plain":true}`) {
		t.Errorf("%s", h.body)
	}
	if h := start(t).ask(t, "GET", control.PathHealth, nil, bearer("reader")); strings.Contains(string(h.body), "offline_key") {
		t.Errorf("%s", h.body)
	}
}
