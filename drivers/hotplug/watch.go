package hotplug

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// settleTime is how long a new device may take to be openable: the kernel
	// tells of it before udev has set names and rights.
	settleTime = 2 * time.Second
	settleLook = 50 * time.Millisecond

	// pollEvery is how often sysfs is looked at where nobody tells.
	pollEvery = 3 * time.Second

	udevSocket = "/run/udev/control"
)

// Change is a device file that has come, and can be opened now, or has gone.
type Change struct {
	Gone bool `json:"gone,omitempty"`
	Node Node `json:"node"`
}

// listener is where events come from.
type listener interface {
	next() (Event, error) // errOverrun: some were lost
	close() error
}

// Watcher tells what is plugged in and pulled out.
type Watcher struct {
	tree   Tree
	log    *slog.Logger
	listen func() (listener, Source, error)

	mu     sync.Mutex
	tell   []func(Change)
	source Source

	// Of Run alone.
	known   map[string]Node
	pending map[string]time.Time // new ones that cannot be opened yet, and until when that is waited for
}

// errElsewhere is of a tree that is not this machine's: nobody tells of it.
var errElsewhere = errors.New("it is not the tree of this machine")

// NewWatcher makes a watcher. It hears nothing before Run.
func NewWatcher(tree Tree, log *slog.Logger) *Watcher {
	return &Watcher{
		tree: tree, log: log, source: Polling,
		listen: func() (listener, Source, error) {
			if tree != Machine() {
				return nil, Polling, errElsewhere
			}
			n, err := listen(udevSocket)
			if err != nil {
				return nil, Polling, err
			}
			return n, n.from, nil
		},
		known: map[string]Node{}, pending: map[string]time.Time{},
	}
}

// Watch has tell called with each change from then on, by one goroutine: tell
// must be quick.
func (w *Watcher) Watch(tell func(Change)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell = append(slices.Clone(w.tell), tell)
}

// Source is who tells of changes.
func (w *Watcher) Source() Source {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.source
}

// Run watches until ctx ends. What is plugged in already is no change.
func (w *Watcher) Run(ctx context.Context) {
	events, stop := w.hear(ctx)
	defer stop()
	w.scan(time.Time{})
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		var settling <-chan time.Time
		if len(w.pending) > 0 {
			settling = time.After(settleLook)
		}
		select {
		case <-ctx.Done():
			return
		case e, ok := <-events:
			if !ok { // nobody tells any more
				events = nil
				w.become(Polling)
				continue
			}
			w.scan(time.Now())
			w.settled(e)
		case <-poll.C:
			if events == nil {
				w.scan(time.Now())
			}
		case <-settling:
		}
		w.release(time.Now())
	}
}

// hear starts the goroutine that waits for events; nil when there is none.
func (w *Watcher) hear(ctx context.Context) (<-chan Event, func()) {
	l, from, err := w.listen()
	if err != nil {
		w.log.Warn("nobody tells when a device is plugged in; it is looked for every few seconds", "error", err)
		return nil, func() {}
	}
	w.become(from)
	events := make(chan Event)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(events)
		for {
			e, err := l.next()
			switch {
			case errors.Is(err, errOverrun):
				e = Event{From: from}
			case err != nil:
				if ctx.Err() == nil {
					w.log.Warn("nobody tells any more when a device is plugged in; it is looked for every few seconds", "error", err)
				}
				return
			case !e.concerns():
				continue
			}
			select {
			case events <- e:
			case <-ctx.Done():
				return
			}
		}
	})
	ended := context.AfterFunc(ctx, func() { _ = l.close() })
	return events, func() {
		if ended() {
			_ = l.close()
		}
		reader.Wait()
	}
}

func (w *Watcher) become(from Source) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.source = from
}

// scan compares sysfs with what is known. A zero time is the first look, at
// which all that is there is known.
func (w *Watcher) scan(now time.Time) {
	nodes, err := w.tree.Nodes()
	if err != nil {
		w.log.Warn("devices cannot be looked up", "error", err)
		return
	}
	there := map[string]Node{}
	for _, n := range nodes {
		there[n.Sys+" "+n.Visit] = n
	}
	for key, n := range w.known {
		if there[key] != n {
			delete(w.known, key)
			if _, untold := w.pending[key]; !untold {
				w.say(Change{Gone: true, Node: n})
			}
			delete(w.pending, key)
		}
	}
	for key, n := range there {
		if _, old := w.known[key]; old {
			continue
		}
		w.known[key] = n
		if !now.IsZero() {
			w.pending[key] = now.Add(settleTime)
		}
	}
}

// settled lets a node go that udev has just done its work on.
func (w *Watcher) settled(e Event) {
	if e.From != Udev {
		return
	}
	for key := range w.pending {
		if w.known[key].Sys == e.Path {
			w.pending[key] = time.Time{}
		}
	}
}

// release tells of new nodes once they can be opened: when udev says so, when
// this program has the rights, or when that has taken too long.
func (w *Watcher) release(now time.Time) {
	udev := w.Source() == Udev
	for key, until := range w.pending {
		n := w.known[key]
		if now.Before(until) && (udev || !openable(n.Dev)) {
			continue
		}
		delete(w.pending, key)
		w.say(Change{Node: n})
	}
}

func openable(path string) bool {
	return unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK|unix.W_OK, unix.AT_EACCESS) == nil
}

func (w *Watcher) say(c Change) {
	w.log.Debug("hardware", "gone", c.Gone, "node", filepath.Base(c.Node.Dev), "vendor", c.Node.Vendor, "product", c.Node.Product, "socket", c.Node.Socket)
	w.mu.Lock()
	tell := w.tell
	w.mu.Unlock()
	for _, f := range tell {
		f(c)
	}
}
