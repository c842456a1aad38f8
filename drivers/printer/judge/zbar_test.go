package judge_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer"
)

// What zbarimg reads off the paper is what was to be printed: of QR codes that
// the printer makes, of those that are sent as a picture, and of bar codes.
func TestCodesOnPaperCanBeRead(t *testing.T) {
	zbarimg := tool(t, "zbarimg", "apt-get install zbar-tools")
	const link = "https://example.jp/r/01JD8Z6N4X?t=R0012&n=%E9%A0%98"
	modules, err := drawn(link, 'M')
	if err != nil {
		t.Fatal(err)
	}
	doc := printer.Document{Blocks: []printer.Block{
		printer.Text{Text: "COUPON", Align: printer.Centre},
		printer.QR{Text: link, Bitmap: modules, Align: printer.Centre},
		printer.Space{Lines: 2},
		printer.Barcode{Kind: printer.EAN13, Text: "490123456789", Align: printer.Centre, Words: true},
		printer.Space{Lines: 2},
		printer.Barcode{Kind: printer.Code128, Text: "R0012-000345", Height: 80, Module: 2, Align: printer.Centre},
		printer.Space{Lines: 2},
		printer.Cut{},
	}}
	want := []string{"CODE-128:R0012-000345", "EAN-13:4901234567894", "QR-Code:" + link}
	for _, name := range []string{"epson-tm-t88", "escpos-generic-80", "escpos-generic-58", "citizen-ct-s310", "seiko-rp-f10", "star-mc-print3", "star-tsp700"} {
		for _, native := range []bool{true, false} {
			p := model(t, name)
			p.QR = native
			data := encode(t, doc, p)
			if sent := strings.Contains(string(data), link[:20]); sent != native {
				t.Errorf("%s: the text of the code is in the bytes: %v, want %v", name, sent, native)
			}
			file := filepath.Join(t.TempDir(), name+".png")
			out, err := os.Create(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := paper(t, data, p).PNG(out); err != nil {
				t.Fatal(err)
			}
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			read, err := exec.CommandContext(t.Context(), zbarimg, "-q", file).Output()
			got := strings.Split(strings.TrimSpace(string(read)), "\n")
			slices.Sort(got)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, native %v: zbarimg reads %q, want %q (%v)", name, native, got, want, err)
			}
		}
	}
}
