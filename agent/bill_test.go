package agent_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// meal is a bill of 1999 yen at both rates.
func meal(id string) sale.Bill {
	return sale.Bill{Sale: sale.Sale{
		ID: id, Reference: "R-" + id, Amount: money.Yen(1999), BusinessDate: "2026-11-22", At: time.Now(), Operator: "hanako",
		Lines: []sale.Line{{Name: "茶", Quantity: 1, Amount: money.Yen(1296), Rate: sale.Reduced}, {Name: "ペン", Quantity: 2, Amount: money.Yen(703), Rate: sale.Standard}},
	}}
}

func partOf(bill, id string, yen, handed int64) agent.PartWish {
	return agent.PartWish{Bill: bill, ID: id, Amount: money.Yen(yen), Handed: handed, By: charge.ByCashier, Operator: "hanako"}
}

// opened is a bill with nothing paid.
func (s *till) opened(id string) {
	s.t.Helper()
	v, err := s.OpenBill(meal(id), charge.ByCashier)
	must(s.t, err)
	if v.State != agent.BillOpen || v.Left != money.Yen(1999) || v.Waiting || len(v.Parts) != 0 {
		s.t.Fatalf("it begins as %+v", v)
	}
}

// pays pays a part and wants so much to be left.
func (s *till) pays(want agent.PartWish, left int64) agent.BillView {
	s.t.Helper()
	v, err := s.PayPart(want)
	must(s.t, err)
	if want.Handed == 0 {
		must(s.t, s.scans())
		v, err = s.LookBill(want.Bill)
		must(s.t, err)
	}
	if v.Left.Minor != left {
		s.t.Fatalf("%d is left of the bill, want %d: %+v", v.Left.Minor, left, v)
	}
	return v
}

// A bill is paid by two codes and cash, and the closing adds up to it: the
// taxes of the parts are those of the bill.
func TestABillIsPaidInParts(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.tomorrow()
		s.opened("b")
		s.pays(partOf("b", "one", 1001, 0), 998)
		s.pays(partOf("b", "two", 333, 0), 665)
		v := s.pays(partOf("b", "three", 665, 1000), 0)
		if v.State != agent.BillPaid || len(v.Parts) != 3 || v.Parts[2].Charge.Kind != charge.Cash || v.Parts[2].Charge.Goods() != charge.HandOver || v.Parts[2].Paid != 665 {
			t.Errorf("it ends as %+v", v)
		}
		s.has(1334)
		_, err := s.PayPart(partOf("b", "four", 1, 0))
		s.wants(err, "bill.over")
		_, err = s.GiveUpBill("b", charge.ByCashier, "hanako")
		s.wants(err, "bill.over")
		z := s.closes()
		if k := z.Takings[0]; k.Paid.Minor != 1334 || k.Cash.Minor != 665 || k.Net() != 1999 || z.Drawer.Cash != 665 {
			t.Errorf("the Z has %+v and %d in the drawer", k, z.Drawer.Cash)
		}
		want, err := meal("b").Totals("")
		must(t, err)
		for _, w := range want {
			for _, r := range z.Rates {
				if r.Rate == w.Rate && (r.Gross != w.Gross.Minor || r.Tax != w.Tax.Minor) {
					t.Errorf("at %s the Z has %d with tax %d, the bill %d with %d", r.Rate, r.Gross, r.Tax, w.Gross.Minor, w.Tax.Minor)
				}
			}
		}
		_, err = s.books.Audit(t.Context())
		must(t, err)
	})
}

