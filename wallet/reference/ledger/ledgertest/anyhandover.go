package ledgertest

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
	"pgregory.net/rapid"
)

// enrol gives the register a new disk with a new key, and it connects.
func (g *offlineGame) enrol(t *rapid.T) {
	g.tills = append(g.tills, till(t))
	g.w.met(t, "S0001-T01", g.tills[len(g.tills)-1])
}

// bring asks for a forward as its register or as another.
func (g *offlineGame) bring(t *rapid.T, r wire.ChargeRequest) (wire.Answer, error) {
	if rapid.Bool().Draw(t, "by another register") {
		return g.w.BringIn(r)
	}
	return g.w.Forward(r)
}

// pick is a charge that was sent before.
func (g *offlineGame) pick(t *rapid.T) *taken {
	if g.seq == 0 {
		t.Skip("no charge")
	}
	return g.keys[fmt.Sprint("S0001-T01-1-", rapid.IntRange(1, g.seq).Draw(t, "charge"))]
}

// again asks once more for what has its word.
func (g *offlineGame) again(t *rapid.T) {
	k := g.pick(t)
	if k.sent.Mode != wire.Forwarded {
		t.Skip("no forward")
	}
	g.lapse()
	if a, err := g.bring(t, k.sent); err != nil || a.Status != k.said {
		t.Fatalf("key %s stands for %s, and now for %+v, %v", k.sent.Key, k.said, a, err)
	}
}

// forge is what another register asks for without the first one's word, of a
// key that was seen or of the next one: it hears nothing, and nothing is kept.
func (g *offlineGame) forge(t *rapid.T) {
	r := g.w.request(fmt.Sprint("S0001-T01-1-", g.seq+1), "97", 1)
	if g.seq > 0 && rapid.Bool().Draw(t, "a key that was seen") {
		if r = g.pick(t).sent; r.Mode == wire.Forwarded && rapid.Bool().Draw(t, "with its signature") {
			r.AcceptedAt = r.AcceptedAt.Add(time.Second)
		} else {
			r = signed(t, till(t), r, g.now())
		}
	}
	if a, err := g.w.BringIn(r); !errors.Is(err, ledger.ErrInvalid) {
		t.Fatalf("%+v without its register's word: %+v, %v", r, a, err)
	}
}

// once: each key has moved money once, if it stands for it, and else never.
func (g *offlineGame) once(t *rapid.T) {
	debits := g.w.debits(t)
	for key, k := range g.keys {
		if n, ok := debits[key]; !ok || n != map[bool]int{true: 1}[k.said == wire.Approved] {
			t.Fatalf("key %s: %d debits, and it stands for %+v", key, n, k)
		}
	}
	if len(debits) != len(g.keys) {
		t.Fatalf("%d keys in the books, but %d were answered", len(debits), len(g.keys))
	}
}
