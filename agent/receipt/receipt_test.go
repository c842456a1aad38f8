package receipt_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

var update = flag.Bool("update", false, "write the golden papers anew")

// lunch is a sale with everything in it: both rates, something untaxed, more
// than one piece, a discount, and a name that is longer than the paper.
func lunch() receipt.Input {
	amount := money.Yen(2366)
	return receipt.Input{
		Charge: charge.Record{
			Key: "tokyo1-01-216950400-42", SaleID: "s-42", Amount: amount, State: charge.Approved,
			Wallet: "reference", Receipt: "R-20261122-000017", Code: charge.CodeMark{Kind: "digits", Masked: "970000…42"},
			PreparedAt: time.Date(2026, 11, 22, 8, 30, 5, 0, time.UTC), SentAt: time.Date(2026, 11, 22, 8, 30, 21, 0, time.UTC),
		},
		Sale: sale.Sale{
			ID: "s-42", Reference: "POS-0815", Amount: amount, Operator: "佐藤",
			Lines: []sale.Line{
				{Name: "おにぎり 紅鮭", Quantity: 2, Amount: money.Yen(320), Rate: sale.Reduced},
				{Name: "ｶﾌｪﾗﾃ L", Quantity: 1, Amount: money.Yen(250), Rate: sale.Reduced},
				{Name: "北海道産生乳を使ったなめらかプレミアムカスタードプリン", Quantity: 3, Amount: money.Yen(1000), Rate: sale.Reduced},
				{Name: "値引", Quantity: 1, Amount: money.Yen(-100), Rate: sale.Reduced},
				{Name: "乾電池 単3 4本", Quantity: 1, Amount: money.Yen(812), Rate: sale.Standard},
				{Name: "84円切手", Quantity: 1, Amount: money.Yen(84), Rate: sale.Exempt},
			},
		},
		Store: sale.Store{
			ID: "tokyo1", Terminal: "01", Name: "みほん商店", NameEN: "Mihon Store Kasumigaseki Building",
			Address: "東京都千代田区霞が関3-1-1", Phone: "03-0000-0000", Invoice: "T7000012050002", Rounding: sale.Floor,
		},
		Wallet: "みほんペイ", Language: receipt.Japanese, Footer: "またのご来店をお待ちしております。",
	}
}

func english(in receipt.Input) receipt.Input {
	in.Language, in.Wallet, in.Footer = receipt.English, "Mihon Pay", "Thank you. Please come again."
	return in
}

// plain is a register without a POS: an amount and nothing else.
func plain() receipt.Input {
	in := lunch()
	in.Sale.Lines, in.Sale.Reference, in.Sale.Operator, in.Footer = nil, "", "", ""
	return in
}

func in(state charge.State, i receipt.Input) receipt.Input {
	i.Charge.State = state
	return i
}

// evidence is what a store copy carries.
var evidence = receipt.Evidence{Accepted: time.Date(2026, 11, 22, 8, 30, 24, 0, time.UTC), Text: "PSL1:ABC", QR: printer.Bitmap{Width: 8, Height: 1, Bits: []byte{0xA5}}}

func again(e receipt.Evidence) receipt.Evidence {
	e.Again = true
	return e
}

// storeCopy writes the store's copy that carries this.
func storeCopy(e receipt.Evidence) func(receipt.Input) (printer.Document, error) {
	return func(in receipt.Input) (printer.Document, error) { return receipt.StoreCopy(in, e) }
}

func TestPapers(t *testing.T) {
	reprint := lunch()
	reprint.Reprint = 2
	offline := in(charge.Queued, plain())
	offline.Charge.Receipt, offline.Charge.SentAt = "", time.Time{}
	for _, c := range []struct {
		name    string
		write   func(receipt.Input) (printer.Document, error)
		in      receipt.Input
		columns int
	}{
		{"receipt-48", receipt.For, lunch(), 48},
		{"receipt-42", receipt.For, lunch(), 42},
		{"receipt-32", receipt.For, lunch(), 32},
		{"receipt-en-48", receipt.For, english(lunch()), 48},
		{"receipt-en-32", receipt.For, english(lunch()), 32},
		{"plain-48", receipt.For, plain(), 48},
		{"reprint-48", receipt.For, reprint, 48},
		{"reprint-en-48", receipt.For, english(reprint), 48},
		{"offline-48", receipt.For, offline, 48},
		{"doubt-48", receipt.Doubt, in(charge.InDoubt, lunch()), 48},
		{"doubt-32", receipt.Doubt, in(charge.InDoubt, lunch()), 32},
		{"doubt-en-48", receipt.Doubt, english(in(charge.InDoubt, lunch())), 48},
		{"undoing-42", receipt.Doubt, in(charge.Reversing, lunch()), 42},
		{"storecopy-48", storeCopy(evidence), in(charge.Queued, lunch()), 48},
		{"storecopy-32", storeCopy(evidence), in(charge.Forwarding, lunch()), 32},
		{"storecopy-en-48", storeCopy(evidence), english(in(charge.Queued, lunch())), 48},
		{"storecopy-again-48", storeCopy(again(evidence)), in(charge.Queued, lunch()), 48},
		{"storecopy-nocode-48", storeCopy(receipt.Evidence{Accepted: evidence.Accepted, Missing: receipt.NoCode}), in(charge.Queued, lunch()), 48},
		{"training-48", receipt.For, training(lunch()), 48},
		{"training-en-32", receipt.For, training(english(lunch())), 32},
		{"storecopy-nokey-en-32", storeCopy(receipt.Evidence{Accepted: evidence.Accepted, Missing: receipt.NoKey}), english(in(charge.Queued, lunch())), 32},
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
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the paper is not %s; look at it, and write it anew with -update if it is right:\n%s", file, got)
			}
			for n, line := range strings.Split(got, "\n") {
				if width(line) > c.columns && !strings.Contains(line, "[QR ") {
					t.Errorf("line %d is %d columns wide: %s", n+1, width(line), line)
				}
			}
		})
	}
}

