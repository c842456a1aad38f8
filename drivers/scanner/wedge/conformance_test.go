package wedge_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/wedge"
	"github.com/posagent/posagent/drivers/virtual"
)

func TestConformance(t *testing.T) {
	for name, c := range map[string]struct {
		model profile.Scanner
		far   *virtual.Keyboard
	}{
		"us":            {profile.Scanner{Layout: "us", End: "any"}, &virtual.Keyboard{Layout: "us"}},
		"jis":           {profile.Scanner{Layout: "jis", End: "any"}, &virtual.Keyboard{Layout: "jis"}},
		"tab":           {profile.Scanner{Layout: "us", End: "tab"}, &virtual.Keyboard{Layout: "us", End: []byte{virtual.UsageTab}}},
		"the other one": {profile.Scanner{Layout: "jis", End: "cr", AIM: true}, &virtual.Keyboard{Layout: "jis", End: []byte{virtual.UsagePadEnter, virtual.UsageDown}}},
		"numbers":       {profile.Scanner{Layout: "jis", End: "any"}, &virtual.Keyboard{Layout: "jis", Alt: true}},
		"slow":          {profile.Scanner{Layout: "us", End: "any"}, &virtual.Keyboard{Layout: "us", Pace: 60 * time.Millisecond}},
		"no end":        {profile.Scanner{Layout: "us", End: "gap"}, &virtual.Keyboard{Layout: "us", End: []byte{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench.Scanner(t, c.model, func(t *testing.T, model profile.Scanner) bench.ScannerRig {
				far := &virtual.Keyboard{Layout: c.far.Layout, End: c.far.End, Alt: c.far.Alt, Pace: c.far.Pace}
				return rig(t, model, far)
			})
		})
	}
}

// rig runs a scanner until the test ends.
func rig(t *testing.T, model profile.Scanner, far *virtual.Keyboard) bench.ScannerRig {
	t.Helper()
	driver, err := wedge.New("scanner1", model, "evdev:test", far.Open, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx := t.Context()
	go func() { ended <- driver.Run(ctx) }()
	t.Cleanup(func() {
		if err := <-ended; err != ctx.Err() {
			t.Errorf("run ended with %v", err)
		}
	})
	f1 := append(far.Press(0x26), far.Press(virtual.UsageF1)...) // a 9, and what no code has
	return bench.ScannerRig{
		Driver: driver, Send: far.SendEvents, Unplug: far.Unplug, Plug: far.Plug,
		Frame: func(aim, text string) []byte {
			if model.AIM {
				text = aim + text
			}
			return far.Events(text)
		},
		Unit: len(far.Raw(0, 0, 0)), Least: 4, OnlyASCII: true,
		Noises: [][]byte{
			append(f1, far.Events("345")...), far.Events("97\x00123"), append(far.Press(virtual.UsageGUI, 0x15), far.Events("cmd.exe")...),
		},
		Flood:     flood(far),
		FloodEnds: true,
	}
}

// flood is what a program that plays keyboard would type.
func flood(far *virtual.Keyboard) (out []byte) {
	for range 200 {
		out = append(out, far.Press(virtual.UsageGUI, 0x15)...)
		out = append(out, far.Events("cmd.exe")...)
	}
	return out
}
