package device_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/posagent/posagent/drivers/device"
)

// A watcher hears what is, then each change once and in order, whoever makes
// them; a repetition only brings another detail.
func TestVitals(t *testing.T) {
	v := device.NewVitals(device.Health{ID: "printer0", State: device.Connecting})
	var heard []string
	v.Watch(func(h device.Health) { heard = append(heard, fmt.Sprint(h.State, h.Reason)) })
	began := v.Health().Since
	if !v.Become(device.Blocked, device.PaperOut, "a") || v.Become(device.Blocked, device.PaperOut, "b") || !v.Become(device.Blocked, device.CoverOpen, "c") {
		t.Error("what is a change is told wrong")
	}
	if h := v.Health(); h.Detail != "c" || h.Since.Before(began) || !h.LastOK.IsZero() {
		t.Errorf("it is %+v", h)
	}
	v.Worked()
	v.Called("TM-T88V")
	if h := v.Health(); h.LastOK.IsZero() || h.Model != "TM-T88V" {
		t.Errorf("it is %+v", h)
	}
	if want := "[connecting blockedpaper_out blockedcover_open]"; fmt.Sprint(heard) != want {
		t.Errorf("heard %v, want %s", heard, want)
	}
	last := make(map[int]device.State) // by watcher
	for n := range 4 {
		v.Watch(func(h device.Health) { last[n] = h.State }) // told one after the other: no lock of its own
	}
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 100 {
				v.Become([]device.State{device.Ready, device.Absent}[(n+i)%2], device.ReasonNone, "")
			}
		})
	}
	all.Wait()
	for n, state := range last {
		if state != v.Health().State {
			t.Errorf("watcher %d heard of %s last, and it is %s", n, state, v.Health().State)
		}
	}
}
