package agent

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/posagent/posagent/agent/health"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner"
)

// Device is one device in its role at this register.
type Device struct {
	Role   string // "scanner", "printer", "drawer"
	Health func() device.Health
	Test   func(context.Context) printer.Outcome // nil: it has no test of its own
	Open   func(context.Context) drawer.Outcome  // of a cash drawer; its test is to open

	// Explain looks at each step between the device and its driver; nil: it
	// cannot be told.
	Explain func(context.Context) []device.Link
	// Trace is what went over its wire behind a number, without what was said,
	// and a channel that is closed with the next of it; nil: nobody notes it.
	Trace func(since uint64) ([]device.Frame, <-chan struct{})
}

// DeviceView is a device as pages show it: Health's words as plain text.
type DeviceView struct {
	Role   string
	Health device.Health
}

// Devices are the devices of this register and how they are right now.
func (r *Register) Devices() []DeviceView {
	devices := r.fit().Devices
	out := make([]DeviceView, 0, len(devices))
	for _, d := range devices {
		out = append(out, DeviceView{Role: d.Role, Health: d.Health()})
	}
	return out
}

// device is the device with this id, and how it is.
func (r *Register) device(id string) (Device, device.Health, error) {
	if d, h, ok := r.fit().healthOf(id); ok {
		return d, h, nil
	}
	return Device{}, device.Health{}, fmt.Errorf("device %q is not configured: `posctl devices` lists those that are", id)
}

// TestDevice lets a device show that it works and returns a code of
// agent/health for what came of it.
func (r *Register) TestDevice(ctx context.Context, id string) (code string, err error) {
	d, h, err := r.device(id)
	switch {
	case err != nil:
		return "", err
	case d.Open != nil:
		return "drawer." + string(d.Open(ctx).Result), nil
	case d.Role == "scanner" && h.State != device.Absent && h.State != device.Blocked && r.fit().Scanner != nil:
		return r.testScanner(ctx), nil
	case d.Test == nil:
		return health.Device(h.Kind, string(h.State), string(h.Reason)).Code, nil
	}
	return "print." + string(d.Test(ctx).Result), nil
}

// ExplainDevice is how a device is, and each step between it and its driver.
func (r *Register) ExplainDevice(ctx context.Context, id string) (DeviceView, []device.Link, error) {
	d, h, err := r.device(id)
	if err != nil || d.Explain == nil {
		return DeviceView{Role: d.Role, Health: h}, nil, err
	}
	return DeviceView{Role: d.Role, Health: h}, d.Explain(ctx), nil
}

// TraceDevice is what went over a device's wire behind a number, and a channel
// that is closed with the next of it; a nil channel: nobody notes it.
func (r *Register) TraceDevice(id string, since uint64) ([]device.Frame, <-chan struct{}, error) {
	d, _, err := r.device(id)
	if err != nil || d.Trace == nil {
		return nil, nil, err
	}
	frames, next := d.Trace(since)
	return frames, next, nil
}

// Pay walks a code that came from the POS software or a page to the sale with
// this id. A sale that does not stand at the scanner is refused.
func (r *Register) Pay(saleID, aim string, data []byte, from string) error {
	if v, ok := r.Standing(); !ok || v.Sale.ID != saleID {
		return &Refused{Why: "register.not_standing"}
	}
	return r.walk(saleID, scanner.Scan{AIM: aim, Data: data, Device: from, At: r.parts.Now()})
}

// PayPicture walks the code in a picture to the sale with this id, or to the
// standing one when the id is empty.
func (r *Register) PayPicture(ctx context.Context, saleID string, picture io.Reader) error {
	v, ok := r.Standing()
	switch {
	case !ok:
		return r.refuse(&Refused{Why: "register.no_sale"})
	case saleID != "" && v.Sale.ID != saleID:
		return &Refused{Why: "register.not_standing"}
	case r.parts.Imager == nil:
		return &Refused{Why: "picture.not_configured"}
	}
	scan, err := r.parts.Imager.Read(ctx, picture, "picture")
	if err != nil {
		return r.refuse(err)
	}
	return r.walk(v.Sale.ID, scan) // another sale may stand there since the picture came
}

// PayFrame is PayPicture for one picture of many, as a page's camera sends
// them: one without a code is no refusal, and seen is false.
func (r *Register) PayFrame(ctx context.Context, saleID string, picture io.Reader) (seen bool, err error) {
	if v, ok := r.Standing(); !ok || v.Sale.ID != saleID {
		return false, &Refused{Why: "register.not_standing"}
	}
	if r.parts.Imager == nil {
		return false, &Refused{Why: "picture.not_configured"}
	}
	scan, err := r.parts.Imager.Frame(ctx, picture, "camera")
	var refused *Refused
	switch {
	case errors.As(err, &refused) && refused.Why == "picture.none":
		return false, nil
	case err != nil:
		return false, r.refuse(err)
	}
	return true, r.walk(saleID, scan)
}
