package pulse_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/drawer/pulse"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/star"
	"github.com/posagent/posagent/drivers/profile"
)

func TestConformance(t *testing.T) {
	model := profile.Printer{Model: "test-80", Language: "escpos", Answers: "epson", Columns: 48, Dots: 576, Kanji: "cp932", IBM: "ibm",
		QR: true, Cut: true, Confirm: "processid", Status: true}
	starry, sii := model, model
	starry.Language, starry.Answers, starry.Confirm = "star", "star", "etb"
	sii.Answers, sii.Confirm = "sii", "dc2q"
	for name, p := range map[string]profile.Printer{"ESC/POS": model, "SII": sii, "Star": starry} {
		joins := bench.DrawerJoiner{
			Printer: bench.PrinterJoiner{
				New: func(p profile.Printer, path string, open port.Opener, log *slog.Logger) bench.PrinterDriver {
					if p.Language == "star" {
						return star.New("printer0", p, path, open, log, nil)
					}
					return escpos.New("printer0", p, path, open, log, nil)
				},
				Encode: func(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
					return escpos.Encode(doc, p, nil)
				},
				Speaks: p.Answers,
			},
			New: func(p bench.PrinterDriver, level string, alarm time.Duration) bench.DrawerDriver {
				return pulse.New(pulse.Settings{ID: "drawer0", Open: level, Alarm: alarm}, p.(pulse.Printer), slog.New(slog.DiscardHandler))
			},
		}
		t.Run(name, func(t *testing.T) { bench.Drawer(t, p, joins) })
	}
}

// quiet is a printer that does as it is told.
type quiet struct {
	sensor func(printer.Sensor)
	health func(device.Health)
	kicks  int
}

func (q *quiet) Kick(context.Context, int) printer.Outcome {
	q.kicks++
	return printer.Outcome{Result: printer.Sent}
}
func (q *quiet) Sensor() printer.Sensor                { return printer.Sensor{} }
func (q *quiet) WatchSensor(tell func(printer.Sensor)) { q.sensor = tell; tell(printer.Sensor{}) }
func (q *quiet) Health() device.Health                 { return device.Health{ID: "printer0"} }
func (q *quiet) Watch(tell func(device.Health)) {
	q.health = tell
	tell(device.Health{State: device.Ready})
}

// The alarm comes when the time is over and not before, and each opening has
// its own time.
func TestAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quiet{}
		d := pulse.New(pulse.Settings{ID: "drawer0", Open: "high", Alarm: time.Minute}, q, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go d.Run(ctx)
		after := func(pass time.Duration, high bool, want device.Reason) {
			t.Helper()
			q.sensor(printer.Sensor{Known: true, High: high})
			time.Sleep(pass)
			synctest.Wait()
			if h := d.Health(); h.Reason != want {
				t.Errorf("reason is %q, want %q", h.Reason, want)
			}
		}
		after(59*time.Second, true, "")
		after(59*time.Second, false, "")
		after(59*time.Second, true, "")
		after(2*time.Second, true, device.DrawerOpen)
		after(time.Second, false, "")
		q.health(device.Health{State: device.Absent, Reason: device.Unplugged})
		if h := d.Health(); h.State != device.Absent || h.Reason != device.Unplugged {
			t.Errorf("health is %+v", h)
		}
		q.health(device.Health{State: device.Blocked, Reason: device.PaperOut})
		if h := d.Health(); h.State != device.Ready {
			t.Errorf("a printer without paper can open a drawer, but health is %+v", h)
		}
	})
}

func TestStuckTakesASecondAndOnePulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quiet{}
		d := pulse.New(pulse.Settings{ID: "drawer0", Open: "low"}, q, slog.New(slog.DiscardHandler))
		q.sensor(printer.Sensor{Known: true, High: true})
		begin := time.Now()
		if out := d.Open(t.Context()); out.Result != drawer.Stuck || time.Since(begin) != time.Second || q.kicks != 1 {
			t.Errorf("%+v after %v and %d pulses", out, time.Since(begin), q.kicks)
		}
	})
}

// A printer that goes away while its drawer should open says nothing of it.
func TestNobodySaysThatItOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quiet{}
		d := pulse.New(pulse.Settings{ID: "drawer0", Open: "low"}, q, slog.New(slog.DiscardHandler))
		q.sensor(printer.Sensor{Known: true, High: true})
		time.AfterFunc(time.Second/2, func() { q.sensor(printer.Sensor{}) })
		if out := d.Open(t.Context()); out.Result != drawer.Sent || out.Reason != device.CannotTell {
			t.Errorf("it came to %+v", out)
		}
	})
}

// Whoever goes away before the drawer had its second has not seen it stuck.
func TestNobodyWaitedForTheDrawer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quiet{}
		d := pulse.New(pulse.Settings{ID: "drawer0", Open: "low"}, q, slog.New(slog.DiscardHandler))
		q.health(device.Health{State: device.Ready})
		q.sensor(printer.Sensor{Known: true, High: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if out := d.Open(ctx); out.Result != drawer.Sent || d.Health().State != device.Ready {
			t.Errorf("it came to %+v, and its health is %+v", out, d.Health())
		}
	})
}
