package webhook

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	firstPause   = 5 * time.Second
	longestPause = 6 * time.Hour
	givenUpAfter = 5 * 24 * time.Hour
	lookEvery    = 5 * time.Second // at a feed that has not poked
)

// ErrUnknown means that no endpoint has this name.
var ErrUnknown = errors.New("there is no webhook of this name")

// Options are what a Courier needs. All are needed but Longest and Tell.
type Options struct {
	Endpoints []Endpoint
	Feed      Feed
	Memory    Memory
	Now       func() time.Time
	Spread    func() float64 // at random, 0 to 1
	Changed   func() <-chan struct{}
	Longest   time.Duration // between two tries; 0: six hours
	Tell      func(Place)   // when an endpoint goes off, or on again; nil: nobody
	Log       *slog.Logger
}

// Courier brings the events to all endpoints, each at its own pace.
type Courier struct {
	Options
	lines []*line
}

// line is one endpoint and where it stands.
type line struct {
	Endpoint
	sending sync.Mutex // one message at a time
	poke    chan struct{}

	mu     sync.Mutex
	status Status
	tries  int // of the event behind the place
}

// New reads where the endpoints stand. One that is new begins with what
// happens from now on. Nothing is sent yet.
func New(o Options) (*Courier, error) {
	if o.Tell == nil {
		o.Tell = func(Place) {}
	}
	c := &Courier{Options: o}
	if len(o.Endpoints) == 0 {
		return c, nil
	}
	places, err := o.Memory.Places()
	if err != nil {
		return nil, fmt.Errorf("read how far the webhooks have come: %w", err)
	}
	end, err := o.Feed.End()
	if err != nil {
		return nil, fmt.Errorf("read the end of the journal: %w", err)
	}
	for _, e := range o.Endpoints {
		at := Place{Name: e.Name, N: end}
		if i := slices.IndexFunc(places, func(p Place) bool { return p.Name == e.Name }); i >= 0 {
			at = places[i]
		} else if err := o.Memory.Keep(at); err != nil {
			return nil, fmt.Errorf("remember webhook %s: %w", e.Name, err)
		}
		c.lines = append(c.lines, &line{Endpoint: e, poke: make(chan struct{}, 1), status: Status{Place: at, URL: e.URL, Events: e.Events}})
		if at.Off != "" {
			o.Tell(at)
		}
	}
	return c, nil
}

// Run sends until ctx ends. A message under way is broken off, and sent again
// after the next start.
func (c *Courier) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, l := range c.lines {
		all.Go(func() { c.follow(ctx, l) })
	}
	all.Wait()
}

// follow is the life of one endpoint.
func (c *Courier) follow(ctx context.Context, l *line) {
	for ctx.Err() == nil {
		changed := c.Changed()
		pause, err := c.advance(ctx, l)
		if err != nil {
			c.Log.Warn("a webhook waits", "webhook", l.Name, "error", err)
			pause = max(pause, firstPause)
		}
		if pause == 0 {
			continue
		}
		if pause < 0 { // nothing to send
			pause = lookEvery
		} else {
			changed = nil // what is new does not hurry what failed
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-changed:
		case <-l.poke:
		}
		timer.Stop()
	}
}

// advance sends what comes next, and tells how long to wait: 0 not at all,
// below 0 until something happens.
func (c *Courier) advance(ctx context.Context, l *line) (time.Duration, error) {
	at := l.place()
	if at.Off != "" {
		return -1, nil
	}
	events, last, err := c.Feed.After(at.N)
	if err != nil {
		return firstPause, err
	}
	for _, ev := range events {
		if !l.wants(ev.Type) {
			continue
		}
		answer, sent := c.deliver(ctx, l, ev)
		if ctx.Err() != nil || !sent {
			return 0, nil
		}
		if pause, ok := c.took(l, ev, answer); !ok {
			return pause, nil
		}
	}
	if last == at.N {
		return -1, nil
	}
	l.mu.Lock()
	moved := last > l.status.N && l.status.Off == ""
	l.status.N = max(l.status.N, last)
	l.mu.Unlock()
	if moved {
		return 0, c.Memory.Keep(l.place())
	}
	return 0, nil
}

