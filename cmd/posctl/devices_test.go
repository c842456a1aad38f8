package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/find"
	"github.com/posagent/posagent/drivers/hotplug"
)

func TestDevices(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"GET /v1/devices": {control.Devices{Devices: []control.Device{{ID: "printer0", Role: "printer", State: "blocked", Reason: "paper_out", Path: "tcp:192.0.2.1:9100", TextE: "The paper has run out."}}}}})
	posctl(t, "devices", "list", "--agent", a.url).want(t, 0, "printer0")
	posctl(t, "devices", "--agent", a.url).want(t, 0, "DEVICE", "printer0", "paper_out", "tcp:192.0.2.1:9100", "The paper has run out.")
	shape(t, posctl(t, "devices", "list", "--json", "--agent", a.url), "devices")
	for answer, code := range map[string]int{"print.confirmed": 0, "print.sent": 0, "print.unknown": exitUnknown, "print.failed": exitFailed, "device.absent": exitFailed, "device.ready": 0} {
		b := newAgent(t, map[string][]any{"POST /v1/devices/printer0/test": {control.DeviceTest{Result: answer, TextE: "So it is."}}})
		posctl(t, "devices", "test", "printer0", "--agent", b.url).want(t, code, "So it is.")
		shape(t, posctl(t, "devices", "test", "printer0", "--json", "--agent", b.url), "result", "text", "text_en")
	}
}

func aChain(grade string) control.Explanation {
	return control.Explanation{
		Device: control.Device{ID: "printer0", Kind: "printer", Model: "EPSON TM-T88", Path: "usb:04b8:0202", State: "blocked", Reason: "permission"},
		Links: []control.Link{
			{Step: "kernel", Grade: "ok", Detail: "/dev/usb/lp0 is EPSON TM-T88V (04b8:0202)"},
			{Step: "udev", Grade: "look", TitleE: "Prepared by udev", TextE: "Install the rules."},
			{Step: "permission", Grade: grade, Reason: "permission", Detail: "user 999 may not read and write /dev/usb/lp0", Cure: "posagent must be in group pos", TextE: "The software may not open this device."},
			{Step: "open", Grade: "unreached", TitleE: "Open"},
			{Step: "protocol", Grade: "new", TitleE: "Speaks"},
		},
	}
}

func TestDevicesExplain(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"GET /v1/devices/printer0/explain": {aChain("broken"), aChain("broken"), aChain("ok")}})
	posctl(t, "devices", "explain", "printer0", "--agent", a.url).want(t, exitFailed,
		"printer0, printer EPSON TM-T88 at usb:04b8:0202: blocked, permission",
		"ok      kernel      /dev/usb/lp0 is", "look    udev        Prepared by udev", "-> Install the rules.",
		"BROKEN  permission  user 999", "-> posagent must be in group pos", "-       open        Open", "new  protocol")
	shape(t, posctl(t, "devices", "explain", "printer0", "--json", "--agent", a.url), "device", "links")
	posctl(t, "devices", "explain", "printer0", "--agent", a.url).want(t, 0)
	b := newAgent(t, map[string][]any{"GET /v1/devices/x/explain": {problem{Status: 404, Detail: "device \"x\" is not configured"}}, "GET /v1/devices/y/explain": {control.Explanation{}}})
	posctl(t, "devices", "explain", "x", "--agent", b.url).want(t, exitFailed, "is not configured")
	posctl(t, "devices", "explain", "y", "--agent", b.url).want(t, 0, "nothing is known")
}

// streams is an event stream of these events, which then ends.
func streams(events ...any) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range events {
			name := "device"
			if _, all := e.(control.Register); all {
				name = "register"
			}
			data, _ := json.Marshal(e)
			fmt.Fprintf(w, "id: 1\nevent: %s\ndata: %s\n\n", name, data)
		}
		fmt.Fprint(w, "event: heartbeat\ndata: {}\n\n")
	}
}

