package board_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/wire"
)

// Who certifies phones and what is denied stands on the board, survives a
// restart, and is no new bulletin when nothing is new.
func TestPublish(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, time.Now)
	own, err := issuer.New("own", ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Publish(own.Issuers(), []oda.Serial{{1, 2}}); err != nil {
		t.Fatal(err)
	}
	got := said(t, b)
	if len(got.Issuers) != 2 || got.Issuers[1].Alg != 2 || len(got.Denied.Serials) != 1 || got.Denied.Serials[0] != "0102000000000000" {
		t.Errorf("it says %+v", got)
	}
	again := open(t, dir, time.Now)
	before := said(t, again)
	if err := again.Publish(own.Issuers(), []oda.Serial{{1, 2}}); err != nil || said(t, again).Version != before.Version {
		t.Errorf("nothing is new, and it says version %d after %d, %v", said(t, again).Version, before.Version, err)
	}
	if err := again.Publish(own.Issuers(), nil); err != nil || len(said(t, again).Denied.Serials) != 0 {
		t.Errorf("the serial is still denied, %v", err)
	}
	order(t, again, wire.BulletinOrder{Token: "00112233445566ff", On: true})
	if !again.Denies(oda.Token{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0xff}) || again.Denies(oda.Token{}) {
		t.Error("the ledger would deny somebody else")
	}
}
