package line_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/virtual"
)

// BenchmarkScan is the time from the last byte of a code on the wire to the
// scan: what the driver adds to the time that the wire takes anyway. Beside it
// stands the floor, turn by turn: the same last byte through a bare port into
// a channel.
func BenchmarkScan(b *testing.B) {
	model := profile.Scanner{Header: "stx", End: "etx", BCC: "data", Digits: 4, Marks: []string{"Q=]Q1"}}
	far, open := farEnd(b, model)
	s, err := line.New("scanner1", model, "bench", open, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = s.Run(b.Context()) }()
	bareFar, bareOpen := farEnd(b, model)
	bare, err := bareOpen()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = bare.Close() })
	came := make(chan byte)
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := bare.Read(buf, 0)
			if err != nil {
				return
			}
			came <- buf[n-1]
		}
	}()
	for s.Health().State != "ready" {
		time.Sleep(time.Millisecond)
	}
	var took, floor []time.Duration
	for i := 0; b.Loop(); i++ {
		frame := virtual.Frame(model, "]Q1", fmt.Sprintf("9712%016d", i))
		last := len(frame) - 1
		s.Arm()
		send(b, bareFar, frame[:last])
		send(b, far, frame[:last])
		<-came
		time.Sleep(200 * time.Microsecond) // until that is read, so that the last byte comes alone
		bareTurn := func() {
			began := time.Now()
			send(b, bareFar, frame[last:])
			<-came
			floor = append(floor, time.Since(began))
		}
		ourTurn := func() {
			began := time.Now()
			send(b, far, frame[last:])
			<-s.Scans()
			took = append(took, time.Since(began))
		}
		if i%2 == 0 { // whoever comes second finds the machine awake
			bareTurn()
			ourTurn()
		} else {
			ourTurn()
			bareTurn()
		}
	}
	b.ReportMetric(0, "ns/op") // the loop's own time says nothing
	for name, all := range map[string][]time.Duration{"us-p": took, "floor-us-p": floor} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Nanoseconds())/1000, name+"50")
		b.ReportMetric(float64(all[len(all)*99/100].Nanoseconds())/1000, name+"99")
	}
}

func farEnd(b *testing.B, model profile.Scanner) (*virtual.Scanner, port.Opener) {
	b.Helper()
	dir := b.TempDir()
	far, err := virtual.NewScanner(filepath.Join(dir, "register"), filepath.Join(dir, "visitor"), model, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = far.Close() })
	return far, port.At(port.Address{Kind: port.Serial, Path: far.Path()}, 115200)
}

func send(b *testing.B, far *virtual.Scanner, p []byte) {
	b.Helper()
	if err := far.Send(p); err != nil {
		b.Fatal(err)
	}
}
