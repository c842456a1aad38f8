package printer_test

import (
	"bytes"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/printer/spool"
	"github.com/posagent/posagent/drivers/printer/star"
	"github.com/posagent/posagent/drivers/profile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// families are the ways in which printers take Japanese.
func families() map[string]profile.Printer {
	base := profile.Printer{Model: "test", Language: "escpos", Columns: 48, Dots: 576, Kanji: "cp932", IBM: "ibm", QR: true, Cut: true}
	with := func(change func(*profile.Printer)) profile.Printer { p := base; change(&p); return p }
	return map[string]profile.Printer{
		"escpos-ibm":  base,
		"escpos-nec":  with(func(p *profile.Printer) { p.IBM = "nec" }),
		"escpos-jis":  with(func(p *profile.Printer) { p.Kanji = "jis" }),
		"escpos-kana": with(func(p *profile.Printer) { p.Kanji = "none" }),
		"star-ibm":    with(func(p *profile.Printer) { p.Language = "star" }),
		"star-jis":    with(func(p *profile.Printer) { p.Language, p.Kanji = "star", "jis" }),
	}
}

func encode(doc printer.Document, p profile.Printer, draw printer.Draw) ([]byte, []printer.Unprintable, error) {
	if p.Language == "star" {
		return star.Encode(doc, p, draw)
	}
	return escpos.Encode(doc, p, draw)
}

func page(p profile.Printer) printer.Document {
	return spool.TestPage("printer0", p, time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC))
}

// The test page stands right on the paper of every family, and every character
// that a family lacks is reported with what stands in its place.
func TestJapaneseTestPage(t *testing.T) {
	for name, p := range families() {
		data, odd, err := encode(page(p), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		tape, err := papertape.Read(data, p, papertape.Look{})
		if err != nil || len(tape.Remarks) > 0 || len(tape.Receipts) != 1 {
			t.Fatalf("%s: %v, %v", name, err, tape.Remarks)
		}
		var out strings.Builder
		out.WriteString(tape.Receipts[0].Text())
		for _, u := range odd {
			fmt.Fprintln(&out, u)
		}
		golden(t, "testpage-"+name+".txt", out.String())
		if dir := os.Getenv("PAPERTAPE_KEEP"); dir != "" { // to look at
			var b bytes.Buffer
			if err := tape.Receipts[0].PNG(&b); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

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

// A line with a character that the printer lacks is drawn where the profile
// says so: the paper shows what a printer that has it would show, and the
// report says that it was drawn.
func TestWhatThePrinterLacksIsDrawn(t *testing.T) {
	font := papertape.FindFont()
	if font.Name == papertape.BuiltIn {
		t.Skip("SKIP: no Japanese font is installed (apt-get install fonts-morisawa-bizud-gothic)")
	}
	style := printer.Style{Wide: true, Bold: true, Underline: true}
	doc := printer.Document{Blocks: []printer.Block{
		printer.Text{Text: "ラー麵 とんこつ", Align: printer.Centre, Style: style},
		printer.Pair{Left: "Café 塡", Right: "¥980"},
		printer.Text{Text: "ふつう"},
	}}
	for _, language := range []string{"escpos", "star"} {
		p := families()["escpos-ibm"]
		p.Language, p.Unmappable = language, "draw"
		data, odd, err := encode(doc, p, font.Letters())
		if err != nil {
			t.Fatal(err)
		}
		if len(odd) != 3 || !odd[0].Drawn || !odd[1].Drawn || odd[0].Rune != '麵' || !strings.Contains(odd[0].String(), "drawn") {
			t.Errorf("%s: report is %v", language, odd)
		}
		tape, err := papertape.Read(data, p, papertape.Look{Font: font})
		if err != nil || len(tape.Remarks) > 0 {
			t.Fatal(err, tape.Remarks)
		}
		text := tape.Receipts[0].Text()
		if strings.Count(text, "[picture") != 2 || !strings.Contains(text, "|ふつう") {
			t.Errorf("%s:\n%s", language, text)
		}
		var b bytes.Buffer
		if err := tape.Receipts[0].PNG(&b); err != nil {
			t.Fatal(err)
		}
		if dir := os.Getenv("PAPERTAPE_KEEP"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "drawn-"+language+".png"), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := png.Decode(&b); err != nil {
			t.Error(err)
		}
	}
}

// Without a font to draw with, a character is replaced as ever; and a profile
// may refuse to print it at all.
func TestWhatThePrinterLacksOtherwise(t *testing.T) {
	doc := printer.Document{Title: "T", Blocks: []printer.Block{printer.Rule{}, printer.Text{Text: "ラー麵"}}}
	p := families()["escpos-ibm"]
	p.Unmappable = "draw"
	data, odd, err := escpos.Encode(doc, p, nil)
	if err != nil || len(odd) != 1 || odd[0].Drawn || odd[0].Printed != "麺" || bytes.Contains(data, []byte{0x1D, 'v'}) {
		t.Errorf("%v, %v", odd, err)
	}
	p.Unmappable = "refuse"
	if _, _, err := escpos.Encode(doc, p, nil); err == nil || !strings.Contains(err.Error(), "U+9EB5") || !strings.Contains(err.Error(), "block 2 (text)") {
		t.Errorf("error is %v", err)
	}
}
