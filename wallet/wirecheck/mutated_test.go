package wirecheck_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

func (c call) is(method, path string) bool {
	return c.method == method && strings.Split(c.path, "?")[0] == path
}

func (c call) reversal() bool { return strings.HasSuffix(c.path, "/reversal") }

// field is a text of the call's body.
func (c call) field(name string) string {
	var all map[string]any
	json.Unmarshal(c.body, &all)
	text, _ := all[name].(string)
	return text
}

// instead answers with the call's own fields.
func (c call) instead(kind wire.Kind, status wire.Status) back {
	var asked wire.ChargeRequest
	json.Unmarshal(c.body, &asked)
	body, err := json.Marshal(wire.Answer{Key: asked.Key, Kind: kind, Status: status, Amount: asked.Amount, Currency: asked.Currency, Nonce: asked.Nonce, At: time.Now(), Receipt: "R1"})
	if err != nil {
		c.t.Error(err)
	}
	return back{http.StatusOK, http.Header{"Content-Type": {"application/json"}}, body}
}

// forgetful does not keep the reversal of an unseen key of a kind.
func forgetful(kind wire.Kind) func(call) back {
	return func(c call) back {
		key, reversal := strings.CutSuffix(strings.TrimPrefix(c.path, "/v1/charges/"), "/reversal")
		if !reversal || c.field("kind") != string(kind) || c.asRegister(c.s.own, "GET", "/v1/charges/"+key, nil).status != http.StatusNotFound {
			return c.on()
		}
		b := c.instead(kind, wire.Reversed)
		return b.with(b.status, map[string]any{"key": key, "receipt": nil})
	}
}

func mutants() map[string]mutant {
	out := map[string]mutant{}
	for _, group := range []map[string]mutant{answerMutants(), moneyMutants(), bookMutants(), doorMutants()} {
		for name, m := range group {
			out[name] = m
		}
	}
	return out
}

// changed is a mutant that changes fields of the reference wallet's answers.
func changed(caught string, when func(call, back) bool, status int, fields map[string]any) mutant {
	return mutant{caught: caught, answer: func(c call) back {
		b := c.on()
		if !when(c, b) {
			return b
		}
		if status == 0 {
			return b.with(b.status, fields)
		}
		return b.with(status, fields)
	}}
}

func answerMutants() map[string]mutant {
	ok := func(_ call, b back) bool { return b.status == http.StatusOK }
	return map[string]mutant{
		"the nonce is that of another attempt": changed("echo", ok, 0, map[string]any{"nonce": "another"}),
		"the amount is told in yen and sen":    changed("identity", ok, 0, map[string]any{"amount": 10000}),
		"the currency is in small letters":     changed("identity", ok, 0, map[string]any{"currency": "jpy"}),
		"the kind is left out":                 changed("identity", ok, 0, map[string]any{"kind": nil}),
		"a reason that nobody knows":           changed("declined", func(_ call, b back) bool { return b.fields()["status"] == "declined" }, 0, map[string]any{"reason": "no"}),
		"points pay more than was owed":        changed("identity", ok, 0, map[string]any{"points_used": 101}),
		"a decline grants points":              changed("declined", ok, 0, map[string]any{"points_earned": 1}),
		"a problem without the nonce":          changed("conflict", func(_ call, b back) bool { return b.status == http.StatusConflict }, 0, map[string]any{"nonce": nil}),
		"an unknown key is declined": {caught: "identity", answer: func(c call) back {
			b := c.on()
			if b.status == http.StatusNotFound {
				b.header.Set("Content-Type", "application/json")
				return b.with(http.StatusOK, map[string]any{"status": "declined", "reason": "code_unknown"})
			}
			return b
		}},
		"problems are text": {caught: "problems", answer: func(c call) back {
			b := c.on()
			if b.status >= 400 {
				b.header.Set("Content-Type", "text/plain")
			}
			return b
		}},
		"a new receipt each time": {caught: "same-key-at-once", answer: func(c call) back {
			b := c.on()
			if c.is("POST", wire.PathCharges) && b.status == http.StatusOK {
				return b.with(b.status, map[string]any{"receipt": c.field("nonce")})
			}
			return b
		}},
		"what is shown is new each time": {caught: "presented", answer: func(c call) back {
			b := c.on()
			if b.fields()["show"] != nil {
				return b.with(b.status, map[string]any{"show": fmt.Sprint(time.Now().UnixNano())})
			}
			return b
		}},
		"what is shown has no end":     changed("presented", func(_ call, b back) bool { return b.fields()["show"] != nil }, 0, map[string]any{"expires_at": nil}),
		"what is shown never runs out": changed("presented-expired", func(_ call, b back) bool { return b.fields()["reason"] == "expired" }, 0, map[string]any{"status": "pending", "reason": nil}),
		"pending is called approved":   changed("pending", func(_ call, b back) bool { return b.fields()["status"] == "pending" }, 0, map[string]any{"status": "approved"}),
		"a ping has a body":            {caught: "ping", answer: func(c call) back { return back{status: http.StatusOK, body: []byte("pong")} }},
		"the connection is not kept": {caught: "ping", answer: func(c call) back {
			return back{status: http.StatusNoContent, header: http.Header{"Connection": {"close"}}}
		}},
		"the bulletin is never the old": {caught: "bulletin", answer: func(c call) back { c.header.Del("If-None-Match"); return c.on() }},
		"the bulletin is signed by another": {caught: "bulletin-signature", answer: func(c call) back {
			b := c.on()
			if b.fields()["payload"] != nil {
				return b.with(b.status, map[string]any{"signature": strings.Repeat("A", 86) + "=="})
			}
			return b
		}},
	}
}

