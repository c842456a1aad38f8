package configs_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// printWith prints the test page on a virtual printer of this name.
func printWith(t *testing.T, p profile.Printer, name string) (out printer.Outcome, h device.Health, papers [][]byte) {
	t.Helper()
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	paper, err := virtual.NewPrinter(filepath.Join(dir, "printer"), filepath.Join(dir, "capture"), log)
	if err == nil {
		err = paper.Speak(p.Answers)
	}
	if err != nil {
		t.Fatal(err)
	}
	paper.SetName("maker", name)
	paper.SetSpeed(0)
	cut := make(chan []byte, 9)
	paper.OnReceipt(func(raw []byte) { cut <- bytes.Clone(raw) })
	address := port.Address{Kind: port.Serial, Path: paper.Path(), DataBits: 8, Parity: 'N', StopBits: 1}
	driver, err := all.New(hotplug.Machine(), []port.Address{address}).NewPrinter("printer0", p, address, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	ready := make(chan struct{}, 100)
	driver.Watch(func(h device.Health) {
		if h.State == device.Ready || h.State == device.Degraded {
			ready <- struct{}{}
		}
	})
	var ended sync.WaitGroup
	defer ended.Wait()
	run, stop := context.WithCancel(ctx)
	defer stop()
	ended.Go(func() { _ = paper.Run(run) })
	ended.Go(func() { driver.Run(run) })
	<-ready
	out, h = driver.Test(ctx), driver.Health()
	for p.Cut && len(papers) == 0 {
		select {
		case raw := <-cut:
			papers = append(papers, raw)
		case <-ctx.Done():
			t.Fatal("no paper came out")
		}
	}
	return out, h, papers
}

// Each profile of a printer that comes with the program names its manual, and
// prints on a printer that answers as the profile says.
func TestEveryPrinterProfilePrints(t *testing.T) {
	profiles, err := configs.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	makers := map[string]int{}
	for _, info := range profiles {
		if info.Kind != "printer" {
			continue
		}
		t.Run(info.Name, func(t *testing.T) {
			text, err := os.ReadFile("profiles/" + info.Name + ".toml")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(info.Name, "escpos-") && !strings.Contains(string(text), "Manual:") && !strings.Contains(string(text), "Habit, no manual was seen") {
				t.Error("the file names neither a manual nor says that none was seen")
			}
			p, err := configs.PrinterProfile(info.Name)
			if err != nil {
				t.Fatal(err)
			}
			name := "VIRTUAL"
			if len(p.Names) > 0 {
				name = p.Names[0]
			}
			out, _, papers := printWith(t, p, name)
			want := map[string]printer.Result{"processid": printer.Confirmed, "etx": printer.Confirmed, "etb": printer.Confirmed,
				"gsr": printer.Processed, "dc2q": printer.Processed, "none": printer.Sent}[p.Confirm]
			if out.Result != want || strings.Contains(out.Detail, "characters") {
				t.Fatalf("outcome is %+v, want %s", out, want)
			}
			for _, raw := range papers {
				tape, err := papertape.Read(raw, p, papertape.Look{})
				if err != nil || len(tape.Remarks) > 0 || !strings.Contains(tape.Receipts[0].Text(), "髙 﨑 彅 纊 黑 德") {
					t.Errorf("%v, %v", err, tape.Remarks)
				}
			}
		})
		makers[strings.SplitN(info.Name, "-", 2)[0]]++
	}
	for _, maker := range []string{"epson", "citizen", "seiko", "bixolon", "sewoo", "star"} {
		if makers[maker] == 0 {
			t.Errorf("no printer of %s", maker)
		}
	}
}

// A printer of which nobody knows the model is asked, and its profile found.
func TestUnknownPrinterIsFoundByItsName(t *testing.T) {
	auto, err := configs.PrinterProfile("escpos-auto")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		columns int
		result  printer.Result
	}{
		"TM-T88V":    {42, printer.Confirmed},
		"TM-m30II":   {48, printer.Confirmed},
		"CT-S281BD":  {32, printer.Processed},
		"SRP-350III": {42, printer.Processed},
		"POS-8330":   {auto.Columns, printer.Processed},
	} {
		out, h, papers := printWith(t, auto, name)
		if out.Result != want.result || h.Model != name {
			t.Errorf("%s: %+v, %+v", name, out, h)
		}
		tape, err := papertape.Read(papers[0], profile.Printer{Columns: want.columns, Dots: want.columns * 12, Kanji: "cp932"}, papertape.Look{})
		if err != nil {
			t.Fatal(err)
		}
		if ruler := strings.Repeat("1234567890", 9)[:want.columns]; !strings.Contains(tape.Receipts[0].Text(), "|"+ruler+"|") {
			t.Errorf("%s: the ruler is not %d columns wide:\n%s", name, want.columns, tape.Receipts[0].Text())
		}
	}
}
