package hotplug

import (
	"bytes"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const kernelMessage = "add@/devices/usb1/1-1/1-1:1.0/tty/ttyACM0\x00ACTION=add\x00DEVPATH=/devices/usb1/1-1/1-1:1.0/tty/ttyACM0\x00SUBSYSTEM=tty\x00MAJOR=166\x00MINOR=0\x00DEVNAME=ttyACM0\x00SEQNUM=42\x00"

// udevMessage is a message as udev sends it on.
func udevMessage(properties string) []byte {
	out := append([]byte(udevPrefix), 0xfe, 0xed, 0xca, 0xfe)
	out = binary.NativeEndian.AppendUint32(out, udevHeaderBytes)
	out = binary.NativeEndian.AppendUint32(out, udevHeaderBytes)
	out = binary.NativeEndian.AppendUint32(out, uint32(len(properties)))
	out = append(out, make([]byte, udevHeaderBytes-len(out))...)
	return append(out, properties...)
}

func TestParseEvent(t *testing.T) {
	_, properties, _ := strings.Cut(kernelMessage, "\x00")
	want := Event{From: Kernel, Action: "add", Path: "devices/usb1/1-1/1-1:1.0/tty/ttyACM0", Subsystem: "tty"}
	if got, err := parseEvent([]byte(kernelMessage)); err != nil || got != want {
		t.Errorf("the kernel's is %+v (%v)", got, err)
	}
	want.From = Udev
	if got, err := parseEvent(udevMessage(properties)); err != nil || got != want {
		t.Errorf("udev's is %+v (%v)", got, err)
	}
	broken := func(at int, b byte) []byte {
		m := udevMessage(properties)
		m[at] = b
		return m
	}
	for name, message := range map[string][]byte{
		"empty":                         {},
		"text":                          []byte("hello"),
		"a head alone":                  []byte("add@/devices/x"),
		"no subsystem":                  []byte("add@/devices/x\x00ACTION=add\x00DEVPATH=/devices/x\x00"),
		"a short header":                []byte(udevPrefix + "\xfe\xed\xca\xfe"),
		"another magic":                 broken(8, 0),
		"properties before the header":  broken(16, 3),
		"properties behind the message": broken(20, 0xff),
		"far behind it":                 broken(23, 0xff),
		"too long":                      append([]byte(kernelMessage), make([]byte, longestEvent)...),
	} {
		if got, err := parseEvent(message); !errors.Is(err, errNoEvent) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(kernelMessage))
	f.Add(udevMessage("ACTION=add\x00DEVPATH=/devices/x\x00SUBSYSTEM=tty\x00"))
	f.Fuzz(func(t *testing.T, message []byte) {
		e, err := parseEvent(message)
		if err == nil && (e.Action == "" || e.Path == "" || e.Subsystem == "" || e.From == "") {
			t.Errorf("%q is %+v", message, e)
		}
	})
}

// hears begins to listen to this machine, which not every one allows.
func hears(t *testing.T, udevRuns string) *netlink {
	t.Helper()
	n, err := listen(udevRuns)
	if err != nil {
		t.Skipf("SKIP: no uevents here: %v", err)
	}
	t.Cleanup(func() { _ = n.close() })
	return n
}

// The kernel is asked to tell of a console once more, which it does in earnest.
func TestTheKernelTells(t *testing.T) {
	const console = "/sys/class/tty/tty1/uevent"
	n := hears(t, filepath.Join(t.TempDir(), "none"))
	if n.from != Kernel {
		t.Fatalf("without udev it hears %s", n.from)
	}
	if err := os.WriteFile(console, []byte("add"), 0); err != nil {
		t.Skipf("SKIP: needs root, to have the kernel tell of a device: %v", err)
	}
	for {
		e, err := n.next()
		if err != nil {
			t.Fatal(err)
		}
		if e.Path == "devices/virtual/tty/tty1" {
			if e.Action != "add" || e.Subsystem != "tty" || e.From != Kernel || !e.concerns() {
				t.Errorf("it told %+v", e)
			}
			return
		}
	}
}

// What comes in udev's place is taken from root only, and what is no message
// of udev's is passed over.
func TestUdevTells(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "control")
	if err := os.WriteFile(runs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n := hears(t, runs)
	if n.from != Udev {
		t.Fatalf("beside udev it hears %s", n.from)
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	path := "/devices/of/a/test/" + t.Name()
	properties := "ACTION=add\x00DEVPATH=" + path + "\x00SUBSYSTEM=usbmisc\x00"
	for _, message := range [][]byte{[]byte("noise"), bytes.Repeat([]byte{0xff}, 100), []byte("add@" + path + "\x00" + properties), udevMessage(properties)} {
		if err := unix.Sendto(fd, message, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: udevGroup}); err != nil {
			t.Skipf("SKIP: needs root, to speak as udev does: %v", err)
		}
	}
	for {
		e, err := n.next()
		if err != nil {
			t.Fatal(err)
		}
		if "/"+e.Path == path {
			if e.From != Udev || e.Subsystem != "usbmisc" {
				t.Errorf("it told %+v", e)
			}
			return
		}
	}
}

// A close ends the wait for an event, and does not leave it behind.
func TestCloseEndsListening(t *testing.T) {
	n := hears(t, filepath.Join(t.TempDir(), "none"))
	ended := make(chan error, 1)
	go func() {
		for {
			if _, err := n.next(); err != nil {
				ended <- err
				return
			}
		}
	}()
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	<-ended
}

// The whole watcher on this very machine: it starts, hears and ends.
func TestWatcherOnThisMachine(t *testing.T) {
	w := NewWatcher(Machine(), slog.New(slog.DiscardHandler))
	runFor(t, w, func() {})
}
