package main

import (
	"context"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/drivers/device"
)

// A drawer that the configuration names is a device of its own, and testing it
// opens it.
func TestDrawerOfTheCounter(t *testing.T) {
	c := newCounter(t)
	c.awaitDevice("drawer", device.Ready)
	local := control.Dial("unix:"+c.at("api.sock"), "")
	got, err := local.TestDevice(context.Background(), "drawer")
	check(t, err)
	if got.Result != "drawer.sent" || got.TextE == "" {
		t.Errorf("%+v", got)
	}
	eventually(t, "a pulse", func() bool { return c.printer.Drawer() == 1 })
}
