package find

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/virtual"
)

func TestMain(m *testing.M) { bench.Main(m) }

func finder(m *bench.Machine) Finder {
	return Finder{Tree: hotplug.TreeAt(m.Sys(), m.Dev()), Log: slog.New(slog.DiscardHandler)}
}

var composite = bench.USBDevice{IDs: "0c2e:0b6a", Serial: "SCN0001", Socket: "1-1.2", Parts: []bench.USBPart{
	{Class: "03", Kind: "evdev", Name: "event3", Keys: bench.KeysKeyboard},
	{Class: "03", Kind: "hidraw", Name: "hidraw0", Usage: bench.UsageKeyboard},
	{Class: "03", Kind: "hidraw", Name: "hidraw1", Usage: bench.UsagePOS},
	{Class: "02", Kind: "tty", Name: "ttyACM0"},
}}

func addresses(g Guest) []string {
	var out []string
	for _, o := range g.Offers {
		out = append(out, o.Address)
	}
	return out
}

func TestNow(t *testing.T) {
	m := bench.NewMachine(t)
	m.Plug(composite)
	m.Plug(bench.USBDevice{IDs: "04b8:0202", Socket: "1-2", Parts: []bench.USBPart{{Class: "07", Kind: "lp", Name: "lp0"}}})
	m.Plug(bench.USBDevice{IDs: "046d:c077", Socket: "1-3", Parts: []bench.USBPart{{Class: "03", Kind: "hidraw", Name: "hidraw9", Usage: bench.UsageKeyboard}}})
	m.Write("sys/devices/pnp0/00:04/tty/ttyS0/uevent", "MAJOR=4\nMINOR=64\nDEVNAME=ttyS0\n")
	m.Write("sys/devices/pnp0/00:04/tty/ttyS0/type", "4\n")
	m.Link("sys/class/tty/ttyS0", "sys/devices/pnp0/00:04/tty/ttyS0")
	got, err := finder(m).Now()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, g := range got {
		all = append(all, strings.Join(addresses(g), " "))
	}
	slices.Sort(all)
	want := []string{
		"serial:" + m.Dev() + "/ttyS0?mode=8N1",
		"usb:04b8:0202@1-2?node=lp",
		"usb:0c2e:0b6a/serial=SCN0001?node=tty usb:0c2e:0b6a/serial=SCN0001?node=hidraw usb:0c2e:0b6a/serial=SCN0001?node=evdev",
	}
	if !slices.Equal(all, want) {
		t.Errorf("plugged in are\n%s\nwant\n%s", strings.Join(all, "\n"), strings.Join(want, "\n"))
	}
}

// Whatever is plugged in, each address that is offered leads back to the very
// file that it was offered for.
func TestAddressesLeadBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var nodes []hotplug.Node
		for d := range rapid.IntRange(1, 5).Draw(rt, "devices") {
			visit := fmt.Sprint(d)
			ids := rapid.SampledFrom([]string{"0c2e0b6a", "04b80202"}).Draw(rt, "ids")
			serial := rapid.SampledFrom([]string{"", "A", "B/@ ?é\x01"}).Draw(rt, "serial")
			for p := range rapid.IntRange(1, 4).Draw(rt, "parts") {
				kind := rapid.SampledFrom([]hotplug.Kind{hotplug.TTY, hotplug.LP, hotplug.EvDev, hotplug.Video}).Draw(rt, "kind")
				nodes = append(nodes, hotplug.Node{
					Kind: kind, Dev: fmt.Sprintf("/dev/%d-%d", d, p), Sys: fmt.Sprintf("%d/%d", d, p), Number: fmt.Sprintf("%d:%d", d, p),
					Vendor: ids[:4], Product: ids[4:], Serial: strings.ReplaceAll(serial, "\x01", "."), Socket: fmt.Sprintf("1-%d", d+1), Interface: fmt.Sprintf("%02x", p), Visit: visit,
				})
			}
		}
		for _, n := range nodes {
			text := Address(n, nodes)
			a, err := port.ParseAddress(text)
			if err != nil {
				rt.Fatalf("%s is offered, but %v", text, err)
			}
			wish := all.Wish(a)
			var led []hotplug.Node
			for _, o := range nodes {
				if wish.Fits(o) {
					led = append(led, o)
				}
			}
			hotplug.Sorted(led)
			switch {
			case wish.Interface == 0 && (len(led) != 1 || led[0] != n), wish.Interface > 0 && led[wish.Interface-1] != n:
				rt.Fatalf("%s leads to %+v and not to %+v", text, led, n)
			}
			for _, o := range led {
				if o.Visit != n.Visit {
					rt.Fatalf("%s fits two devices", text)
				}
			}
		}
	})
}

