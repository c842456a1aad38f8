package line_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// script is a port that plays reads in order: a string is bytes, a
// time.Duration is silence before the next, an error is the end.
type script struct {
	steps  []any
	closed chan struct{}
	once   sync.Once
}

func play(steps ...any) *script { return &script{steps: steps} }

// begin is where the port is opened: channels belong to the bubble they were
// made in.
func (s *script) begin() (port.Port, error) {
	s.closed = make(chan struct{})
	return s, nil
}

func (s *script) Read(p []byte, timeout time.Duration) (int, error) {
	var expired <-chan time.Time
	if timeout > 0 {
		expired = time.After(timeout)
	}
	began := time.Now()
	var next <-chan time.Time // of the step at hand
	if len(s.steps) > 0 {
		pause, _ := s.steps[0].(time.Duration)
		next = time.After(pause)
	}
	select {
	case <-s.closed:
		return 0, port.ErrClosed
	case <-expired:
		if len(s.steps) > 0 {
			if pause, ok := s.steps[0].(time.Duration); ok {
				s.steps[0] = pause - time.Since(began)
			}
		}
		return 0, port.ErrTimeout
	case <-next:
	}
	step := s.steps[0]
	s.steps = s.steps[1:]
	switch step := step.(type) {
	case string:
		return copy(p, step), nil
	case error:
		return 0, step
	case func():
		step()
	}
	return s.Read(p, timeout)
}

func (s *script) Write(p []byte, _ time.Duration) (int, error) { return len(p), nil }

func (s *script) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

// wanting is a port whose reader always waits for one more code.
type wanting struct {
	port.Port
	scanner *supervise.Scanner
}

func (w wanting) Read(p []byte, timeout time.Duration) (int, error) {
	w.scanner.Arm()
	return w.Port.Read(p, timeout)
}

// inTestTime runs a scanner in a bubble of its own time, lets it go on for
// d, and then gives it to check. Each read finds it armed.
func inTestTime(t *testing.T, model profile.Scanner, open port.Opener, d time.Duration, check func(*supervise.Scanner, []string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var s *supervise.Scanner
		opened := func() (port.Port, error) {
			p, err := open()
			if err != nil {
				return nil, err
			}
			return wanting{p, s}, nil
		}
		s, err := line.New("scanner1", model, "test", opened, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		s.Watch(func(h device.Health) { seen = append(seen, fmt.Sprintf("%s/%s", h.State, h.Reason)) })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		time.Sleep(d)
		synctest.Wait()
		check(s, seen)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("run ended with %v", err)
		}
	})
}

// takeAll are the payloads that wait, in order.
func takeAll(s *supervise.Scanner) string {
	var out []string
	for len(s.Scans()) > 0 {
		out = append(out, string((<-s.Scans()).Data))
	}
	return strings.Join(out, " ")
}
