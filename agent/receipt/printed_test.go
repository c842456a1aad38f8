package receipt_test

import (
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/profile"
)

// The real encoder for printers of every width finds a character of their own
// for all that stands on our papers.
func TestAPrinterHasEveryCharacter(t *testing.T) {
	docs := []printer.Document{
		must(t, receipt.For, lunch()), must(t, receipt.For, english(lunch())), must(t, receipt.For, plain()),
		must(t, receipt.Doubt, in(charge.InDoubt, lunch())), must(t, receipt.Doubt, english(in(charge.Reversing, lunch()))),
	}
	for _, e := range copies() {
		docs = append(docs, must(t, storeCopy(e), in(charge.Queued, lunch())), must(t, storeCopy(e), english(in(charge.Queued, lunch()))))
	}
	for columns, dots := range map[int]int{32: 384, 42: 512, 48: 576} {
		p := profile.Printer{Model: "test", Language: "escpos", Columns: columns, Dots: dots, Kanji: "cp932", IBM: "ibm", QR: true, Cut: true}
		for _, doc := range docs {
			bytes, missing, err := escpos.Encode(doc, p, nil)
			if err != nil || len(bytes) == 0 || len(missing) > 0 {
				t.Errorf("%d columns: %d bytes, %v cannot be printed, %v", columns, len(bytes), missing, err)
			}
		}
	}
}
