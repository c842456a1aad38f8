package escpos

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// Test prints a short page on which a person can see whether the profile is
// right: kanji, katakana, the yen sign, sizes, and a ruler as wide as the paper.
func (p *Printer) Test(ctx context.Context) printer.Outcome {
	return p.Print(ctx, testPage(p.id, p.profile, time.Now()))
}

func testPage(id string, p profile.Printer, now time.Time) printer.Document {
	blocks := []printer.Block{
		printer.Text{Text: "テスト印字", Align: printer.Centre, Style: printer.Style{Bold: true, Wide: true, Tall: true}},
		printer.Text{Text: "TEST PAGE", Align: printer.Centre},
		printer.Rule{Double: true},
		printer.Pair{Left: "プリンター Printer", Right: id},
		printer.Pair{Left: "機種 Model", Right: p.Model},
		printer.Pair{Left: "日時 Time", Right: now.Format("2006-01-02 15:04")},
		printer.Pair{Left: "用紙 Paper", Right: fmt.Sprintf("%d columns, %d dots", p.Columns, p.Dots)},
		printer.Rule{},
		printer.Text{Text: "漢字 ひらがな カタカナ ｶﾀｶﾅ ABC 123 ¥1,234"},
		printer.Text{Text: "髙 﨑 ① ㈱ ～ － 太字", Style: printer.Style{Bold: true}},
		printer.Text{Text: "下線 underline", Style: printer.Style{Underline: true}},
		printer.Text{Text: "白抜き reverse", Style: printer.Style{Reverse: true}},
		printer.Text{Text: strings.Repeat("1234567890", p.Columns/10+1)[:p.Columns]},
	}
	if p.QR {
		blocks = append(blocks, printer.QR{Text: "posagent test page", Align: printer.Centre})
	}
	return printer.Document{Title: "test page", Blocks: append(blocks, printer.Cut{})}
}
