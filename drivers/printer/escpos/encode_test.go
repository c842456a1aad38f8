package escpos_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// model is a Japanese 80 mm printer that can do everything.
func model() profile.Printer {
	return profile.Printer{Model: "test-80", Language: "escpos", Columns: 48, Dots: 576, Kanji: "cp932", IBM: "ibm",
		QR: true, Cut: true, Confirm: "processid", Status: true}
}

// receipt has all that a Japanese receipt has.
func receipt() printer.Document {
	big := printer.Style{Bold: true, Wide: true, Tall: true}
	return printer.Document{Title: "0001-01-5-42", Blocks: []printer.Block{
		printer.Text{Text: "領収書", Align: printer.Centre, Style: big},
		printer.Text{Text: "喫茶 髙﨑", Align: printer.Centre, Style: printer.Style{Wide: true}},
		printer.Text{Text: "東京都千代田区丸の内1−2−3\n電話 03-1234-5678\n登録番号 T1234567890123", Align: printer.Centre},
		printer.Rule{Double: true},
		printer.Pair{Left: "2026年11月22日 14:05", Right: "レジ 01  No.42"},
		printer.Rule{},
		printer.Pair{Left: "ブレンドコーヒー", Right: "¥480"},
		printer.Pair{Left: "ｻﾝﾄﾞｲｯﾁ (ﾊﾑ･ﾁｰｽﾞ)", Right: "¥650"},
		printer.Pair{Left: "持帰り用 有機栽培エチオピア産イルガチェフェ豆 200g〜詰め合わせ、ギフト箱入り ※", Right: "¥1,296"},
		printer.Pair{Left: "値引き", Right: "-¥100"},
		printer.Rule{},
		printer.Pair{Left: "合計", Right: "¥2,326", Style: big},
		printer.Pair{Left: "(10%対象 ¥1,030 内消費税 ¥93)", Right: ""},
		printer.Pair{Left: "(8%対象※ ¥1,296 内消費税 ¥96)", Right: ""},
		printer.Rule{},
		printer.Pair{Left: "お支払い/Paid with", Right: "さくらPay", Style: printer.Style{Bold: true}},
		printer.Pair{Left: "取引番号 Key", Right: "0001-01-5-42"},
		printer.Text{Text: "再発行 / COPY", Align: printer.Centre, Style: printer.Style{Reverse: true}},
		printer.Text{Text: "※印は軽減税率(8%)適用商品です。「ありがとうございました。」またのご来店をお待ちしております。", Style: printer.Style{Underline: true}},
		printer.Space{Lines: 1},
		printer.QR{Text: "https://example.jp/r/0001-01-5-42", Align: printer.Centre},
		printer.Text{Text: "Thank you!", Align: printer.Right, Style: printer.Style{Tall: true}},
		printer.Kick{},
		printer.Cut{},
	}}
}

func encode(t *testing.T, doc printer.Document, p profile.Printer) []byte {
	t.Helper()
	data, odd, err := escpos.Encode(doc, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(odd) > 0 {
		t.Fatalf("unprintable: %v", odd)
	}
	return data
}

// golden compares with a file in testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it with -update and git diff.\ngot:\n%s", file, got)
	}
}

// dump is bytes as hex, a token of the paper's own reader to a line.
func dump(data []byte) string {
	var out strings.Builder
	for len(data) > 0 {
		tok, ok := papertape.Next(data)
		if !ok {
			fmt.Fprintf(&out, "% X  # cut off\n", data)
			break
		}
		comment := tok.Name
		if tok.Kind == papertape.Print {
			comment = "text"
		}
		raw := tok.Raw
		for len(raw) > 24 {
			fmt.Fprintf(&out, "% X\n", raw[:24])
			raw = raw[24:]
		}
		fmt.Fprintf(&out, "%-32s # %s\n", strings.ToUpper(spaced(raw)), comment)
		data = data[len(tok.Raw):]
	}
	return out.String()
}

func spaced(b []byte) string { return fmt.Sprintf("% X", b) }

// undump reads a dump again, so that the golden bytes can be sent as they are.
func undump(t *testing.T, text string) []byte {
	t.Helper()
	var all strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		all.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(all.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReceiptBytesAndPaper(t *testing.T) {
	narrow := model()
	narrow.Model, narrow.Columns, narrow.Dots, narrow.IBM = "test-58", 32, 384, "nec"
	plain := profile.Printer{Model: "katakana only", Columns: 48, Dots: 576, Kanji: "none", QR: true, Cut: true}
	for name, p := range map[string]profile.Printer{"receipt80": model(), "receipt58": narrow, "katakana": plain} {
		data, odd, err := escpos.Encode(receipt(), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Kanji != "none" && len(odd) > 0 {
			t.Errorf("%s: %v", name, odd)
		}
		golden(t, name+".hex", dump(data))
		if !bytes.Equal(undump(t, dump(data)), data) {
			t.Errorf("%s: the dump does not hold the bytes", name)
		}
		tape, err := papertape.Read(data, p, papertape.Look{})
		if err != nil {
			t.Fatal(err)
		}
		if len(tape.Receipts) != 1 || !tape.Receipts[0].Cut || len(tape.Remarks) > 0 {
			t.Fatalf("%s: %d receipts, remarks %v", name, len(tape.Receipts), tape.Remarks)
		}
		golden(t, name+".txt", tape.Receipts[0].Text())
	}
}
