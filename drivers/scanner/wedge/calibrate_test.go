package wedge_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/wedge"
	"github.com/posagent/posagent/drivers/virtual"
)

// running is a scanner in a bubble of time of its own, over a virtual one.
func running(t *testing.T, model profile.Scanner, far *virtual.Keyboard, do func(*testing.T, *wedge.Scanner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := wedge.New("scanner1", model, "test", far.Open, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = s.Run(ctx) }()
		synctest.Wait()
		do(t, s)
		cancel()
		<-ended
	})
}

func types(t *testing.T, far *virtual.Keyboard, text string) {
	t.Helper()
	if err := far.SendEvents(far.Events(text)); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// The printed code tells which layout fits, whatever the profile says, and is
// no scan.
func TestCalibrate(t *testing.T) {
	for _, layout := range []string{"us", "jis"} {
		for _, inverted := range []bool{false, true} {
			for _, end := range [][]byte{nil, {}, {virtual.UsageTab}} {
				far := &virtual.Keyboard{Layout: layout, Inverted: inverted, End: end}
				running(t, profile.Scanner{Layout: "us"}, far, func(t *testing.T, s *wedge.Scanner) {
					got := make(chan wedge.Verdict, 1)
					go func() {
						v, err := s.Calibrate(t.Context())
						if err != nil {
							t.Errorf("%s: %v", layout, err)
						}
						got <- v
					}()
					synctest.Wait()
					s.Arm()
					types(t, far, "") // an end alone is no code
					types(t, far, wedge.CalibrationCode)
					if v, want := <-got, (wedge.Verdict{Layout: wedge.Layout(layout), Inverted: inverted}); v != want {
						t.Errorf("got %+v, want %+v", v, want)
					}
					if len(s.Scans()) > 0 {
						t.Error("the calibration code was delivered")
					}
					time.Sleep(time.Second)
					types(t, far, "9712345") // afterwards it is a scanner again
					if end == nil && (len(s.Scans()) != 1 || string((<-s.Scans()).Data) != "9712345") {
						t.Error("no scan came after the calibration")
					}
				})
			}
		}
	}
}

func TestCalibrateWithAnotherCode(t *testing.T) {
	far := &virtual.Keyboard{}
	running(t, profile.Scanner{}, far, func(t *testing.T, s *wedge.Scanner) {
		failed := make(chan error, 1)
		go func() { _, err := s.Calibrate(t.Context()); failed <- err }()
		synctest.Wait()
		if _, err := s.Calibrate(t.Context()); err == nil || errors.Is(err, wedge.ErrNoLayout) {
			t.Errorf("a second calibration: %v", err)
		}
		types(t, far, "9712345")
		if err := <-failed; !errors.Is(err, wedge.ErrNoLayout) {
			t.Errorf("got %v, want ErrNoLayout", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := s.Calibrate(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with no code: %v", err)
		}
		s.Arm()
		types(t, far, "9712345")
		if len(s.Scans()) != 1 {
			t.Error("no scan came after the calibration was given up")
		}
	})
}

// The device is grabbed before a key is read, so that no code goes to whatever
// has the screen, and CAPS LOCK is as the device says.
func TestGrabAndLamps(t *testing.T) {
	far := &virtual.Keyboard{Inverted: true, Pipe: virtual.Pipe{Lamps: []byte{1 << 1, 0}}}
	running(t, profile.Scanner{}, far, func(t *testing.T, s *wedge.Scanner) {
		if !far.Grabbed() {
			t.Error("the device is not grabbed")
		}
		s.Arm()
		types(t, far, "97aBcD")
		if len(s.Scans()) != 1 || string((<-s.Scans()).Data) != "97aBcD" {
			t.Error("CAPS LOCK was not looked at")
		}
	})
}

// refusing is a port that cannot be grabbed.
type refusing struct{ port.Port }

func (refusing) Grab(bool) error { return port.ErrBusy }

func TestGrabbedByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := new(virtual.Keyboard)
		open := func() (port.Port, error) {
			p, err := far.Open()
			return refusing{p}, err
		}
		s, err := wedge.New("scanner1", profile.Scanner{}, "test", open, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = s.Run(ctx) }()
		time.Sleep(time.Hour)
		if h := s.Health(); h.State != device.Blocked || h.Reason != device.Busy {
			t.Errorf("health is %+v", h)
		}
		cancel()
		<-ended
	})
}

func TestNewRefuses(t *testing.T) {
	for _, model := range []profile.Scanner{{Layout: "de"}, {End: "none"}, {Header: "stx"}, {Header: "stx", End: "cr", BCC: "all"}, {Marks: []string{"x"}}} {
		if _, err := wedge.New("scanner1", model, "test", nil, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%+v was taken", model)
		}
	}
}

// Whoever watches the device is told, also when nobody asked: sniffing while
// the code is read is enough.
func TestTheCalibrationCodeIsAlwaysKnown(t *testing.T) {
	far := &virtual.Keyboard{Layout: "jis"}
	running(t, profile.Scanner{Layout: "us"}, far, func(t *testing.T, s *wedge.Scanner) {
		var told []string
		s.Listen(func(what string, _ int) { told = append(told, what) })
		s.Arm()
		types(t, far, wedge.CalibrationCode)
		if len(told) != 1 || told[0] != "calibration: the scanner types in layout jis" {
			t.Errorf("told %q", told)
		}
		if len(s.Scans()) > 0 {
			t.Error("the calibration code was delivered")
		}
		types(t, far, wedge.CalibrationCode+"7") // another code
		if len(told) != 2 || strings.Contains(told[1], "calibration") {
			t.Errorf("told %q", told)
		}
	})
}
