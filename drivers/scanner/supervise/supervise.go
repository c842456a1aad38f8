// Package supervise looks after one scanner of whatever kind: it opens the
// device, reads, hands scans on one at a time, tells how the device is, and
// begins again whenever it goes away. It does not know what a code means, nor
// what the device's bytes look like: that is a Source's matter.
//
// Invariant: Run ends only when its context does, whoever takes the scans can
// be slow or absent without holding up the reading, and a code is delivered
// only to somebody who waited for one when it was read.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/scanner"
)

const (
	// firstPause doubles with each failure up to longestPause. Both vary by a
	// fifth, so that many registers do not knock at one moment.
	firstPause   = 250 * time.Millisecond
	longestPause = 10 * time.Second

	// queueLength is how many scans wait for a taker before the oldest goes.
	queueLength = 16
)

// ErrWrongModel is what opening fails with when the device is of another kind
// than the configuration says.
var ErrWrongModel = errors.New("the device is of another kind than its profile says")

// Config is what one scanner is.
type Config struct {
	ID    string // its name in scans and health
	Model string
	Path  string // only shown
	// Open opens the device anew each time it is called.
	Open func(Host) (Source, error)
	// Doubt is what to check when bytes come and no codes.
	Doubt string
}

// Source is a device that was opened. Its methods are called by one goroutine,
// but for Close.
type Source interface {
	// Read waits for what the device does next and returns what came of it,
	// which may be nothing.
	Read() ([]scanner.Event, error)
	// Cut says that no more comes: half a code is no code.
	Cut() []scanner.Event
	// Close frees a Read that waits.
	Close() error
}

// Host is what a source tells its supervisor, and may ask it.
type Host interface {
	// Heard says that the device sent something.
	Heard()
	// Tell is a word for the engineer who watches, such as that a camera was
	// switched on. It never holds anything of a code.
	Tell(what string)
	// Wanted tells whether somebody waits for a code, and gives a channel that
	// is closed when that changes.
	Wanted() (bool, <-chan struct{})
}

// Scanner is one scanner. Its methods are safe for use by several goroutines.
type Scanner struct {
	config Config
	log    *slog.Logger
	scans  chan scanner.Scan
	retry  chan struct{}

	// Of Run alone.
	recent   recent    // what was delivered
	unwanted recent    // what was read while nobody waited
	badRun   int       // drops since the last good frame
	doubted  time.Time // when its settings became doubtful last
	open     bool      // the device is
	worked   bool      // a code came since it was opened
	told     int       // drops told without a pause; see mayTell
	toldAt   time.Time

	vitals *device.Vitals

	mu           sync.Mutex
	running      bool // or has run
	wasOpen      bool
	armed        bool
	rearmed      chan struct{} // closed and replaced when armed changes
	stats        Stats
	dropWatchers []func(scanner.Drop)
	listeners    []func(what string, bytes int)
}

// New makes a scanner that nobody waits for yet; see Arm.
func New(c Config, log *slog.Logger) *Scanner {
	return &Scanner{
		config:  c,
		log:     log.With("device", c.ID),
		scans:   make(chan scanner.Scan, queueLength),
		retry:   make(chan struct{}, 1),
		rearmed: make(chan struct{}),
		vitals: device.NewVitals(device.Health{
			ID: c.ID, Kind: "scanner", Model: c.Model, Path: c.Path,
			State: device.Connecting, Reason: device.NotFound, Detail: "not opened yet",
		}),
	}
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
		return fmt.Errorf("scanner %s: it runs, or has run, already", s.config.ID)
	}
	defer close(s.scans)
	pause := firstPause
	for ctx.Err() == nil {
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
	return ctx.Err()
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

// connect opens the device and reads until it fails, which it says why. A
// panic below is one device's trouble and not the program's.
func (s *Scanner) connect(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("panic in a scanner driver", "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	source, err := s.config.Open(s)
	if err != nil {
		return err
	}
	defer source.Close()
	defer context.AfterFunc(ctx, func() { _ = source.Close() })()
	s.opened()
	for {
		events, err := source.Read()
		s.handle(events)
		if err != nil {
			s.handle(source.Cut())
			return err
		}
	}
}
