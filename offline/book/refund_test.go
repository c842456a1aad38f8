package book_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

// paid is a payment of 1280 yen at alpha.
func (f *fixture) paid(id string) charge.Record {
	f.t.Helper()
	return f.apply(f.prepare(id).Key, send("alpha"), f.said(charge.Approve, "alpha"))
}

func (f *fixture) refund(of charge.Key, yen int64) charge.Record {
	f.t.Helper()
	rec, err := f.PrepareRefund(of, money.Yen(yen), charge.ByCashier, "hanako")
	if err != nil {
		f.t.Fatalf("refund: %v", err)
	}
	return rec
}

func TestARefundIsARecordOfItsOwn(t *testing.T) {
	f := newFixture(t)
	of := f.paid("a")
	rec := f.refund(of.Key, 280)
	switch {
	case rec.Kind != charge.Refund, rec.Of != of.Key, rec.SaleID != "a", rec.Amount != money.Yen(280), rec.State != charge.Prepared,
		rec.Key == of.Key, rec.Wallet != "alpha", rec.By != charge.ByCashier, rec.Operator != "hanako", !rec.PreparedAt.Equal(f.now):
		t.Errorf("the refund is %+v", rec)
	}
	if stored, err := f.Charge(rec.Key); err != nil || stored.Kind != charge.Refund || stored.Of != of.Key {
		t.Errorf("stored as %+v, %v", stored, err)
	}
	links, err := f.Links(rec.Key)
	if err != nil || len(links) != 1 || links[0].Note != "refund of "+string(of.Key)+", 280 JPY" {
		t.Errorf("journalled as %+v, %v", links, err)
	}
	done := f.apply(rec.Key, charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByCashier}, f.said(charge.Approve, "alpha"))
	if done.State != charge.Approved || done.Kind != charge.Refund {
		t.Errorf("given back as %+v", done)
	}
	all, err := f.ChargesOfSale("a")
	if err != nil || len(all) != 2 || all[0].Key != of.Key || all[1].Key != rec.Key {
		t.Errorf("the sale has %v, %v", all, err)
	}
	refunds, err := f.RefundsOf(of.Key)
	if err != nil || len(refunds) != 1 || refunds[0].Key != rec.Key {
		t.Errorf("the refunds are %v, %v", refunds, err)
	}
	if _, err := f.RefundsOf("S1-T1-1-99"); !errors.Is(err, book.ErrNotFound) {
		t.Errorf("refunds of nothing: %v", err)
	}
}

// What was given back, or may still be, is never more than was paid.
func TestRefundsStayWithinThePayment(t *testing.T) {
	f := newFixture(t)
	of := f.paid("a")
	before := len(f.links())
	if rec, err := f.PrepareRefund(of.Key, money.Yen(1281), charge.ByCashier, ""); !errors.Is(err, charge.ErrOverRefund) || rec.Key != "" {
		t.Errorf("more than was paid: %q, %v", rec.Key, err)
	}
	first := f.refund(of.Key, 1000)
	if _, err := f.PrepareRefund(of.Key, money.Yen(281), charge.ByCashier, ""); !errors.Is(err, charge.ErrOverRefund) {
		t.Errorf("more than is left: %v", err)
	}
	second := f.refund(of.Key, 280)
	if _, err := f.PrepareRefund(of.Key, money.Yen(1), charge.ByCashier, ""); !errors.Is(err, charge.ErrOverRefund) {
		t.Errorf("one more yen: %v", err)
	}
	f.apply(second.Key, charge.Step{Event: charge.Cancel, By: charge.ByCashier})
	f.refund(of.Key, 280) // an abandoned one leaves its amount free
	if _, err := f.PrepareRefund(first.Key, money.Yen(1), charge.ByCashier, ""); !errors.Is(err, charge.ErrNotRefundable) {
		t.Errorf("a refund of a refund: %v", err)
	}
	if _, err := f.PrepareRefund("S1-T1-1-99", money.Yen(1), charge.ByCashier, ""); !errors.Is(err, book.ErrNotFound) {
		t.Errorf("a refund of nothing: %v", err)
	}
	f.verify(before + 4)
}

