package hidpos_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/hidpos"
	"github.com/posagent/posagent/drivers/virtual"
)

// What cannot be a scanner is not read; what cannot be asked is tried again.
func TestTheDeviceIsAskedWhatItIs(t *testing.T) {
	for want, describe := range map[string]hidpos.Describe{
		"faulted/wrong_model set it to HID-POS": func(port.Port) ([]byte, error) { return []byte{0x05, 0x01, 0x09, 0x06}, nil },
		"absent/unplugged device went away":     func(port.Port) ([]byte, error) { return nil, port.ErrGone },
	} {
		synctest.Test(t, func(t *testing.T) {
			far := new(virtual.HIDPOS)
			s, err := hidpos.New("scanner1", profile.Scanner{}, "test", far.Open, describe, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()
			time.Sleep(time.Hour)
			state, detail, _ := strings.Cut(want, " ")
			if h := s.Health(); fmt.Sprintf("%s/%s", h.State, h.Reason) != state || !strings.Contains(h.Detail, detail) {
				t.Errorf("health is %+v, want %s", h, want)
			}
			if h := s.Health(); h.State == device.Ready {
				t.Error("it is ready")
			}
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("run ended with %v", err)
			}
		})
	}
}

func TestNewRefusesAGap(t *testing.T) {
	if _, err := hidpos.New("scanner1", profile.Scanner{End: "gap"}, "test", nil, nil, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "gap") {
		t.Errorf("error is %v", err)
	}
}
