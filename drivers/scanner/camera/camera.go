// Package camera drives a camera as a scanner: it takes pictures while a code
// is wanted, and looks for one in each. The search itself is the imager's. It
// keeps no picture and shows none.
//
// Invariant: the camera streams only while somebody waits for a code and a few
// seconds after it, a picture that came while another was searched is dropped
// and not queued, and an unplugged camera touches no buffer any more.
package camera

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

const (
	// patience is how long a streaming camera may take for a picture.
	patience = 2 * time.Second
	// linger is how long it goes on after the last code was wanted: starting
	// again takes some cameras a second.
	linger = 10 * time.Second
	// pause is how often a resting camera is asked whether it is still there.
	pause = 2 * time.Second
	// budget is what the search in one picture may take.
	budget = 250 * time.Millisecond
	// pace is the shortest time from one search to the next: ten a second are
	// as many as a hand notices, and leave the machine free for others.
	pace = 80 * time.Millisecond
	// held is how long a code must have been out of sight to count as shown
	// again while the same wait goes on.
	held = time.Second
)

// The size of a profile that says nothing.
const (
	usualWidth  = 1280
	usualHeight = 720
)

// Look tells where the camera is now, such as /dev/video0.
type Look func() (path string, err error)

// New makes a camera. id is its name in scans and health; path is only shown.
func New(id string, model profile.Scanner, path string, look Look, log *slog.Logger) *supervise.Scanner {
	return newScanner(id, model, path, look, openNode, budget, log)
}

func newScanner(id string, model profile.Scanner, path string, look Look, open func(string) (node, error), budget time.Duration, log *slog.Logger) *supervise.Scanner {
	if model.Width == 0 {
		model.Width, model.Height = usualWidth, usualHeight
	}
	return supervise.New(supervise.Config{
		ID: id, Model: model.Model, Path: path,
		Open: func(h supervise.Host) (supervise.Source, error) {
			at, err := look()
			if err != nil {
				return nil, err
			}
			n, err := open(at)
			if err != nil {
				return nil, err
			}
			d, err := newCam(n, model.Width, model.Height)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("%s: %w", at, err), n.close())
			}
			return newSource(d, h, budget), nil
		},
		Doubt: "the camera",
	}, log)
}

// source is a camera that was opened.
type source struct {
	cam    *cam
	host   supervise.Host
	budget time.Duration // of one search
	imager *imager.Imager
	live   *imager.Live
	light  imager.Light // what was told of it last

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	once   sync.Once
	err    error      // of closing
	using  sync.Mutex // whoever touches the buffers

	wanted   time.Time // when a code was wanted last
	searched time.Time // when the last search began
	shown    [sha256.Size]byte
	seen     time.Time // when the code in shown was in sight last; zero: none is held
}

func newSource(d *cam, h supervise.Host, budget time.Duration) *source {
	m := imager.New(imager.Limits{})
	s := &source{cam: d, host: h, budget: budget, imager: m, live: m.Live("")}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Close implements supervise.Source. The buffers go once nobody reads them.
func (s *source) Close() error {
	s.once.Do(func() {
		s.cancel()
		s.err = s.cam.node.close()
		s.using.Lock()
		defer s.using.Unlock()
		s.err = errors.Join(s.err, s.cam.unmap())
	})
	return s.err
}

// Cut implements supervise.Source: no half code ever comes of a picture.
func (s *source) Cut() []scanner.Event { return nil }

// Read implements supervise.Source.
func (s *source) Read() ([]scanner.Event, error) {
	s.using.Lock()
	defer s.using.Unlock()
	wanted, changed := s.host.Wanted()
	now := time.Now()
	switch {
	case wanted:
		s.wanted = now
	default:
		s.seen = time.Time{} // whatever is shown next is shown anew
		s.live.Rest()
	}
	switch streams := s.cam.streams(); {
	case wanted && !streams:
		s.host.Tell(fmt.Sprintf("takes pictures of %d x %d", s.cam.format.width, s.cam.format.height))
		return nil, s.cam.start()
	case !wanted && streams && now.Sub(s.wanted) >= linger:
		return nil, s.cam.stop()
	case !wanted && !streams:
		return nil, s.rest(changed, pause, s.cam.there)
	}
	if wait := pace - now.Sub(s.searched); wait > 0 {
		if err := s.rest(nil, wait, nil); err != nil {
			return nil, err
		}
	}
	picture, err := s.cam.next(patience)
	switch {
	case errors.Is(err, port.ErrTimeout):
		return nil, fmt.Errorf("no picture came for %v", patience)
	case err != nil:
		return nil, err
	}
	if wanted, _ = s.host.Wanted(); !wanted {
		clear(picture) // it may show a live payment code
		return nil, nil
	}
	return s.search(picture), nil
}

// rest waits, until something changes at most, and then asks.
func (s *source) rest(changed <-chan struct{}, most time.Duration, ask func() error) error {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-s.ctx.Done():
		return port.ErrClosed
	case <-changed:
		return nil
	case <-timer.C:
	}
	if ask == nil {
		return nil
	}
	return ask()
}

// search looks for a code in a picture. None is the usual case, and no event.
func (s *source) search(picture []byte) []scanner.Event {
	s.searched = time.Now()
	ctx, cancel := context.WithTimeout(s.ctx, s.budget)
	defer cancel()
	g, whole := s.cam.gray(ctx, s.imager, picture)
	clear(picture)
	if !whole {
		return nil
	}
	defer clear(g.Pix)
	scan, err := s.live.Look(ctx, g)
	if light := s.live.Stats().Light; light != s.light {
		s.light = light
		s.host.Tell("the picture is " + light.String())
	}
	if err != nil {
		return nil
	}
	now, shown := time.Now(), sha256.Sum256(scan.Data)
	again := !s.seen.IsZero() && shown == s.shown && now.Sub(s.seen) < held
	s.shown, s.seen = shown, now
	if again {
		clear(scan.Data)
		return nil
	}
	s.host.Heard()
	return []scanner.Event{scanner.Frame{AIM: scan.AIM, Data: scan.Data, Beside: scan.Beside}}
}
