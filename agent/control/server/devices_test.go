package server_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/drivers/device"
)

var brokenChain = []device.Link{
	{Step: device.StepNetwork, Grade: device.GradeOK, Detail: "192.0.2.1:9100 is reached"},
	{Step: device.StepOpen, Grade: device.GradeLook, Detail: "slow", Cure: "look at the switch"},
	{Step: device.StepProtocol, Grade: device.GradeBroken, Reason: device.NoReply, Detail: "silence"},
	{Step: device.StepStatus, Grade: device.GradeUnreached},
}

// tracer is a wire on which the test says when something passes.
type tracer struct {
	mu     sync.Mutex
	frames []device.Frame
	next   chan struct{}
}

var aTrace = &tracer{next: make(chan struct{})}

func (t *tracer) since(seq uint64) ([]device.Frame, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if int(seq) > len(t.frames) {
		seq = uint64(len(t.frames))
	}
	return t.frames[seq:], t.next
}

func (t *tracer) pass(classes string) (seq uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	seq = uint64(len(t.frames)) + 1
	t.frames = append(t.frames, device.Frame{Seq: seq, At: time.Unix(1, 0), Out: true, Bytes: 20, Classes: classes, Generation: 2})
	close(t.next)
	t.next = make(chan struct{})
	return seq
}

// A test prints, or takes the next code from the scanner: who may only look, or
// only set up, does not do that to a register that sells.
func TestATestOfADeviceIsNoLook(t *testing.T) {
	s := start(t)
	for who, status := range map[string]int{"reader": 403, "screen": 403, "till": 200} {
		if got := s.ask(t, "POST", "/v1/devices/printer0/test", nil, bearer(who)); got.status != status {
			t.Errorf("%s: %d %s", who, got.status, got.body)
		}
	}
}

func TestExplainDevice(t *testing.T) {
	s := start(t)
	got := decode[control.Explanation](t, s.ask(t, "GET", "/v1/devices/printer0/explain", nil, bearer("reader")))
	if got.Device.ID != "printer0" || len(got.Links) != 4 {
		t.Fatalf("%+v", got)
	}
	for i, l := range got.Links {
		words := l.Text != "" && l.TextE != ""
		if l.Title == "" || l.TitleE == "" || l.Step != string(brokenChain[i].Step) || words != (l.Grade == "look" || l.Grade == "broken") {
			t.Errorf("%+v", l)
		}
	}
	if l := got.Links[2]; l.Reason != "no_reply" || l.Detail != "silence" || l.TextE != "The printer does not answer. Payments go on. Switch the printer off and on, and print the receipt again." {
		t.Errorf("%+v", l)
	}
	// A device of which nothing can be told has no links, and is no error.
	if got := decode[control.Explanation](t, s.ask(t, "GET", "/v1/devices/scanner0/explain", nil, bearer("reader"))); got.Device.ID != "scanner0" || got.Links == nil || len(got.Links) > 0 {
		t.Errorf("%+v", got)
	}
	want(t, s.ask(t, "GET", "/v1/devices/nothing/explain", nil, bearer("reader")), http.StatusNotFound)
}

func TestTraceDevice(t *testing.T) {
	s := start(t)
	first := aTrace.pass("9*20 CR")
	ask := func(query string) []control.Frame {
		t.Helper()
		return decode[control.Trace](t, s.ask(t, "GET", "/v1/devices/printer0/trace"+query, nil, bearer("reader"))).Frames
	}
	got := ask(fmt.Sprintf("?after=%d", first-1))
	if len(got) != 1 || got[0].Seq != first || got[0].Classes != "9*20 CR" || !got[0].Out || got[0].Bytes != 20 || got[0].Generation != 2 || got[0].At.IsZero() {
		t.Errorf("%+v", got)
	}
	if got := ask(fmt.Sprintf("?after=%d", first)); got == nil || len(got) > 0 {
		t.Errorf("behind the last there is %+v", got)
	}
	// Whoever waits is told when there is something, and that there is nothing.
	heard := make(chan []control.Frame, 1)
	go func() { heard <- ask(fmt.Sprintf("?after=%d&wait=60s", first)) }()
	aTrace.pass("STX")
	if got := <-heard; len(got) != 1 || got[0].Classes != "STX" {
		t.Errorf("who waited heard %+v", got)
	}
	if got := ask(fmt.Sprintf("?after=%d&wait=10ms", first+1)); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	if got := decode[control.Trace](t, s.ask(t, "GET", "/v1/devices/scanner0/trace?wait=1ms", nil, bearer("reader"))); got.Frames == nil || len(got.Frames) > 0 {
		t.Errorf("of a device that nobody notes: %+v", got)
	}
	want(t, s.ask(t, "GET", "/v1/devices/nothing/trace", nil, bearer("reader")), http.StatusNotFound)
	want(t, s.ask(t, "GET", "/v1/devices/printer0/trace?wait=soon", nil, bearer("reader")), http.StatusUnprocessableEntity)
	want(t, s.ask(t, "GET", "/v1/devices/printer0/trace?after=-1", nil, bearer("reader")), http.StatusUnprocessableEntity)
}

// Hardware that nobody set up is a trouble until it has gone.
func TestStrangersAreATrouble(t *testing.T) {
	s := start(t)
	troubles := func() (out []control.Trouble) {
		t.Helper()
		for _, tr := range decode[control.Health](t, s.ask(t, "GET", control.PathHealth, nil, bearer("reader"))).Troubles {
			if tr.Code == "hardware.stranger" {
				out = append(out, tr)
			}
		}
		return out
	}
	s.register.Strangers([]string{"0c2e:0b6a at socket 1-4, a keyboard"})
	if got := troubles(); len(got) != 1 || got[0].Subject != "0c2e:0b6a at socket 1-4, a keyboard" || got[0].Act != "manager" || got[0].Text == "" {
		t.Errorf("%+v", got)
	}
	s.register.Strangers(nil)
	if got := troubles(); len(got) > 0 {
		t.Errorf("it has gone, but is still %+v", got)
	}
}
