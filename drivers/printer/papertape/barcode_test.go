package papertape_test

import (
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/printer/star"
)

// An outside decoder reads what the drivers of both languages printed.
func TestBarcodesCanBeReadOffThePaper(t *testing.T) {
	readers := map[printer.Symbology]gozxing.Reader{printer.EAN13: oned.NewEAN13Reader(), printer.Code128: oned.NewCode128Reader()}
	for _, c := range []struct {
		kind       printer.Symbology
		text, want string
	}{
		{printer.EAN13, "490123456789", "4901234567894"},
		{printer.EAN13, "9781234567897", "9781234567897"},
		{printer.EAN13, "0012345678905", "0012345678905"},
		{printer.Code128, "R-0001 {x} 100%", "R-0001 {x} 100%"},
		{printer.Code128, "12345678", "12345678"},
		{printer.Code128, "~`\"\\|", "~`\"\\|"},
	} {
		doc := printer.Document{Blocks: []printer.Block{
			printer.Barcode{Kind: c.kind, Text: c.text, Words: true, Align: printer.Centre}, printer.Text{Text: "below"}}}
		for _, language := range []string{"escpos", "star"} {
			p := model()
			p.Language = language
			encode := escpos.Encode
			if language == "star" {
				encode = star.Encode
			}
			data, _, err := encode(doc, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			tape, err := papertape.Read(data, p, papertape.Look{})
			if err != nil || len(tape.Remarks) > 0 {
				t.Fatal(err, tape.Remarks)
			}
			bitmap, err := gozxing.NewBinaryBitmapFromImage(picture(t, tape.Receipts[0]))
			if err != nil {
				t.Fatal(err)
			}
			got, err := readers[c.kind].Decode(bitmap, map[gozxing.DecodeHintType]interface{}{gozxing.DecodeHintType_TRY_HARDER: true})
			if err != nil || got.GetText() != c.want {
				t.Errorf("%s, %q in %s: %v, %v", c.kind, c.text, language, got, err)
			}
		}
	}
}
