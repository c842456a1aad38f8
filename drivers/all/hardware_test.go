package all

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

func TestMain(m *testing.M) { bench.Main(m) }

func parse(t *testing.T, text string) port.Address {
	t.Helper()
	a, err := port.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// usbCounter is a counter whose devices are on USB as far as anybody can see,
// and on pseudo terminals beneath that.
type usbCounter struct {
	*bench.Machine
	h      *Hardware
	health chan device.Health
}

func newUSBCounter(t *testing.T, addresses ...string) *usbCounter {
	t.Helper()
	m := bench.NewMachine(t)
	var all []port.Address
	for _, text := range addresses {
		all = append(all, parse(t, text))
	}
	h := New(hotplug.TreeAt(m.Sys(), m.Dev()), all)
	h.patience = 0
	return &usbCounter{Machine: m, h: h, health: make(chan device.Health, 1000)}
}

func serialAt(socket, name, behind string) bench.USBDevice {
	return bench.USBDevice{IDs: "0c2e:0b6a", Socket: socket, Parts: []bench.USBPart{{Class: "02", Kind: "tty", Name: name, Behind: behind}}}
}

// await waits for a reason, ready being without one.
func (c *usbCounter) await(reason device.Reason) device.Health {
	c.Helper()
	for end := time.After(30 * time.Second); ; {
		select {
		case h := <-c.health:
			if h.Reason == reason {
				return h
			}
		case <-end:
			c.Fatalf("it never had the reason %q", reason)
		}
	}
}

// run keeps a device going until the test ends.
func (c *usbCounter) run(d Device, run func(context.Context)) {
	d.Watch(func(h device.Health) { c.health <- h })
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	c.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

// A scanner on USB is read wherever the kernel puts its file, and nothing else
// is read in its place.
func TestScannerOnUSB(t *testing.T) {
	const address = "usb:0c2e:0b6a@1-1.2?baud=115200"
	c := newUSBCounter(t, address)
	dir := t.TempDir()
	model := profile.Scanner{End: "cr", GapMilli: 500}
	far, err := virtual.NewScanner(filepath.Join(dir, "register"), filepath.Join(dir, "visitor"), model, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = far.Close() })
	s, err := c.h.NewScanner("scanner0", model, parse(t, address), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.run(s, func(ctx context.Context) { _ = s.Run(ctx) })
	c.await(device.NotFound)

	scan := func(text string) {
		t.Helper()
		s.Arm()
		if err := far.Scan(text); err != nil {
			t.Fatal(err)
		}
		if got := <-s.Scans(); string(got.Data) != text {
			t.Errorf("scanned %q, want %q", got.Data, text)
		}
	}
	c.Plug(serialAt("1-1.2", "ttyACM0", far.Path()))
	s.Retry()
	c.await(device.ReasonNone)
	scan("9712345678")
	if frames, _ := s.Place().Trace().Since(0); len(frames) < 3 || frames[0].Note != "opened" || frames[len(frames)-1].Note != "scan" || frames[len(frames)-1].Bytes != 10 {
		t.Errorf("the trace has %+v", frames)
	}

	// Pulled in use, it comes back under another number.
	c.Pull(serialAt("1-1.2", "ttyACM0", ""))
	if err := far.Unplug(); err != nil {
		t.Fatal(err)
	}
	c.await(device.Unplugged)
	if err := far.Plug(); err != nil {
		t.Fatal(err)
	}
	c.Plug(serialAt("1-1.2", "ttyACM1", far.Path()))
	s.Retry()
	c.await(device.ReasonNone)
	scan("9700000001")
	if frames, _ := s.Place().Trace().Since(0); len(frames) == 0 || frames[len(frames)-1].Generation != 2 {
		t.Errorf("the trace has %+v", frames)
	}

	// At another socket, and as a keyboard at its own, it is a stranger.
	for _, stranger := range []bench.USBDevice{
		serialAt("1-3", "ttyACM2", far.Path()),
		{IDs: "0c2e:0b6a", Socket: "1-1.2", Parts: []bench.USBPart{{Class: "03", Kind: "evdev", Name: "event1", Keys: bench.KeysKeyboard, Behind: far.Path()}}},
	} {
		c.Pull(serialAt("1-1.2", "ttyACM1", ""))
		if err := far.Unplug(); err != nil {
			t.Fatal(err)
		}
		c.await(device.Unplugged)
		if err := far.Plug(); err != nil {
			t.Fatal(err)
		}
		c.Plug(stranger)
		s.Retry()
		if h := c.await(device.NotAllowed); h.State != device.Blocked || h.Detail == "" {
			t.Errorf("a stranger makes it %+v", h)
		}
		if found, err := c.h.Strangers(); err != nil || len(found) != 1 {
			t.Errorf("strangers are %v (%v)", found, err)
		}
		c.Pull(stranger)
		c.Plug(serialAt("1-1.2", "ttyACM1", far.Path()))
		s.Retry()
		c.await(device.ReasonNone)
		scan("after " + stranger.Socket + stranger.Parts[0].Kind)
	}
}

// A printer on USB is opened by its printer class where it has one, and by its
// serial line otherwise.
func TestPrinterOnUSB(t *testing.T) {
	const address = "usb:04b8:0202/serial=J3EF"
	c := newUSBCounter(t, address)
	dir := t.TempDir()
	far, err := virtual.NewPrinter(filepath.Join(dir, "register"), filepath.Join(dir, "capture"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = far.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	model := profile.Printer{Language: "escpos", Columns: 48, Dots: 576, Status: true, Confirm: "gsr"}
	p, err := c.h.NewPrinter("printer0", model, parse(t, address), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.run(p, p.Run)
	c.await(device.NotFound)
	c.Plug(bench.USBDevice{IDs: "04b8:0202", Serial: "J3EF", Socket: "1-2", Parts: []bench.USBPart{{Class: "02", Kind: "tty", Name: "ttyACM0", Behind: far.Path()}}})
	p.Retry()
	c.await(device.ReasonNone)
	if out := p.Print(t.Context(), printer.Document{Blocks: []printer.Block{printer.Text{Text: "A"}}}); out.Result != printer.Processed {
		t.Errorf("it came to %+v", out)
	}
	if _, err := c.h.NewPrinter("printer0", profile.Printer{Language: "smoke"}, parse(t, address), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a printer whose language nobody speaks was made")
	}
}

// What is wrong with a USB address comes in the words of ports.
func TestFindingForAPlace(t *testing.T) {
	c := newUSBCounter(t, "usb:0c2e:0b6a@1-1", "usb:0c2e:0b6a@1-2")
	look := func(text string) (port.Found, error) {
		place, err := c.h.place(parse(t, text), hotplug.TTY)
		if err != nil {
			t.Fatal(err)
		}
		return place.Look()
	}
	c.Plug(serialAt("1-2", "ttyACM0", ""))
	if _, err := look("usb:0c2e:0b6a@1-1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("while the other scanner of the register is there: %v, want ErrNotExist", err)
	}
	c.Plug(serialAt("1-3", "ttyACM1", ""))
	if _, err := look("usb:0c2e:0b6a@1-1"); !errors.Is(err, port.ErrNotAllowed) {
		t.Errorf("while one is there that nobody configured: %v, want ErrNotAllowed", err)
	}
	c.h.patience, c.h.since = time.Hour, map[string]time.Time{}
	if _, err := look("usb:0c2e:0b6a@1-1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("while it may still become the right one: %v, want ErrNotExist", err)
	}
	if _, err := look("usb:0c2e:0b6a"); !errors.Is(err, port.ErrAmbiguous) {
		t.Errorf("of two: %v, want ErrAmbiguous", err)
	}
	found, err := look("usb:0c2e:0b6a@1-2?baud=9600&flow=xonxoff")
	if err != nil || found.Address != parse(t, "serial:"+filepath.Join(c.Dev(), "ttyACM0")+"?baud=9600&flow=xonxoff") {
		t.Errorf("found %+v (%v)", found, err)
	}
	for kind, want := range map[hotplug.Kind]string{hotplug.TTY: "serial:/dev/x?mode=8N1", hotplug.LP: "lp:/dev/x", hotplug.HIDRaw: "hidraw:/dev/x", hotplug.EvDev: "evdev:/dev/x", hotplug.Video: "video:/dev/x"} {
		if got := Direct(hotplug.Node{Kind: kind, Dev: "/dev/x"}, parse(t, "usb:0c2e:0b6a")); got.String() != want {
			t.Errorf("a %s is at %s, want %s", kind, got, want)
		}
	}
	if wish := Wish(parse(t, "usb:0c2e:0b6a?node=evdev"), hotplug.TTY); len(wish.Kinds) != 1 || wish.Kinds[0] != hotplug.EvDev {
		t.Errorf("an address that names a kind wishes %+v", wish)
	}
}

// A device whose driver reads serial lines cannot be at an address of keys.
func TestAddressOfAnotherKind(t *testing.T) {
	c := newUSBCounter(t)
	log := slog.New(slog.DiscardHandler)
	for _, text := range []string{"hidraw:/dev/hidraw0", "evdev:/dev/input/event3", "usb:0c2e:0b6a?node=evdev", "lp:/dev/usb/lp0"} {
		if _, err := c.h.NewScanner("scanner0", profile.Scanner{}, parse(t, text), log); err == nil {
			t.Errorf("a scanner of a serial line was made at %s", text)
		}
	}
	if _, err := c.h.NewPrinter("printer0", profile.Printer{Language: "escpos"}, parse(t, "usb:04b8:0202?node=hidraw"), log); err == nil {
		t.Error("a printer was made at an address of raw HID reports")
	}
	for _, text := range []string{"file:/dev/pipe", "tcp:scanner:4001", "usb:0c2e:0b6a"} {
		if _, err := c.h.NewScanner("scanner0", profile.Scanner{}, parse(t, text), log); err != nil {
			t.Errorf("at %s: %v", text, err)
		}
	}
}
