package all_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/hidpos"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/scanner/supervise"
	"github.com/posagent/posagent/drivers/scanner/wedge"
	"github.com/posagent/posagent/drivers/virtual"
)

// Sixty-four scanners of three kinds, each of which has read a hundred codes
// and some garbage, take less than ten megabytes with all that they remember.
func TestSixtyFourDevices(t *testing.T) {
	const devices, most = 64, 10 << 20
	before := memory()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}, devices)
	var all []*supervise.Scanner
	var send []func(string) error
	for i := range devices {
		s, far, err := scannerOf(i)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = s.Run(ctx); ended <- struct{}{} }()
		all, send = append(all, s), append(send, far)
	}
	t.Cleanup(func() {
		cancel()
		for range devices {
			<-ended
		}
	})
	for i, s := range all {
		for s.Health().State != device.Ready {
			time.Sleep(time.Millisecond)
		}
		for n := range 100 {
			s.Arm()
			if err := send[i](fmt.Sprintf("9712%016d", n)); err != nil {
				t.Fatal(err)
			}
			<-s.Scans()
			if err := send[i](fmt.Sprintf("9713%016d", n)); err != nil { // nobody waits for it
				t.Fatal(err)
			}
			for s.Stats().NotWanted < uint64(n+1) {
				time.Sleep(10 * time.Microsecond)
			}
		}
	}
	if used := memory() - before; used > most {
		t.Errorf("%d devices take %d kB", devices, used>>10)
	} else {
		t.Logf("%d devices take %d kB", devices, used>>10)
	}
	runtime.KeepAlive(all)
}

// scannerOf is the nth scanner over a cable inside of this process.
func scannerOf(n int) (*supervise.Scanner, func(string) error, error) {
	id, log := fmt.Sprintf("scanner%d", n), slog.New(slog.DiscardHandler)
	switch n % 3 {
	case 0:
		far := new(virtual.Pipe)
		model := profile.Scanner{End: "cr", GapMilli: 500, MaxBytes: 7089}
		s, err := line.New(id, model, "test", far.Open, log)
		return s, func(text string) error { return far.Send(virtual.Frame(model, "]Q1", text)) }, err
	case 1:
		far := new(virtual.HIDPOS)
		s, err := hidpos.New(id, profile.Scanner{End: "none", MaxBytes: 7089}, "test", far.Open, far.Descriptor, log)
		return s, func(text string) error { return virtual.Show(far, "]Q1", text, 0) }, err
	}
	far := new(virtual.Keyboard)
	s, err := wedge.New(id, profile.Scanner{End: "any", MaxBytes: 7089}, "test", far.Open, log)
	if err != nil {
		return nil, nil, err
	}
	return s.Scanner, func(text string) error { return virtual.Show(far, "]Q1", text, 0) }, nil
}

// memory is what the heap and the stacks hold.
func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