func moneyMutants() map[string]mutant {
	declined := func(reason wire.Reason) func(call, back) bool {
		return func(_ call, b back) bool { return b.fields()["reason"] == string(reason) }
	}
	approved := map[string]any{"status": "approved", "reason": nil, "receipt": "R1"}
	return map[string]mutant{
		"another identity gets the standing answer": {caught: "conflict", answer: func(c call) back {
			b := c.on()
			if b.status == http.StatusConflict && c.is("POST", wire.PathCharges) {
				return c.instead(wire.KindCharge, wire.Approved)
			}
			return b
		}},
		"a reversal of another amount is taken": {caught: "conflict", answer: func(c call) back {
			if c.reversal() {
				c.body = set(c.body, map[string]any{"amount": 100, "currency": "JPY", "kind": nil})
			}
			return c.on()
		}},
		"no tombstone of a charge":             {caught: "tombstone-charge", answer: forgetful(wire.KindCharge)},
		"no tombstone of a refund":             {caught: "tombstone-refund", answer: forgetful(wire.KindRefund)},
		"no tombstone of a top-up":             {caught: "tombstone-topup", answer: forgetful(wire.KindTopup)},
		"no tombstone of a key without a kind": {caught: "tombstone-any", answer: forgetful("")},
		"registers see each other's keys": {caught: "owner-other", answer: func(c call) back {
			if c.method == "GET" && strings.Contains(c.path, "S0001-T01") {
				return c.asRegister(c.s.own, c.method, c.path, c.body)
			}
			return c.on()
		}},
		"a prefix that begins alike is enough": {caught: "owner", answer: func(c call) back {
			b := c.on()
			if b.status == http.StatusForbidden && strings.Contains(c.path, "S0001-T01") {
				return b.with(http.StatusNotFound, map[string]any{"type": wire.ProblemUnknownKey, "status": 404})
			}
			return b
		}},
		"valid_until is not looked at": {caught: "too-late", answer: func(c call) back {
			if c.is("POST", wire.PathCharges) {
				c.body = set(c.body, map[string]any{"valid_until": time.Now().Add(time.Minute).Format(time.RFC3339)})
			}
			return c.on()
		}},
		"a code pays twice": {caught: "one-time", answer: func(c call) back {
			b := c.on()
			if declined(wire.CodeUsed)(c, b) && c.is("POST", wire.PathCharges) {
				return c.instead(wire.KindCharge, wire.Approved)
			}
			return b
		}},
		"a code pays at two registers at once": changed("one-code-at-once", declined(wire.CodeUsed), 0, approved),
		"a decline is approved on the second try": {caught: "declined", answer: func() func(call) back {
			var mu sync.Mutex
			tries := map[string]int{}
			return func(c call) back {
				mu.Lock()
				tries[c.field("key")]++
				n := tries[c.field("key")]
				mu.Unlock()
				if c.is("POST", wire.PathCharges) && n == 2 {
					return c.instead(wire.KindCharge, wire.Approved)
				}
				return c.on()
			}
		}()},
		"more is given back than was paid":    changed("refunds", declined(wire.OverRefund), 0, approved),
		"refunds at once are not added up":    changed("refunds-at-once", declined(wire.OverRefund), 0, approved),
		"a refund without a charge":           changed("not-refundable", declined(wire.NotRefundable), 0, approved),
		"a refund is reversed":                {caught: "reversal-refused", answer: refundsAreReversed},
		"a reversed charge tells its receipt": changed("reversal", func(c call, b back) bool { return c.reversal() && b.status == 200 }, 0, map[string]any{"status": "approved", "receipt": "R1"}),
		"a top-up is taken for a charge":      changed("topup", func(_ call, b back) bool { return b.fields()["kind"] == "topup" }, 0, map[string]any{"kind": "charge"}),
		"a charge wins against its reversal":  changed("reversal-at-once", func(c call, b back) bool { return c.method == "GET" && b.fields()["status"] == "reversed" }, 0, approved),
		"a forward needs no signature":        {caught: "forward", answer: unsigned},
		"anybody brings forwards in":          {caught: "forward-brought-in", answer: unsigned},
		"sums overflow":                       changed("funds", declined(wire.InsufficientFunds), 0, approved),
	}
}

