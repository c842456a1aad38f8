package book_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

func day(time.Time) string { return "2026-11-21" }

// carried is a charge as a queue file or a slip brings it.
func carried(key charge.Key, yen int64) charge.Carried {
	p := signed("phone of "+string(key), 1, "taro")
	p.Signature = []byte("signed by its register")
	return charge.Carried{
		Key: key, Wallet: "alpha", Amount: money.Yen(yen), Code: charge.CodeMark{Kind: "op1", Masked: "OP…1", Hash: "hash of " + string(key)},
		Accepted: t0.Add(-time.Hour), Proof: p, From: "queue file Q1",
	}
}

func (f *fixture) takeOver(list ...charge.Carried) []charge.Handed {
	f.t.Helper()
	became, why, err := f.TakeOver(list, day, charge.ByManager, "manager")
	if err != nil {
		f.t.Fatalf("%v", err)
	}
	for i, w := range why {
		if (w != nil) != (became[i] == charge.HandedRefused) {
			f.t.Fatalf("%s became %s because of %v", list[i].Key, became[i], w)
		}
	}
	return became
}

func (f *fixture) due() []charge.Due {
	f.t.Helper()
	list, err := f.Due("alpha", charge.Due{}, 100)
	if err != nil {
		f.t.Fatalf("%v", err)
	}
	return list
}

// What another register took is in these books once, under its own key and with
// that register's signature, and is collected like what was taken here. It is
// no risk of this register: none of its limits counts it but the customer's.
func TestChargesOfAnotherRegister(t *testing.T) {
	f := newFixture(t)
	own, err := f.accept("own", 1000, signed("phone", 5, "hanako"))
	if err != nil {
		t.Fatal(err)
	}
	brought := carried("S1-T2-9-4", 2500)
	if got := f.takeOver(brought, carried("S1-T2-9-4", 2500)); got[0] != charge.HandedTaken || got[1] != charge.HandedKnown {
		t.Fatalf("brought twice in one file: %v", got)
	}
	if got := f.takeOver(brought); got[0] != charge.HandedKnown {
		t.Fatalf("brought once more: %v", got)
	}
	rec, err := f.Charge("S1-T2-9-4")
	if err != nil || !rec.Carried || rec.State != charge.Queued || rec.Amount != money.Yen(2500) || !rec.ChangedAt.Equal(brought.Accepted) {
		t.Fatalf("in the books as %+v, %v", rec, err)
	}
	due := f.due()
	if len(due) != 2 || due[1].Key != rec.Key || string(due[1].Signature) != "signed by its register" || due[0].Signature != nil || !due[1].Accepted.Equal(brought.Accepted) {
		t.Fatalf("to be collected are %+v", due)
	}
	if e, err := f.Exposure(); err != nil || e.Count != 1 || e.Minor != 1000 {
		t.Errorf("this register's own risk is %+v, %v", e, err)
	}
	if e, err := f.CarriedExposure(); err != nil || e.Count != 1 || e.Minor != 2500 {
		t.Errorf("brought here are %+v, %v", e, err)
	}
	_, err = f.accept("taro", 2501, signed("another", 1, "taro"))
	f.refuses(err, charge.PerToken, 2500)
	if _, used, err := f.CodeUsed("hash of S1-T2-9-4"); !used || err != nil {
		t.Errorf("its code may be used here again (%v)", err)
	}
	f.apply(rec.Key, f.said(charge.Send, "alpha"))
	f.apply(rec.Key, f.said(charge.Approve, "alpha"))
	if got := f.takeOver(brought); got[0] != charge.HandedKnown {
		t.Errorf("brought again when it was collected: %v", got)
	}
	if e, err := f.CarriedExposure(); err != nil || e.Count != 0 {
		t.Errorf("still to be collected are %+v, %v", e, err)
	}
	if _, err := f.PrepareRefund(rec.Key, money.Yen(1), charge.ByManager, "manager"); !errors.Is(err, charge.ErrNotRefundable) {
		t.Errorf("a refund of it: %v", err)
	}
	if next := f.prepare("next").Key; next <= own.Key {
		t.Errorf("the next key is %s after %s", next, own.Key)
	}
	f.verify(8)
}

// Both registers may have taken one and the same code: each has its charge, and
// the wallet pays one of them.
func TestOneCodeAtTwoRegisters(t *testing.T) {
	f := newFixture(t)
	if _, err := f.accept("own", 1000, signed("phone", 5, "taro")); err != nil {
		t.Fatal(err)
	}
	same := carried("S1-T2-9-4", 1000)
	same.Proof = signed("phone", 5, "taro")
	same.Proof.Signature = []byte("signed")
	if got := f.takeOver(same); got[0] != charge.HandedTaken || len(f.due()) != 2 {
		t.Errorf("%v, %d to be collected", got, len(f.due()))
	}
}