// Which state has which paper, for every state.
func TestWhichStateHasWhichPaper(t *testing.T) {
	want := map[charge.State]string{
		charge.Prepared:   "none",
		charge.Sent:       "slip",
		charge.Pending:    "slip",
		charge.InDoubt:    "slip",
		charge.Queued:     "receipt and store copy",
		charge.Forwarding: "receipt and store copy",
		charge.Approved:   "receipt",
		charge.Reversing:  "slip",
		charge.Owed:       "none",
		charge.Unpaid:     "none",
		charge.Declined:   "none",
		charge.Abandoned:  "none",
		charge.Reversed:   "none",
	}
	for _, s := range charge.States {
		_, receiptErr := receipt.For(in(s, lunch()))
		_, slipErr := receipt.Doubt(in(s, lunch()))
		_, copyErr := receipt.StoreCopy(in(s, lunch()), evidence)
		got := "none"
		switch {
		case receiptErr == nil && slipErr == nil:
			got = "both"
		case receiptErr == nil && copyErr == nil:
			got = "receipt and store copy"
		case copyErr == nil:
			got = "store copy alone"
		case receiptErr == nil:
			got = "receipt"
		case slipErr == nil:
			got = "slip"
		}
		if got != want[s] {
			t.Errorf("%s: %s, want %s", s, got, want[s])
		}
		for _, err := range []error{receiptErr, slipErr, copyErr} {
			if err != nil && !errors.Is(err, receipt.ErrNoPaper) {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
}

// A printer with Japanese knows CP932; a character outside it would come out
// as something else. Only the yen sign is the driver's business: its byte is
// that of the backslash.
func TestEveryWordOfOursIsInCP932(t *testing.T) {
	var docs []printer.Document
	for _, l := range []func(receipt.Input) receipt.Input{func(i receipt.Input) receipt.Input { return i }, english} {
		again := l(lunch())
		again.Reprint = 3
		docs = append(docs, must(t, receipt.For, l(lunch())), must(t, receipt.For, l(plain())), must(t, receipt.For, again),
			must(t, receipt.For, l(in(charge.Forwarding, lunch()))),
			must(t, receipt.Doubt, l(in(charge.Pending, lunch()))), must(t, receipt.Doubt, l(in(charge.Reversing, lunch()))))
		for _, e := range copies() {
			docs = append(docs, must(t, storeCopy(e), l(in(charge.Queued, lunch()))))
		}
	}
	for _, doc := range docs {
		text := strings.ReplaceAll(paper(t, doc, 48), "¥", "")
		if _, err := japanese.ShiftJIS.NewEncoder().String(text); err != nil {
			t.Errorf("%v in\n%s", err, text)
		}
	}
}

// copies are store copies with every word that may stand on one.
func copies() []receipt.Evidence {
	out := []receipt.Evidence{evidence, again(evidence)}
	for _, why := range []receipt.Missing{receipt.NoCode, receipt.NoKey, receipt.NoForm} {
		out = append(out, receipt.Evidence{Accepted: evidence.Accepted, Missing: why})
	}
	return out
}

// A store copy has the charge as a code, and says in words why it has none.
func TestAStoreCopyCarriesTheCharge(t *testing.T) {
	said := map[string]bool{}
	for _, e := range copies() {
		doc := must(t, storeCopy(e), in(charge.Queued, lunch()))
		var codes []printer.QR
		for _, b := range doc.Blocks {
			if qr, ok := b.(printer.QR); ok {
				codes = append(codes, qr)
			}
		}
		text := paper(t, doc, 48)
		said[text] = true
		switch {
		case e.Missing == "" && !reflect.DeepEqual(codes, []printer.QR{{Text: e.Text, Bitmap: e.QR, Align: printer.Centre}}):
			t.Errorf("codes %v on\n%s", codes, text)
		case e.Missing != "" && (len(codes) > 0 || !strings.Contains(text, "コードがありません")):
			t.Errorf("without a code for %s:\n%s", e.Missing, text)
		case strings.Contains(text, "領収書"):
			t.Errorf("it reads like a receipt:\n%s", text)
		}
	}
	if len(said) != 5 {
		t.Errorf("of 5 copies only %d differ", len(said))
	}
}

func TestReprintsDifferOnlyByTheMark(t *testing.T) {
	first := paper(t, must(t, receipt.For, lunch()), 48)
	again := lunch()
	again.Reprint = 1
	second := paper(t, must(t, receipt.For, again), 48)
	var lines []string
	for _, line := range strings.Split(second, "\n") {
		if !strings.Contains(line, "再発行(1回目)") {
			lines = append(lines, line)
		}
	}
	if strings.Join(lines, "\n") != first || first == second {
		t.Errorf("first print:\n%s\nreprint:\n%s", first, second)
	}
}

// The time on the paper must not move when an offline charge is collected.
func TestTheTimeIsTheSameAfterCollecting(t *testing.T) {
	before := in(charge.Queued, lunch())
	before.Charge.SentAt = time.Time{}
	after := in(charge.Approved, lunch())
	after.Charge.SentAt = after.Charge.PreparedAt.Add(3 * time.Hour)
	after.Charge.ChangedAt = after.Charge.SentAt.Add(time.Second)
	const at = "2026年11月22日(日) 17:30"
	for _, i := range []receipt.Input{before, after} {
		if text := paper(t, must(t, receipt.For, i), 48); !strings.Contains(text, at) {
			t.Errorf("%s is not on\n%s", at, text)
		}
	}
}

func TestThePlaceDecidesTheTime(t *testing.T) {
	i := lunch()
	i.Place = time.FixedZone("PHT", 8*60*60)
	if text := paper(t, must(t, receipt.For, i), 48); !strings.Contains(text, "16:30") {
		t.Errorf("16:30 is not on\n%s", text)
	}
}

func TestThePaperCarriesTheKeyAsACode(t *testing.T) {
	i := lunch()
	i.QR = printer.Bitmap{Width: 8, Height: 1, Bits: []byte{0xA5}}
	for _, doc := range []printer.Document{must(t, receipt.For, i), must(t, receipt.Doubt, in(charge.Sent, i))} {
		var codes []printer.QR
		for _, b := range doc.Blocks {
			if qr, ok := b.(printer.QR); ok {
				codes = append(codes, qr)
			}
		}
		want := []printer.QR{{Text: string(i.Charge.Key), Bitmap: i.QR, Align: printer.Centre}}
		if !reflect.DeepEqual(codes, want) {
			t.Errorf("codes %v, want %v", codes, want)
		}
		if _, ok := doc.Blocks[len(doc.Blocks)-1].(printer.Cut); !ok {
			t.Error("the paper is not cut at the end")
		}
		if doc.Title != string(i.Charge.Key) {
			t.Errorf("the document's title is %q", doc.Title)
		}
	}
}

// What comes from a wallet or a settings file must not reach the printer as a
// command.
func TestNoTextCarriesACommand(t *testing.T) {
	i := lunch()
	i.Charge.Receipt = "R-1\x1bp\x00\x10\x10\x1d(\x00"
	i.Footer = "again\x1b@\nsoon\x7f\u202e\xff"
	i.Wallet = "pay\x1d!\xff"
	for _, b := range must(t, receipt.For, i).Blocks {
		for _, r := range fmt.Sprintf("%+v", b) {
			if r < 0x20 || r == 0x7f || r == '\u202e' || r == '\ufffd' {
				t.Errorf("%U in %q", r, b)
			}
		}
	}
}

func TestForRefusesWhatDoesNotBelongTogether(t *testing.T) {
	for says, change := range map[string]func(*receipt.Input){
		"is for sale s-42, not for s-43": func(i *receipt.Input) { i.Sale.ID = "s-43" },
		"the sale over 2367 JPY":         func(i *receipt.Input) { i.Sale.Amount = money.Yen(2367) },
		`language "fr"`:                  func(i *receipt.Input) { i.Language = "fr" },
		"has no name":                    func(i *receipt.Input) { i.Store.Name = "" },
		"different currencies":           func(i *receipt.Input) { i.Sale.Lines[1].Amount.Currency = "USD" },
	} {
		i := lunch()
		change(&i)
		if _, err := receipt.For(i); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want a complaint with %q", err, says)
		}
	}
}

func must(t *testing.T, write func(receipt.Input) (printer.Document, error), i receipt.Input) printer.Document {
	t.Helper()
	doc, err := write(i)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
