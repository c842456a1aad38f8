package control

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Device is one configured device.
type Device struct {
	ID     string    `json:"id"`
	Role   string    `json:"role"`
	Kind   string    `json:"kind"`
	Model  string    `json:"model,omitempty"`
	Path   string    `json:"path,omitempty"`
	State  string    `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Text   string    `json:"text"` // what it means and what to do
	TextE  string    `json:"text_en"`
	Detail string    `json:"detail,omitempty"`
	Since  time.Time `json:"since"`
	LastOK time.Time `json:"last_ok,omitzero"`
}

// Devices are all configured devices.
type Devices struct {
	Devices []Device `json:"devices"`
}

// DeviceTest is what a test of a device came to.
type DeviceTest struct {
	Result string `json:"result"`
	Text   string `json:"text"`
	TextE  string `json:"text_en"`
}

// Explanation is each step between a device and its driver, in order; the
// first broken one is what to look into.
type Explanation struct {
	Device Device `json:"device"`
	Links  []Link `json:"links"`
}

// Link is one step of an explanation.
type Link struct {
	Step   string `json:"step" doc:"kernel, udev, node and permission, or network; then open, protocol, status; more may come"`
	Grade  string `json:"grade" doc:"ok, look, broken, unknown or unreached (behind a broken one)"`
	Title  string `json:"title"` // what the step is called
	TitleE string `json:"title_en"`
	Reason string `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`  // what was found, for an engineer
	Cure   string `json:"cure,omitempty"`    // what to do about it, for an engineer
	Text   string `json:"text,omitempty"`    // of one that is not right: what it means and what to do
	TextE  string `json:"text_en,omitempty"` // the same in English
}

// Trace is what went over a device's wire: how much, which way, of what shape,
// and never what it said.
type Trace struct {
	Frames []Frame `json:"frames"`
}

// Frame is one read or write, or a word of the driver.
type Frame struct {
	Seq        uint64    `json:"seq" doc:"counts up; a gap is frames that are not kept any more"`
	At         time.Time `json:"at"`
	Out        bool      `json:"out" doc:"to the device"`
	Bytes      int       `json:"bytes"`
	Classes    string    `json:"classes" doc:"runs of 9 (digits), A (letters), . (other signs), _ (spaces), # (above 7E) and control characters by name; of raw HID and of keys only 0 (zero) and x"`
	Generation uint64    `json:"generation" doc:"which opening of the device since the start"`
	Note       string    `json:"note,omitempty" doc:"instead of classes: what the driver made of what came, such as \"scan ]Q1\" or \"drop noise\""`
}

// Devices are the devices of the register.
func (c *Client) Devices(ctx context.Context) (Devices, error) {
	var out Devices
	return out, c.call(ctx, http.MethodGet, PathDevices, nil, &out)
}

// TestDevice lets a device show that it works.
func (c *Client) TestDevice(ctx context.Context, id string) (DeviceTest, error) {
	var out DeviceTest
	return out, c.call(ctx, http.MethodPost, at(PathDeviceTest, "id", id), nil, &out)
}

// ExplainDevice is each step between a device and its driver.
func (c *Client) ExplainDevice(ctx context.Context, id string) (Explanation, error) {
	var out Explanation
	return out, c.call(ctx, http.MethodGet, at(PathExplain, "id", id), nil, &out)
}

// TraceDevice is what went over a device's wire behind a number, at once, or
// when there is something, but not after wait.
func (c *Client) TraceDevice(ctx context.Context, id string, after uint64, wait time.Duration) (Trace, error) {
	path := at(PathTrace, "id", id) + fmt.Sprintf("?after=%d", after)
	if wait > 0 {
		path += "&wait=" + url.QueryEscape(wait.String())
	}
	var out Trace
	return out, c.call(ctx, http.MethodGet, path, nil, &out)
}