// A charge that leaves stays in the books and counts to the limits; it is not
// collected here but asked about, until it is brought back or the file is lost.
func TestAChargeLeavesAndComesBack(t *testing.T) {
	f := newFixture(t)
	rec, err := f.accept("a", 1000, signed("phone", 5, "taro"))
	other := f.prepare("b")
	if err != nil {
		t.Fatal(err)
	}
	out := func(again bool) int {
		moved, err := f.MoveOut([]charge.Key{rec.Key, other.Key}, "Q1", again, charge.ByManager, "manager")
		if err != nil {
			t.Fatal(err)
		}
		return len(moved)
	}
	if out(false) != 1 || out(false) != 0 || out(true) != 1 {
		t.Error("it leaves once, and again when somebody says so; what is not to be collected never does")
	}
	due := f.due()
	if len(due) != 1 || due[0].Moved.IsZero() || due[0].State != charge.Forwarding {
		t.Fatalf("it is %+v", due)
	}
	if e, err := f.Exposure(); err != nil || e.Count != 1 || e.Minor != 1000 {
		t.Errorf("until it is known to be collected it counts: %+v, %v", e, err)
	}
	back := carried(rec.Key, 1000)
	if got := f.takeOver(back); got[0] != charge.HandedBack || !f.due()[0].Moved.IsZero() {
		t.Errorf("its own file brought back: %v", got)
	}
	out(false)
	if n, err := f.MoveBack([]charge.Key{rec.Key, other.Key}, charge.ByManager, "manager"); n != 1 || err != nil || !f.due()[0].Moved.IsZero() {
		t.Errorf("taken back are %d, %v", n, err)
	}
	out(false)
	f.apply(rec.Key, f.said(charge.Approve, "alpha")) // it was collected elsewhere
	if e, err := f.Exposure(); err != nil || e.Count != 0 || len(f.due()) != 0 || out(true) != 0 {
		t.Errorf("outstanding are still %+v, %v", e, err)
	}
	links, err := f.Links(rec.Key)
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, l := range links {
		notes = append(notes, l.Note)
	}
	if got := strings.Join(notes[2:], "|"); got != "left with queue file Q1|left with queue file Q1|brought back by queue file Q1|left with queue file Q1|taken back|left with queue file Q1|" {
		t.Errorf("journalled as %s", got)
	}
	f.verify(10)
}

// The disk died and the register began anew under its old name: what paper and
// files bring of its old keys is taken in. Keys that it may yet issue are not.
func TestARegisterTakesInItsOwnLostCharges(t *testing.T) {
	f := newFixture(t)
	lost := carried("S1-T1-3-2", 900)
	if got := f.takeOver(lost); got[0] != charge.HandedTaken {
		t.Errorf("its own charge of an earlier start: %v", got)
	}
	adopted, err := f.Adopt(entry("S1-T1-3-2", charge.Payment, 900), "alpha", "2026-11-21")
	if err != nil || !adopted.Carried {
		t.Errorf("what the wallet lists of it is known: %+v, %v", adopted, err)
	}
}

// What contradicts the books, or is none of this store's, is refused alone.
func TestWhatIsNotTakenOver(t *testing.T) {
	f := newFixture(t)
	rec, err := f.accept("own", 1000, signed("phone", 5, "taro"))
	if err != nil {
		t.Fatal(err)
	}
	unsigned := carried("S1-T2-9-5", 10)
	unsigned.Proof.Signature = nil
	elsewhere := carried(rec.Key, 1000)
	elsewhere.Wallet = "beta"
	mine, err := charge.NewKey("S1", "T1", f.Epoch(), 77)
	if err != nil {
		t.Fatal(err)
	}
	got := f.takeOver(carried("S2-T1-9-4", 10), carried(rec.Key, 1001), elsewhere, unsigned, carried("S1-T2-09-4", 10), carried(mine, 10), carried("S1-T2-9-6", 10))
	for i, h := range got {
		if want := i == 6; (h == charge.HandedTaken) != want {
			t.Errorf("number %d became %s", i, h)
		}
	}
	f.verify(4)
}

// Whatever was taken over is there after a crash, and taken over once more
// changes nothing.
func TestHandoverOutlivesACrash(t *testing.T) {
	store := memory.New(memory.Options{})
	opts := book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"alpha"}, Now: func() time.Time { return t0 }}
	b, err := book.Open(store, opts)
	if err != nil {
		t.Fatal(err)
	}
	list := []charge.Carried{carried("S1-T2-9-4", 10), carried("S1-T2-9-5", 20)}
	if _, _, err := b.TakeOver(list, day, charge.ByManager, "m"); err != nil {
		t.Fatal(err)
	}
	if b, err = book.Open(store.Crash(), opts); err != nil {
		t.Fatal(err)
	}
	became, _, err := b.TakeOver(list, day, charge.ByManager, "m")
	if err != nil || became[0] != charge.HandedKnown || became[1] != charge.HandedKnown {
		t.Errorf("%v, %v", became, err)
	}
	if e, err := b.CarriedExposure(); err != nil || e.Count != 2 || e.Minor != 30 {
		t.Errorf("to be collected are %+v, %v", e, err)
	}
}
