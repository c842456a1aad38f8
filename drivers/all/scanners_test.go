package all

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/wedge"
)

// addresses are where a scanner of each way of speaking may be.
var addresses = map[string][]string{
	profile.Serial:   {"serial:/dev/ttyACM0", "tcp:192.0.2.1:4001", "usb:0c2e:0b6a"},
	profile.HIDPOS:   {"hidraw:/dev/hidraw0", "usb:0c2e:0b6b", "usb:0c2e:0b6b?node=hidraw"},
	profile.Keyboard: {"evdev:/dev/input/event3", "usb:0c2e:0b61"},
	profile.Camera:   {"video:/dev/video0", "usb:046d:0825"},
}

// Every scanner profile that comes with the program makes a driver, at each
// address that its kind can have, and at none of the others.
func TestEveryScannerProfile(t *testing.T) {
	infos, err := configs.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	made, log := map[string]int{}, slog.New(slog.DiscardHandler)
	for _, info := range infos {
		if info.Kind != "scanner" {
			continue
		}
		p, err := configs.ScannerProfile(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		made[p.Speaks]++
		for speaks, texts := range addresses {
			for _, text := range texts {
				a := parse(t, text)
				s, err := New(hotplug.TreeAt(t.TempDir(), t.TempDir()), []port.Address{a}).NewScanner("scanner0", p, a, log)
				open := a.Kind == port.USB && a.Device.Node == "" // which files it has shows later
				if may := speaks == p.Speaks || open; (err == nil) != may {
					t.Errorf("%s at %s: %v", info.Name, text, err)
				}
				if err == nil && s.Health().Model != p.Model {
					t.Errorf("%s at %s: health is %+v", info.Name, text, s.Health())
				}
			}
		}
	}
	for speaks := range addresses {
		if made[speaks] == 0 {
			t.Errorf("no profile speaks %s", speaks)
		}
	}
}

func TestUnknownSpeech(t *testing.T) {
	a := parse(t, "serial:/dev/ttyACM0")
	h := New(hotplug.TreeAt(t.TempDir(), t.TempDir()), nil)
	if _, err := h.NewScanner("scanner0", profile.Scanner{Speaks: "morse"}, a, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "morse") {
		t.Errorf("got %v", err)
	}
	if _, err := h.NewScanner("scanner0", profile.Scanner{End: "bell"}, a, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "bell") {
		t.Errorf("got %v", err)
	}
}

// A connection that ends while nobody writes to it would end for good, because
// only a write makes it again, and the scanner would be deaf while it is ready.
func TestNoIdleEndForAScanner(t *testing.T) {
	a := parse(t, "tcp:192.0.2.1:4001?idle=30s")
	h := New(hotplug.TreeAt(t.TempDir(), t.TempDir()), nil)
	if _, err := h.NewScanner("scanner0", profile.Scanner{}, a, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "leave idle out") {
		t.Errorf("got %v", err)
	}
}

// A terminal server keeps what was read while nobody was connected. It was
// shown for a sale before, and must not pay this one.
func TestNoCodeFromBeforeTheConnection(t *testing.T) {
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	var far net.Conn
	p, err := fresh(func() (port.Port, error) {
		p, err := port.Open(parse(t, "tcp:"+door.Addr().String()))
		if err != nil {
			return nil, err
		}
		if far, err = door.Accept(); err != nil {
			return nil, err
		}
		_, err = far.Write([]byte("9700000001\r")) // it is there before anybody reads
		return p, err
	})()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	defer p.Close()
	if _, err := far.Write([]byte("9700000002\r")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 100)
	n, err := p.Read(got, time.Minute)
	if err != nil || string(got[:n]) != "9700000002\r" {
		t.Errorf("read %q, %v", got[:n], err)
	}
	_ = far.Close()
	if _, err := fresh(func() (port.Port, error) { return p, nil })(); !errors.Is(err, port.ErrGone) {
		t.Errorf("a connection that has ended opens with %v", err)
	}
}

// Only a keyboard has a layout to find out.
func TestCalibrating(t *testing.T) {
	type calibrator interface {
		Calibrate(context.Context) (wedge.Verdict, error)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for text, want := range map[string]error{"serial:/dev/ttyACM0": ErrNoKeyboard, "evdev:/dev/input/event3": context.Canceled} {
		p := profile.Scanner{}
		if strings.HasPrefix(text, "evdev") {
			p.Speaks = profile.Keyboard
		}
		s, err := New(hotplug.TreeAt(t.TempDir(), t.TempDir()), nil).NewScanner("scanner0", p, parse(t, text), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.(calibrator).Calibrate(ended); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}

// A wire that describes no reports is not taken for a scanner with reports.
func TestDescribe(t *testing.T) {
	if _, err := describe(nil); !errors.Is(err, port.ErrNotDevice) {
		t.Errorf("got %v", err)
	}
}
