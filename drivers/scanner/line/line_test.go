package line_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

func TestBackOff(t *testing.T) {
	var at []time.Time
	open := func() (port.Port, error) {
		at = append(at, time.Now())
		return nil, fs.ErrNotExist
	}
	inTestTime(t, profile.Scanner{}, open, time.Minute, func(*supervise.Scanner, []string) {
		want := 250 * time.Millisecond
		for i := 1; i < len(at); i++ {
			pause := at[i].Sub(at[i-1])
			if pause < want*8/10 || pause > want*12/10 {
				t.Errorf("pause %d is %v, want %v and a fifth more or less", i, pause, want)
			}
			want = min(2*want, 10*time.Second)
		}
		if len(at) < 8 {
			t.Errorf("opened %d times in a minute", len(at))
		}
	})
}

// A device that works and then goes is looked for at once; one that is lost
// again and again without a single code is left in peace more and more.
func TestBackOffBeginsAnewAfterACode(t *testing.T) {
	for name, c := range map[string]struct {
		sends string
		least int
		most  int
	}{"works": {"97\r", 40, 65}, "never works": {"", 4, 7}} {
		t.Run(name, func(t *testing.T) {
			opened := 0
			open := func() (port.Port, error) {
				opened++
				return play(strings.Replace(c.sends, "97", fmt.Sprint(opened), 1), port.ErrGone).begin()
			}
			inTestTime(t, profile.Scanner{}, open, 12*time.Second, func(s *supervise.Scanner, _ []string) {
				if opened < c.least || opened > c.most {
					t.Errorf("opened %d times, want %d to %d", opened, c.least, c.most)
				}
				if got := s.Stats().Reconnects; got != uint64(opened-1) {
					t.Errorf("%d reconnects counted, opened %d times", got, opened)
				}
			})
		})
	}
}

func TestRetryEndsThePause(t *testing.T) {
	opened := 0
	open := func() (port.Port, error) {
		opened++
		return nil, fs.ErrNotExist
	}
	inTestTime(t, profile.Scanner{}, open, 30*time.Second, func(s *supervise.Scanner, _ []string) {
		before, at := opened, time.Now()
		s.Retry()
		synctest.Wait()
		if opened != before+1 || time.Since(at) != 0 {
			t.Errorf("opened %d times after %v, want once at once", opened-before, time.Since(at))
		}
	})
}

// What the port says is what the clerk and the engineer are told.
func TestHealthOfErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{fs.ErrNotExist, "absent/not_found"},
		{fs.ErrPermission, "blocked/permission"},
		{port.ErrBusy, "blocked/busy"},
		{port.ErrNotDevice, "faulted/not_configured"},
		{port.ErrGone, "absent/unplugged"},
		{errors.New("connection refused"), "absent/no_reply"},
	} {
		t.Run(c.want, func(t *testing.T) {
			open := func() (port.Port, error) { return nil, fmt.Errorf("open: %w", c.err) }
			inTestTime(t, profile.Scanner{Model: "M1"}, open, time.Hour, func(s *supervise.Scanner, seen []string) {
				if got := strings.Join(seen, " "); got != "connecting/not_found "+c.want {
					t.Errorf("health went %s", got)
				}
				h := s.Health()
				if h.Detail != "open: "+c.err.Error() || h.ID != "scanner1" || h.Kind != "scanner" || h.Model != "M1" || h.Path != "test" || h.Since.IsZero() {
					t.Errorf("health is %+v", h)
				}
			})
		})
	}
}

func TestUnpluggedStaysUnplugged(t *testing.T) {
	ports := []*script{play("97\r", port.ErrGone), nil, nil, play()}
	open := func() (port.Port, error) {
		p := ports[0]
		ports = ports[1:]
		if p == nil {
			return nil, fs.ErrNotExist
		}
		return p.begin()
	}
	inTestTime(t, profile.Scanner{}, open, time.Minute, func(s *supervise.Scanner, seen []string) {
		if got, want := strings.Join(seen, " "), "connecting/not_found ready/ absent/unplugged ready/"; got != want {
			t.Errorf("health went %s, want %s", got, want)
		}
	})
}

// A panic below is that device's trouble: it is reported, and tried again.
func TestPanicIsIsolated(t *testing.T) {
	opened := 0
	open := func() (port.Port, error) {
		opened++
		switch opened {
		case 1:
			panic("in open")
		case 2:
			return play(func() { panic("in read") }).begin()
		}
		return play("97\r").begin()
	}
	inTestTime(t, profile.Scanner{}, open, time.Minute, func(s *supervise.Scanner, seen []string) {
		if got, want := strings.Join(seen, " "), "connecting/not_found faulted/unrecoverable ready/ faulted/unrecoverable ready/"; got != want {
			t.Errorf("health went %s, want %s", got, want)
		}
		if got := takeAll(s); got != "97" {
			t.Errorf("scanned %q", got)
		}
	})
}

