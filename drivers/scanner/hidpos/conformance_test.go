package hidpos_test

import (
	"log/slog"
	"testing"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/hidpos"
	"github.com/posagent/posagent/drivers/virtual"
)

func TestConformance(t *testing.T) {
	for name, model := range map[string]profile.Scanner{
		"bare":      {End: "none", GapMilli: 150},
		"cr is off": {End: "cr", GapMilli: 150},
		"any, aim":  {End: "any", GapMilli: 150, AIM: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench.Scanner(t, model, func(t *testing.T, model profile.Scanner) bench.ScannerRig { return start(t, model) })
		})
	}
}

// start runs a scanner until the test ends.
func start(t *testing.T, model profile.Scanner) bench.ScannerRig {
	t.Helper()
	far := &virtual.HIDPOS{Maker: [2]byte{'s'}}
	driver, err := hidpos.New("scanner1", model, "hidraw:test", far.Open, far.Descriptor, slog.New(slog.DiscardHandler))
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
	join := func(reports [][]byte) (out []byte) {
		for _, r := range reports {
			out = append(out, r...)
		}
		return out
	}
	return bench.ScannerRig{
		Driver: driver, Unplug: far.Unplug, Plug: far.Plug, SendsAIM: true,
		Frame: func(aim, text string) []byte { return join(far.Reports(aim, text)) },
		Send: func(p []byte) error {
			for ; len(p) > 0; p = p[64:] {
				if err := far.Send(p[:64]); err != nil {
					return err
				}
			}
			return nil
		},
		Unit:      64,
		Noises:    [][]byte{join(far.Reports("]Q1", "97\x00123")), join(far.Reports("]Q1", "\xff\xfe")), join(far.Reports("\x00\x00\x00", "\x00\x00\x00"))},
		Flood:     join(far.Reports("]Q1", string(make([]byte, 50_000)))),
		FloodEnds: true,
	}
}
