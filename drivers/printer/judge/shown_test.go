package judge_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner/imager"
)

// A shop's own code, of JPQR with a Japanese name in it, reads off paper of 58
// and of 80 mm: drawn by the printer where it can, as dots where it cannot.
func TestAShopsCodeOnPaperCanBeRead(t *testing.T) {
	const text = "00020101021226680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152045411530339254034985802JP5910SEVEN TEST6005TOKYO6107102845562360107R0001230512T0001-0001230705POS0164140002JA0104テスト店6304A445"
	zbarimg, missing := exec.LookPath("zbarimg")
	for name, place := range map[string]picture.Place{"escpos-generic-58": picture.Paper58(), "epson-tm-t88": picture.Paper80(), "star-mc-print3": picture.Paper80(), "seiko-rp-f10": picture.Paper80()} {
		plan, err := picture.Fit(text, place)
		if err != nil {
			t.Fatal(err)
		}
		doc := printer.Document{Blocks: []printer.Block{
			printer.Text{Text: "¥498", Align: printer.Centre},
			printer.QR{Text: text, Module: plan.Module, Bitmap: printer.Bitmap{Width: plan.Size, Height: plan.Size, Bits: plan.Bits}, Align: printer.Centre},
			printer.Cut{},
		}}
		for _, native := range []bool{true, false} {
			p := model(t, name)
			p.QR = native
			data := encode(t, doc, p)
			if sent := strings.Contains(string(data), "jp.or.paymentsjapan"); sent != native {
				t.Errorf("%s: the text of the code is in the bytes: %v, want %v", name, sent, native)
			}
			var strip bytes.Buffer
			if err := paper(t, data, p).PNG(&strip); err != nil {
				t.Fatal(err)
			}
			scan, err := imager.New(imager.Limits{}).Read(context.Background(), bytes.NewReader(strip.Bytes()), "paper")
			if got := string([]byte(scan.Data)); got != text || err != nil {
				t.Errorf("%s, native %v: our reader reads %q (%v)", name, native, got, err)
			}
			if missing != nil {
				continue
			}
			file := filepath.Join(t.TempDir(), "paper.png")
			if err := os.WriteFile(file, strip.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := exec.CommandContext(t.Context(), zbarimg, "-q", "--raw", file).Output()
			if strings.TrimSuffix(string(got), "\n") != text || err != nil {
				t.Errorf("%s, native %v: zbarimg reads %q (%v)", name, native, got, err)
			}
		}
	}
}
