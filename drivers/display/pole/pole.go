package pole

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
	"github.com/posagent/posagent/drivers/display"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
)

const (
	firstWait = 250 * time.Millisecond // before the display is opened again
	longWait  = 10 * time.Second
	writeTime = time.Second      // a display takes two lines in milliseconds
	refresh   = 15 * time.Second // it forgets all when somebody switches it off and on
)

var errPanic = errors.New("the display driver has a fault")

// Display is the supervisor of one customer display. Run must run for anything
// to be shown.
type Display struct {
	profile profile.Display
	open    port.Opener
	log     *slog.Logger
	fresh   chan struct{} // a new screen was given
	retry   chan struct{} // something was plugged in

	vitals *device.Vitals

	mu     sync.Mutex
	screen display.Screen
}

// New makes the supervisor of the display at path, which is for people to
// read; open opens it.
func New(id string, p profile.Display, path string, open port.Opener, log *slog.Logger) *Display {
	return &Display{profile: p, open: open, log: log.With("device", id), fresh: make(chan struct{}, 1), retry: make(chan struct{}, 1),
		vitals: device.NewVitals(device.Health{ID: id, Kind: "display", Model: p.Model, Path: path,
			State: device.Connecting, Reason: device.NoReply})}
}

// Show has the display show a screen as soon as it can, and until another one
// is given. It never waits.
func (d *Display) Show(s display.Screen) {
	d.mu.Lock()
	d.screen = s
	d.mu.Unlock()
	select {
	case d.fresh <- struct{}{}:
	default: // it will be looked at anyway
	}
}

// Health is how the display is now. These displays do not answer: ready means
// that it took what it was sent.
func (d *Display) Health() device.Health { return d.vitals.Health() }

// Watch has tell called with the present health now, and with each new state
// or reason from then on, in order. tell must be quick, and must not call
// Watch.
func (d *Display) Watch(tell func(device.Health)) { d.vitals.Watch(tell) }

func (d *Display) setHealth(state device.State, reason device.Reason, detail string) {
	if state == device.Ready {
		d.vitals.Worked()
	}
	if d.vitals.Become(state, reason, detail) {
		d.log.Info("display health", "state", state, "reason", reason, "detail", detail)
	}
}

// Run keeps the display open until ctx ends. A fault in it is logged and ends
// the connection, never the program.
func (d *Display) Run(ctx context.Context) {
	wait := firstWait
	for ctx.Err() == nil {
		shown, err := d.connect(ctx)
		if ctx.Err() != nil {
			return
		}
		if shown {
			wait = firstWait
		}
		state, reason := trouble(err)
		d.setHealth(state, reason, err.Error())
		select {
		case <-ctx.Done():
		case <-d.retry:
			wait = firstWait
			continue
		case <-time.After(wait/2 + rand.N(wait)):
		}
		wait = min(2*wait, longWait)
	}
}

// Retry ends a pause between two attempts to open: something was plugged in.
func (d *Display) Retry() {
	select {
	case d.retry <- struct{}{}:
	default:
	}
}

// trouble is the health that an error amounts to.
func trouble(err error) (device.State, device.Reason) {
	if state, reason, known := port.Trouble(err); known {
		return state, reason
	}
	switch {
	case errors.Is(err, port.ErrTimeout):
		return device.Blocked, device.NoReply
	case errors.Is(err, errPanic):
		return device.Faulted, device.Unrecoverable
	}
	return device.Absent, device.Offline
}

// connect opens the display and shows screens until the wire or ctx ends. shown
// tells whether it took one.
func (d *Display) connect(ctx context.Context) (shown bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			d.log.Error("fault in the display driver", "fault", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	wire, err := d.open()
	if err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go listen(wire, ended)
	defer wire.Close()
	if _, err := wire.Write(Begin(d.profile), writeTime); err != nil {
		return false, err
	}
	again := time.NewTicker(refresh)
	defer again.Stop()
	for {
		d.mu.Lock()
		screen := d.screen
		d.mu.Unlock()
		if _, err := wire.Write(Encode(screen, d.profile), writeTime); err != nil {
			return shown, err
		}
		shown = true
		d.setHealth(device.Ready, device.ReasonNone, "")
		select {
		case <-ctx.Done():
			return shown, ctx.Err()
		case err := <-ended:
			return shown, err
		case <-d.fresh:
		case <-again.C:
		}
	}
}

// listen finds out that a wire has ended; what a display says means nothing.
func listen(wire port.Port, ended chan<- error) {
	buf := make([]byte, 64)
	for {
		if _, err := wire.Read(buf, 0); err != nil && !errors.Is(err, port.ErrTimeout) {
			ended <- err
			return
		}
	}
}
