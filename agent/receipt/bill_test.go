package receipt_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// split is the lunch of lunch(), paid by code and in cash; last is the part in
// cash that completes it.
func split(last bool) receipt.Input {
	in := lunch()
	bill := sale.Bill{Sale: in.Sale}
	bill.ID = "b-1"
	code := in.Charge
	code.Amount, code.SaleID = money.Yen(1500), "p-1"
	cash := charge.Record{Key: "tokyo1-01-216950400-43", Kind: charge.Cash, SaleID: "p-2", Amount: money.Yen(866), State: charge.Approved, PreparedAt: code.PreparedAt.Add(time.Minute)}
	in.Bill = &receipt.Bill{Bill: bill, Tenders: []receipt.Tender{{Charge: code, Amount: code.Amount, Wallet: "みほんペイ"}}}
	part := sale.Sale{ID: "p-1", Reference: bill.Reference, Amount: code.Amount, Operator: bill.Operator, Bill: bill.ID, Part: 1}
	in.Charge, in.Sale = code, part
	if last {
		in.Bill.Last = true
		in.Bill.Tenders = append(in.Bill.Tenders, receipt.Tender{Charge: cash, Amount: cash.Amount, Handed: 1000})
		before, err := bill.Share(nil, money.Yen(1500))
		if err != nil {
			panic(err)
		}
		in.Charge, in.Sale = cash, sale.Sale{ID: "p-2", Amount: cash.Amount, Operator: bill.Operator, Bill: bill.ID, Part: 2, Before: before, Handed: 1000}
	}
	return in
}

// aFormal is what stands on the formal receipt of a charge.
func aFormal(in receipt.Input, yen int64) charge.Formal {
	return charge.Formal{Number: 12, Key: in.Charge.Key, To: "株式会社みほん商事", For: "飲食代", Amount: money.Yen(yen)}
}

func TestPapersOfABill(t *testing.T) {
	formal := func(back []money.Amount, copies int, yen int64) func(receipt.Input) (printer.Document, error) {
		return func(in receipt.Input) (printer.Document, error) {
			return receipt.Formal(in, aFormal(in, yen), back, copies)
		}
	}
	large := split(true) // its cash needs a revenue stamp
	large.Bill.Bill.Lines, large.Bill.Bill.Amount = nil, money.Yen(61_500)
	large.Bill.Tenders[1].Amount, large.Bill.Tenders[1].Charge.Amount, large.Bill.Tenders[1].Handed = money.Yen(60_000), money.Yen(60_000), 60_000
	large.Charge.Amount, large.Sale.Amount = money.Yen(60_000), money.Yen(60_000)
	for _, c := range []struct {
		name    string
		write   func(receipt.Input) (printer.Document, error)
		in      receipt.Input
		columns int
	}{
		{"part-48", receipt.For, split(false), 48},
		{"part-en-32", receipt.For, english(split(false)), 32},
		{"bill-48", receipt.For, split(true), 48},
		{"bill-en-32", receipt.For, english(split(true)), 32},
		{"formal-48", formal(nil, 0, 2366), lunch(), 48},
		{"formal-returned-48", formal([]money.Amount{money.Yen(366)}, 0, 2000), lunch(), 48},
		{"formal-copy-en-32", formal(nil, 1, 2366), english(lunch()), 32},
		{"formal-bill-48", formal(nil, 0, 61_500), large, 48},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := c.write(c.in)
			if err != nil {
				t.Fatal(err)
			}
			got := paper(t, doc, c.columns)
			file := filepath.Join("testdata", c.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(file); err != nil || got != string(want) {
				t.Errorf("the paper is not %s (%v); look at it, and write it anew with -update if it is right:\n%s", file, err, got)
			}
		})
	}
}

// A formal receipt is of what it says, and never of a part.
func TestNoFormalReceiptOfAPart(t *testing.T) {
	in := split(false)
	if _, err := receipt.Formal(in, aFormal(in, 1500), nil, 0); !errors.Is(err, receipt.ErrNoPaper) {
		t.Errorf("of a part: %v", err)
	}
	other := aFormal(lunch(), 2366)
	other.Key = "tokyo1-01-216950400-43"
	if _, err := receipt.Formal(lunch(), other, nil, 0); !errors.Is(err, receipt.ErrNoPaper) {
		t.Errorf("of another charge: %v", err)
	}
	stranger := split(false)
	stranger.Sale.Bill = "b-2"
	if _, err := receipt.For(stranger); err == nil {
		t.Error("a paper of another bill was made")
	}
}
