package ledgertest

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// testForward: a code that a register took in time is paid when code and
// certificate have long ended; one that it took too late is not.
func testForward(t *testing.T, open Open) {
	stopped := false
	w := newIssuing(t, open(t), ledger.Options{Stopped: func(wire.Kind) bool { return stopped }})
	key := till(t)
	h := w.phone(t, "Hanako", 3000, 6000)
	start := w.clock.Now()
	var texts []string
	for range 6 {
		texts = append(texts, h.text(t))
	}
	w.clock.add(life + time.Hour)
	stopped = true // what was under way before a stop comes to its end
	ask := func(i int, amount int64) wire.ChargeRequest {
		return w.request(fmt.Sprint("S0001-T01-1-", i), texts[i], amount)
	}
	inside := ask(0, 1000)
	first := w.forward(t, key, inside, start.Add(60*time.Second+999*time.Millisecond)) // the last second: 30 s and the clocks' 30 s
	approved.check(t, first)
	declined(wire.CodeExpired).check(t, w.forward(t, key, ask(1, 1000), start.Add(61*time.Second)))
	declined(wire.CodeExpired).check(t, w.forward(t, key, ask(2, 1000), start.Add(-31*time.Second)))
	declined(wire.CodeUsed).check(t, w.forward(t, key, w.request("S0002-T01-1-9", inside.Code, 1000), start)) // one code, two registers
	declined(wire.OverLimit).check(t, w.forward(t, key, ask(3, 3001), start))
	w.owns(t, "Hanako", 4000, 5000)

	// A key that has its word keeps it, whatever the evidence of a later try.
	w.clock.add(200 * time.Hour)
	for _, mode := range []wire.Mode{wire.Online, wire.Forwarded} {
		again := inside
		again.Mode, again.Nonce = mode, "another"
		if a := w.charge(t, again); a.Status != wire.Approved || a.Receipt != first.Receipt {
			t.Fatalf("the %s retry: %+v", mode, a)
		}
	}
	declined(wire.Expired).check(t, w.forward(t, key, ask(4, 1000), start)) // too late to be forwarded
	w.checkBooks(t)
}

// testForwardDeadline: to the last moment in which a forward may come, the
// money is there.
func testForwardDeadline(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	key := till(t)
	h := w.phone(t, "Hanako", 3000, 3000)
	w.clock.add(life)
	r := w.request("S0001-T01-1-1", h.text(t), 3000)
	taken := w.clock.Now()
	w.clock.add(ledger.ForwardWithin)
	r.ValidUntil = w.clock.Now()
	approved.check(t, w.forward(t, key, r, taken))
	w.clock.add(time.Second)
	w.owns(t, "Hanako", 7000, 0)
	w.checkBooks(t)
}

// testForwardEvidence: without the register's own signature over just this
// forward nothing is decided and nothing kept, so that the true one is paid
// afterwards.
func testForwardEvidence(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	key, other := till(t), till(t)
	h := w.phone(t, "Hanako", 3000, 6000)
	r := w.request("S0001-T01-1-1", h.text(t), 1000)
	w.met(t, "S0001-T01", key)
	w.met(t, "S0001-T02", other)
	good := signed(t, key, r, w.clock.Now())
	for name, change := range map[string]func(*wire.ChargeRequest){
		"no signature":     func(r *wire.ChargeRequest) { r.TerminalSignature = "" },
		"no base64":        func(r *wire.ChargeRequest) { r.TerminalSignature = "?" },
		"another amount":   func(r *wire.ChargeRequest) { r.Amount++ },
		"another time":     func(r *wire.ChargeRequest) { r.AcceptedAt = r.AcceptedAt.Add(-time.Second) },
		"another key":      func(r *wire.ChargeRequest) { r.Key = "S0001-T01-1-2" },
		"another code":     func(r *wire.ChargeRequest) { r.Code = h.text(t) },
		"another register": func(r *wire.ChargeRequest) { *r, _ = r.SignForward(r.AcceptedAt, other) },
	} {
		forged := good
		change(&forged)
		if a, err := w.Forward(forged); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%s: %+v, %v, want ErrInvalid", name, a, err)
		}
	}
	if a, err := w.Charge(good); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("from nobody: %+v, %v, want ErrInvalid", a, err)
	}
	early := w.clock.Now().Add(time.Second)
	if a, err := w.tryForward(t, key, r, early); !errors.Is(err, ledger.ErrEarly) {
		t.Errorf("from the future: %+v, %v, want ErrEarly", a, err)
	}
	plain := w.request("S0001-T01-1-3", w.mint(t, "Hanako"), 10)
	plain.Mode = wire.Forwarded
	if a, err := w.Charge(plain); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("a plain code without evidence: %+v, %v, want ErrInvalid", a, err)
	}
	if all, err := w.Standings(); err != nil || len(all) != 0 {
		t.Fatalf("kept: %+v, %v", all, err)
	}
	a, err := w.Forward(good)
	if err != nil {
		t.Fatal(err)
	}
	approved.check(t, a)
	approved.check(t, w.forward(t, key, plain, w.clock.Now())) // judged as it is now
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	approved.check(t, w.forward(t, edwards, w.request("S0001-T01-1-4", h.text(t), 1000), w.clock.Now()))
	w.checkBooks(t)
}

