package escpos_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
)

// textBytes is what one text becomes, without the bytes around it.
func textBytes(t *testing.T, text string, p profile.Printer) ([]byte, []printer.Unprintable) {
	t.Helper()
	empty, _, err := escpos.Encode(printer.Document{}, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, odd, err := escpos.Encode(printer.Document{Blocks: []printer.Block{printer.Text{Text: text}}}, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return data[len(empty) : len(data)-1], odd
}

// The traps of CP932: characters that printers hold under another code point,
// and names that exist twice in it. Bytes from the tables of Microsoft's code
// page 932.
func TestCharactersThatPrintersKnowUnderAnotherNumber(t *testing.T) {
	for _, c := range []struct{ text, ibm, nec string }{
		{"\u301C", "81 60", "81 60"}, {"\uFF5E", "81 60", "81 60"}, // wave dash
		{"\u2212", "81 7C", "81 7C"}, {"\uFF0D", "81 7C", "81 7C"}, // minus
		{"\u2014", "81 5C", "81 5C"}, {"\u2015", "81 5C", "81 5C"}, // dash
		{"\u2016", "81 61", "81 61"}, {"\u2225", "81 61", "81 61"},
		{"\u00A2", "81 91", "81 91"}, {"\u00A3", "81 92", "81 92"}, {"\u00AC", "81 CA", "81 CA"},
		{"\u00A5", "5C", "5C"},   // the yen sign, under ESC R 8
		{"\\", "81 5F", "81 5F"}, // so a backslash has to be the wide one
		{"ｱﾞ･｡", "B1 DE A5 A1", "B1 DE A5 A1"},
		{"髙", "FB FC", "EE E0"}, {"﨑", "FA B1", "ED 95"}, // names
		{"纊", "FA 5C", "ED 40"}, {"黑", "FC 4B", "EE EC"}, // first and last of the doubled kanji
		{"ⅰ", "FA 40", "EE EF"}, {"ⅹ", "FA 49", "EE F8"}, {"￤", "FA 55", "EE FA"}, {"＂", "FA 57", "EE FC"},
		{"①㈱", "87 40 87 8A", "87 40 87 8A"},
		{"\u304B\u3099", "82 AA", "82 AA"},             // ka and a mark, composed to ga
		{"\uFA10\uF929", "FA 9C FA E0", "ED 80 ED C4"}, // name kanji that normalising would lose
	} {
		for form, want := range map[string]string{"ibm": c.ibm, "nec": c.nec} {
			p := model()
			p.IBM = form
			got, odd := textBytes(t, c.text, p)
			if spaced(got) != want || len(odd) > 0 {
				t.Errorf("%s form of %+q is % X %v, want %s", form, c.text, got, odd, want)
			}
		}
	}
}

func TestWhatCannotBePrintedIsReported(t *testing.T) {
	for _, c := range []struct{ text, printed string }{
		{"ラー麵", "ラー麺"}, {"𠮷野家", "吉野家"}, {"Café", "Cafe"}, {"Cafe\u0301", "Cafe"},
		{"🍣定食", "〓定食"}, {"👨\u200D👩\u200D👧", "〓"}, {"€5", "EUR5"}, {"辻\U000E0100", "辻"},
		{"\uFEFFA", "A"}, {"a\x1B@b", "a〓@b"}, {"\x10\x04\x01", "〓〓〓"}, {"\x9b", "〓"}, {"\xFF", "〓"},
	} {
		doc := printer.Document{Blocks: []printer.Block{printer.Rule{}, printer.Text{Text: c.text}, printer.Cut{}}}
		data, odd, err := escpos.Encode(doc, model(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(odd) == 0 || !strings.HasPrefix(odd[0].Where, "block 2 (text), character ") {
			t.Errorf("%+q: report is %v", c.text, odd)
		}
		tape, err := papertape.Read(data, model(), papertape.Look{})
		if err != nil || len(tape.Remarks) > 0 {
			t.Fatal(err, tape.Remarks)
		}
		line := strings.Trim(strings.Split(tape.Receipts[0].Text(), "\n")[2], "| ")
		if line != c.printed {
			t.Errorf("%+q is printed as %q, want %q", c.text, line, c.printed)
		}
	}
}

// Whatever a name or an article holds, the stream has only the commands that
// the same document has with a harmless text.
func FuzzTextCarriesNoCommand(f *testing.F) {
	f.Add("¥100 漢字", true)
	f.Add("\x1Bp\x00\x32\x32\x10\x14\x01\x00\x01", true)
	f.Add("か\u3099\xE3\x1B@\x1D(k", false)
	f.Fuzz(func(t *testing.T, text string, kanji bool) {
		p := model()
		if !kanji {
			p.Kanji = "none"
		}
		doc := printer.Document{Blocks: []printer.Block{printer.Text{Text: text}, printer.Pair{Left: text, Right: text}}}
		data, odd, err := escpos.Encode(doc, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		for rest, n := data, 0; len(rest) > 0; n++ {
			tok, ok := papertape.Next(rest)
			if !ok {
				t.Fatalf("the stream ends in a command: % X", rest)
			}
			if setUp := n < 6; tok.Kind == papertape.Odd || tok.Kind == papertape.Command && tok.Name != "LF" && !setUp {
				t.Fatalf("token %d is %s % X", n, tok.Name, tok.Raw)
			}
			rest = rest[len(tok.Raw):]
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\r' && r != '\t' }) && len(odd) == 0 {
			t.Error("control characters were not reported")
		}
	})
}

// No line is wider than the paper, no kanji is cut in half, and nothing but
// spaces gets lost.
func TestWrapping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runes := rapid.SliceOfN(rapid.RuneFrom([]rune("あ漢、。「」ーっ aA1,.(ｱﾞ¥")), 0, 200).Draw(t, "text")
		wide := rapid.Bool().Draw(t, "wide")
		p := model()
		p.Columns = rapid.IntRange(16, 60).Draw(t, "columns")
		limit := p.Columns
		if wide {
			limit /= 2
		}
		doc := printer.Document{Blocks: []printer.Block{printer.Text{Text: string(runes), Style: printer.Style{Wide: wide}}}}
		data, _, err := escpos.Encode(doc, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for len(data) > 0 {
			tok, ok := papertape.Next(data)
			if !ok {
				t.Fatal("cut off")
			}
			data = data[len(tok.Raw):]
			if tok.Kind != papertape.Print {
				continue
			}
			if len(tok.Raw) > limit { // a byte is a column
				t.Fatalf("%d columns in a line of %d", len(tok.Raw), limit)
			}
			line, err := japanese.ShiftJIS.NewDecoder().Bytes(tok.Raw)
			if err != nil || strings.ContainsRune(string(line), 0xFFFD) {
				t.Fatalf("a character was cut in half: % X", tok.Raw)
			}
			all.Write(line)
		}
		bare := func(s string) string { return strings.NewReplacer(" ", "", "¥", "\\").Replace(s) }
		if bare(all.String()) != bare(string(runes)) {
			t.Fatalf("%q became %q", string(runes), all.String())
		}
	})
}

func TestKinsoku(t *testing.T) {
	p := model()
	p.Columns = 20
	for text, want := range map[string]string{
		"一二三四五六七八九十、次":           "一二三四五六七八九/十、次",
		"一二三四五六七八九「十」":           "一二三四五六七八九/「十」",
		"一二三四五六七八九十ー":            "一二三四五六七八九/十ー",
		"thank you for shopping": "thank you for/shopping",
		"一二三四五六七八 ¥12,345":       "一二三四五六七八/¥12,345",
		"一二三四五六七八九十":             "一二三四五六七八九十",
	} {
		data := encode(t, printer.Document{Blocks: []printer.Block{printer.Text{Text: text}}}, p)
		tape, err := papertape.Read(data, p, papertape.Look{})
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(tape.Receipts[0].Text()) {
			if strings.HasPrefix(line, "|") {
				lines = append(lines, strings.Trim(line, "| \n"))
			}
		}
		if got := strings.Join(lines, "/"); got != want {
			t.Errorf("%q is broken as %q, want %q", text, got, want)
		}
	}
}

func TestWhatCannotBeEncodedSaysWhere(t *testing.T) {
	noQR := model()
	noQR.QR = false
	for _, c := range []struct {
		block printer.Block
		p     profile.Printer
		want  string
	}{
		{printer.QR{Text: "x\x10\x14"}, model(), "control character 10"},
		{printer.QR{Text: strings.Repeat("x", 2332)}, model(), "1 to 2331"},
		{printer.QR{Text: "x"}, noQR, "no QR command"},
		{printer.QR{Text: "x", Module: 17}, model(), "module of 17"},
		{printer.Picture{Bitmap: printer.Bitmap{Width: 577, Height: 1, Bits: make([]byte, 73)}}, model(), "577 dots wide"},
		{printer.Picture{Bitmap: printer.Bitmap{Width: 8, Height: 2, Bits: make([]byte, 1)}}, model(), "needs 2 bytes"},
		{printer.Kick{Pin: 3}, model(), "pin 3"},
		{printer.Space{Lines: 256}, model(), "256 empty lines"},
		{printer.Rule{}, profile.Printer{Model: "empty"}, `profile "empty"`},
	} {
		_, _, err := escpos.Encode(printer.Document{Title: "T", Blocks: []printer.Block{c.block}}, c.p, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: error is %v, want %q in it", c.block, err, c.want)
		}
	}
}

// Of a document with two papers each can be read alone, as archives keep them:
// the bytes up to a cut hold what the paper rests on.
func TestEachPaperCanBeReadAlone(t *testing.T) {
	heading := printer.Text{Text: "店舗控え", Align: printer.Centre, Style: printer.Style{Bold: true, Wide: true}}
	doc := printer.Document{Title: "T", Blocks: []printer.Block{heading, printer.Cut{}, heading, printer.Cut{}}}
	data := encode(t, doc, model())
	var papers []string
	for begin, at := 0, 0; at < len(data); {
		tok, _ := papertape.Next(data[at:])
		if at += len(tok.Raw); !strings.HasPrefix(tok.Name, "GS V") {
			continue
		}
		tape, err := papertape.Read(data[begin:at], model(), papertape.Look{})
		if err != nil {
			t.Fatal(err)
		}
		papers, begin = append(papers, tape.Receipts[0].Text()), at
	}
	if len(papers) != 2 || papers[0] != papers[1] || !strings.Contains(papers[0], "店  舗  控  え") {
		t.Errorf("the papers are %q", papers)
	}
}

func TestPicturesAreSliced(t *testing.T) {
	var rows []string
	data := encode(t, picture(), model())
	for len(data) > 0 {
		tok, _ := papertape.Next(data)
		if tok.Name == "GS v" {
			rows = append(rows, fmt.Sprintf("% X", tok.Raw[:8]))
		}
		data = data[len(tok.Raw):]
	}
	want := []string{"1D 76 30 00 48 00 FF 00", "1D 76 30 00 48 00 FF 00", "1D 76 30 00 48 00 5A 00"}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", rows, want)
	}
}

// Every character that exists twice comes out in the chosen row, and an
// outside table reads both as the same character.
func TestBothFormsOfDoubledCharacters(t *testing.T) {
	n := 0
	for lead := byte(0xFA); lead <= 0xFC; lead++ {
		for trail := 0x40; trail <= 0xFC; trail++ {
			text, err := japanese.ShiftJIS.NewDecoder().String(string([]byte{lead, byte(trail)}))
			if err != nil || strings.ContainsRune(text, 0xFFFD) || len([]rune(text)) != 1 {
				continue
			}
			for _, form := range []string{"ibm", "nec"} {
				p := model()
				p.IBM = form
				got, odd := textBytes(t, text, p)
				back, err := japanese.ShiftJIS.NewDecoder().Bytes(got)
				if err != nil || string(back) != text || len(odd) > 0 {
					t.Errorf("%s form of %s is % X, which is %s", form, text, got, back)
				}
				// Those of NEC's row 13 and of JIS itself stay where they are.
				inRow := form == "ibm" && got[0] >= 0xFA || form == "nec" && (got[0] == 0xED || got[0] == 0xEE) || got[0] == 0x81 || got[0] == 0x87
				if !inRow || form == "ibm" && got[0] >= 0xFA && (got[0] != lead || got[1] != byte(trail)) {
					t.Errorf("%s form of %s (%X%X) is % X", form, text, lead, trail, got)
				}
			}
			n++
		}
	}
	if n != 388 {
		t.Errorf("%d characters were looked at, the row has 388", n)
	}
}
