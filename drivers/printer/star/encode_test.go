package star_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/printer/spool"
	"github.com/posagent/posagent/drivers/printer/star"
	"github.com/posagent/posagent/drivers/profile"
)

var update = flag.Bool("update", false, "write the golden files anew")

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
	scan := papertape.Scanner{Star: true}
	for len(data) > 0 {
		tok, ok := scan.Next(data)
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
		fmt.Fprintf(&out, "%-32s # %s\n", fmt.Sprintf("% X", raw), comment)
		data = data[len(tok.Raw):]
	}
	return out.String()
}

// every is a document with all that there is.
func every() printer.Document {
	dots := printer.Bitmap{Width: 40, Height: 30, Bits: bytes.Repeat([]byte{0xF0, 0x0F, 0xAA, 0x55, 0xFF}, 30)}
	return printer.Document{Title: "T", Blocks: []printer.Block{
		printer.Text{Text: "領収書", Align: printer.Centre, Style: printer.Style{Bold: true, Wide: true, Tall: true}},
		printer.Text{Text: "喫茶 髙﨑 〜 ￥", Align: printer.Right, Style: printer.Style{Underline: true}},
		printer.Rule{Double: true},
		printer.Pair{Left: "ｻﾝﾄﾞｲｯﾁ", Right: "¥650"},
		printer.Pair{Left: "合計", Right: "¥650", Style: printer.Style{Reverse: true, Tall: true}},
		printer.Space{Lines: 2},
		printer.Barcode{Kind: printer.EAN13, Text: "490123456789", Words: true, Align: printer.Centre},
		printer.Barcode{Kind: printer.Code128, Text: "R-100%", Height: 40, Module: 3},
		printer.QR{Text: "https://example.jp/r/1", Align: printer.Centre},
		printer.Picture{Bitmap: dots, Align: printer.Centre},
		printer.Kick{}, printer.Kick{Pin: 5},
		printer.Cut{},
		printer.Text{Text: "控え"},
		printer.Cut{},
	}}
}

func TestBytesAndPaper(t *testing.T) {
	modes, jis := model(), model()
	modes.Raster, modes.IBM = "esc-r", "nec"
	jis.Kanji, jis.Raster, jis.Cut, jis.Status = "jis", "gs-s", false, false
	for name, p := range map[string]profile.Printer{"line": model(), "raster": modes, "jis": jis} {
		data, odd, err := star.Encode(every(), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Kanji == "cp932" && len(odd) > 0 {
			t.Errorf("%s: %v", name, odd)
		}
		golden(t, name+".hex", dump(data))
		tape, err := papertape.Read(data, p, papertape.Look{})
		if err != nil || len(tape.Remarks) > 0 {
			t.Fatalf("%s: %v, remarks %v", name, err, tape.Remarks)
		}
		var out strings.Builder
		for _, r := range tape.Receipts {
			out.WriteString(r.Text())
		}
		golden(t, name+".txt", out.String())
	}
}

// The ways to send dots put the same dots on the paper.
func TestPicturesAreTheSameInEveryMode(t *testing.T) {
	doc := printer.Document{Blocks: []printer.Block{printer.Picture{Bitmap: printer.Bitmap{Width: 64, Height: 72, Bits: bytes.Repeat([]byte{1, 2, 4, 8, 16, 32, 64, 128}, 72)}}}}
	var first []byte
	for _, raster := range []string{"esc-k", "esc-r", "gs-s"} {
		p := model()
		p.Raster = raster
		data, _, err := star.Encode(doc, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		tape, err := papertape.Read(data, p, papertape.Look{Font: &papertape.Font{Name: papertape.BuiltIn}})
		if err != nil {
			t.Fatal(err)
		}
		var png bytes.Buffer
		if err := tape.Receipts[0].PNG(&png); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = png.Bytes()
		}
		if !bytes.Equal(png.Bytes(), first) {
			t.Errorf("%s puts other dots on the paper than esc-k", raster)
		}
	}
}

func TestTestPage(t *testing.T) {
	data, odd, err := star.Encode(spool.TestPage("printer0", model(), time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)), model(), nil)
	if err != nil || len(odd) > 0 {
		t.Fatal(err, odd)
	}
	tape, err := papertape.Read(data, model(), papertape.Look{})
	if err != nil || len(tape.Remarks) > 0 {
		t.Fatal(err, tape.Remarks)
	}
	golden(t, "testpage.txt", tape.Receipts[0].Text())
}

// Whatever a name or an article holds, the stream has only the commands that
// the same document has with a harmless text.
func FuzzTextCarriesNoCommand(f *testing.F) {
	f.Add("¥100 漢字", true)
	f.Add("\x1B\x07\x14\x14\x07\x1C\x19\x1A\x17\x18", true)
	f.Add("か\u3099\xE3\x1B@\x1B\x1Dy", false)
	f.Fuzz(func(t *testing.T, text string, kanji bool) {
		p := model()
		if !kanji {
			p.Kanji = "none"
		}
		doc := printer.Document{Blocks: []printer.Block{printer.Text{Text: text}, printer.Pair{Left: text, Right: text}}}
		data, _, err := star.Encode(doc, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		scan := papertape.Scanner{Star: true}
		for rest, n := data, 0; len(rest) > 0; n++ {
			tok, ok := scan.Next(rest)
			if !ok {
				t.Fatalf("the stream ends in a command: % X", rest)
			}
			if setUp := n < 9; tok.Kind == papertape.Odd || tok.Kind == papertape.Command && tok.Name != "LF" && !setUp {
				t.Fatalf("token %d is %s % X", n, tok.Name, tok.Raw)
			}
			rest = rest[len(tok.Raw):]
		}
	})
}