// What cannot be paid is refused, and changes nothing.
func TestPartsThatAreNotTaken(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.opened("b")
		_, err := s.PayPart(partOf("b", "x", 2000, 0))
		s.wants(err, "bill.too_much")
		_, err = s.PayPart(partOf("b", "x", 500, 499))
		s.wants(err, "bill.short")
		_, err = s.PayPart(partOf("b", "x", 0, 0))
		if err == nil {
			t.Error("a part of nothing was taken")
		}
		s.pays(partOf("b", "one", 1000, 1000), 999)
		again, err := s.PayPart(partOf("b", "one", 1000, 1000))
		must(t, err)
		if again.Left.Minor != 999 || len(again.Parts) != 1 {
			t.Errorf("the same wish again: %+v", again)
		}
		_, err = s.PayPart(partOf("b", "one", 999, 1000))
		s.wants(err, "bill.conflict")
		_, err = s.GiveUpBill("b", charge.ByCashier, "hanako")
		s.wants(err, "bill.parts_paid")
		if v, err := s.LookBill("b"); err != nil || v.State != agent.BillOpen || len(v.Parts) != 1 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// While nobody knows whether a part is paid no other begins, also over a
// restart; when it was reversed, its money is owed again.
func TestAPartInDoubt(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.opened("b")
		s.line.will("charges", mute)
		s.line.will("inquiry", deaf)
		v, err := s.PayPart(partOf("b", "one", 1000, 0))
		must(t, err)
		must(t, s.scans())
		s.is(v.Parts[0].Charge.Key, charge.InDoubt)
		for range 2 {
			_, err = s.PayPart(partOf("b", "two", 999, 999))
			s.wants(err, "bill.part_open")
			_, err = s.GiveUpBill("b", charge.ByCashier, "hanako")
			s.wants(err, "bill.part_open")
			s.crash()
		}
		time.Sleep(3 * time.Minute)
		s.is(v.Parts[0].Charge.Key, charge.Reversed)
		s.pays(partOf("b", "two", 1999, 1999), 0)
		s.has(0)
	})
}

// A part that nobody has scanned gives way to another; a declined one may be
// paid by another code.
func TestAPartGivesWay(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.opened("b")
		v, err := s.PayPart(partOf("b", "one", 1999, 0))
		must(t, err)
		first := v.Parts[0].Charge.Key
		s.pays(partOf("b", "two", 999, 1000), 1000)
		s.is(first, charge.Abandoned)
		v, err = s.PayPart(partOf("b", "three", 1000, 0))
		must(t, err)
		if v, err = s.LookBill("b"); err != nil || !v.Waiting || v.Left.Minor != 1000 {
			t.Errorf("%+v, %v", v, err)
		}
		must(t, s.scans())
		if v, err = s.LookBill("b"); err != nil || v.State != agent.BillPaid {
			t.Errorf("%+v, %v", v, err)
		}
		s.has(1000)
	})
}

// A declined part stays at the scanner. Once another part has paid what it
// would, no later code pays it as well.
func TestADeclinedPartIsNotPaidLater(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.spends(firstBalance - 500)
		s.opened("b")
		v, err := s.PayPart(partOf("b", "one", 1000, 0))
		must(t, err)
		must(t, s.scans())
		s.is(v.Parts[0].Charge.Key, charge.Declined)
		s.pays(partOf("b", "two", 1999, 1999), 0)
		var refused *agent.Refused
		if err := s.scans(); !errors.As(err, &refused) || refused.Why == "register.failed" {
			t.Errorf("a later code: %v", err)
		}
		if v, err = s.LookBill("b"); err != nil || v.State != agent.BillPaid || v.Parts[0].Charge.State != charge.Declined {
			t.Errorf("%+v, %v", v, err)
		}
		s.has(firstBalance - 500)
	})
}

// Parts go back one by one: by the wallet, and over the counter.
func TestPartsGoBack(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.tomorrow()
		s.opened("b")
		s.pays(partOf("b", "one", 1000, 0), 999)
		v := s.pays(partOf("b", "two", 500, 500), 499)
		code, cash := v.Parts[0].Charge.Key, v.Parts[1].Charge.Key
		rec, way, err := s.giveBack(cash, 200, agent.Either, "w")
		must(t, err)
		if way != agent.Gives || rec.State != charge.Reversed || rec.Reason != charge.ReasonByHand || rec.Of != cash {
			t.Errorf("%s %+v", way, rec)
		}
		again, _, err := s.giveBack(cash, 200, agent.Either, "w")
		if err != nil || again.Key != rec.Key {
			t.Errorf("the same wish: %+v, %v", again, err)
		}
		_, _, err = s.giveBack(cash, 301, agent.Either, "over")
		s.wants(err, "refund.too_much")
		_, _, err = s.giveBack(cash, 300, agent.Voids, "void")
		s.wants(err, "refund.not_refundable")
		if v, err = s.LookBill("b"); err != nil || v.Left.Minor != 699 {
			t.Errorf("%d is left, %v", v.Left.Minor, err)
		}
		_, way, err = s.giveBack(code, 1000, agent.Either, "all")
		must(t, err)
		time.Sleep(time.Second)
		if v, err = s.LookBill("b"); err != nil || v.Left.Minor != 1699 || way != agent.Voids {
			t.Errorf("%d is left after a %s, %v", v.Left.Minor, way, err)
		}
		s.has(0)
		s.pays(partOf("b", "three", 1699, 2000), 0)
		z := s.closes()
		if k := z.Takings[0]; k.Cash.Minor != 2199 || k.Refunded.Minor != 200 || k.Net() != 1999 || z.Drawer.Cash != 1999 {
			t.Errorf("%+v, drawer %d", k, z.Drawer.Cash)
		}
		_, err = s.books.Audit(t.Context())
		must(t, err)
	})
}

