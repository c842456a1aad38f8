package receipt_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/printer"
)

// partly is a refund of a part of lunch, after an earlier one.
func partly() (receipt.Input, receipt.Return) {
	i := lunch()
	back := receipt.Return{Of: i.Charge, Earlier: []money.Amount{money.Yen(366)}}
	i.Charge = charge.Record{
		Key: "tokyo1-01-216950400-57", Kind: charge.Refund, Of: back.Of.Key, SaleID: i.Sale.ID, Amount: money.Yen(500),
		State: charge.Approved, Wallet: "reference", Receipt: "R-20261123-000003", PreparedAt: back.Of.PreparedAt.Add(20 * time.Hour),
	}
	return i, back
}

func voided() receipt.Input {
	i := in(charge.Reversed, lunch())
	i.Charge.Reason, i.Charge.ChangedAt = charge.ReasonVoided, i.Charge.SentAt.Add(10*time.Minute)
	return i
}

func toppedUp() receipt.Input {
	i := plain()
	i.Charge.Kind, i.Sale.TopUp = charge.Topup, true
	return i
}

// points are used and earned with it.
func points(in receipt.Input) receipt.Input {
	in.Charge.Points = charge.Points{Used: 366, Earned: 20, Left: 1054}
	return in
}

func TestSlipsOfWhatGoesBack(t *testing.T) {
	part, back := partly()
	whole, none := part, receipt.Return{Of: back.Of}
	whole.Charge.Amount, whole.Charge.State = back.Of.Amount, charge.Reversed // given by hand
	copied := part
	copied.Reprint = 1
	refund := func(back receipt.Return) func(receipt.Input) (printer.Document, error) {
		return func(in receipt.Input) (printer.Document, error) { return receipt.Refund(in, back) }
	}
	for _, c := range []struct {
		name    string
		write   func(receipt.Input) (printer.Document, error)
		in      receipt.Input
		columns int
	}{
		{"refund-48", refund(back), part, 48},
		{"refund-32", refund(back), part, 32},
		{"refund-en-48", refund(back), english(part), 48},
		{"refund-copy-48", refund(back), copied, 48},
		{"points-48", receipt.For, points(lunch()), 48},
		{"points-en-32", receipt.For, points(english(lunch())), 32},
		{"refund-points-48", refund(back), points(part), 48},
		{"refund-byhand-48", refund(none), whole, 48},
		{"void-48", receipt.Void, voided(), 48},
		{"void-en-32", receipt.Void, english(voided()), 32},
		{"topup-48", receipt.TopUp, toppedUp(), 48},
		{"topup-en-32", receipt.TopUp, english(toppedUp()), 32},
	} {
		doc := must(t, c.write, c.in)
		got := paper(t, doc, c.columns)
		file := filepath.Join("testdata", c.name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the paper is not %s; write it anew with -update if it is right:\n%s", file, got)
		}
		if _, err := japanese.ShiftJIS.NewEncoder().String(strings.ReplaceAll(got, "¥", "")); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Paper says that money went back only when it has, whatever the state.
func TestNoSlipBeforeTheMoneyHasMoved(t *testing.T) {
	part, back := partly()
	for _, s := range charge.States {
		part.Charge.State = s
		_, refundErr := receipt.Refund(part, back)
		void := voided()
		void.Charge.State = s
		_, voidErr := receipt.Void(void)
		up := toppedUp()
		up.Charge.State = s
		_, topUpErr := receipt.TopUp(up)
		for _, c := range []struct {
			of  charge.Record
			err error
			may bool
		}{
			{part.Charge, refundErr, s == charge.Approved || s == charge.Reversed},
			{void.Charge, voidErr, s == charge.Reversed},
			{up.Charge, topUpErr, s == charge.Approved},
		} {
			if (c.err == nil) != c.may || c.err != nil && !errors.Is(c.err, receipt.ErrNoPaper) {
				t.Errorf("%s %s: %v", c.of.Kind, s, c.err)
			}
		}
		if has := receipt.HasPaper(up.Charge); has != (s == charge.Approved) {
			t.Errorf("a top-up that is %s has a paper: %v", s, has)
		}
	}
	if _, err := receipt.Void(in(charge.Reversed, lunch())); !errors.Is(err, receipt.ErrNoPaper) {
		t.Errorf("a charge that was never paid has a slip of a void: %v", err)
	}
}
