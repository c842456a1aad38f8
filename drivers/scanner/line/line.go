// Package line looks after one scanner on a wire: it opens the port, reads,
// cuts the bytes into scans, and begins again whenever the device goes away.
// It does not know what a code means.
//
// Invariant: Run ends only when its context does, and whoever takes the scans
// can be slow or absent without holding up the reading.
package line

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
)

const (
	// firstPause doubles with each failure up to longestPause. Both vary by a
	// fifth, so that many registers do not knock at one moment.
	firstPause   = 250 * time.Millisecond
	longestPause = 10 * time.Second

	// lastLook follows a read that timed out: the deadline may have passed
	// while this program slept and the bytes waited.
	lastLook = 2 * time.Millisecond

	// queueLength is how many scans wait for a taker before the oldest goes.
	queueLength = 16
)

// Scanner is one scanner. Its methods are safe for use by several goroutines.
type Scanner struct {
	id      string
	framing scanner.Framing
	open    port.Opener
	log     *slog.Logger
	scans   chan scanner.Scan
	retry   chan struct{}
	recent  recent // of Run alone
	badRun  int    // of Run alone: drops since the last good frame
	worked  bool   // of Run alone: a code came since the port was opened
	told    int    // of Run alone: drops told without a pause; see mayTell
	toldAt  time.Time

	telling sync.Mutex // watchers are told one thing after the other

	mu           sync.Mutex
	running      bool // or has run
	wasOpen      bool
	health       device.Health
	stats        Stats
	watchers     []func(device.Health)
	dropWatchers []func(scanner.Drop)
}

// New makes a scanner that is opened by open and frames as its model does. The
// error is about the profile. id is its name in scans and health; path is only
// shown.
func New(id string, model profile.Scanner, path string, open port.Opener, log *slog.Logger) (*Scanner, error) {
	framer, err := scanner.NewFramer(scanner.Framing{
		Header:   scanner.Header(model.Header),
		End:      scanner.End(model.End),
		Gap:      time.Duration(model.GapMilli) * time.Millisecond,
		AIM:      model.AIM,
		MaxBytes: model.MaxBytes,
	})
	if err != nil {
		return nil, fmt.Errorf("scanner %s: profile %q: %w", id, model.Model, err)
	}
	return &Scanner{
		id:      id,
		framing: framer.Framing(),
		open:    open,
		log:     log.With("device", id),
		scans:   make(chan scanner.Scan, queueLength),
		retry:   make(chan struct{}, 1),
		recent:  recent{seen: make(map[[sha256.Size]byte]bool)},
		health: device.Health{
			ID: id, Kind: "scanner", Model: model.Model, Path: path,
			State: device.Connecting, Reason: device.NotFound, Detail: "not opened yet", Since: time.Now(),
		},
	}, nil
}

// Scans are the codes in the order they were read. When nobody takes them the
// oldest is dropped as Unread. The channel is closed when Run ends.
func (s *Scanner) Scans() <-chan scanner.Scan { return s.scans }

// Retry ends a pause between two attempts to open: something was plugged in,
// or somebody pressed a button.
func (s *Scanner) Retry() {
	select {
	case s.retry <- struct{}{}:
	default:
	}
}

// Run reads until ctx ends, and returns its error. It may be called once.
func (s *Scanner) Run(ctx context.Context) error {
	if !s.begin() {
		return fmt.Errorf("scanner %s: it runs, or has run, already", s.id)
	}
	defer close(s.scans)
	pause := firstPause
	for {
		began := time.Now()
		s.worked = false
		err := s.connect(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.lost(err)
		if s.worked || time.Since(began) >= longestPause {
			pause = firstPause
		}
		if s.rest(ctx, pause) {
			pause = firstPause // something is new: it may take a few tries
			continue
		}
		pause = min(2*pause, longestPause)
	}
}

func (s *Scanner) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	begun := !s.running
	s.running = true
	return begun
}

// rest waits before the next try, and tells whether somebody ended the wait.
func (s *Scanner) rest(ctx context.Context, pause time.Duration) (woken bool) {
	timer := time.NewTimer(time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64())))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-s.retry:
		return true
	case <-timer.C:
	}
	return false
}

// connect opens the port and reads until it fails, which it says why. A panic
// below is one device's trouble and not the program's.
func (s *Scanner) connect(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("panic in a scanner driver", "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	framer, err := scanner.NewFramer(s.framing)
	if err != nil {
		return err
	}
	p, err := s.open()
	if err != nil {
		return err
	}
	defer p.Close()
	defer context.AfterFunc(ctx, func() { _ = p.Close() })()
	s.opened()
	err = s.read(p, framer)
	s.handle(framer.Cut()) // half a code is no code
	return err
}

// read reads until the port fails. Only a read that found nothing for the
// whole gap is silence; the clock between two reads may be our own delay.
func (s *Scanner) read(p port.Port, framer *scanner.Framer) error {
	buf := make([]byte, 4096)
	for {
		wait := time.Duration(0) // for ever
		if framer.Pending() {
			wait = s.framing.Gap
		}
		n, err := p.Read(buf, wait)
		if errors.Is(err, port.ErrTimeout) {
			n, err = p.Read(buf, lastLook)
		}
		switch {
		case errors.Is(err, port.ErrTimeout):
			s.handle(framer.Silence())
		case err != nil:
			return err
		default:
			s.heard()
			s.handle(framer.Feed(buf[:n]))
			clear(buf[:n]) // it may have been a live payment code
		}
	}
}
