package bench

import (
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/scanner"
)

// complete fills in what a rig has left out.
func (r ScannerRig) complete() ScannerRig {
	r.Unit, r.Least = max(r.Unit, 1), max(r.Least, 1)
	return r
}

func (b *scannerBench) do(what string, f func() error) {
	b.Helper()
	if err := f(); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

func (b *scannerBench) send(p []byte) {
	b.Helper()
	b.do("send", func() error { return b.rig.Send(p) })
}

// show waits for a code and has the device read one.
func (b *scannerBench) show(aim, text string) {
	b.Helper()
	b.rig.Driver.Arm()
	b.read(aim, text)
}

// read has the device read a code, whoever waits.
func (b *scannerBench) read(aim, text string) {
	b.Helper()
	b.send(b.rig.Frame(aim, text))
}

// wantScan takes the next scan, which must be this one.
func (b *scannerBench) wantScan(text string) scanner.Scan {
	b.Helper()
	return b.wantScanAmid(text, "")
}

// wantScanAmid is wantScan while drops of a kind may still be told.
func (b *scannerBench) wantScanAmid(text string, kind scanner.DropKind) scanner.Scan {
	b.Helper()
	for end := time.After(patience); ; {
		select {
		case scan, open := <-b.rig.Driver.Scans():
			if !open {
				b.Fatal("the scans ended")
			}
			if string(scan.Data) != text {
				b.Fatalf("scanned %q, want %q", string(scan.Data), text)
			}
			return scan
		case d := <-b.drops:
			if d.Kind != kind {
				b.Fatalf("%d bytes were dropped as %s, want the scan %q", d.Bytes, d.Kind, text)
			}
		case <-end:
			b.Fatalf("no scan came, want %q", text)
		}
	}
}

// untilRead shows a code and waits until the driver has read it, which shows
// in LastOK, without taking it.
func (b *scannerBench) untilRead(text string) {
	b.Helper()
	before := b.rig.Driver.Health().LastOK
	b.show("]Q1", text)
	for end := time.Now().Add(patience); !b.rig.Driver.Health().LastOK.After(before); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("%q was never read", text)
		}
	}
}

// wantDrop waits for a drop of this kind, and passes over those of others.
func (b *scannerBench) wantDrop(kind scanner.DropKind) scanner.Drop {
	b.Helper()
	for end := time.After(patience); ; {
		select {
		case d := <-b.drops:
			if d.Kind != kind {
				continue
			}
			if d.Bytes < 1 || d.At.IsZero() || d.Device != b.rig.Driver.Health().ID {
				b.Errorf("drop is %+v", d)
			}
			return d
		case <-end:
			b.Fatalf("nothing was dropped as %s", kind)
		}
	}
}

func (b *scannerBench) wantNoDrops() {
	b.Helper()
	select {
	case d := <-b.drops:
		b.Errorf("%d bytes were dropped as %s", d.Bytes, d.Kind)
	default:
	}
}

func (b *scannerBench) waitState(state device.State) device.Health {
	b.Helper()
	for end := time.After(patience); ; {
		select {
		case h := <-b.health:
			if h.State == state {
				return h
			}
			if h.State != device.Disabled && h.State != device.Ready && h.Reason == device.ReasonNone {
				b.Errorf("health is %+v, without a reason", h)
			}
		case <-end:
			b.Fatalf("never became %s; it is %+v", state, b.rig.Driver.Health())
		}
	}
}
