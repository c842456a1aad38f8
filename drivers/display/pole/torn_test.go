package pole_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/display"
	"github.com/posagent/posagent/drivers/display/pole"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// The wire breaks in the middle of a screen, when the printer listens for the
// display alone. It must not stay so: the next receipt comes out.
func TestAScreenThatBrokeOffLeavesThePrinterPrinting(t *testing.T) {
	for _, confirm := range []string{"processid", "gsr", "none"} {
		t.Run(confirm, func(t *testing.T) {
			dir := t.TempDir()
			log := slog.New(slog.NewTextHandler(t.Output(), nil))
			paper, err := virtual.NewPrinter(filepath.Join(dir, "printer"), filepath.Join(dir, "capture"), log)
			if err != nil {
				t.Fatal(err)
			}
			paper.Attach()
			const hello, within = 23, 10 // bytes of the driver's questions, and of the first screen
			paper.After(hello+within, func() { _ = paper.Unplug() })
			receipts := make(chan string, 9)
			paper.OnReceipt(func(raw []byte) { receipts <- string(raw) })
			model := profile.Printer{Model: "test-80", Language: "escpos", Columns: 48, Dots: 576, Kanji: "cp932", QR: true, Cut: true, Confirm: confirm, Status: true}
			address := port.Address{Kind: port.Serial, Path: paper.Path(), DataBits: 8, Parity: 'N', StopBits: 1}
			press := escpos.New("printer0", model, paper.Path(), func() (port.Port, error) { return port.Open(address) }, log, nil)
			ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
			var ended sync.WaitGroup
			ended.Go(func() { _ = paper.Run(ctx) })
			ended.Go(func() { press.Run(ctx) })
			t.Cleanup(func() { cancel(); ended.Wait() })
			await := func(state device.State) {
				t.Helper()
				for press.Health().State != state {
					if ctx.Err() != nil {
						t.Fatalf("it never was %s, but %+v", state, press.Health())
					}
					time.Sleep(time.Millisecond)
				}
			}
			await(device.Ready)
			d := pole.New("display0", profile.Display{Language: "dmd"}, "printer0", pole.Through(press), log)
			once, stop := context.WithCancel(ctx)
			ended.Go(func() { d.Run(once) })
			d.Show(display.Say(display.Welcome, "", "en"))
			await(device.Absent)
			stop()
			if err := paper.Plug(); err != nil {
				t.Fatal(err)
			}
			press.Retry()
			await(device.Ready)
			doc := printer.Document{Blocks: []printer.Block{printer.Text{Text: "RECEIPT"}, printer.Cut{}}}
			short, done := context.WithTimeout(ctx, 20*time.Second)
			defer done()
			out := press.Print(short, doc)
			if confirm != "none" && out.Result != printer.Confirmed && out.Result != printer.Processed {
				t.Errorf("%+v", out)
			}
			select {
			case <-receipts:
			case <-time.After(5 * time.Second):
				t.Errorf("nothing came out, and the outcome is %+v", out)
			}
		})
	}
}
