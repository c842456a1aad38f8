package line_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/line"
)

// A scanner gone mad sends a new code every few bytes. To look each up among
// those of the last moments must not take longer the more there are.
func TestFloodOfCodes(t *testing.T) {
	const codes = 200_000
	var all strings.Builder
	for i := range codes {
		fmt.Fprintf(&all, "%x\r", i)
	}
	rest := all.String()
	var steps []any
	for len(rest) > 0 {
		n := min(4096, len(rest))
		steps = append(steps, rest[:n])
		rest = rest[n:]
	}
	s, err := line.New("scanner1", profile.Scanner{}, "test", func() (port.Port, error) { return play(steps...).begin() }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Run(ctx) }()
	for s.Stats().NotWanted < codes {
		if ctx.Err() != nil {
			t.Fatalf("only %d of %d codes in 10 s", s.Stats().NotWanted, codes)
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	<-ended
}

// What such a scanner sends beside codes is counted, but told only as fast as
// somebody could read it.
func TestFloodOfNoiseIsToldOfALittle(t *testing.T) {
	steps := []any{strings.Repeat("\x00\r", 2000)}
	for range 20 {
		steps = append(steps, 100*time.Millisecond, strings.Repeat("\x00\r", 1000))
	}
	told := 0
	open := func() (port.Port, error) { return play(steps...).begin() }
	synctest.Test(t, func(t *testing.T) {
		s, err := line.New("scanner1", profile.Scanner{}, "test", open, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		s.WatchDrops(func(scanner.Drop) { told++ })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = s.Run(ctx) }()
		time.Sleep(10 * time.Second)
		cancel()
		<-ended
		if got := s.Stats().Noises; got != 22_000 {
			t.Errorf("%d noises were counted, want 22000", got)
		}
		if told < 16 || told > 16+2*4+1 {
			t.Errorf("%d drops were told in two seconds, want the first 16 and then four a second", told)
		}
	})
}

// Noise and codes in turn, without end, change the health with each of them;
// that, too, is told only as fast as somebody could read it. In the end it is
// what it was last.
func TestFloodOfChangesIsToldOfALittle(t *testing.T) {
	var mad strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&mad, "\x00\r\x00\r\x00\r%d\r", i)
	}
	var steps []any
	for range 20 {
		steps = append(steps, mad.String(), 100*time.Millisecond)
	}
	steps = append(steps, time.Second, "\x00\r\x00\r\x00\r")
	told := 0
	open := func() (port.Port, error) { return play(steps...).begin() }
	synctest.Test(t, func(t *testing.T) {
		s, err := line.New("scanner1", profile.Scanner{}, "test", open, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		s.Watch(func(device.Health) { told++ })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = s.Run(ctx) }()
		time.Sleep(5 * time.Second)
		if h := s.Health(); h.State != device.Degraded {
			t.Errorf("in the end it is %+v", h)
		}
		cancel()
		<-ended
		if told > 30 {
			t.Errorf("%d changes of health were told in two seconds", told)
		}
	})
}
