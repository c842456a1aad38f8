//go:build rig

package rig_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

var serialModel = profile.Scanner{Speaks: "serial", End: "cr", GapMilli: 150}

// A scanner that comes back under another number is found all the same, and
// within a second: the kernel tells of it.
func TestAnotherNumber(t *testing.T) {
	rig := serialScanner(t, serialModel)
	await(t, rig.Driver, device.Ready)
	first := ttyOf(t, "SCN0001")
	must(t, rig.Unplug())
	await(t, rig.Driver, device.Absent)
	other := newGadget(t, 1, spec{ids: "067b:2303", serial: "OTHER", function: "acm"}) // takes the number
	must(t, other.plug())
	for end := time.Now().Add(10 * time.Second); ttyOf(t, "OTHER") == "" && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	began := time.Now()
	must(t, rig.Plug())
	await(t, rig.Driver, device.Ready)
	t.Logf("it was ready %s after it was plugged in", time.Since(began).Round(time.Millisecond))
	if now := ttyOf(t, "SCN0001"); now == first || ttyOf(t, "OTHER") != first {
		t.Errorf("it was %s and is %s: the test did not change its number", first, now)
	}
	rig.Driver.Arm()
	must(t, rig.Send(rig.Frame("]Q1", "97120345678901234567")))
	if got := <-rig.Driver.Scans(); string(got.Data) != "97120345678901234567" {
		t.Errorf("read %q", string(got.Data))
	}
}

func ttyOf(t *testing.T, serial string) string {
	t.Helper()
	nodes, err := hotplug.Machine().Nodes()
	must(t, err)
	for _, n := range nodes {
		if n.Kind == hotplug.TTY && n.Serial == serial {
			return n.Dev
		}
	}
	return ""
}

// A keyboard that carries the scanner's ids, or a second device with them at
// another socket, is not read, and is told of.
func TestAStrangerIsNotRead(t *testing.T) {
	g := newGadget(t, 2, spec{ids: "0c2e:0b6a", function: "hid", settings: map[string]string{
		"protocol": "1", "subclass": "1", "report_length": "8", "report_desc": string(bootKeyboard),
	}})
	far := farHID{g: g}
	t.Cleanup(func() { _ = far.unplug() })
	h, where := counter(t, "usb:0c2e:0b6a@2-1") // a serial scanner at a socket that does not exist
	s, err := h.NewScanner("scanner0", serialModel, where, slog.New(slog.DiscardHandler))
	must(t, err)
	run(t, s, func(ctx context.Context) { _ = s.Run(ctx) })
	await(t, s, device.Absent)
	must(t, far.plug(t))
	await(t, s, device.Blocked)
	if got := s.Health(); got.Reason != device.NotAllowed {
		t.Errorf("with a keyboard of the scanner's ids it is %+v", got)
	}
	keys := &virtual.Keyboard{Layout: "us"}
	var boot virtual.Boot
	s.Arm()
	for _, r := range boot.Reports(keys.Events("97120345678901234567")) {
		must(t, far.send(r))
	}
	select {
	case got := <-s.Scans():
		t.Errorf("a stranger's %d bytes were read", len(got.Data))
	case <-time.After(500 * time.Millisecond):
	}
	strangers, err := h.Strangers()
	must(t, err)
	if len(strangers) == 0 {
		t.Error("nobody tells of the stranger")
	}
}

// Two agents, or an agent and another program, never share a device.
func TestOneAtATime(t *testing.T) {
	rig := serialScanner(t, serialModel)
	await(t, rig.Driver, device.Ready)
	h, where := counter(t, "usb:0c2e:0b6a/serial=SCN0001")
	second, err := h.NewScanner("scanner1", serialModel, where, slog.New(slog.DiscardHandler))
	must(t, err)
	run(t, second, func(ctx context.Context) { _ = second.Run(ctx) })
	if got := await(t, second, device.Blocked); got.Reason != device.Busy {
		t.Errorf("a second reader is %+v", got)
	}
}
