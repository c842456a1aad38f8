package ledgertest

import (
	"errors"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
	"pgregory.net/rapid"
)

// present draws a charge whose code the register shows.
func (g *game) present(t *rapid.T) {
	r := g.w.presentation(drawKey(t), drawAmount(t))
	r.ValidUntil = g.w.clock.Now().Add(time.Duration(rapid.IntRange(-1, 90).Draw(t, "valid")) * time.Second)
	g.send(t, ask{kind: wire.KindCharge, key: r.Key, amount: r.Amount, shown: true, until: r.ValidUntil, do: func() (wire.Answer, error) { return g.w.Present(r) }})
}

// pay is a customer who pays a code that is shown, was shown, or never was.
func (g *game) pay(t *rapid.T) {
	g.lapse()
	key, customer := drawKey(t), rapid.SampledFrom([]string{"Hanako", "Taro"}).Draw(t, "customer")
	k := g.keys[key]
	funds := g.w.balance(t, customer)
	a, err := g.w.PayShown(customer, "PWP1:"+key)
	var want error
	switch {
	case k == nil || !k.shown:
		want = ledger.ErrUnknownKey
	case k.said.Status == wire.Pending && funds < k.said.Amount:
		want = ledger.ErrFunds
	case k.said.Status != wire.Pending && k.owner != customer:
		want = ledger.ErrClosed
	}
	if !errors.Is(err, want) || want == nil && err != nil {
		t.Fatalf("%s pays %s: %+v, %v, want %v", customer, key, a, err, want)
	}
	if err != nil {
		return
	}
	if k.said.Status == wire.Pending {
		k.said.Status, k.said.Receipt, k.owner, k.moved = wire.Approved, a.Receipt, customer, k.said.Amount
	}
	k.heard(t, a)
}
