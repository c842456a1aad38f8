package agent

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/agent/sale"
)

// billOf is the bill that a sale is a part of, with the parts that pay it; nil
// for a sale that is none. The part gets the bill's number for its paper.
func (r *Register) billOf(s *sale.Sale, language string) (*receipt.Bill, error) {
	if s.Bill == "" || r.parts.Bills == nil {
		return nil, nil
	}
	bill, err := r.parts.Bills.Bill(s.Bill)
	if err != nil {
		return nil, err
	}
	parts, err := r.parts.Bills.PartsOfBill(s.Bill)
	if err != nil {
		return nil, err
	}
	s.Reference = bill.Reference
	out := &receipt.Bill{Bill: bill, Last: s.Completes(bill)}
	for _, part := range parts {
		if part.Part > s.Part {
			break
		}
		records, err := r.parts.Memory.ChargesOfSale(part.ID)
		if err != nil {
			return nil, err
		}
		rec := newest(records)
		paid := rec.Amount
		if part.ID != s.ID {
			paid.Minor = paidAt(s.At, rec, records)
		}
		if paid.Minor > 0 {
			out.Tenders = append(out.Tenders, receipt.Tender{Charge: rec, Amount: paid, Wallet: r.nameIn(rec.Wallet, language), Handed: part.Handed})
		}
	}
	return out, nil
}

// Goods is what the cashier does with the goods of a sale whose charge stands
// so. Those of a bill go with the part that pays what was left, and with none
// before.
func (r *Register) Goods(v View) charge.Goods {
	goods := v.Charge.Goods()
	if v.Sale.Bill == "" || goods != charge.HandOver || r.parts.Bills == nil {
		return goods
	}
	bill, err := r.parts.Bills.Bill(v.Sale.Bill)
	if err != nil { // what cannot be read now is not handed over
		return charge.Hold
	}
	return GoodsOf(v.Charge, v.Sale, bill)
}

// GoodsOf is the rule of Goods, for a part and its bill.
func GoodsOf(rec charge.Record, part sale.Sale, bill sale.Bill) charge.Goods {
	if part.Bill != "" && !part.Completes(bill) {
		return charge.Hold
	}
	return rec.Goods()
}

// GoodsOfCharge is Goods for a record from memory.
func (r *Register) GoodsOfCharge(rec charge.Record) charge.Goods {
	goods := rec.Goods()
	if goods != charge.HandOver || r.parts.Bills == nil {
		return goods
	}
	s, err := r.parts.Memory.Sale(rec.SaleID)
	if err != nil {
		return charge.Hold
	}
	return r.Goods(View{Sale: s, Charge: rec})
}

// paidAt is what a part paid of its bill when the next one began: that stays on
// the receipt, whatever goes back of it later.
func paidAt(at time.Time, rec charge.Record, ofPart []charge.Record) int64 {
	undoneLater := (isVoided(rec) || rec.State == charge.Owed) && rec.ChangedAt.After(at)
	if !charge.Stands(rec.State) && !undoneLater {
		return 0
	}
	minor := rec.Amount.Minor
	for _, back := range charge.BackOf(rec.Key, ofPart) {
		if back.PreparedAt.Before(at) {
			minor -= back.Amount.Minor
		}
	}
	return max(minor, 0)
}

// nameIn is what people call a wallet in a language.
func (r *Register) nameIn(wallet, language string) string {
	if w := r.wallets[wallet]; language == string(receipt.English) && w.NameEN != "" {
		return w.NameEN
	}
	return r.wallets[wallet].Name
}
