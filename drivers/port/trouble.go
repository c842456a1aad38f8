package port

import (
	"errors"
	"io/fs"

	"github.com/posagent/posagent/drivers/device"
)

// Trouble is the health that an error of a port amounts to, and false when it
// is none that a port tells.
func Trouble(err error) (device.State, device.Reason, bool) {
	for _, t := range []struct {
		err    error
		state  device.State
		reason device.Reason
	}{
		{ErrNotAllowed, device.Blocked, device.NotAllowed},
		{ErrAmbiguous, device.Blocked, device.Ambiguous},
		{ErrNotDevice, device.Faulted, device.NotConfigured},
		{fs.ErrPermission, device.Blocked, device.Permission},
		{ErrBusy, device.Blocked, device.Busy},
		{fs.ErrNotExist, device.Absent, device.NotFound},
		{ErrGone, device.Absent, device.Unplugged},
	} {
		if errors.Is(err, t.err) {
			return t.state, t.reason, true
		}
	}
	return device.Absent, device.NoReply, false
}
