package judge_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer"
)

// One receipt twice: in the language of receiptline, and as a document.
const receiptline = `{border:space}
^^領収書

|喫茶 髙﨑
|〒150-0001 東京都渋谷区神宮前①-2-3
|登録番号 T1234567890123
-
|^^お買上 No.42
ブレンドコーヒー | ¥480
ｻﾝﾄﾞｲｯﾁ(ﾊﾑ･ﾁｰｽﾞ) | ¥650
髙島屋㈱ ギフト～－5点 | ¥1,296
-
"合計 | ¥2,426
_ありがとうございました
| またどうぞ
`

func theSame() printer.Document {
	text := func(s string, a printer.Align) printer.Text { return printer.Text{Text: s, Align: a} }
	return printer.Document{Blocks: []printer.Block{
		printer.Text{Text: "領収書", Align: printer.Centre, Style: printer.Style{Tall: true}},
		printer.Space{Lines: 1},
		text("喫茶 髙﨑", printer.Left),
		text("〒150-0001 東京都渋谷区神宮前①-2-3", printer.Left),
		text("登録番号 T1234567890123", printer.Left),
		printer.Rule{},
		printer.Text{Text: "お買上 No.42", Style: printer.Style{Tall: true}},
		printer.Pair{Left: "ブレンドコーヒー", Right: "¥480"},
		printer.Pair{Left: "ｻﾝﾄﾞｲｯﾁ(ﾊﾑ･ﾁｰｽﾞ)", Right: "¥650"},
		printer.Pair{Left: "髙島屋㈱ ギフト～－5点", Right: "¥1,296"},
		printer.Rule{},
		printer.Pair{Left: "合計", Right: "¥2,426", Style: printer.Style{Bold: true}},
		printer.Text{Text: "ありがとうございました", Align: printer.Centre, Style: printer.Style{Underline: true}},
		text("またどうぞ", printer.Right),
		printer.Cut{},
	}}
}

// Our bytes of a receipt and those of receiptline come to the same paper, for
// each family of languages that both speak. Rules may be of another stroke, and
// the paper may be cut closer.
func TestReceiptlinePrintsTheSame(t *testing.T) {
	node, transform := script(t, "transform.js")
	for _, family := range []struct{ command, profile string }{
		{"escpos", "escpos-generic-80"}, {"epson", "epson-tm-m30"}, {"citizen", "citizen-ct-s310"},
		{"sii", "seiko-rp-f10"}, {"starmbcs", "star-tsp700"}, {"starlinembcs2", "star-tsp700"},
	} {
		p := model(t, family.profile)
		cmd := exec.CommandContext(t.Context(), node, transform, family.command)
		cmd.Stdin = strings.NewReader(receiptline)
		theirs, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", family.command, err)
		}
		want := body(paper(t, theirs, p).Text())
		if got := body(paper(t, encode(t, theSame(), p), p).Text()); got != want {
			t.Errorf("%s: we print\n%s\nreceiptline prints\n%s", family.command, got, want)
		}
		if !strings.Contains(want, "髙島屋㈱") {
			t.Errorf("%s: receiptline's own paper is not what was to be printed:\n%s", family.command, want)
		}
	}
}

// body is what is printed on a paper.
func body(text string) string {
	var lines []string
	for _, line := range strings.Split(strings.ReplaceAll(text, "─", "-"), "\n") {
		if strings.HasPrefix(line, "|") {
			lines = append(lines, line)
		}
	}
	for len(lines) > 0 && strings.Trim(lines[len(lines)-1], "| ") == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}
