// Package bench holds the conformance suites that drivers join with a few
// lines of test. It is for tests only, and knows no driver by name.
//
// Invariant: a suite asks only for what every driver of its kind must do; what
// one driver does besides is in its own tests.
package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
)

// patience is how long a suite waits for what must come. It only keeps a
// broken driver from hanging the test.
const patience = 20 * time.Second

// ScannerDriver is what a scanner driver shows to the rest of the system.
type ScannerDriver interface {
	Scans() <-chan scanner.Scan
	Arm()
	Disarm()
	Listen(func(what string, bytes int))
	Health() device.Health
	Watch(func(device.Health))
	WatchDrops(func(scanner.Drop))
}

// ScannerRig is a running driver with a device at the other end of its wire.
type ScannerRig struct {
	Driver ScannerDriver
	// Frame is the bytes by which the device sends a code.
	Frame func(aim, text string) []byte
	// Send has the device send bytes as they are.
	Send   func([]byte) error
	Unplug func() error
	Plug   func() error

	Unit      int      // how many bytes a read has at least, and a multiple of it; 0 is 1
	Noises    [][]byte // what no code has; each is dropped as noise
	Flood     []byte   // the same without end
	FloodEnds bool     // the flood is of pieces with an end; otherwise silence is its only end
	SendsAIM  bool     // identifiers come beside the code, whatever the profile says
	OnlyASCII bool     // the device cannot send anything else
	Least     int      // the shortest code that the driver takes; 0 is 1
}

// LineNoises are what a bad cable or a wrong speed makes of codes on a line.
func LineNoises() [][]byte {
	return [][]byte{[]byte("\x00\x00\x00"), []byte("\xff\xfe\x00\x80"), []byte("971\x00203")}
}

// Scanner runs the suite for one model. start makes a rig whose driver runs
// until the test ends; it is called for each part of the suite.
func Scanner(t *testing.T, model profile.Scanner, start func(*testing.T, profile.Scanner) ScannerRig) {
	runParts(t, model, start, []scannerPart{
		{"codes come as they were sent", (*scannerBench).payloads},
		{"splits do not matter", (*scannerBench).splits},
		{"one code shown twice is one scan", (*scannerBench).duplicates},
		{"one scan for each wait", (*scannerBench).oneAtATime},
		{"what is told tells no code", (*scannerBench).tells},
		{"noise is dropped", (*scannerBench).noise},
		{"a flood is dropped", (*scannerBench).flood},
		{"a code that is too long is dropped", (*scannerBench).tooLong},
		{"unplugged in the middle of a code", (*scannerBench).unplugged},
		{"nobody takes the scans", (*scannerBench).notTaken},
	})
}

// Camera runs what of the suite a camera can be asked for: there are no bytes
// that could go wrong, and what nobody waits for is not looked at.
func Camera(t *testing.T, model profile.Scanner, start func(*testing.T, profile.Scanner) ScannerRig) {
	runParts(t, model, start, []scannerPart{
		{"codes come as they were shown", (*scannerBench).payloads},
		{"one code shown twice is one scan", (*scannerBench).duplicates},
		{"what is told tells no code", (*scannerBench).tells},
		{"unplugged in the middle of a picture", (*scannerBench).unplugged},
		{"nobody takes the scans", (*scannerBench).notTaken},
	})
}

type scannerPart struct {
	name string
	run  func(*scannerBench)
}

func runParts(t *testing.T, model profile.Scanner, start func(*testing.T, profile.Scanner) ScannerRig, parts []scannerPart) {
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			b := &scannerBench{
				T: t, model: model, rig: start(t, model).complete(),
				health: make(chan device.Health, 100), drops: make(chan scanner.Drop, 1000),
			}
			b.rig.Driver.Watch(func(h device.Health) { b.health <- h })
			b.rig.Driver.WatchDrops(func(d scanner.Drop) { b.drops <- d })
			b.waitState(device.Ready)
			part.run(b)
		})
	}
}

// scannerBench is one part of the suite under way.
type scannerBench struct {
	*testing.T
	model  profile.Scanner
	rig    ScannerRig
	health chan device.Health
	drops  chan scanner.Drop
}

func (b *scannerBench) payloads() {
	for _, text := range []string{
		"97123456789012345678",
		"  spaces at both ends  ",
		"\x8e\x78\x95\xa5 Shift_JIS", // the word for paying
		"支払 UTF-8",
		"0104912345678904\x1d21ABC", // GS1 with its separator
		"]", "]]]", "x", `@[]:;_^"&'()=+*\|~` + "`{}#$%!<>?/,.-aZ",
		"EMV" + strings.Repeat("0123456789", 50),
	} {
		if len(text) < b.rig.Least || b.rig.OnlyASCII && strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
			continue
		}
		b.show("]Q1", text)
		got := b.wantScan(text)
		wantAIM := ""
		if b.model.AIM || b.rig.SendsAIM {
			wantAIM = "]Q1"
		}
		if got.AIM != wantAIM || got.Device != b.rig.Driver.Health().ID || got.At.IsZero() {
			b.Errorf("scan has identifier %q, device %q, time %v", got.AIM, got.Device, got.At)
		}
	}
	b.wantNoDrops()
	if b.rig.Driver.Health().LastOK.IsZero() {
		b.Error("LastOK is not set after a scan")
	}
}