// Two refunds at the same moment cannot both find the money still there.
func TestTwoRefundsAtOnce(t *testing.T) {
	f := newFixture(t)
	of := f.paid("a")
	g := &gate{Store: f, first: make(chan struct{}), let: make(chan struct{})}
	b, err := book.Open(g, book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"alpha"}, Now: func() time.Time { return f.now }})
	if err != nil {
		t.Fatal(err)
	}
	g.armed = true
	slow := make(chan error)
	go func() {
		_, err := b.PrepareRefund(of.Key, money.Yen(1280), charge.ByCashier, "")
		slow <- err
	}()
	<-g.first
	if _, err := b.PrepareRefund(of.Key, money.Yen(1280), charge.ByCashier, ""); err != nil {
		t.Errorf("the quicker one: %v", err)
	}
	close(g.let)
	if err := <-slow; !errors.Is(err, charge.ErrOverRefund) {
		t.Errorf("the slower one: %v, want ErrOverRefund", err)
	}
}

// A reversal gives back the whole payment, so it must not follow a refund of
// it that was made or may still be.
func TestNoReversalAfterARefund(t *testing.T) {
	for _, c := range []struct {
		refund  charge.State
		allowed bool
	}{
		{charge.Prepared, false}, {charge.Forwarding, false}, {charge.Approved, false}, {charge.Owed, false}, {charge.Reversed, false},
		{charge.Declined, true}, {charge.Abandoned, true},
	} {
		for _, from := range []struct {
			state charge.State
			event charge.Event
		}{{charge.Approved, charge.Cancel}, {charge.Reversed, charge.Approve}} {
			f := newFixture(t)
			of := f.paid("a")
			back := f.refund(of.Key, 100)
			f.force(back.Key, func(r *book.Row) { r.State = c.refund })
			f.force(of.Key, func(r *book.Row) { r.State = from.state })
			rec := f.apply(of.Key, f.said(from.event, "alpha"))
			last := f.links()[len(f.links())-1]
			if c.allowed && rec.State != charge.Reversing {
				t.Errorf("refund %s: %s of a charge that is %s led to %s, want reversing", c.refund, from.event, from.state, rec.State)
			}
			if !c.allowed && (rec.State != from.state || last.Moved || !strings.HasPrefix(last.Note, "held back: its refund "+string(back.Key))) {
				t.Errorf("refund %s: %s of a charge that is %s led to %s, journalled %q", c.refund, from.event, from.state, rec.State, last.Note)
			}
		}
	}
}

// What is owed is paid by hand only when no refund of it is on its way.
func TestOweIsNotPaidTwice(t *testing.T) {
	f := newFixture(t)
	of := f.paid("a")
	f.force(of.Key, func(r *book.Row) { r.State = charge.Owed })
	back := f.refund(of.Key, 1280)
	byHand := charge.Step{Event: charge.Confirm, By: charge.ByManager, Reason: charge.ReasonByHand}
	if rec := f.apply(of.Key, byHand); rec.State != charge.Owed {
		t.Errorf("paid by hand beside a refund: %s", rec.State)
	}
	f.apply(back.Key, charge.Step{Event: charge.Send, Wallet: "alpha"}, f.said(charge.Decline, "alpha"))
	if rec := f.apply(of.Key, byHand); rec.State != charge.Reversed {
		t.Errorf("paid by hand after the wallet would not: %s", rec.State)
	}
}

// A refund that was written off may have been given all the same: what is owed
// is not paid by hand beside it, until it is known to have been or not.
func TestAWrittenOffRefundMayHaveBeenGiven(t *testing.T) {
	byHand := charge.Step{Event: charge.Confirm, By: charge.ByManager, Reason: charge.ReasonByHand}
	for _, end := range []charge.Step{byHand, {Event: charge.Approve, Wallet: "alpha", By: charge.ByWallet, Asked: t0}} {
		f := newFixture(t)
		of := f.paid("a")
		f.force(of.Key, func(r *book.Row) { r.State = charge.Owed })
		back := f.refund(of.Key, 280)
		f.apply(back.Key, charge.Step{Event: charge.Send, Wallet: "alpha"}, charge.Step{Event: charge.Lapse, By: charge.ByManager, At: f.later(time.Minute)})
		if rec := f.apply(of.Key, byHand); rec.State != charge.Owed {
			t.Errorf("paid by hand beside a refund that may have been given: %s", rec.State)
		}
		if rec := f.apply(back.Key, end); rec.State != charge.Reversed && rec.State != charge.Approved {
			t.Errorf("%s of the refund, and it is %s", end.Event, rec.State)
		}
		if rec := f.apply(of.Key, byHand); rec.State != charge.Reversed {
			t.Errorf("the rest was paid by hand, and it is %s", rec.State)
		}
	}
}

