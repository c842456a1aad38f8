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
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/agent/sale"
)

// dayEnd is a day with everything in it.
func dayEnd() receipt.ZInput {
	at := time.Date(2026, 11, 25, 13, 2, 3, 0, time.UTC)
	sum := func(n int, minor int64) closing.Sum { return closing.Sum{Count: n, Minor: minor} }
	row := func(wallet string, kind charge.Kind, state charge.State, n int, minor int64) closing.Row {
		return closing.Row{Wallet: wallet, Kind: kind, State: state, Currency: money.JPY, Sum: sum(n, minor)}
	}
	return receipt.ZInput{
		Report: closing.Report{
			Form: closing.Form, Store: "tokyo1", Terminal: "01", Number: 12, Date: "2026-11-25", At: at, Operator: "佐藤", After: 300, Upto: 912,
			Totals: closing.Totals{
				Takings: []closing.Takings{{
					Currency: money.JPY, Paid: sum(298, 389_120), Offline: sum(-2, -2_560), Refunded: sum(1, 480), Returned: sum(1, 700), TopUps: sum(2, 6_000),
					Open: sum(1, 1_280), Owed: sum(-1, -900), Unpaid: sum(1, 900), Brought: sum(1, 400),
				}},
				Rates: []closing.Rate{{Rate: sale.Standard, Currency: money.JPY, Gross: 300_000, Tax: 27_272}, {Rate: sale.Reduced, Currency: money.JPY, Gross: 80_000, Tax: 5_925}, {Rate: sale.Exempt, Currency: money.JPY, Gross: 6_560}},
				Rows: []closing.Row{
					row("", charge.Payment, charge.Abandoned, 3, 3_000), row("own", charge.Payment, charge.Queued, -2, -2_560), row("own", charge.Payment, charge.Approved, 290, 380_000),
					row("own", charge.Refund, charge.Approved, 1, 480), row("own", charge.Topup, charge.Approved, 2, 6_000), row("paypay", charge.Payment, charge.Approved, 8, 9_120),
				},
			},
			Waiting: []closing.Row{row("own", charge.Payment, charge.InDoubt, 1, 1_280)},
			Wallets: []closing.Wallet{{Wallet: "own", Compared: true}, {Wallet: "paypay", Compared: true, Left: 2}, {Wallet: "gone", Problem: "no answer"}},
			Reason:  "みほんペイが明日まで止まっているため",
			Drawer:  closing.Drawer{Cash: 6_000}.Settle(closing.Count{Float: 30_000, Other: 12_000, Counted: 47_500}),
		},
		Store: lunch().Store, Wallets: map[string]string{"own": "みほんペイ", "paypay": "PayPay"}, Hash: strings.Repeat("0123456789abcdef", 4), Language: receipt.Japanese,
	}
}

func TestZGolden(t *testing.T) {
	quiet := dayEnd()
	quiet.Report.Totals, quiet.Report.Waiting, quiet.Report.Wallets, quiet.Report.Reason, quiet.Report.Drawer = closing.Totals{}, nil, nil, "", closing.Drawer{}
	again := dayEnd()
	again.Again, again.Language = true, receipt.English
	for _, c := range []struct {
		name    string
		in      receipt.ZInput
		columns int
	}{{"z-48", dayEnd(), 48}, {"z-32", dayEnd(), 32}, {"z-en-48", again, 48}, {"z-quiet-42", quiet, 42}} {
		doc, err := receipt.Z(c.in)
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

// A document of another form is not guessed at.
func TestNoPaperOfAnotherForm(t *testing.T) {
	other := dayEnd()
	other.Report.Form = "posagent z 9"
	if _, err := receipt.Z(other); !errors.Is(err, receipt.ErrNoPaper) {
		t.Error(err)
	}
}