// Each change is told once, also when the agent is restarted in between.
func TestDevicesWatch(t *testing.T) {
	t.Parallel()
	ready := control.Device{ID: "printer0", State: "ready", TextE: "It works."}
	out := control.Device{ID: "printer0", State: "blocked", Reason: "paper_out", TextE: "The paper has run out.", Detail: "a detail"}
	scanner := control.Device{ID: "scanner0", State: "ready"}
	ctx, cancel := context.WithCancel(t.Context())
	a := newAgent(t, map[string][]any{"GET /v1/events": {
		streams(control.Register{Devices: []control.Device{ready, scanner}}, ready, out),
		streams(control.Register{Devices: []control.Device{out, scanner}}, ready),
		func(w http.ResponseWriter) { cancel(); hangUp(w) },
	}})
	got := run(ctx, "devices", "watch", "printer0", "--agent", a.url)
	got.want(t, 0, "the agent is away, trying again", "The paper has run out.  | a detail")
	if n := strings.Count(got.out, "\n"); n != 3 || strings.Contains(got.out, "scanner0") {
		t.Errorf("it told %d lines:\n%s", n, got.out)
	}

	ctx, cancel = context.WithCancel(t.Context())
	b := newAgent(t, map[string][]any{"GET /v1/events": {streams(control.Register{Devices: []control.Device{ready}}), func(w http.ResponseWriter) { cancel(); hangUp(w) }}})
	got = run(ctx, "devices", "watch", "--json", "--agent", b.url)
	shape(t, got, "id", "state", "text_en")

	c := newAgent(t, map[string][]any{"GET /v1/events": {streams(control.Register{Devices: []control.Device{ready}})}})
	posctl(t, "devices", "watch", "printer9", "--agent", c.url).want(t, exitUsage, `device "printer9" is not configured`)
	d := newAgent(t, map[string][]any{"GET /v1/events": {func(w http.ResponseWriter) { fmt.Fprint(w, "event: register\ndata: [\n\n") }}})
	posctl(t, "devices", "watch", "--agent", d.url).want(t, exitFailed, "an event cannot be read")
	e := newAgent(t, map[string][]any{"GET /v1/events": {problem{Status: 403, Detail: "not for this token"}}})
	posctl(t, "devices", "watch", "--agent", e.url).want(t, exitFailed, "not for this token")
}

func TestDevicesSniff(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 9, 30, 0, 5e6, time.Local)
	path := "GET /v1/devices/scanner0/trace"
	ctx, cancel := context.WithCancel(t.Context())
	a := newAgent(t, map[string][]any{path: {
		control.Trace{Frames: []control.Frame{{Seq: 6, At: at, Bytes: 21, Classes: "9*20 CR"}, {Seq: 7, At: at, Bytes: 20, Note: "scan ]Q1"}}},
		control.Trace{Frames: []control.Frame{{Seq: 10, At: at, Out: true, Bytes: 2, Classes: "ESC ."}}},
		func(w http.ResponseWriter) { cancel(); hangUp(w) },
	}})
	got := run(ctx, "devices", "sniff", "scanner0", "--agent", a.url)
	got.want(t, 0, "09:30:00.005  <-    21  9*20 CR\n09:30:00.005        20  = scan ]Q1\n", "09:30:00.005  ->     2  ESC .\n", "2 more were too fast")
	a.said(t, "trace?after=0&wait=10s")
	a.said(t, "trace?after=7&wait=10s")

	b := newAgent(t, map[string][]any{path: {control.Trace{Frames: []control.Frame{{Seq: 1, At: at, Bytes: 21, Classes: "9*20 CR"}}}}})
	shape(t, posctl(t, "devices", "sniff", "scanner0", "--kept", "--json", "--agent", b.url), "seq", "at", "out", "bytes", "classes", "generation")
	b.said(t, "trace?after=0")
	c := newAgent(t, map[string][]any{path: {problem{Status: 404, Detail: "device \"scanner0\" is not configured"}}})
	posctl(t, "devices", "sniff", "scanner0", "--agent", c.url).want(t, exitFailed, "is not configured")
}

// finds runs devices find on a made-up machine.
func finds(ctx context.Context, m *bench.Machine, args ...string) result {
	var out, errOut bytes.Buffer
	finder := find.Finder{Tree: hotplug.TreeAt(m.Sys(), m.Dev()), Log: slog.New(slog.DiscardHandler)}
	tool := &tool{out: &out, errOut: &errOut, machine: &finder}
	code := tool.execute(ctx, append([]string{"devices", "find"}, args...))
	return result{code, out.String(), errOut.String()}
}

var (
	aScanner = bench.USBDevice{IDs: "0c2e:0b6a", Serial: "SCN0001", Socket: "1-1.2", Parts: []bench.USBPart{{Class: "02", Kind: "tty", Name: "ttyACM0"}}}
	aTypist  = bench.USBDevice{IDs: "05e0:1200", Socket: "1-3", Parts: []bench.USBPart{{Class: "03", Kind: "evdev", Name: "event3", Keys: bench.KeysKeyboard}}}
	aPrinter = bench.USBDevice{IDs: "0fe6:811e", Socket: "1-2", Parts: []bench.USBPart{{Class: "07", Kind: "lp", Name: "lp0"}}}
)