// A refund is no try to pay: it neither bars a new key nor allows one.
func TestARefundSaysNothingOfANewKey(t *testing.T) {
	f := newFixture(t)
	of := f.paid("a")
	back := f.refund(of.Key, 1280)
	f.force(of.Key, func(r *book.Row) { r.State = charge.Owed })
	if _, err := f.Prepare(aSale("a"), charge.ByCashier); err != nil {
		t.Errorf("an owed charge allows a new key, whatever its refund: %v", err)
	}
	f.force(back.Key, func(r *book.Row) { r.State = charge.Declined })
	other := f.paid("b")
	f.force(f.refund(other.Key, 1280).Key, func(r *book.Row) { r.State = charge.Declined })
	if _, err := f.Prepare(aSale("b"), charge.ByCashier); !errors.Is(err, book.ErrSaleOpen) {
		t.Errorf("a paid sale got another key, because its refund was declined: %v", err)
	}
}

func TestATopUpIsItsOwnKind(t *testing.T) {
	f := newFixture(t)
	s := aSale("a")
	s.TopUp = true
	rec, err := f.Prepare(s, charge.ByCashier)
	if err != nil || rec.Kind != charge.Topup {
		t.Fatalf("prepared as %q, %v", rec.Kind, err)
	}
	if links, err := f.Links(rec.Key); err != nil || links[0].Note != "top-up a, 1280 JPY" {
		t.Errorf("journalled as %+v, %v", links, err)
	}
	if rec = f.apply(rec.Key, charge.Step{Event: charge.Queue, By: charge.ByManager}); rec.State != charge.Prepared {
		t.Errorf("a top-up was taken offline: %s", rec.State)
	}
	f.force(rec.Key, func(r *book.Row) { r.State = charge.Reversing })
	if _, err := f.Prepare(s, charge.ByCashier); !errors.Is(err, book.ErrSaleOpen) {
		t.Errorf("the same cash got a second key while the first may yet stand: %v", err)
	}
	f.force(rec.Key, func(r *book.Row) { r.State = charge.Prepared })
	f.apply(rec.Key, send("alpha"), f.said(charge.Decline, "alpha"))
	if _, err := f.Prepare(aSale("a"), charge.ByCashier); err == nil {
		t.Error("a top-up became a sale of goods")
	}
	if again, err := f.Prepare(s, charge.ByCashier); err != nil || again.Kind != charge.Topup {
		t.Errorf("the second try is %q, %v", again.Kind, err)
	}
	if got := f.prepare("b").Kind; got != charge.Payment {
		t.Errorf("a sale is %q", got)
	}
}

// A wish is one refund, however often it comes, and also after a restart; it
// comes back as it stands by then.
func TestAWishIsOneRefund(t *testing.T) {
	f := newFixture(t)
	of := f.paid("a")
	once := func(wish string, yen int64) charge.Record {
		rec, err := f.PrepareRefundOnce(wish, of.Key, money.Yen(yen), charge.ByAPI, "")
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	first := once("w1", 300)
	f.apply(first.Key, charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByAPI}, f.said(charge.Decline, "alpha"))
	f.crash()
	f.open("alpha", "beta")
	if again := once("w1", 1280); again.Key != first.Key || again.State != charge.Declined || again.Amount != money.Yen(300) {
		t.Errorf("the same wish came back as %+v", again)
	}
	if other := once("w2", 300); other.Key == first.Key {
		t.Error("another wish is the same refund")
	}
	if none, other := once("", 100), once("", 100); none.Key == other.Key {
		t.Error("no wish is a wish")
	}
	if all, err := f.RefundsOf(of.Key); err != nil || len(all) != 4 {
		t.Errorf("%d refunds, %v", len(all), err)
	}
	if rec, used, err := f.CodeUsed("w1"); used || err != nil {
		t.Errorf("a wish counts as a code of %+v, %v", rec, err)
	}
	f.verify(9)
}
