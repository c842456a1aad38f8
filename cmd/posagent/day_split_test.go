package main

import (
	"net/http"
	"strings"

	"github.com/posagent/posagent/agent/control"
)

func billPath(path, id string) string { return strings.Replace(path, "{id}", id, 1) }

// split is a bill that is paid by two codes and in cash. Some of the cash goes
// back.
func (d *day) split(c *person, n int) {
	t := d.T
	food, pens := int64(1080+d.chance.IntN(900)), int64(1100+d.chance.IntN(400))
	var b control.Bill
	open := control.NewBill{Amount: food + pens, Currency: "JPY", Lines: []control.Line{
		{Name: "茶", Quantity: 1, Amount: food, Rate: "reduced"}, {Name: "ペン", Quantity: 2, Amount: pens, Rate: "standard"},
	}}
	for range 2 { // the second time is the same wish
		c.does(t, control.PathBills, wishOf(n, "bill"), open, &b)
	}
	for i, amount := range []int64{501, 1 + food/3} {
		part := control.NewPart{Way: "code", Amount: amount}
		c.does(t, billPath(control.PathBillParts, b.ID), wishOf(n, "part"+string(rune('a'+i))), part, &b)
		if status, problem := c.asks(billPath(control.PathBillCancel, b.ID), "", struct{}{}, &b); i > 0 && (status != http.StatusConflict || problem.Why != "bill.parts_paid") {
			d.Errorf("bill %d with a part paid was given up: %d %s", n, status, problem.Why)
		}
		if i == 0 { // given up before anything was paid: another one
			c.does(t, control.PathBills, wishOf(n, "bill again"), open, &b)
			c.does(t, billPath(control.PathBillParts, b.ID), wishOf(n, "part again"), part, &b)
		} else { // the cancel has given the unscanned part up
			c.does(t, billPath(control.PathBillParts, b.ID), wishOf(n, "part anew"), part, &b)
		}
		s := b.Parts[len(b.Parts)-1].Sale
		c.does(t, salePath(control.PathSaleCode, s.ID), wishOf(n, "code"+string(rune('a'+i))), control.Code{Text: d.mint(t)}, &s)
		if s.State != "approved" {
			d.Errorf("part %d of bill %d is %s (%s)", i, n, s.State, s.Reason)
		}
		d.paid[s.ChargeKey] = amount
		d.back[s.ChargeKey] = 0
	}
	d.inCash(c, n, b.ID, food+pens-501-1-food/3)
}

// inCash pays what is left in cash.
func (d *day) inCash(c *person, n int, bill string, left int64) {
	t := d.T
	var b control.Bill
	if status, problem := c.asks(billPath(control.PathBillParts, bill), wishOf(n, "too much"), control.NewPart{Way: "cash", Amount: left + 1}, &b); status != http.StatusConflict || problem.Why != "bill.too_much" {
		d.Errorf("more than is left: %d %s", status, problem.Why)
	}
	for range 2 {
		c.does(t, billPath(control.PathBillParts, bill), wishOf(n, "cash"), control.NewPart{Way: "cash", Amount: left, Handed: left + 100}, &b)
	}
	last := b.Parts[len(b.Parts)-1]
	if b.State != "paid" || b.Left != 0 || last.Change != 100 {
		d.Fatalf("bill %d ends as %+v", n, b)
	}
	key := last.Sale.ChargeKey
	d.cash[key] = left
	d.tally["split"]++
	var back control.Charge
	d.manager.does(t, control.PathRefunds, wishOf(n, "cash back"), control.NewRefund{ChargeKey: key, Amount: 100, Reason: "returned", Way: "auto"}, &back)
	if back.State != "reversed" || back.Reason != "by_hand" {
		d.Errorf("cash that went back is %+v", back)
	}
	d.backCash += 100
}
