package spool

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
	return p.Print(ctx, TestPage(p.id, p.Profile(), time.Now()))
}

// TestPage is the page that Test prints. The lines of letters hold those of
// which printers are known to get some wrong; what a model lacks is replaced or
// drawn, as its profile says, and reported.
func TestPage(id string, p profile.Printer, now time.Time) printer.Document {
	name := id
	if len(name) > 20 {
		name = name[:20]
	}
	blocks := []printer.Block{
		printer.Text{Text: "テスト印字", Align: printer.Centre, Style: printer.Style{Bold: true, Wide: true, Tall: true}},
		printer.Text{Text: "TEST PAGE", Align: printer.Centre},
		printer.Rule{Double: true},
		printer.Pair{Left: "プリンター Printer", Right: name},
		printer.Pair{Left: "機種 Model", Right: p.Model},
		printer.Pair{Left: "日時 Time", Right: now.Format("2006-01-02 15:04")},
		printer.Pair{Left: "用紙 Paper", Right: fmt.Sprintf("%d columns, %d dots", p.Columns, p.Dots)},
		printer.Rule{},
		printer.Text{Text: "ひらがな がぎぐげご ぱぴぷぺぽ ゃゅょっ"},
		printer.Text{Text: "カタカナ ガギグゲゴ ヴァイオリン ー・"},
		printer.Text{Text: "ｶﾀｶﾅ ｶﾞｷﾞ ﾊﾟﾋﾟ ｬｭｮｯ ｰ･｡｢｣､"},
		printer.Text{Text: "漢字 領収書 合計 消費税 薔薇 鬱"},
		printer.Text{Text: "① ⑳ ㈱ № ℡ Ⅳ ㍻ ∑"}, // NEC row 13
		printer.Text{Text: "髙 﨑 彅 纊 黑 德 ⅰ ⅹ"}, // twice in CP932
		printer.Text{Text: "¥1,234 〜 ～ − － ― ‖ ¢ £ ¬ ＼ ※"},
		printer.Text{Text: "太字 bold", Style: printer.Style{Bold: true}},
		printer.Text{Text: "横倍 wide", Style: printer.Style{Wide: true}},
		printer.Text{Text: "縦倍 tall", Style: printer.Style{Tall: true}},
		printer.Text{Text: "下線 underline", Style: printer.Style{Underline: true}},
		printer.Text{Text: "白抜き reverse", Style: printer.Style{Reverse: true}},
		printer.Text{Text: strings.Repeat("1234567890", p.Columns/10+1)[:p.Columns]},
		printer.Barcode{Kind: printer.EAN13, Text: "490123456789", Height: 48, Words: true, Align: printer.Centre},
	}
	if p.QR {
		blocks = append(blocks, printer.QR{Text: "posagent test page", Align: printer.Centre})
	}
	return printer.Document{Title: "test page", Blocks: append(blocks, printer.Cut{})}
}
