package all

import (
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

// NewLine is the place of a line that no driver of ours speaks on. It opens
// nothing yet.
func (h *Hardware) NewLine(a port.Address) (*port.Place, error) { return h.place(a, hotplug.TTY) }
