//go:build rig

package rig_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// gadget is a USB device of one function, at a socket of its own.
type gadget struct {
	dir    string
	socket int // from 0
	plugs  bool
}

// spec is what a gadget tells of itself.
type spec struct {
	ids      string            // "0c2e:0b6a"
	serial   string            // empty: it has none
	function string            // "acm", "printer" or "hid"
	settings map[string]string // of the function
}

// newGadget makes a device that is not plugged in yet.
func newGadget(t *testing.T, socket int, s spec) *gadget {
	t.Helper()
	g := &gadget{dir: filepath.Join("/sys/kernel/config/usb_gadget", fmt.Sprintf("g%d", socket)), socket: socket}
	vendor, product, _ := strings.Cut(s.ids, ":")
	function := filepath.Join(g.dir, "functions", s.function+".x")
	config := filepath.Join(g.dir, "configs/c.1")
	text := filepath.Join(g.dir, "strings/0x409")
	for _, dir := range []string{g.dir, text, config, filepath.Join(config, "strings/0x409"), function} {
		must(t, os.Mkdir(dir, 0o755))
	}
	put := func(path, value string) {
		t.Helper()
		must(t, os.WriteFile(path, []byte(value), 0o644))
	}
	put(filepath.Join(g.dir, "idVendor"), "0x"+vendor)
	put(filepath.Join(g.dir, "idProduct"), "0x"+product)
	put(filepath.Join(text, "manufacturer"), "posagent")
	put(filepath.Join(text, "product"), "rig "+s.function)
	if s.serial != "" {
		put(filepath.Join(text, "serialnumber"), s.serial)
	}
	for name, value := range s.settings {
		put(filepath.Join(function, name), value)
	}
	must(t, os.Symlink(function, filepath.Join(config, filepath.Base(function))))
	t.Cleanup(func() {
		must(t, g.pull())
		must(t, os.Remove(filepath.Join(config, filepath.Base(function))))
		for _, dir := range []string{filepath.Join(config, "strings/0x409"), config, function, text, g.dir} {
			must(t, os.Remove(dir))
		}
	})
	return g
}

// plug puts the device into its socket; what is in it already stays.
func (g *gadget) plug() error {
	if g.plugs {
		return nil
	}
	g.plugs = true
	return os.WriteFile(filepath.Join(g.dir, "UDC"), fmt.Appendf(nil, "dummy_udc.%d", g.socket), 0o644)
}

// settled waits until the host has met the device and has set it up.
func (g *gadget) settled() error {
	state := fmt.Sprintf("/sys/class/udc/dummy_udc.%d/state", g.socket)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(state)
		switch is := strings.TrimSpace(string(text)); {
		case err != nil:
			return err
		case is == "configured":
			return nil
		case time.Now().After(end):
			return fmt.Errorf("the host leaves the device at socket %d %s", g.socket, is)
		}
	}
}

// pull takes it out.
func (g *gadget) pull() error {
	if !g.plugs {
		return nil
	}
	g.plugs = false
	return os.WriteFile(filepath.Join(g.dir, "UDC"), []byte("\n"), 0o644)
}

// attribute is a setting of the device's function.
func (g *gadget) attribute(t *testing.T, function, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(g.dir, "functions", function+".x", name))
	must(t, err)
	return strings.TrimSpace(string(text))
}

// file is the far end of a function with a device number.
func (g *gadget) file(t *testing.T, function string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/sys/dev/char", g.attribute(t, function, "dev"), "uevent"))
	must(t, err)
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "DEVNAME="); ok {
			return "/dev/" + name
		}
	}
	t.Fatalf("%s has no file", function)
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