// A bill of which nothing is paid is given up, and takes no more.
func TestABillIsGivenUp(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.opened("b")
		_, err := s.PayPart(partOf("b", "one", 1000, 0))
		must(t, err)
		v, err := s.GiveUpBill("b", charge.ByCashier, "hanako")
		must(t, err)
		if v.State != agent.BillGivenUp || v.Left.Minor != 0 {
			t.Errorf("%+v", v)
		}
		_, err = s.PayPart(partOf("b", "two", 1, 1))
		s.wants(err, "bill.over")
		_, err = s.LookBill("none")
		if err == nil {
			t.Error("a bill that is not there was found")
		}
		s.has(0)
	})
}

// Many tills at once pay no more than is owed.
func TestPartsAtOnce(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.opened("b")
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() { _, _ = s.PayPart(partOf("b", fmt.Sprint("p", i), 300, 300)) })
		}
		all.Wait()
		v, err := s.LookBill("b")
		must(t, err)
		if v.Left.Minor != 1999-6*300 || len(v.Parts) != 6 {
			t.Errorf("%d is left of %d parts", v.Left.Minor, len(v.Parts))
		}
	})
}

// The slip of a part is no receipt; the last part's paper is the receipt of
// the whole bill. It has one formal receipt.
func TestPapersOfABill(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		_, err := s.OpenBill(meal("b"), charge.ByCashier)
		must(t, err)
		_, err = s.PayPart(partOf("b", "one", 1000, 0))
		must(t, err)
		s.pays(payPay(1))
		first := s.is("one", charge.Approved)
		_, err = s.Formal(agent.FormalWish{Key: first.Key, To: "株式会社みほん", For: "お品代", By: charge.ByCashier})
		s.refused(err, "formal.not_sold")
		_, err = s.PayPart(partOf("b", "two", 999, 1000))
		must(t, err)
		last := s.is("two", charge.Approved)
		papers := s.press.papers()
		if len(papers) != 2 || !strings.Contains(papers[0], "This is no receipt") || strings.Contains(papers[1], "no receipt") || !strings.Contains(papers[1], "RECEIPT") {
			t.Fatalf("%q", papers)
		}
		if last.Paper != charge.PaperDone {
			t.Errorf("the paper is %s", last.Paper)
		}
		wish := agent.FormalWish{Key: first.Key, To: "株式会社みほん", For: "お品代", By: charge.ByCashier, Operator: "hanako"}
		s.press.becomes("failed")
		_, err = s.Formal(wish)
		s.refused(err, "printer.unprinted")
		s.press.becomes("confirmed")
		f, err := s.Formal(wish)
		must(t, err)
		if f.Number != 1 || f.Key != last.Key || f.Amount != money.Yen(1999) || f.Paper != charge.PaperDone {
			t.Errorf("%+v", f)
		}
		for _, key := range []charge.Key{first.Key, last.Key} {
			wish.Key = key
			_, err = s.Formal(wish)
			s.refused(err, "formal.issued")
		}
		wish.Again, wish.To, wish.For = true, "", ""
		f, err = s.Formal(wish)
		must(t, err)
		papers = s.press.papers()
		if f.Copies != 1 || len(papers) != 4 || strings.Contains(papers[2], "COPY") || !strings.Contains(papers[3], "COPY") || !strings.Contains(papers[3], "株式会社みほん") {
			t.Errorf("%+v %q", f, papers[2:])
		}
	})
}