func TestDevicesFindNow(t *testing.T) {
	t.Parallel()
	m := bench.NewMachine(t)
	finds(t.Context(), m, "--now").want(t, 0, "nothing is plugged in")
	m.Plug(aScanner)
	m.Plug(aPrinter)
	m.Plug(aTypist)
	got := finds(t.Context(), m, "--now")
	got.want(t, 0,
		"Model 1450g (0c2e:0b6a, serial number SCN0001) at socket 1-1.2", `profile = "honeywell-2d"  # by its maker's USB id`,
		`address = "usb:0c2e:0b6a/serial=SCN0001?node=tty"`, "# a serial line, now "+m.Dev()+"/ttyACM0",
		`address = "usb:0fe6:811e@1-2?node=lp"`, "escpos-generic-80", "choose the width of its paper", "It could not be asked",
		"It types what it reads")
	// What it tells can be written down as it is.
	ready := write(t, "posagent.toml", goodConfig+sections(got.out))
	if c, err := configs.Load(ready); err != nil || len(c.Devices) < 2 {
		t.Errorf("its sections make %d devices (%v):\n%s", len(c.Devices), err, sections(got.out))
	}
	got = finds(t.Context(), m, "--now", "--json")
	for line := range strings.Lines(got.out) {
		shape(t, result{out: line}, "offers", "ways", "vendor", "product", "socket")
	}
	if n := strings.Count(got.out, "\n"); n != 3 {
		t.Errorf("%d devices are in\n%s", n, got.out)
	}
}

// sections are the sections in what find tells, each under an id of its own.
func sections(out string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "id = "):
			n++
			fmt.Fprintf(&b, "id = \"d%d\"\n", n)
		case strings.HasPrefix(line, "[[device]]"), strings.HasPrefix(line, "kind = "), strings.HasPrefix(line, "profile = "), strings.HasPrefix(line, "address = "), strings.HasPrefix(line, "#"):
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func TestDevicesFindWaits(t *testing.T) {
	m := bench.NewMachine(t)
	synctest.Test(t, func(t *testing.T) {
		came := make(chan result, 1)
		go func() { came <- finds(t.Context(), m) }()
		synctest.Wait()
		m.Plug(aScanner)
		got := <-came
		got.want(t, 0, "plug the device in now", `address = "usb:0c2e:0b6a/serial=SCN0001?node=tty"`)

		began := time.Now()
		finds(t.Context(), m, "--wait", "1m").want(t, exitFailed, "nothing was plugged in")
		if time.Since(began) != time.Minute {
			t.Errorf("it waited %v", time.Since(began))
		}

		ctx, cancel := context.WithCancel(t.Context())
		go func() { came <- finds(ctx, m, "--count", "0") }()
		synctest.Wait()
		m.Plug(aPrinter)
		time.Sleep(time.Minute)
		m.Plug(aTypist)
		time.Sleep(time.Minute)
		cancel() // Ctrl-C
		(<-came).want(t, 0, "usb:0fe6:811e@1-2", "usb:05e0:1200@1-3")
	})
	posctl(t, "devices", "find", "--count", "-1").want(t, exitUsage, "--count and --wait")
}

// The better a profile is known to fit, the earlier it is named.
func TestProfilesThatFit(t *testing.T) {
	t.Parallel()
	g := find.Guest{Vendor: "04b8", Product: "0202", Model: "TM Printer"}
	says := find.Answer{Maker: "EPSON", Model: "TM-T88V"}
	for _, c := range []struct {
		p    configs.ProfileInfo
		want int
	}{
		{configs.ProfileInfo{Model: "x y", USB: []string{"04b8:0202"}}, 3},
		{configs.ProfileInfo{Model: "EPSON TM-T88"}, 2},
		{configs.ProfileInfo{Model: "EPSON TM-U220", USB: []string{"04b8"}}, 1},
		{configs.ProfileInfo{Model: "Star mC-Print3", USB: []string{"0519"}}, 0},
		{configs.ProfileInfo{Model: "ESC/POS, 80 mm"}, 0},
	} {
		if got := match(c.p, g, says); got != c.want {
			t.Errorf("%+v fits %d, want %d", c.p, got, c.want)
		}
	}
	if got := match(configs.ProfileInfo{USB: []string{"", ":"}}, find.Guest{}, find.Answer{}); got != 0 {
		t.Errorf("a device that is not on USB fits ids: %d", got)
	}
}
