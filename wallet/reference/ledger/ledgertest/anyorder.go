package ledgertest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
	"pgregory.net/rapid"
)

// testAnyOrder plays charges, also by codes that are shown, refunds, top-ups, retries, reversals,
// confirmations, inquiries and the passing of time in any order, and holds the
// books to the package's promise after every step. What each key must say is
// predicted from the first words alone.
func testAnyOrder(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		g := &game{w: newWallet(t, open(t)), owners: map[string]string{}, keys: map[string]*keyed{}}
		rt.Repeat(map[string]func(*rapid.T){
			"":        g.check,
			"charge":  g.charge,
			"present": g.present,
			"pay":     g.pay,
			"refund":  g.refund,
			"top up":  g.topUp,
			"retry":   g.retry,
			"reverse": g.reverse,
			"confirm": g.confirm,
			"inquire": g.inquire,
			"wait":    g.wait,
		})
	})
}

// game is what a player of the rules knows: what was said about each key, and
// what must have become of the money.
type game struct {
	w      wallet
	codes  []string
	owners map[string]string // of codes
	sent   []ask
	keys   map[string]*keyed
}

type keyed struct {
	said    wire.Answer
	owner   string
	moved   int64 // what the customer must have less than before; below zero: more
	given   int64 // of a charge: what was refunded
	until   time.Time
	blocked bool
	kept    bool
	shown   bool // the register shows its code
}

// ask is a request that can be repeated.
type ask struct {
	kind   wire.Kind
	key    string
	amount int64
	code   string
	of     string
	until  time.Time
	shown  bool
	do     func() (wire.Answer, error)
}

func (g *game) mint(t *rapid.T) {
	owner := rapid.SampledFrom([]string{"Hanako", "Taro"}).Draw(t, "customer")
	code := g.w.mint(t, owner)
	g.codes, g.owners[code] = append(g.codes, code), owner
}

func drawKey(t *rapid.T) string {
	return fmt.Sprintf("S0001-T01-1-%d", rapid.IntRange(1, 15).Draw(t, "seq"))
}

func drawAmount(t *rapid.T) int64 {
	return rapid.SampledFrom([]int64{1, 400, 501, 6000}).Draw(t, "amount")
}

// shown draws a request with a code, and a time limit that may be over.
func (g *game) shown(t *rapid.T) wire.ChargeRequest {
	code := "970"
	switch rapid.IntRange(0, 3).Draw(t, "code") {
	case 0, 1:
		g.mint(t)
		code = g.codes[len(g.codes)-1]
	case 2:
		if len(g.codes) == 0 {
			break
		}
		code = rapid.SampledFrom(g.codes).Draw(t, "an older code")
	}
	r := g.w.request(drawKey(t), code, drawAmount(t))
	r.ValidUntil = g.w.clock.Now().Add(time.Duration(rapid.IntRange(-1, 90).Draw(t, "valid")) * time.Second)
	return r
}

func (g *game) charge(t *rapid.T) {
	r := g.shown(t)
	a := ask{kind: wire.KindCharge, key: r.Key, amount: r.Amount, code: r.Code, do: func() (wire.Answer, error) { return g.w.Charge(r) }}
	if rapid.Bool().Draw(t, "on the phone") {
		a.do = func() (wire.Answer, error) { return g.w.ChargeOnPhone(r) }
		a.until = g.w.clock.Now().Add(ledger.ConfirmLife)
		if r.ValidUntil.Before(a.until) {
			a.until = r.ValidUntil
		}
	}
	g.send(t, a)
}

func (g *game) topUp(t *rapid.T) {
	r := topup(g.shown(t))
	g.send(t, ask{kind: wire.KindTopup, key: r.Key, amount: r.Amount, code: r.Code, do: func() (wire.Answer, error) { return g.w.TopUp(r) }})
}

func (g *game) refund(t *rapid.T) {
	r := g.w.refundOf(drawKey(t), drawKey(t), drawAmount(t))
	if len(g.sent) > 0 && rapid.Bool().Draw(t, "of one that was sent") {
		r.ChargeKey = rapid.SampledFrom(g.sent).Draw(t, "of").key
	}
	if r.Key == r.ChargeKey {
		t.Skip("a refund has a key of its own")
	}
	g.send(t, ask{kind: wire.KindRefund, key: r.Key, amount: r.Amount, of: r.ChargeKey, do: func() (wire.Answer, error) { return g.w.Refund(r) }})
}

func (g *game) retry(t *rapid.T) {
	if len(g.sent) == 0 {
		t.Skip("nothing to retry")
	}
	g.send(t, rapid.SampledFrom(g.sent).Draw(t, "request"))
}

