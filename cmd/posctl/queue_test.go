package main

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

func TestQueueList(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	limits := control.QueueLimits{PerCharge: 3000, PerCustomer: 5000, Outstanding: 100_000, Count: 200, Age: 86_400}
	a := newAgent(t, map[string][]any{"GET /v1/queue": {
		control.Queue{Taking: true, Count: 3, Amount: 2500, Oldest: at, Limits: limits, Charges: []control.Queued{
			{Key: "S1-T1-1-7", Wallet: "own", WalletNameE: "Mihon Pay", Amount: 1000, Currency: "JPY", State: "forwarding", Attempts: 2, Accepted: at, Until: at.Add(time.Hour)},
		}},
		control.Queue{Limits: limits, Charges: []control.Queued{}},
	}})
	posctl(t, "queue", "list", "--limit", "1", "--agent", a.url).want(t, 0, "S1-T1-1-7", "1000 JPY", "forwarding", "Mihon Pay [own]", "2026-11-25 09:30",
		"and 2 more", "waiting: 3 of 200 payments, 2500 of 100000", "24h0m0s", "at most 3000 at once, and 5000 of one customer")
	posctl(t, "queue", "list", "--agent", a.url).want(t, 0, "waiting: 0 of 200 payments, 0 of 100000", "take = false")
	posctl(t, "queue", "list", "--limit", "0", "--agent", a.url).want(t, 2, "1 to 500")
	left := func(n int) control.Queue {
		return control.Queue{Count: n, Amount: int64(n) * 500, Charges: []control.Queued{}}
	}
	b := newAgent(t, map[string][]any{"POST /v1/queue/forward": {left(3)}, "GET /v1/queue": {left(3), left(1), left(0)}})
	posctl(t, "queue", "forward", "--agent", b.url).want(t, 0, "3 left, 1500", "1 left, 500", "nothing is left of 3", "unpaid")
	c := newAgent(t, map[string][]any{"POST /v1/queue/forward": {left(2)}, "GET /v1/queue": {left(2)}})
	posctl(t, "queue", "forward", "--wait", "50ms", "--agent", c.url).want(t, 4, "2 are left", "posctl doctor")
	shape(t, posctl(t, "queue", "list", "--json", "--agent", a.url), "charges")
}
