package bench

import (
	"context"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/display"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// DisplayDriver is what a display driver shows to the rest of the system.
type DisplayDriver interface {
	Run(context.Context)
	Show(display.Screen)
	Health() device.Health
	Watch(func(device.Health))
}

// Display runs the suite for one model, on a pseudo terminal and on TCP.
func Display(t *testing.T, model profile.Display, make func(p profile.Display, path string, open port.Opener, log *slog.Logger) DisplayDriver) {
	DisplayOn(t, model, make, nil, "pty", "tcp")
}

// DisplayOn runs it on these wires: "pty", "tcp", or any other name, which is
// the wire of yours: its far end, and how a driver opens the near one.
func DisplayOn(t *testing.T, model profile.Display, make func(p profile.Display, path string, open port.Opener, log *slog.Logger) DisplayDriver,
	own func(*testing.T) (virtual.Cable, port.Opener), wires ...string) {
	for _, wire := range wires {
		for _, part := range []struct {
			name string
			run  func(*displayBench)
		}{
			{"a customer reads all that can be said", (*displayBench).says},
			{"texts of all kinds", (*displayBench).texts},
			{"the last screen stands", (*displayBench).last},
			{"unplugged and plugged in again", (*displayBench).unplugged},
		} {
			t.Run(wire+"/"+part.name, func(t *testing.T) { part.run(newDisplayBench(t, wire, model, make, own)) })
		}
	}
}

// displayBench is one part of the suite under way.
type displayBench struct {
	*testing.T
	model  profile.Display
	driver DisplayDriver
	glass  *virtual.Display

	mu      sync.Mutex
	changed *sync.Cond
	lines   [2]string
}

func newDisplayBench(t *testing.T, wire string, model profile.Display, make func(profile.Display, string, port.Opener, *slog.Logger) DisplayDriver, own func(*testing.T) (virtual.Cable, port.Opener)) *displayBench {
	t.Helper()
	b := &displayBench{T: t, model: model}
	b.changed = sync.NewCond(&b.mu)
	before := runtime.NumGoroutine()
	var err error
	address := port.Address{Kind: port.Serial, DataBits: 8, Parity: 'N', StopBits: 1}
	open := func() (port.Port, error) { return port.Open(address) }
	switch wire {
	case "tcp":
		b.glass, err = virtual.NewNetworkDisplay("127.0.0.1:0", model.Language)
	case "pty":
		b.glass, err = virtual.NewDisplay(filepath.Join(t.TempDir(), "display"), model.Language)
	default:
		var cable virtual.Cable
		cable, open = own(t)
		before = runtime.NumGoroutine() // it outlives this part
		b.glass, err = virtual.NewDisplayOn(cable, model.Language)
	}
	if err != nil {
		t.Fatal(err)
	}
	if address.Path = b.glass.Path(); wire == "tcp" {
		address = port.Address{Kind: port.TCP, Host: b.glass.Path()}
	}
	b.glass.OnChange(func(lines [2]string) { b.note(func() { b.lines = lines }) })
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	b.driver = make(model, address.String(), open, log)
	b.driver.Watch(func(device.Health) { b.note(func() {}) })
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := b.glass.Run(ctx); err != nil {
			t.Errorf("virtual display: %v", err)
		}
	})
	ended.Go(func() { b.driver.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		ended.Wait()
		wantGoroutines(t, before)
	})
	return b
}

func (b *displayBench) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	b.changed.Broadcast()
}

func (b *displayBench) until(what string, so func() bool) {
	b.Helper()
	giveUp := time.AfterFunc(patience, func() { b.note(func() {}) })
	defer giveUp.Stop()
	end := time.Now().Add(patience)
	b.mu.Lock()
	defer b.mu.Unlock()
	for !so() {
		if time.Now().After(end) {
			b.Fatalf("never came: %s; the display shows %q, health is %+v", what, b.lines, b.driver.Health())
		}
		b.changed.Wait()
	}
}

// wantLines waits until a customer reads these lines.
func (b *displayBench) wantLines(upper, lower string) {
	b.Helper()
	want := [2]string{upper + strings.Repeat(" ", display.Columns-len([]rune(upper))), lower + strings.Repeat(" ", display.Columns-len([]rune(lower)))}
	b.until(strings.Join(want[:], "/"), func() bool { return b.lines == want })
}

func (b *displayBench) says() {
	language := "ja"
	if !b.model.Katakana {
		language = "en"
	}
	for _, what := range []display.What{display.Welcome, display.Amount, display.TopUp, display.Wait, display.Phone, display.Paid, display.Declined, display.Staff} {
		s := display.Say(what, "\\1,234", language)
		s[0].Right = strings.ReplaceAll(s[0].Right, "\\", "")
		b.driver.Show(s)
		upper := s[0].Left
		if s[0].Right != "" {
			upper += strings.Repeat(" ", display.Columns-len([]rune(upper))-len(s[0].Right)) + s[0].Right
		}
		b.wantLines(upper, s[1].Left)
	}
	b.until("ready", func() bool { h := b.driver.Health(); return h.State == device.Ready && !h.LastOK.IsZero() })
}

func (b *displayBench) texts() {
	for _, c := range []struct{ left, right, want string }{
		{"a text that is too long for it", "", "a text that is too l"},
		{"a text that is too long", "1,234", "a text that is 1,234"},
		{"", "123456789012345678901234", "12345678901234567890"},
		{"a\x1B@b\x0C\x1F$", "", "a*@b**$"},
		{"ＡＢＣ　１２３", "", "ABC 123"},
		{"漢字", "", "**"},
	} {
		b.driver.Show(display.Screen{{Left: c.left, Right: c.right}, {Left: "below"}})
		b.wantLines(c.want, "below")
	}
	yen, kana := "¥1", "ｺｰﾋｰ ﾊﾞﾅﾅ"
	if !b.model.Katakana {
		yen, kana = "Y1", "**** ****"
	}
	b.driver.Show(display.Screen{{Left: "コーヒー ばなな", Right: "¥1"}, {Left: "below"}})
	b.wantLines(kana+strings.Repeat(" ", display.Columns-len([]rune(kana))-2)+yen, "below")
}

// last gives more screens than anybody can show.
func (b *displayBench) last() {
	for i := range 10_000 {
		b.driver.Show(display.Screen{{Left: "screen", Right: string(rune('0' + i%10))}, {}})
	}
	b.driver.Show(display.Screen{{Left: "the last"}, {Left: "one"}})
	b.wantLines("the last", "one")
}

func (b *displayBench) unplugged() {
	b.driver.Show(display.Screen{{Left: "before"}, {}})
	b.wantLines("before", "")
	if err := b.glass.Unplug(); err != nil {
		b.Fatal(err)
	}
	b.until("absent", func() bool { return b.driver.Health().State == device.Absent })
	b.driver.Show(display.Screen{{Left: "meanwhile"}, {}})
	b.glass.PowerCycle()
	if err := b.glass.Plug(); err != nil {
		b.Fatal(err)
	}
	b.wantLines("meanwhile", "")
	b.until("ready", func() bool { return b.driver.Health().State == device.Ready })
}
