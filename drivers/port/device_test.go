package port_test

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
)

// pipe is a named pipe: like the file of a device it is opened by path, can be
// waited for, and gives back what is written to it.
func pipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "device")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openOn opens a pipe as a kind of device before a made-up kernel.
func openOn(t *testing.T, kind port.Kind, path string, k port.Answers) (port.Port, *port.Trace) {
	t.Helper()
	trace := &port.Trace{}
	p, err := port.OpenOn(port.Address{Kind: kind, Path: path}, k, trace)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p, trace
}

func number(n uint32) string { return string(binary.NativeEndian.AppendUint32(nil, n)) }

const deviceID = "\x00\x30MFG:EPSON;CMD:ESC/POS;MDL:TM-T88V;CLS:PRINTER;"

func TestLP(t *testing.T) {
	k := port.Answers{port.Reads('P', 1, 1024): deviceID, port.LPStatus: number(0x18)}
	p, _ := openOn(t, port.LP, pipe(t), k)
	if _, err := p.Write([]byte("\x1b@"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := readFull(t, p, 2); got != "\x1b@" {
		t.Errorf("read %q", got)
	}
	if _, err := p.Read(make([]byte, 1), time.Millisecond); !errors.Is(err, port.ErrTimeout) {
		t.Errorf("read: %v, want ErrTimeout", err)
	}
	if n, err := p.Write(make([]byte, 1<<20), 20*time.Millisecond); n >= 1<<20 || !errors.Is(err, port.ErrTimeout) {
		t.Errorf("a printer that does not read: %d, %v, want ErrTimeout", n, err)
	}
	d, err := p.(port.Describer).Describe()
	if err != nil || d.DeviceID != deviceID[2:] {
		t.Errorf("it is %+v (%v)", d, err)
	}
	for status, want := range map[uint32]port.LineStatus{
		0x18: {Selected: true},
		0x38: {Selected: true, PaperOut: true},
		0x00: {Fault: true},
	} {
		k[port.LPStatus] = number(status)
		if got, err := p.(port.Lines).Lines(); err != nil || got != want {
			t.Errorf("status %02x is %+v (%v), want %+v", status, got, err, want)
		}
	}
	k[port.LPStatus] = unix.ENODEV
	if _, err := p.(port.Lines).Lines(); !errors.Is(err, port.ErrGone) {
		t.Errorf("unplugged: %v, want ErrGone", err)
	}
	_ = p.Close()
	if _, err := p.(port.Describer).Describe(); !errors.Is(err, port.ErrClosed) {
		t.Errorf("closed: %v, want ErrClosed", err)
	}
}

// Some printers count their id wrongly, and a few put in what no terminal
// should be shown.
func TestLPWithAnOddID(t *testing.T) {
	for said, want := range map[string]string{
		"\xff\xffMFG:A;\x00junk":  "MFG:A;",
		"\x00\x00MFG:A;\x00":      "MFG:A;",
		"\x00\x08MFG:A;":          "MFG:A;",
		"\x00\x0aM\x1b[2JFG:\xff": "M.[2JFG:",
	} {
		p, _ := openOn(t, port.LP, pipe(t), port.Answers{port.Reads('P', 1, 1024): said})
		if d, err := p.(port.Describer).Describe(); err != nil || d.DeviceID != want {
			t.Errorf("%q is %q (%v), want %q", said, d.DeviceID, err, want)
		}
		_ = p.Close()
	}
}

func TestHIDRaw(t *testing.T) {
	const report = "\x05\x8c\x09\x02\xa1\x01\xc0"
	k := port.Answers{
		unix.HIDIOCGRDESCSIZE:   number(uint32(len(report))),
		unix.HIDIOCGRDESC:       number(uint32(len(report))) + report,
		unix.HIDIOCGRAWINFO:     number(3) + "\x2e\x0c\x6a\x0b",
		port.Reads('H', 4, 256): "Voyager\x00",
		port.Reads('H', 5, 256): "usb-0000:00:14.0-1.2/input0\x00",
		port.Reads('H', 8, 256): unix.EINVAL, // it has no serial number
	}
	opened, _ := openOn(t, port.HIDRaw, pipe(t), k)
	d, err := opened.(port.Describer).Describe()
	if err != nil || string(d.Report) != report || d.Vendor != 0x0C2E || d.Product != 0x0B6A || d.Name != "Voyager" || d.Socket != "usb-0000:00:14.0-1.2/input0" || d.Serial != "" {
		t.Errorf("it is %+v (%v)", d, err)
	}
	k[unix.HIDIOCGRDESCSIZE] = number(1 << 20)
	if d, err := opened.(port.Describer).Describe(); err == nil {
		t.Errorf("a report descriptor of a megabyte was taken: %d bytes", len(d.Report))
	}

	// One report comes with each read, however much is waiting.
	near, far := packets(t)
	trace := &port.Trace{}
	p := port.HIDRawOn(near, k, trace)
	t.Cleanup(func() { _ = p.Close() })
	for _, r := range []string{"\x02\x04E049", "\x02\x04E012"} {
		if _, err := far.Write([]byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"\x02\x04E049", "\x02\x04E012"} {
		buf := make([]byte, 64)
		n, err := p.Read(buf, time.Minute)
		if err != nil || string(buf[:n]) != want {
			t.Errorf("report %q (%v), want %q", buf[:n], err, want)
		}
	}
	if frames, _ := trace.Since(0); len(frames) != 2 || frames[0].Classes != "x*6" {
		t.Errorf("the trace has %+v", frames)
	}
}

// packets are two ends of a wire that keeps what was written at once together.
func packets(t *testing.T) (near, far *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	near, far = os.NewFile(uintptr(fds[0]), "near"), os.NewFile(uintptr(fds[1]), "far")
	t.Cleanup(func() { _ = far.Close() })
	return near, far
}

func TestEvDev(t *testing.T) {
	var grabs []int
	k := port.Answers{
		port.Reads('E', 1, 4):     number(0x10001),
		port.Clock:                func(clock []byte) error { return want(string(clock) == number(unix.CLOCK_MONOTONIC)) },
		port.Reads('E', 2, 8):     "\x03\x00\x2e\x0c\x6a\x0b\x01\x00",
		port.Reads('E', 6, 256):   "Voyager 1450g\x00",
		port.Reads('E', 7, 256):   "usb-0000:00:14.0-1.2/input0\x00",
		port.Reads('E', 8, 256):   "SCN0001\x00",
		port.Reads('E', 0x18, 96): "\x00\x10",
		port.Reads('E', 0x19, 2):  "\x02",
		port.Grab:                 func(on int) error { grabs = append(grabs, on); return nil },
	}
	path := pipe(t)
	p, trace := openOn(t, port.EvDev, path, k)
	d, err := p.(port.Describer).Describe()
	if err != nil || d.Vendor != 0x0C2E || d.Product != 0x0B6A || d.Name != "Voyager 1450g" || d.Socket != "usb-0000:00:14.0-1.2/input0" || d.Serial != "SCN0001" {
		t.Errorf("it is %+v (%v)", d, err)
	}
	grabber := p.(port.Grabber)
	if err := errors.Join(grabber.Grab(true), grabber.Grab(false)); err != nil || len(grabs) != 2 || grabs[0] != 1 || grabs[1] != 0 {
		t.Errorf("grabs %v (%v)", grabs, err)
	}
	k[port.Grab] = func(int) error { return unix.EBUSY }
	if err := grabber.Grab(true); !errors.Is(err, port.ErrBusy) {
		t.Errorf("somebody else's grab: %v, want ErrBusy", err)
	}
	keys, err := p.(port.Keyboard).Keys()
	if err != nil || len(keys) != 96 || keys[1] != 0x10 {
		t.Errorf("keys %x (%v)", keys, err)
	}
	leds, err := p.(port.Keyboard).LEDs()
	if err != nil || len(leds) != 2 || leds[0] != 0x02 {
		t.Errorf("lamps %x (%v)", leds, err)
	}
	if _, err := p.Write([]byte("x"), time.Second); !errors.Is(err, port.ErrNotDevice) {
		t.Errorf("write: %v, want ErrNotDevice", err)
	}

	far, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	if _, err := far.WriteString("\x00\x01\x02\x1e\x00"); err != nil {
		t.Fatal(err)
	}
	readFull(t, p, 5)
	// The numbers of keys are the digits: their trace tells nothing of them.
	if frames, _ := trace.Since(0); len(frames) != 1 || frames[0].Classes != "0 x*3 0" {
		t.Errorf("the trace has %+v", frames)
	}
}

func want(holds bool) error {
	if !holds {
		return unix.EINVAL
	}
	return nil
}

// A path that is another kind of device is refused by name, before a byte of a
// protocol goes to it.
func TestOtherKindsOfDevicesAreRefused(t *testing.T) {
	tty := newLine(t).Path()
	for _, kind := range []port.Kind{port.LP, port.HIDRaw, port.EvDev} {
		for _, path := range []string{tty, "/dev/null", "/dev/zero"} {
			if _, err := port.Open(port.Address{Kind: kind, Path: path}); !errors.Is(err, port.ErrNotDevice) {
				t.Errorf("%s as %s: %v, want ErrNotDevice", path, kind, err)
			}
		}
	}
	for _, kind := range []port.Kind{port.Video, port.USB} {
		if _, err := port.Open(port.Address{Kind: kind, Path: tty}); !errors.Is(err, port.ErrNotDevice) {
			t.Errorf("%s: %v, want ErrNotDevice", kind, err)
		}
	}
	open(t, serialAt(tty)) // none of them has kept it
}