func TestWait(t *testing.T) {
	m := bench.NewMachine(t)
	m.Plug(bench.USBDevice{IDs: "04b8:0202", Socket: "1-2", Parts: []bench.USBPart{{Class: "07", Kind: "lp", Name: "lp0"}}})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		begun, came := make(chan struct{}), make(chan Guest, 10)
		ended := make(chan error, 1)
		go func() {
			ended <- finder(m).Wait(ctx, func() { close(begun) }, func(g Guest) bool { came <- g; return true })
		}()
		<-begun
		synctest.Wait()
		m.Plug(composite)
		if g := <-came; g.Vendor != "0c2e" || g.Socket != "1-1.2" || g.Model != "Model 1450g" || len(g.Offers) != 3 {
			t.Errorf("it came: %+v", g)
		}
		m.Pull(composite)
		time.Sleep(time.Minute)
		m.Plug(composite)
		<-came // another time is another guest
		time.Sleep(time.Minute)
		if len(came) > 0 {
			t.Errorf("what was there before came: %+v", <-came)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestWaitForOne(t *testing.T) {
	m := bench.NewMachine(t)
	synctest.Test(t, func(t *testing.T) {
		begun, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- finder(m).Wait(t.Context(), func() { close(begun) }, func(Guest) bool { return false })
		}()
		<-begun
		synctest.Wait()
		m.Plug(composite)
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
}

// A printer on a serial line says who it is when it is asked, and only then.
func TestAsk(t *testing.T) {
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
	n := hotplug.Node{Kind: hotplug.TTY, Dev: far.Path()}
	if a, err := Ask(t.Context(), n, false); err != nil || a != (Answer{}) {
		t.Errorf("unasked it says %+v (%v)", a, err)
	}
	if sent, err := os.ReadFile(filepath.Join(dir, "capture")); err != nil || len(sent) > 0 {
		t.Errorf("it was sent %q (%v)", sent, err)
	}
	if a, err := Ask(t.Context(), n, true); err != nil || a.Model == "" || a.Baud != speeds[0] {
		t.Errorf("it says %+v (%v)", a, err)
	}
	if a, err := Ask(t.Context(), hotplug.Node{Kind: hotplug.HIDRaw, Dev: "/dev/hidraw0"}, true); err != nil || a != (Answer{}) {
		t.Errorf("a scanner says %+v (%v)", a, err)
	}
	if _, err := Ask(t.Context(), hotplug.Node{Kind: hotplug.LP, Dev: far.Path()}, false); !errors.Is(err, port.ErrNotDevice) {
		t.Errorf("a serial line taken for a USB printer: %v", err)
	}
}

func TestNames(t *testing.T) {
	for said, want := range map[string][]string{
		"_EPSON\x00_TM-T88V\x00":                {"EPSON", "TM-T88V"},
		"\x12_EPSON\x00\x10\x00\x00\x0f_TM\x00": {"EPSON", "TM"},
		"_EPSON\x00_TM-T8":                      {"EPSON"},
		"_\x1b[2J\x00":                          {".[2J"},
		"":                                      nil,
		"no name at all":                        nil,
	} {
		if got := names([]byte(said)); !slices.Equal(got, want) {
			t.Errorf("%q are the names %q, want %q", said, got, want)
		}
	}
	for id, want := range map[string][2]string{
		"MFG:EPSON;CMD:ESC/POS;MDL:TM-T88V;CLS:PRINTER;": {"EPSON", "TM-T88V"},
		"MANUFACTURER:Star ; MODEL: mC-Print3":           {"Star", "mC-Print3"},
		"":                                               {},
		"nonsense":                                       {},
	} {
		if maker, model := fromDeviceID(id); [2]string{maker, model} != want {
			t.Errorf("%q is %q %q, want %q", id, maker, model, want)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add([]byte("_EPSON\x00_TM-T88V\x00"))
	f.Fuzz(func(t *testing.T, said []byte) {
		for _, name := range names(said) {
			for _, r := range name {
				if r < ' ' || r > '~' {
					t.Errorf("%q has the name %q", said, name)
				}
			}
		}
	})
}
