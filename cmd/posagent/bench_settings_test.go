package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/drivers/virtual"
)

// BenchmarkSettings changes the printer of a running register while a sale
// stands at its scanner, and has it confirmed: from the call until the new
// printer has answered, at most 200 ms. The floor is what must be on disk
// before the old printer is let go: four small files and directories (the
// list, the mark, the settings, their names) and the entry of the journal, ten
// syncs in all.
func BenchmarkSettings(b *testing.B) {
	const printers = `
[[device]]
id = "printer0"
kind = "printer"
profile = "escpos-generic-80"
address = "tcp:127.0.0.1:1"

[roles]
printer = "printer0"

[receipt]
print = false
`
	r := newRigAt(b, newPlace(b, printers), func(string) {})
	client := control.Dial("unix:"+r.at("api.sock"), "")
	addresses := []string{r.netPrinter("a"), r.netPrinter("b")}
	ctx := context.Background()
	sale, err := r.client.OpenSale(ctx, control.NewSale{Amount: 500, Currency: "JPY"})
	check(b, err)
	var floor, apply []time.Duration
	for b.Loop() {
		now, err := client.Settings(ctx)
		check(b, err)
		var bare time.Duration
		for range 10 {
			bare += r.sync()
		}
		floor = append(floor, bare)
		began := time.Now()
		done, err := client.ChangeSettings(ctx, now.Match, control.NewSettings{
			Set: []control.NewSetting{{Key: printerAddress, Value: "tcp:" + addresses[len(apply)%2]}},
		})
		check(b, err)
		apply = append(apply, time.Since(began))
		if done.State != "pending" || !done.Probes[0].Good {
			b.Fatalf("the change is %+v", done)
		}
		_, err = client.ConfirmSettings(ctx)
		check(b, err)
	}
	after, err := r.client.Register(ctx)
	check(b, err)
	if after.Sale == nil || after.Sale.ID != sale.ID || after.Sale.State != "prepared" {
		b.Fatalf("the sale is %+v", after.Sale)
	}
	b.ReportMetric(at(floor, .5)/1000, "floor-p50-ms")
	b.ReportMetric(at(apply, .5)/1000, "apply-p50-ms")
	b.ReportMetric(at(apply, .95)/1000, "apply-p95-ms")
	b.ReportMetric(at(apply, .5)/at(floor, .5), "apply/floor-p50")
	b.Logf("%d changes under one standing sale", len(apply))
}

// netPrinter is a printer in the network, and where it is.
func (r *rig) netPrinter(name string) string {
	r.Helper()
	at, err := virtual.NewSocket("127.0.0.1:0")
	check(r, err)
	p, err := virtual.NewPrinterOn(at, r.at("capture."+name), slog.New(slog.DiscardHandler))
	check(r, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = p.Run(ctx) }()
	r.Cleanup(func() { cancel(); <-ended })
	return at.Path()
}
