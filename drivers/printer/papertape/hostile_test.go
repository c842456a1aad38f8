package papertape_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// The text of a QR code is shown on terminals and pages: it stays on its line
// and none of its characters does anything there.
func TestQRTextStaysInItsFrame(t *testing.T) {
	data := "a\n| paid |\x1b[2J\u009b2J\xff\x7f\u202eb"
	n := len(data) + 3
	stream := "\x1b@\x1d(k" + string([]byte{byte(n), byte(n >> 8)}) + "1P0" + data + "\x1d(k\x03\x001Q0\x1dVB\x00"
	tape, err := papertape.Read([]byte(stream), model(), papertape.Look{})
	if err != nil {
		t.Fatal(err)
	}
	text := tape.Receipts[0].Text()
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| paid") {
			t.Error("a QR code forged a line of the receipt")
		}
	}
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("the text has U+%04X in it:\n%q", r, text)
		}
	}
	if !strings.Contains(text, "[QR: a.| paid |.[2J.2J") {
		t.Errorf("%q", text)
	}
}