// deliver tries an event, unless the endpoint went off or moved meanwhile.
func (c *Courier) deliver(ctx context.Context, l *line, ev Event) (Answer, bool) {
	l.sending.Lock()
	defer l.sending.Unlock()
	if at := l.place(); at.Off != "" || at.N >= ev.N {
		return Answer{}, false
	}
	return l.try(ctx, ev, c.Now()), true
}

// took writes down what came of a try, and tells how long to wait when it
// failed.
func (c *Courier) took(l *line, ev Event, a Answer) (pause time.Duration, ok bool) {
	now := c.Now()
	l.mu.Lock()
	s := &l.status
	s.Problem = a.Problem
	switch {
	case a.OK():
		s.N, s.Since, s.Next, s.LastOK, l.tries = ev.N, time.Time{}, time.Time{}, now, 0
		s.Sent++
	case a.Status == 410:
		s.Off = OffGone
	case !s.Since.IsZero() && now.Sub(s.Since) >= givenUpAfter:
		s.Off = OffGivenUp
	default:
		if s.Since.IsZero() {
			s.Since = now
		}
		pause = max(c.backoff(l.tries), a.again)
		l.tries++
		s.Next = now.Add(pause)
	}
	at := s.Place
	l.mu.Unlock()
	if err := c.Memory.Keep(at); err != nil {
		c.Log.Error("how far a webhook has come is not on the disk", "webhook", l.Name, "error", err)
	}
	if at.Off != "" {
		c.Log.Error("a webhook is off", "webhook", l.Name, "why", at.Off, "problem", a.Problem)
		c.Tell(at)
	} else if !a.OK() {
		c.Log.Warn("a webhook was not taken", "webhook", l.Name, "event", ev.ID, "problem", a.Problem, "again_in", pause)
	}
	return pause, a.OK()
}

// backoff is the pause after the n-th failure in a row, from 0: it doubles up
// to the longest, and half of it is at random, so that registers of a chain do
// not come back together.
func (c *Courier) backoff(n int) time.Duration {
	d := cmp.Or(c.Longest, longestPause)
	if n < 13 { // 5 s doubled thirteen times is more than six hours
		d = min(firstPause<<n, d)
	}
	return d/2 + time.Duration(c.Spread()*float64(d/2))
}

func (l *line) place() Place {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status.Place
}

// List is how the endpoints stand, by name.
func (c *Courier) List() []Status {
	var out []Status
	for _, l := range c.lines {
		l.mu.Lock()
		out = append(out, l.status)
		l.mu.Unlock()
	}
	slices.SortFunc(out, func(a, b Status) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Enable lets an endpoint that is off go on where it stopped, and one that
// waits try again at once.
func (c *Courier) Enable(name string) error {
	l, err := c.line(name)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.status.Off, l.status.Since, l.status.Next, l.status.Problem, l.tries = "", time.Time{}, time.Time{}, "", 0
	at := l.status.Place
	l.mu.Unlock()
	err = c.Memory.Keep(at)
	c.Tell(at)
	select {
	case l.poke <- struct{}{}:
	default:
	}
	return err
}

// Test sends a message of no meaning at once, also to an endpoint that is off.
func (c *Courier) Test(ctx context.Context, name string, data any) (Answer, error) {
	l, err := c.line(name)
	if err != nil {
		return Answer{}, err
	}
	l.sending.Lock()
	defer l.sending.Unlock()
	now := c.Now()
	return l.try(ctx, Event{ID: "test-" + rand.Text(), Type: Test, At: now, Data: data}, now), nil
}

func (c *Courier) line(name string) (*line, error) {
	for _, l := range c.lines {
		if l.Name == name {
			return l, nil
		}
	}
	return nil, ErrUnknown
}
