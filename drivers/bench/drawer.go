package bench

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// DrawerDriver is what a drawer driver shows to the rest of the system.
type DrawerDriver interface {
	Run(context.Context)
	Open(context.Context) drawer.Outcome
	State() drawer.State
	Health() device.Health
	Watch(func(device.Health))
}

// DrawerJoiner is a drawer driver that joins the suite, on printers that have
// joined theirs.
type DrawerJoiner struct {
	Printer PrinterJoiner
	// New makes the driver of the drawer at this printer. level is that of the
	// sensor pin while the drawer is open, or "none"; alarm is how long it may
	// stay open.
	New func(p PrinterDriver, level string, alarm time.Duration) DrawerDriver
}

// Drawer runs the suite with one model of printer.
func Drawer(t *testing.T, model profile.Printer, joins DrawerJoiner) {
	for _, level := range []string{"high", "low"} {
		for _, part := range []struct {
			name string
			run  func(*drawerBench)
		}{
			{"a pulse opens it", (*drawerBench).opens},
			{"an open one gets no pulse", (*drawerBench).open},
			{"it is stuck", (*drawerBench).stuck},
			{"it opens while the printer has no paper", (*drawerBench).noPaper},
			{"it stays open", (*drawerBench).staysOpen},
			{"the printer goes away", (*drawerBench).goes},
		} {
			t.Run(level+"/"+part.name, func(t *testing.T) { part.run(newDrawerBench(t, model, joins, level)) })
		}
	}
	t.Run("without a sensor", func(t *testing.T) { newDrawerBench(t, model, joins, "none").unwired() })
}

// drawerBench is one part of the suite under way.
type drawerBench struct {
	*printerBench
	drawer DrawerDriver
	ctx    context.Context
}

func newDrawerBench(t *testing.T, model profile.Printer, joins DrawerJoiner, level string) *drawerBench {
	t.Helper()
	wire := "pty"
	if joins.Printer.Wire != nil {
		wire = "usb"
	}
	b := &drawerBench{printerBench: newPrinterBench(t, wire, model, joins.Printer)}
	if level != "none" {
		b.paper.WireDrawer(level == "high")
	}
	b.drawer = joins.New(b.driver, level, 100*time.Millisecond)
	b.drawer.Watch(func(device.Health) { b.note(func() {}) })
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	run, stop := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() { b.drawer.Run(run) })
	t.Cleanup(func() { stop(); ended.Wait(); cancel() })
	b.ctx = ctx
	b.start()
	b.untilReady()
	return b
}

func (b *drawerBench) untilState(want drawer.State) {
	b.Helper()
	for end := time.Now().Add(patience); b.drawer.State() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("the drawer is %s, want %s", b.drawer.State(), want)
		}
	}
}

func (b *drawerBench) untilDrawer(state device.State, reason device.Reason) {
	b.Helper()
	b.until(fmt.Sprintf("a drawer that is %s %s", state, reason), func() bool {
		h := b.drawer.Health()
		return h.State == state && h.Reason == reason
	})
}

func (b *drawerBench) wantOpen(want drawer.Result, pulses int) {
	b.Helper()
	if out := b.drawer.Open(b.ctx); out.Result != want {
		b.Fatalf("outcome is %+v, want %s", out, want)
	}
	for end := time.Now().Add(patience); b.paper.Drawer() < pulses; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("%d pulses, want %d", b.paper.Drawer(), pulses)
		}
	}
	if n := b.paper.Drawer(); n != pulses {
		b.Errorf("%d pulses, want %d", n, pulses)
	}
}

func (b *drawerBench) opens() {
	for i := range 3 {
		b.untilState(drawer.Closed)
		b.wantOpen(drawer.Opened, i+1)
		b.untilState(drawer.Open)
		b.paper.CloseDrawer()
	}
	if b.drawer.Health().LastOK.IsZero() {
		b.Error("LastOK is not set after it opened")
	}
}

func (b *drawerBench) open() {
	b.untilState(drawer.Closed)
	b.paper.OpenDrawer() // by its key
	b.untilState(drawer.Open)
	b.wantOpen(drawer.Opened, 0)
}

func (b *drawerBench) stuck() {
	b.untilState(drawer.Closed)
	b.paper.JamDrawer()
	b.wantOpen(drawer.Stuck, 1)
	b.untilDrawer(device.Degraded, device.DrawerStuck)
	b.paper.OpenDrawer()
	b.untilState(drawer.Open)
}

func (b *drawerBench) noPaper() {
	if !b.instant() {
		b.Skip("this language has no pulse past the order of printing")
	}
	b.paper.PaperOut()
	b.untilHealth(device.Blocked, device.PaperOut)
	b.untilState(drawer.Closed)
	b.wantOpen(drawer.Opened, 1)
}

// instant tells whether a drawer opens past what is printed.
func (b *drawerBench) instant() bool { return b.model.Answers != "sii" }

func (b *drawerBench) staysOpen() {
	b.untilState(drawer.Closed)
	b.wantOpen(drawer.Opened, 1)
	b.untilDrawer(device.Degraded, device.DrawerOpen)
	b.paper.CloseDrawer()
	b.untilDrawer(device.Ready, device.ReasonNone)
	b.wantOpen(drawer.Opened, 2) // and again
	b.untilDrawer(device.Degraded, device.DrawerOpen)
}

func (b *drawerBench) goes() {
	if err := b.paper.Unplug(); err != nil {
		b.Fatal(err)
	}
	b.untilState(drawer.Unknown)
	b.until("a drawer that cannot be opened", func() bool { s := b.drawer.Health().State; return s == device.Absent || s == device.Blocked })
	b.wantOpen(drawer.Refused, 0)
	if err := b.paper.Plug(); err != nil {
		b.Fatal(err)
	}
	b.untilState(drawer.Closed)
	b.wantOpen(drawer.Opened, 1)
}

func (b *drawerBench) unwired() {
	if s := b.drawer.State(); s != drawer.Unknown {
		b.Errorf("the drawer is %s", s)
	}
	b.wantOpen(drawer.Sent, 1)
	out := b.print(printer.Document{Blocks: []printer.Block{printer.Kick{}, printer.Cut{}}}, soon)
	b.wantDone(out)
}