// testForwardQuota: what a register may forward in 24 hours has an end, for
// each register by itself.
func testForwardQuota(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{MostForwards: 3, MostForwarded: 1000})
	key := till(t)
	h := w.phone(t, "Hanako", 3000, 6000)
	n := 0
	made := func(terminal string, amount int64) wire.ChargeRequest {
		n++
		r := w.request(fmt.Sprintf("S0001-%s-1-%d", terminal, n), h.text(t), amount)
		r.Terminal = terminal
		return r
	}
	ask := func(terminal string, amount int64) wire.Answer {
		t.Helper()
		return w.forward(t, key, made(terminal, amount), w.clock.Now())
	}
	over := func(terminal string, amount int64) wire.ChargeRequest {
		t.Helper()
		r := made(terminal, amount)
		if a, err := w.tryForward(t, key, r, w.clock.Now()); !errors.Is(err, ledger.ErrQuota) {
			t.Errorf("over the quota: %+v, %v, want ErrQuota", a, err)
		}
		return r
	}
	approved.check(t, ask("T01", 600))
	over("T01", 401)
	approved.check(t, ask("T01", 400))
	over("T01", 1)
	approved.check(t, ask("T02", 1))
	approved.check(t, ask("T02", 1))
	approved.check(t, ask("T02", 1))
	over("T02", 1)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-99", h.text(t), 1500))) // online is not counted
	if err := h.certify("Hanako", 3000, 3000); err != nil {
		t.Fatal(err)
	}
	w.clock.add(23 * time.Hour)
	later, took := over("T01", 1), w.clock.Now()
	w.clock.add(time.Hour + time.Second)
	approved.check(t, w.forward(t, key, later, took)) // nothing was lost
	if err := h.certify("Hanako", 10, 1000); err != nil {
		t.Fatal(err)
	}
	approved.check(t, ask("T01", 1))
	w.checkBooks(t)
}

// testForwardReversal: a forward is undone as any charge is, also before it
// comes.
func testForwardReversal(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	key := till(t)
	h := w.phone(t, "Hanako", 3000, 6000)
	code, at := h.show(t), w.clock.Now()
	blocked := w.request("S0001-T01-1-1", oda.Encode(code, oda.Base64), 1000)
	reversed.check(t, w.reverse(t, blocked.Key, 1000))
	reversed.check(t, w.forward(t, key, blocked, at))
	paid := w.request("S0001-T01-1-2", oda.Encode(code, oda.Decimal), 1000)
	approved.check(t, w.forward(t, key, paid, at))
	w.owns(t, "Hanako", 4000, 5000)
	reversed.check(t, w.reverse(t, paid.Key, 1000))
	reversed.check(t, w.forward(t, key, paid, at))
	w.owns(t, "Hanako", 4000, 6000)
	w.checkBooks(t)
}

// testForwardClock: the clock of a register that comes back from an outage is
// slow, and so is the end that it gives its request. The code was good when it
// was taken, and the goods are gone.
func testForwardClock(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 6000)
	r, took := w.request("S0001-T01-1-1", h.text(t), 1000), w.clock.Now()
	w.clock.add(time.Hour)
	r.ValidUntil = w.clock.Now().Add(-time.Minute)
	approved.check(t, w.forward(t, till(t), r, took))
}
