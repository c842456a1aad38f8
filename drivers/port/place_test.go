package port_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
)

// A place never has two ports open: the one before is closed first, and who
// still writes to it harms nobody.
func TestPlaceHasOnePort(t *testing.T) {
	line := newLine(t)
	place := port.NewPlace(serialAt(line.Path()), nil)
	first, err := place.Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Write([]byte("one"), time.Minute); err != nil {
		t.Fatal(err)
	}
	second, err := place.Open() // without ErrBusy
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	if _, err := first.Write([]byte("late"), time.Minute); !errors.Is(err, port.ErrClosed) {
		t.Errorf("a late write: %v, want ErrClosed", err)
	}
	if _, err := second.Write([]byte("two22"), time.Minute); err != nil {
		t.Fatal(err)
	}
	frames, _ := place.Trace().Since(0)
	if len(frames) != 2 || frames[0].Generation != 1 || frames[0].Classes != "A*3" || frames[1].Generation != 2 || frames[1].Classes != "A*3 9*2" || !frames[1].Out {
		t.Errorf("the trace has %+v", frames)
	}
}

// The device goes between being found and being opened, and comes back under
// another number.
func TestPlaceVanishesAndComesBack(t *testing.T) {
	line := newLine(t)
	usb, err := port.ParseAddress("usb:0c2e:0b6a")
	if err != nil {
		t.Fatal(err)
	}
	pulled := false
	place := port.NewPlace(usb, func(port.Address) (port.Found, error) {
		if !pulled { // found, and gone before it is opened
			pulled = true
			return port.Found{Address: serialAt(line.Path()), Identity: "1-5"}, line.Unplug()
		}
		return port.Found{Address: serialAt(line.Path()), Identity: "1-6"}, nil
	})
	if _, err := place.Open(); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("open: %v, want ErrNotExist", err)
	}
	if err := line.Plug(); err != nil {
		t.Fatal(err)
	}
	p, err := place.Open()
	if err != nil {
		t.Fatal(err)
	}
	_ = p.Close()
}

// Another device gets the file between looking up and opening: not a byte is
// read from it.
func TestPlaceIsNotDeceived(t *testing.T) {
	line := newLine(t)
	usb, err := port.ParseAddress("usb:0c2e:0b6a@1-1.2")
	if err != nil {
		t.Fatal(err)
	}
	looks := 0
	place := port.NewPlace(usb, func(port.Address) (port.Found, error) {
		looks++
		return port.Found{Address: serialAt(line.Path()), Identity: fmt.Sprint(looks)}, nil
	})
	if _, err := place.Open(); !errors.Is(err, port.ErrGone) {
		t.Errorf("open: %v, want ErrGone", err)
	}
	open(t, serialAt(line.Path())) // it was let go
	place = port.NewPlace(usb, func(port.Address) (port.Found, error) { return port.Found{}, port.ErrNotAllowed })
	if _, err := place.Open(); !errors.Is(err, port.ErrNotAllowed) {
		t.Errorf("open: %v, want ErrNotAllowed", err)
	}
	if _, err := port.NewPlace(usb, nil).Open(); !errors.Is(err, port.ErrNotDevice) {
		t.Errorf("without anybody who looks up: %v, want ErrNotDevice", err)
	}
}

func TestTraceKeepsTheNewest(t *testing.T) {
	line := newLine(t)
	place := port.NewPlace(serialAt(line.Path()), nil)
	p, err := place.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	_, another := place.Trace().Since(0)
	for range 1000 {
		if _, err := p.Write([]byte("x"), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	<-another
	frames, _ := place.Trace().Since(0)
	if len(frames) != 128 || frames[0].Seq != 1000-127 || frames[127].Seq != 1000 {
		t.Errorf("%d frames from %d on", len(frames), frames[0].Seq)
	}
	if after, _ := place.Trace().Since(999); len(after) != 1 {
		t.Errorf("behind 999 there are %d frames", len(after))
	}
}

// What the driver made of the bytes stands behind them.
func TestTraceNotes(t *testing.T) {
	line := newLine(t)
	place := port.NewPlace(serialAt(line.Path()), nil)
	p, err := place.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	place.Trace().Note("waits", 0) // nothing has passed yet
	if _, err := p.Write([]byte("x"), time.Minute); err != nil {
		t.Fatal(err)
	}
	place.Trace().Note("scan ]Q1", 20)
	frames, _ := place.Trace().Since(0)
	if len(frames) != 3 || frames[0].Note != "waits" || frames[1].Note != "" || frames[2].Note != "scan ]Q1" || frames[2].Bytes != 20 || frames[2].Generation != 1 || frames[2].At.IsZero() {
		t.Errorf("the trace is %+v", frames)
	}
}

// A trace tells the shape of what passed, and never what it was.
func TestClasses(t *testing.T) {
	for bytes, want := range map[string]string{
		"":                                "",
		"\x02]Q1 9712\r":                  "STX . A 9 _ 9*4 CR",
		"97123456789012345678\r\n":        "9*20 CR LF",
		"\x1b@\x10\x04\x01":               "ESC . DLE EOT SOH",
		"\x8e\x78\x95\xa5":                "# A #*2",
		"\x13\x11\x7f":                    "XOFF XON #",
		strings.Repeat("a1", 100):         strings.TrimSpace(strings.Repeat("A 9 ", 30)) + " A … and 139 bytes",
		strings.Repeat("\x00", 1<<20):     "NUL*1048576",
		"HQ0001" + strings.Repeat("9", 7): "A*2 9*11",
	} {
		if got := port.Classes([]byte(bytes)); got != want {
			t.Errorf("%.40q is %q, want %q", bytes, got, want)
		}
	}
}

func FuzzClasses(f *testing.F) {
	f.Add([]byte("\x02]Q1 97123456789012345678\r"))
	f.Fuzz(func(t *testing.T, p []byte) {
		got := port.Classes(p)
		if len(got) > 200 {
			t.Errorf("%d bytes make a picture of %d", len(p), len(got))
		}
		// Another text of the same shape has the same picture.
		other := make([]byte, len(p))
		for i, b := range p {
			switch {
			case b >= '0' && b <= '9':
				b = '0' + (b-'0'+3)%10
			case b >= 'a' && b <= 'z':
				b = 'a' + (b-'a'+7)%26
			}
			other[i] = b
		}
		if again := port.Classes(other); again != got {
			t.Errorf("%q is %q, but %q is %q", p, got, other, again)
		}
	})
}

func TestTrouble(t *testing.T) {
	for err, want := range map[error]device.Reason{
		port.ErrNotAllowed: device.NotAllowed,
		port.ErrAmbiguous:  device.Ambiguous,
		port.ErrNotDevice:  device.NotConfigured,
		port.ErrBusy:       device.Busy,
		port.ErrGone:       device.Unplugged,
		fs.ErrPermission:   device.Permission,
		fs.ErrNotExist:     device.NotFound,
	} {
		state, reason, known := port.Trouble(fmt.Errorf("scanner0: %w", err))
		if reason != want || !known || state == device.Ready {
			t.Errorf("%v is %s, %s, %v; want %s", err, state, reason, known, want)
		}
	}
	if _, _, known := port.Trouble(errors.New("something else")); known {
		t.Error("an error that no port knows was judged")
	}
}
