package escpos_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/virtual"
)

// fortyLines is a receipt of forty lines with a logo of a third of the paper.
func fortyLines() printer.Document {
	doc := receipt()
	logo := printer.Bitmap{Width: 192, Height: 96, Bits: make([]byte, 192/8*96)}
	for i := range logo.Bits {
		logo.Bits[i] = byte(i * 37)
	}
	doc.Blocks = append([]printer.Block{printer.Picture{Bitmap: logo, Align: printer.Centre}}, doc.Blocks...)
	for n := range 24 {
		doc.Blocks = append(doc.Blocks, printer.Pair{Left: fmt.Sprintf("おにぎり 鮭 %d", n), Right: "¥150"})
	}
	return doc
}

// BenchmarkEncode is what a receipt costs before its first byte can leave.
func BenchmarkEncode(b *testing.B) {
	doc, p := fortyLines(), model()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := escpos.Encode(doc, p, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstByte is the time from Print until the printer's end of the wire
// has its first byte, beside the hop of one byte over such a wire (floor).
func BenchmarkFirstByte(b *testing.B) {
	dir, log := b.TempDir(), slog.New(slog.DiscardHandler)
	far, err := virtual.NewPrinter(filepath.Join(dir, "printer"), filepath.Join(dir, "capture"), log)
	if err != nil {
		b.Fatal(err)
	}
	far.SetSpeed(0)
	driver := escpos.New("printer0", model(), far.Path(), port.At(port.Address{Kind: port.Serial, Path: far.Path(), DataBits: 8, Parity: 'N', StopBits: 1}, 115200), log, nil)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = far.Run(ctx) })
	running.Go(func() { driver.Run(ctx) })
	defer running.Wait()
	defer cancel()
	ready := make(chan struct{}, 100)
	driver.Watch(func(h device.Health) {
		if h.State == device.Ready {
			ready <- struct{}{}
		}
	})
	<-ready
	hop := hopOver(b, filepath.Join(dir, "wire"))
	doc := fortyLines()
	var first, floor []time.Duration
	for b.Loop() {
		floor = append(floor, hop())
		came := make(chan time.Time, 1)
		far.After(1, func() { came <- time.Now() })
		began := time.Now()
		if out := driver.Print(ctx, doc); out.Result != printer.Confirmed {
			b.Fatalf("%+v", out)
		}
		first = append(first, (<-came).Sub(began))
	}
	b.ReportMetric(us(first, .5), "first-us-p50")
	b.ReportMetric(us(first, .99), "first-us-p99")
	b.ReportMetric(us(floor, .5), "hop-us-p50")
}

// hopOver is the time that one byte takes over a pseudo terminal.
func hopOver(b *testing.B, link string) func() time.Duration {
	b.Helper()
	line, err := virtual.NewLine(link)
	if err != nil {
		b.Fatal(err)
	}
	near, err := os.OpenFile(line.Path(), os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = near.Close(), line.Close() })
	return func() time.Duration {
		began := time.Now()
		if _, err := near.WriteString("x"); err != nil {
			b.Fatal(err)
		}
		if _, err := line.Read(make([]byte, 1)); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
}

func us(all []time.Duration, part float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return float64(sorted[int(part*float64(len(sorted)-1))].Nanoseconds()) / 1000
}