func (g *game) send(t *rapid.T, a ask) {
	g.lapse()
	g.sent = append(g.sent, a)
	known, seen := g.keys[a.key]
	answer, err := a.do()
	if errors.Is(err, ledger.ErrConflict) {
		if !seen {
			t.Fatalf("conflict for key %s that was never used", a.key)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if answer.Kind != a.kind || answer.Key != a.key || answer.Amount != a.amount {
		t.Fatalf("%+v answers %+v", answer, a)
	}
	if seen {
		known.heard(t, answer)
		return
	}
	g.first(t, a, answer)
}

// first takes the first word on a key into the game.
func (g *game) first(t *rapid.T, a ask, answer wire.Answer) {
	k := &keyed{said: answer, owner: g.owners[a.code], until: a.until, shown: a.shown}
	g.keys[a.key] = k
	if a.kind == wire.KindRefund {
		want := g.judge(a)
		if of := g.keys[a.of]; want == approved {
			of.given += a.amount
			k.owner = of.owner
		}
		want.check(t, answer)
	}
	if (answer.Status == wire.Pending) != (!a.until.IsZero() && answer.Status != wire.Declined) {
		t.Fatalf("%+v answers %+v", answer, a)
	}
	switch {
	case answer.Status == wire.Declined, a.shown:
	case a.kind == wire.KindCharge:
		k.moved = a.amount
	default:
		k.moved = -a.amount
	}
}

// judge is what a new refund must hear.
func (g *game) judge(a ask) want {
	of := g.keys[a.of]
	switch {
	case of == nil || of.said.Kind != wire.KindCharge || of.said.Status != wire.Approved:
		return declined(wire.NotRefundable)
	case of.given+a.amount > of.said.Amount:
		return declined(wire.OverRefund)
	}
	return approved
}

func (g *game) reverse(t *rapid.T) {
	g.lapse()
	key, amount := drawKey(t), drawAmount(t)
	kind := rapid.SampledFrom([]wire.Kind{"", wire.KindCharge, wire.KindRefund, wire.KindTopup}).Draw(t, "kind")
	if len(g.sent) > 0 && rapid.Bool().Draw(t, "one that was sent") {
		of := rapid.SampledFrom(g.sent).Draw(t, "request")
		key, amount, kind = of.key, of.amount, of.kind
	}
	k, seen := g.keys[key]
	final := seen && g.final(t, k)
	a, err := g.w.Reverse(key, wire.ReversalRequest{Kind: kind, Amount: amount, Currency: "JPY", Nonce: "r"})
	switch {
	case seen && (k.said.Amount != amount || kind != "" && kind != k.said.Kind && !k.blocked):
		if !errors.Is(err, ledger.ErrConflict) {
			t.Fatalf("reversal of %s %s with %d for %+v: %+v, %v", kind, key, amount, k.said, a, err)
		}
		return
	case final:
		k.kept = true
		if !errors.Is(err, ledger.ErrCannotReverse) {
			t.Fatalf("reversal of %+v, which stands: %+v, %v", k.said, a, err)
		}
		return
	case err != nil:
		t.Fatal(err)
	case a.Status != wire.Reversed && a.Status != wire.Declined:
		t.Fatalf("key %s still stands %s after its reversal", key, a.Status)
	case !seen:
		g.keys[key] = &keyed{said: a, blocked: true}
		return
	}
	if s := k.said.Status; s == wire.Approved || s == wire.Pending {
		k.moved = 0
		k.said.Status, k.said.Receipt = wire.Reversed, ""
	}
	k.heard(t, a)
}

// final tells that what a key stands for cannot be undone any more.
func (g *game) final(t *rapid.T, k *keyed) bool {
	if k.said.Status != wire.Approved {
		return false
	}
	switch {
	case k.kept, k.said.Kind == wire.KindRefund, k.given > 0:
		return true
	case k.said.Kind == wire.KindTopup:
		return g.w.balance(t, k.owner) < k.said.Amount
	}
	return false
}

func (g *game) confirm(t *rapid.T) {
	g.lapse()
	key, yes := drawKey(t), rapid.Bool().Draw(t, "yes")
	a, err := g.w.Confirm(key, yes)
	k, seen := g.keys[key]
	if !seen || k.shown {
		if !errors.Is(err, ledger.ErrUnknownKey) {
			t.Fatalf("a confirmation of %s, which nobody asked for: %+v, %v", key, a, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if k.said.Status == wire.Pending {
		k.said.Status, k.said.Receipt = wire.Approved, a.Receipt
		if !yes {
			k.said.Status, k.said.Reason, k.moved = wire.Declined, wire.Refused, 0
		}
	}
	k.heard(t, a)
}

func (g *game) inquire(t *rapid.T) {
	g.lapse()
	key := drawKey(t)
	a, err := g.w.Inquire(key, "q")
	k, seen := g.keys[key]
	if !seen {
		if !errors.Is(err, ledger.ErrUnknownKey) {
			t.Fatalf("key %s was never used, but stands for %+v, %v", key, a, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	k.heard(t, a)
}

// heard: an answer is what the game has come to expect, in every field.
func (k *keyed) heard(t *rapid.T, a wire.Answer) {
	old := k.said
	same := old.Status == a.Status && old.Reason == a.Reason && old.Receipt == a.Receipt && old.Amount == a.Amount
	if !same || old.Kind != a.Kind && !k.blocked {
		t.Fatalf("key %s stood for %+v and now for %+v", a.Key, old, a)
	}
}

// lapse declines in the game what has run out.
func (g *game) lapse() {
	for _, k := range g.keys {
		if k.said.Status == wire.Pending && g.w.clock.Now().After(k.until) {
			k.said.Status, k.said.Reason, k.moved = wire.Declined, wire.Expired, 0
		}
	}
}

func (g *game) wait(t *rapid.T) {
	g.w.clock.add(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
}

func (g *game) check(t *rapid.T) {
	g.lapse()
	g.w.checkBooks(t)
	all, err := g.w.Standings()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(g.keys) {
		t.Fatalf("%d keys in the books, but %d were answered", len(all), len(g.keys))
	}
	left := int64(10_500)
	for _, st := range all {
		k := g.keys[st.Key]
		left -= k.moved
		wantDebits := 0
		switch {
		case k.moved > 0:
			wantDebits = 1
		case k.moved < 0:
			wantDebits = -1
		}
		if st.Debits != wantDebits || st.Status != k.said.Status {
			t.Fatalf("key %s stands for %+v, want %d debits and %s", st.Key, st, wantDebits, k.said.Status)
		}
	}
	if got := g.w.balance(t, "Hanako") + g.w.balance(t, "Taro"); got != left {
		t.Fatalf("the customers have %d, want %d", got, left)
	}
}