// Half a code is never delivered and never glued to the next one: not when
// the wire is cut, and not when the rest does not come. A read that is told
// too late that its time is over makes no half code of a whole one.
func TestHalfCodes(t *testing.T) {
	for name, c := range map[string]struct {
		model profile.Scanner
		ports []*script
		want  string
		halfs uint64
	}{
		"cut":                {profile.Scanner{End: "cr"}, []*script{play("971", "97", port.ErrGone), play("972\r")}, "972", 1},
		"cut in gap mode":    {profile.Scanner{End: "gap"}, []*script{play("971", port.ErrGone), play("972")}, "972", 1},
		"left off":           {profile.Scanner{End: "cr"}, []*script{play("971", time.Second, "972\r")}, "972", 1},
		"slow, but not half": {profile.Scanner{End: "cr"}, []*script{play("97", 400*time.Millisecond, "1", 400*time.Millisecond, "\r")}, "971", 0},
		"gap mode":           {profile.Scanner{End: "gap"}, []*script{play("97", 50*time.Millisecond, "1", time.Second, "972")}, "971 972", 0},
		"late, not silent":   {profile.Scanner{End: "gap"}, []*script{play("97", port.ErrTimeout, "1", time.Second, "972")}, "971 972", 0},
		"cut in a panic":     {profile.Scanner{End: "cr"}, []*script{play("971", func() { panic("x") }), play("972\r")}, "972", 0},
	} {
		t.Run(name, func(t *testing.T) {
			ports := c.ports
			open := func() (port.Port, error) {
				p := ports[0]
				ports = ports[1:]
				return p.begin()
			}
			inTestTime(t, c.model, open, time.Minute, func(s *supervise.Scanner, _ []string) {
				if got := takeAll(s); got != c.want || s.Stats().HalfFrames != c.halfs {
					t.Errorf("scanned %q with %d half frames, want %q with %d", got, s.Stats().HalfFrames, c.want, c.halfs)
				}
			})
		})
	}
}

func TestDuplicateWindow(t *testing.T) {
	p := play("97\r", 1900*time.Millisecond, "]C097\r", "98\r", 200*time.Millisecond, "97\r", "98\r")
	inTestTime(t, profile.Scanner{}, p.begin, time.Minute, func(s *supervise.Scanner, _ []string) {
		if got, st := takeAll(s), s.Stats(); got != "97 98 97" || st.Duplicates != 2 || st.Frames != 3 {
			t.Errorf("scanned %q, stats %+v", got, st)
		}
	})
}

// Bytes without codes, again and again, mean wrong settings; one code clears it.
func TestOnlyNoiseIsDegraded(t *testing.T) {
	p := play("\x00\r", "\x00\r", "97\r", "\xff\r", "\x00\r", "\x00\r", "\x00\r", time.Second, "98\r")
	inTestTime(t, profile.Scanner{}, p.begin, time.Minute, func(s *supervise.Scanner, seen []string) {
		if got, want := strings.Join(seen, " "), "connecting/not_found ready/ degraded/wrong_model ready/"; got != want {
			t.Errorf("health went %s, want %s", got, want)
		}
		if st := s.Stats(); st.Noises != 6 || st.DroppedBytes != 6 || st.Frames != 2 || st.LastRead.IsZero() {
			t.Errorf("stats are %+v", st)
		}
	})
}

func TestQueueKeepsTheNewest(t *testing.T) {
	var steps []any
	for i := range 20 {
		steps = append(steps, fmt.Sprintf("%d\r", i))
	}
	inTestTime(t, profile.Scanner{}, play(steps...).begin, time.Minute, func(s *supervise.Scanner, _ []string) {
		if got := takeAll(s); got != "4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19" || s.Stats().Unread != 4 {
			t.Errorf("kept %q, %d unread", got, s.Stats().Unread)
		}
	})
}

func TestRunEnds(t *testing.T) {
	p := play()
	synctest.Test(t, func(t *testing.T) {
		s, err := line.New("scanner1", profile.Scanner{}, "test", p.begin, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel()
		}()
		if err := s.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("run ended with %v", err)
		}
		if _, open := <-s.Scans(); open {
			t.Error("a scan came")
		}
		if s.Health().State != device.Ready {
			t.Errorf("our own end was taken for a loss: %+v", s.Health())
		}
		if err := s.Run(ctx); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("a second run ended with %v", err)
		}
	})
}

func TestNewRefusesABadProfile(t *testing.T) {
	_, err := line.New("scanner1", profile.Scanner{Model: "X9", End: "bell"}, "test", nil, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "X9") || !strings.Contains(err.Error(), "bell") {
		t.Errorf("error is %v", err)
	}
}