func (b *scannerBench) splits() {
	for _, size := range []int{1, 2, 3, 7, 64} {
		text := fmt.Sprintf("  97 in pieces of %d  ", size)
		b.rig.Driver.Arm()
		for rest := b.rig.Frame("]Q1", text); len(rest) > 0; {
			n := min(size*b.rig.Unit, len(rest))
			b.send(rest[:n])
			rest = rest[n:]
		}
		b.wantScan(text)
	}
	b.wantNoDrops()
}

func (b *scannerBench) duplicates() {
	b.show("]Q1", "97123")
	b.wantScan("97123")
	b.show("]C0", "97123") // such as the barcode beneath the QR code
	b.wantDrop(scanner.Duplicate)
	b.show("]Q1", "97124")
	b.wantScan("97124")
}

func (b *scannerBench) oneAtATime() {
	b.rig.Driver.Disarm()
	b.read("]Q1", "97 before the sale")
	b.wantDrop(scanner.NotWanted)
	b.show("]Q1", "97 before the sale") // it was not used, so it may be shown again at once
	b.wantScan("97 before the sale")
	b.read("]Q1", "97 of somebody else")
	b.wantDrop(scanner.NotWanted)
	b.rig.Driver.Arm()
	b.rig.Driver.Disarm()
	b.read("]Q1", "97 after the sale")
	b.wantDrop(scanner.NotWanted)
	b.show("]Q1", "97 of the next one")
	b.wantScan("97 of the next one")
}

// tells looks for any four characters of a code in what the driver says of it.
func (b *scannerBench) tells() {
	const code = "9736Secret"
	told := make(chan string, 100)
	b.rig.Driver.Listen(func(what string, bytes int) { told <- fmt.Sprintf("%s %d", what, bytes) })
	b.show("]Q1", code)
	b.wantScan(code)
	for end := time.After(patience); ; {
		select {
		case what := <-told:
			for i := range len(code) - 3 {
				if strings.Contains(what, code[i:i+4]) {
					b.Errorf("it tells %q", what)
				}
			}
			if strings.HasPrefix(what, "scan") && strings.HasSuffix(what, fmt.Sprintf(" %d", len(code))) {
				return
			}
		case <-end:
			b.Fatal("the scan was not told")
		}
	}
}

func (b *scannerBench) noise() {
	for i, noise := range b.rig.Noises {
		b.send(noise)
		b.wantDrop(scanner.Noise)
		b.show("]Q1", fmt.Sprintf("97 after noise %d", i))
		b.wantScan(fmt.Sprintf("97 after noise %d", i))
	}
}

func (b *scannerBench) flood() {
	const times = 5
	for range times {
		b.send(b.rig.Flood)
	}
	if b.rig.FloodEnds {
		b.wantDrop(scanner.Noise)
	} else {
		// The silence after it is its end, and only then is the last of it reported.
		for left := times * len(b.rig.Flood); left > 0; {
			left -= b.wantDrop(scanner.Noise).Bytes
		}
	}
	b.show("]Q1", "97 after the flood")
	b.wantScanAmid("97 after the flood", scanner.Noise)
}

func (b *scannerBench) tooLong() {
	b.show("]Q1", strings.Repeat("7", 7000))
	b.wantDrop(scanner.Overflow)
	b.show("]Q1", "97 after it")
	b.wantScan("97 after it")
}

func (b *scannerBench) unplugged() {
	b.show("]Q1", "97 before")
	b.wantScan("97 before")
	if scanner.End(b.model.End) != scanner.Gap { // there half a code cannot be told from a whole one
		whole := b.rig.Frame("]Q1", "97 half"+strings.Repeat("7", 100))
		b.send(whole[:len(whole)/2/b.rig.Unit*b.rig.Unit])
	}
	b.do("unplug", b.rig.Unplug)
	h := b.waitState(device.Absent)
	if h.Reason != device.Unplugged || h.Detail == "" {
		b.Errorf("unplugged, health is %+v", h)
	}
	for len(b.drops) > 0 { // the half code, if it was read before the hang-up
		if d := <-b.drops; d.Kind != scanner.HalfFrame {
			b.Errorf("%d bytes were dropped as %s", d.Bytes, d.Kind)
		}
	}
	b.do("plug", b.rig.Plug)
	b.waitState(device.Ready)
	b.show("]Q1", "97 after")
	b.wantScan("97 after")
}

func (b *scannerBench) notTaken() {
	const codes = 20
	for i := range codes {
		b.untilRead(fmt.Sprintf("97 number %d", i))
	}
	b.wantDrop(scanner.Unread)
	// The newest may still be on its way: it was read, which is a moment before
	// it is delivered.
	last, want := "", fmt.Sprintf("97 number %d", codes-1)
	for end := time.After(patience); last != want; {
		select {
		case scan := <-b.rig.Driver.Scans():
			last = string(scan.Data)
		case <-end:
			b.Fatalf("the newest scan is %q, want %q", last, want)
		}
	}
}