func refundsAreReversed(c call) back {
	b := c.on()
	if b.fields()["type"] != wire.ProblemCannotReverse {
		return b
	}
	b.header.Set("Content-Type", "application/json")
	key := strings.TrimSuffix(strings.TrimPrefix(c.path, "/v1/charges/"), "/reversal")
	now := c.instead(wire.KindCharge, wire.Reversed)
	return now.with(http.StatusOK, map[string]any{"key": key, "receipt": nil})
}

// unsigned takes a forward as if it had come online.
func unsigned(c call) back {
	b := c.on()
	if b.status == http.StatusBadRequest && c.field("mode") == "forwarded" {
		c.body = set(c.body, map[string]any{"mode": "online", "accepted_at": nil, "terminal_signature": nil})
		return c.asRegister(c.s.own, c.method, c.path, c.body)
	}
	return b
}

func bookMutants() map[string]mutant {
	day := func(change func(entries []any, all map[string]any)) mutant {
		return mutant{caught: "day", answer: func(c call) back {
			b := c.on()
			if all := b.fields(); c.is("GET", wire.PathReconciliation) && b.status == http.StatusOK {
				entries, _ := all["entries"].([]any)
				change(entries, all)
				return b.with(b.status, all)
			}
			return b
		}}
	}
	return map[string]mutant{
		"a key is missing in the day": day(func(entries []any, all map[string]any) {
			if len(entries) > 3 {
				all["entries"] = append(entries[:2:2], entries[3:]...)
			}
		}),
		"a key stands twice in the day": day(func(entries []any, all map[string]any) {
			if len(entries) > 0 {
				all["entries"] = append(entries[1:len(entries):len(entries)], entries[len(entries)-1])
			}
		}),
		"the day tells the first word and not the last": day(func(entries []any, all map[string]any) {
			for _, e := range entries {
				e.(map[string]any)["status"] = "approved"
			}
		}),
		"the day ends with its first page": day(func(_ []any, all map[string]any) { all["next"] = "" }),
		"the totals are those of the page": day(func(_ []any, all map[string]any) {
			if totals, _ := all["totals"].([]any); len(totals) > 0 {
				totals[0].(map[string]any)["count"] = 5
			}
		}),
		"the day of another register is told": {caught: "day-asked-wrongly", answer: func(c call) back {
			c.path = strings.Replace(c.path, "T011", "T01", 1)
			return c.on()
		}},
		"bodies are read loosely": {caught: "bad-bodies", answer: func(c call) back {
			c.body = set(c.body, nil) // the last of two equal names counts
			return c.on()
		}},
		"chunks will do": {caught: "bad-bodies", answer: func(c call) back { c.chunked = false; return c.on() }},
		"any content type will do": {caught: "bad-bodies", answer: func(c call) back {
			c.header.Set("Content-Type", "application/json")
			return c.on()
		}},
		"bodies are read to the end": {caught: "big-bodies"},
	}
}

func doorMutants() map[string]mutant {
	return map[string]mutant{
		"TLS 1.2 is spoken":                {caught: "tls-version", tls: func(c *tls.Config) { c.MinVersion = tls.VersionTLS12 }},
		"no certificate is asked for":      {caught: "no-certificate", tls: func(c *tls.Config) { c.ClientAuth = tls.VerifyClientCertIfGiven }},
		"any authority is believed":        {caught: "foreign-certificate", tls: func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }},
		"the end of time is not looked at": {caught: "expired-certificate", tls: func(c *tls.Config) { c.Time = func() time.Time { return time.Now().Add(-time.Minute) } }},
	}
}
