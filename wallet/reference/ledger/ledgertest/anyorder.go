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

// testAnyOrder plays charges, retries, reversals, inquiries and the passing
// of time in any order, and holds the books to the package's promise after
// every step. What each key must say is predicted from the first words alone.
func testAnyOrder(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		g := &game{w: newWallet(t, open(t)), said: map[string]wire.Answer{}, spent: map[string]int64{}}
		rt.Repeat(map[string]func(*rapid.T){
			"":        g.check,
			"mint":    g.mint,
			"charge":  g.charge,
			"retry":   g.retry,
			"reverse": g.reverse,
			"inquire": g.inquire,
			"wait":    g.wait,
		})
	})
}

type game struct {
	w     wallet
	codes []string
	sent  []wire.ChargeRequest
	said  map[string]wire.Answer // the last answer to each key
	spent map[string]int64       // what each key must have moved: approved and not reversed
}

func (g *game) mint(t *rapid.T) {
	g.codes = append(g.codes, g.w.mint(t, rapid.SampledFrom([]string{"Hanako", "Taro"}).Draw(t, "customer")))
}

func (g *game) charge(t *rapid.T) {
	code := "970"
	if len(g.codes) > 0 {
		code = rapid.SampledFrom(g.codes).Draw(t, "code")
	}
	r := g.w.request(fmt.Sprintf("S0001-T01-1-%d", rapid.IntRange(1, 12).Draw(t, "seq")), code,
		rapid.SampledFrom([]int64{1, 400, 501, 6000}).Draw(t, "amount"))
	r.ValidUntil = g.w.clock.Now().Add(time.Duration(rapid.IntRange(-1, 3).Draw(t, "valid")) * time.Second)
	g.send(t, r)
}

func (g *game) retry(t *rapid.T) {
	if len(g.sent) == 0 {
		t.Skip("nothing to retry")
	}
	r := rapid.SampledFrom(g.sent).Draw(t, "request")
	r.Nonce += "x"
	g.send(t, r)
}

func (g *game) send(t *rapid.T, r wire.ChargeRequest) {
	g.sent = append(g.sent, r)
	a, err := g.w.Charge(r)
	if errors.Is(err, ledger.ErrConflict) {
		if _, seen := g.said[r.Key]; !seen {
			t.Fatalf("conflict for key %s that was never used", r.Key)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, seen := g.said[r.Key]; !seen && a.Status == wire.Approved {
		g.spent[r.Key] = r.Amount
	}
	g.heard(t, a, false)
}

func (g *game) reverse(t *rapid.T) {
	key := fmt.Sprintf("S0001-T01-1-%d", rapid.IntRange(1, 12).Draw(t, "seq"))
	amount := rapid.SampledFrom([]int64{1, 400, 501, 6000}).Draw(t, "amount")
	a, err := g.w.Reverse(key, wire.ReversalRequest{Amount: amount, Currency: "JPY", Nonce: "r"})
	if old, seen := g.said[key]; seen && old.Amount != amount {
		if !errors.Is(err, ledger.ErrConflict) {
			t.Fatalf("reversal of %s with amount %d for %d: %+v, %v", key, amount, old.Amount, a, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if a.Status == wire.Approved {
		t.Fatalf("key %s still stands approved after its reversal", key)
	}
	delete(g.spent, key)
	g.heard(t, a, true)
}

func (g *game) inquire(t *rapid.T) {
	key := fmt.Sprintf("S0001-T01-1-%d", rapid.IntRange(1, 12).Draw(t, "seq"))
	a, err := g.w.Inquire(key, "q")
	if _, seen := g.said[key]; !seen {
		if !errors.Is(err, ledger.ErrUnknownKey) {
			t.Fatalf("key %s was never used, but stands for %+v, %v", key, a, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	g.heard(t, a, false)
}

// heard: an answer stands for ever; only a reversal may turn approved into
// reversed.
func (g *game) heard(t *rapid.T, a wire.Answer, byReversal bool) {
	old, seen := g.said[a.Key]
	g.said[a.Key] = a
	if !seen {
		return
	}
	turned := byReversal && old.Status == wire.Approved && a.Status == wire.Reversed
	same := old.Status == a.Status && old.Reason == a.Reason && old.Receipt == a.Receipt && old.Amount == a.Amount
	if !same && !turned {
		t.Fatalf("key %s stood for %+v and now for %+v", a.Key, old, a)
	}
}

func (g *game) wait(t *rapid.T) {
	g.w.clock.add(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
}

func (g *game) check(t *rapid.T) {
	g.w.checkBooks(t)
	all, err := g.w.Standings()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(g.said) {
		t.Fatalf("%d keys in the books, but %d were answered", len(all), len(g.said))
	}
	left := int64(10_500)
	for _, st := range all {
		wantDebits := 0
		if g.spent[st.Key] != 0 {
			wantDebits = 1
			left -= st.Amount
		}
		if st.Debits != wantDebits {
			t.Fatalf("key %s (%s) has %d debits, want %d", st.Key, st.Status, st.Debits, wantDebits)
		}
	}
	if got := g.w.balance(t, "Hanako") + g.w.balance(t, "Taro"); got != left {
		t.Fatalf("the customers have %d, want %d", got, left)
	}
}
