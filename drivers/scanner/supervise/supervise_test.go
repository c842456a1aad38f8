package supervise_test

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
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// played is a device that does one step for each Read: a string is a code, a
// time.Duration a pause, a func is called, an error ends it. After the last
// step it is silent until it is closed.
type played struct {
	host   supervise.Host
	steps  []any
	closed chan struct{}
}

func (p *played) Read() ([]scanner.Event, error) {
	if len(p.steps) == 0 {
		<-p.closed
		return nil, port.ErrClosed
	}
	step := p.steps[0]
	p.steps = p.steps[1:]
	switch step := step.(type) {
	case string:
		p.host.Heard()
		return []scanner.Event{scanner.Frame{Data: scanner.Data(step)}}, nil
	case time.Duration:
		time.Sleep(step)
	case scanner.Event:
		return []scanner.Event{step}, nil
	case error:
		return nil, step
	case func():
		step()
	}
	return nil, nil
}

func (p *played) Cut() []scanner.Event {
	return []scanner.Event{scanner.Drop{Kind: scanner.HalfFrame, Bytes: 1}}
}

func (p *played) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

// shown is a scanner whose device has done all its steps, and what came of it.
type shown struct {
	*supervise.Scanner
	scans, drops, states []string
}

// show plays the devices one after the other, each until it fails, in a bubble
// of time of its own. The steps may arm and disarm the scanner that they get.
func show(t *testing.T, check func(*testing.T, *shown), devices ...func(*supervise.Scanner) []any) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &shown{}
		opened := 0
		s.Scanner = supervise.New(supervise.Config{
			ID: "scanner1", Model: "M1", Path: "test", Doubt: "the moon",
			Open: func(h supervise.Host) (supervise.Source, error) {
				if opened == len(devices) {
					return nil, errors.New("nothing is there")
				}
				opened++
				return &played{host: h, steps: devices[opened-1](s.Scanner), closed: make(chan struct{})}, nil
			},
		}, slog.New(slog.DiscardHandler))
		s.WatchDrops(func(d scanner.Drop) { s.drops = append(s.drops, fmt.Sprintf("%s(%d)", d.Kind, d.Bytes)) })
		s.Watch(func(h device.Health) { s.states = append(s.states, fmt.Sprintf("%s/%s", h.State, h.Reason)) })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = s.Run(ctx) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		for len(s.Scans()) > 0 {
			s.scans = append(s.scans, string((<-s.Scans()).Data))
		}
		check(t, s)
		cancel()
		<-ended
	})
}

func (s *shown) got(t *testing.T, scans, drops string) {
	t.Helper()
	if got := strings.Join(s.scans, " "); got != scans {
		t.Errorf("scanned %q, want %q", got, scans)
	}
	if got := strings.Join(s.drops, " "); got != drops {
		t.Errorf("dropped %s, want %s", got, drops)
	}
}

func TestOneScanForEachArm(t *testing.T) {
	show(t, func(t *testing.T, s *shown) {
		s.got(t, "2 4 7", "not_wanted(1) not_wanted(1) not_wanted(1) not_wanted(1)")
		if st := s.Stats(); st.NotWanted != 4 || st.Frames != 3 || st.DroppedBytes != 0 {
			t.Errorf("counted %+v", st)
		}
	}, func(s *supervise.Scanner) []any {
		return []any{"1", s.Arm, "2", "3", s.Arm, s.Arm, "4", "5", s.Arm, s.Disarm, "6", s.Arm, "7"}
	})
}

// The same payload again is no second scan, whoever waits; but what nobody
// waited for was not used, and may be shown again at once.
func TestDuplicates(t *testing.T) {
	const s1 = time.Second
	show(t, func(t *testing.T, s *shown) {
		s.got(t, "1 2 1", "duplicate(1) not_wanted(1) duplicate(1) not_wanted(1) duplicate(1)")
	}, func(s *supervise.Scanner) []any {
		return []any{
			s.Arm, "1", s.Arm, s1, "1", s.Disarm,
			"2", "2", s.Arm, "2", // the second "2" needs no second word
			s1, s.Arm, "1", s.Disarm, "3", "3",
		}
	})
}

// A scanner that loses its power between two halves of a code gives neither.
func TestCutIsReportedOnce(t *testing.T) {
	show(t, func(t *testing.T, s *shown) {
		s.got(t, "1", "half_frame(1)")
		if got, want := strings.Join(s.states, " "), "connecting/not_found ready/ absent/unplugged ready/"; got != want {
			t.Errorf("health went %s, want %s", got, want)
		}
	}, func(*supervise.Scanner) []any { return []any{port.ErrGone} },
		func(s *supervise.Scanner) []any { return []any{s.Arm, "1"} })
}

func TestHealthOfAWrongModel(t *testing.T) {
	show(t, func(t *testing.T, s *shown) {
		if h := s.Health(); h.State != device.Absent || h.Reason != device.NoReply {
			t.Errorf("in the end it is %+v", h)
		}
		if got := strings.Join(s.states, " "); !strings.Contains(got, "faulted/wrong_model") {
			t.Errorf("health went %s", got)
		}
	}, func(*supervise.Scanner) []any {
		return []any{fmt.Errorf("open: %w", supervise.ErrWrongModel)}
	})
}

func TestDoubtSaysWhatToCheck(t *testing.T) {
	noise := scanner.Drop{Kind: scanner.Typed, Bytes: 4}
	show(t, func(t *testing.T, s *shown) {
		if h := s.Health(); h.State != device.Degraded || !strings.Contains(h.Detail, "typed, 4 bytes") || !strings.Contains(h.Detail, "check the moon") {
			t.Errorf("it is %+v", h)
		}
		if st := s.Stats(); st.Others != 3 || st.DroppedBytes != 12 {
			t.Errorf("counted %+v", st)
		}
	}, func(*supervise.Scanner) []any { return []any{noise, noise, noise} })
}

// Who listens hears what came of what was read, in order, and no code.
func TestListen(t *testing.T) {
	var told []string
	show(t, func(t *testing.T, s *shown) {
		want := "opened 0; takes pictures 0; scan 5; drop duplicate 5; drop not_wanted 5; drop noise 3; drop half_frame 1; lost 0"
		if got := strings.Join(told[:8], "; "); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	}, func(s *supervise.Scanner) []any {
		s.Listen(func(what string, bytes int) { told = append(told, fmt.Sprintf("%s %d", what, bytes)) })
		return []any{
			func() { s.Tell("takes pictures") }, s.Arm, "97123", "97123", "97124", scanner.Drop{Kind: scanner.Noise, Bytes: 3}, port.ErrGone,
		}
	})
}

// A source learns at once when a code is wanted and when not.
func TestWanted(t *testing.T) {
	s := supervise.New(supervise.Config{ID: "scanner1"}, slog.New(slog.DiscardHandler))
	wanted, changed := s.Wanted()
	if wanted {
		t.Error("a new scanner is armed")
	}
	s.Disarm() // no change
	select {
	case <-changed:
		t.Error("told of no change")
	default:
	}
	s.Arm()
	<-changed
	if wanted, _ = s.Wanted(); !wanted {
		t.Error("it is not armed")
	}
}
