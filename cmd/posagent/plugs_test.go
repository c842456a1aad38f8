package main

import (
	"context"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
)

// grades are the steps of a device as the API tells, in one line.
func (c *counter) grades(id string) (line string, links []control.Link) {
	c.Helper()
	got, err := c.client.ExplainDevice(context.Background(), id)
	check(c.T, err)
	var words []string
	for _, l := range got.Links {
		words = append(words, l.Step+" "+l.Grade)
	}
	return strings.Join(words, ", "), got.Links
}

// A device tells where the way to it is broken, and what went over its wire,
// without the customer's code.
func TestExplainAndTrace(t *testing.T) {
	c := newCounter(t)
	const well = "kernel ok, udev ok, node ok, permission ok, open ok, protocol ok, status ok"
	if got, links := c.grades("printer0"); got != well {
		t.Errorf("the printer: %s\n%+v", got, links)
	}
	c.payByScan(c.ring(1280))
	if got, links := c.grades("scanner0"); got != well {
		t.Errorf("the scanner: %s\n%+v", got, links)
	}
	trace, err := c.client.TraceDevice(context.Background(), "scanner0", 0, 0)
	check(t, err)
	if len(trace.Frames) == 0 {
		t.Fatal("nothing went over the scanner's wire")
	}
	for _, f := range trace.Frames {
		if f.Out || f.Bytes == 0 && f.Note != "opened" || f.Generation != 1 || codeIn.MatchString(f.Classes+f.Note) {
			t.Errorf("%+v", f)
		}
	}
	trace, err = c.client.TraceDevice(context.Background(), "printer0", 0, 0)
	check(t, err)
	if len(trace.Frames) == 0 || !trace.Frames[len(trace.Frames)-1].At.After(trace.Frames[0].At) {
		t.Errorf("over the printer's wire went %+v", trace.Frames)
	}

	check(t, c.printer.Unplug())
	c.awaitDevice("printer0", device.Absent)
	got, links := c.grades("printer0")
	if !strings.HasPrefix(got, "kernel broken, udev unreached") || links[0].Reason != "not_found" || links[0].Cure == "" || links[0].TextE == "" {
		t.Errorf("unplugged: %s\n%+v", got, links)
	}
}

// waiting is a device that counts how often it is told to try again.
type waiting struct {
	all.Printer
	retries int
}

func (w *waiting) Retry() { w.retries++ }

// What is plugged in wakes the devices that wait; what is pulled out wakes
// nobody, but somebody looks in either case whether all belongs here.
func TestPluggedInWakesDevices(t *testing.T) {
	w := &waiting{}
	d := &program{replugged: make(chan struct{}, 1)}
	d.gear.Store(&gear{printer: w})
	d.plugged(hotplug.Change{Gone: true})
	<-d.replugged
	if w.retries != 0 {
		t.Errorf("%d tries because something was pulled out", w.retries)
	}
	d.plugged(hotplug.Change{})
	d.plugged(hotplug.Change{})
	<-d.replugged
	if w.retries != 2 {
		t.Errorf("%d tries, want 2", w.retries)
	}
}
