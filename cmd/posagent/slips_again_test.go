package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
)

// The key of sealed codes is lost and given up (--lose-codes), as the docs and the
// sentence of the refused start say; the store copies are brought to this register.
func TestAfterALostKeyTheSlipsCollect(t *testing.T) {
	ctx := context.Background()
	a := newPlace(t, printerConfig)
	wallet := a.startWallet(t)
	a.announced(t)
	printed := newStrip(t, a)
	agent := a.start(t)
	eventually(t, "the bulletin has come", func() bool { return a.bulletin(t).Version > 0 })
	codes := a.phoneShows(t, 1)
	stopWallet(t, wallet)
	a.offline(t, codes)
	text := seen(t, printed.storeCopies(1)[0])
	key := a.waiting(t).Charges[0].Key
	agent.kill()
	a.forgets(t, exitDone, "offline.key.secret.forgotten-", "--lose-codes")
	a.start(t)
	slip, err := a.local().ImportSlip(ctx, text)
	check(t, err)
	if !slip.Taken {
		t.Errorf("brought as %+v", slip)
	}
	wallet = a.startWallet(t)
	_, _ = a.local().Forward(ctx)
	eventually(t, "it is collected from the store copy", func() bool { return a.state(t, key) == "approved" })
	stopWallet(t, wallet)
}

// Two store copies of one payment have different codes: one is not genuine, and
// which one, only the wallet says. The second is refused in words of its own,
// and nobody is told that it was taken in.
func TestTwoStoreCopiesOfOnePayment(t *testing.T) {
	ctx := context.Background()
	p := newPlace(t, "")
	m, issuer := newMaker(t, 1), newMaker(t, 7).key
	p.pin(t, m.public())
	p.start(t)
	p.imports(t, m.says(1, issues(issuer, nil)))
	first := handover.Charge{
		Key: "S0001-T09-1-1", Wallet: "own", Amount: money.Yen(700), Accepted: time.Now().UTC().Truncate(time.Second),
		Code: paycode.Secret(newPhone(t, issuer, 1).shows(time.Now(), oda.Base45)), Signature: bytes.Repeat([]byte{7}, 64),
	}
	second := first
	second.Code = paycode.Secret(newPhone(t, issuer, 2).shows(time.Now(), oda.Base45))
	brings := func(c handover.Charge) (control.Slip, error) {
		text, err := handover.EncodeSlip(c)
		check(t, err)
		return p.local().ImportSlip(ctx, text)
	}
	got, err := brings(first)
	if check(t, err); !got.Taken {
		t.Errorf("the first: %+v", got)
	}
	_, err = brings(second)
	refusedWith(t, err, "slip.other_code")
	got, err = brings(first)
	if check(t, err); !got.Known {
		t.Errorf("the first once more: %+v", got)
	}
}
