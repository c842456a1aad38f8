// Package filedrop lets an old register ask for sales by files in a folder:
// it drops a request under a name that it has not used, and finds the answer
// under the same name. The texts and the desk are those of a line
// (amountlink). It watches one folder and opens nothing outside of it, not
// even by a link. docs/integrator/file-drop.md tells it to whoever writes the
// register.
//
// Invariant: a file is read only under a name that it gets when it is whole,
// and answered before it goes; a request that is read twice is the same sale.
package filedrop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/control/amountlink"
)

// The ends of names. A register writes NAME.tmp and renames it to NAME.req;
// the agent does the same with NAME.ans.
const (
	request = ".req"
	answer  = ".ans"
	halfway = ".new" // of ours, while it is written
	badDir  = "bad"
	reason  = ".txt"
)

const (
	every    = 200 * time.Millisecond // between two looks
	settle   = 2 * time.Second        // for a file that is too short to become whole: not all renames are atomic on a share
	longest  = 512                    // bytes of a request file that are read
	atOnce   = 8                      // requests that may wait for their answers
	perLook  = 64                     // files of one look
	maxKept  = 1000                   // answers that nobody fetched, and files in bad
	keptFor  = 24 * time.Hour         // answers that nobody fetched
	nameSize = 64
)

// forGroup is the mode of answers.
const forGroup = 0o660

// Counts are what happened since the start.
type Counts struct {
	Requests atomic.Int64 // that were answered
	Refused  atomic.Int64 // of those
	Bad      atomic.Int64 // files that are no requests
}

// Drop is one folder.
type Drop struct {
	Dir    string
	Desk   amountlink.Desk
	Counts *Counts
	Log    *slog.Logger
}

// Serve answers what is dropped until ctx ends or the folder cannot be used.
// up is told once it can.
func (d Drop) Serve(ctx context.Context, up func()) error {
	if err := safe(d.Dir); err != nil {
		return err
	}
	root, err := os.OpenRoot(d.Dir)
	if err != nil {
		return fmt.Errorf("%w; make the folder, for the service and the register", err)
	}
	defer root.Close()
	err = root.Mkdir(badDir, 0o700)
	if err == nil {
		err = root.Chmod(badDir, forGroup|0o110) // whatever the service's umask: the register is another user of the group
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w; the service must be able to write there", err)
	}
	up()
	w := &watch{Drop: d, root: root, busy: map[string]bool{}, short: map[string]short{}}
	defer w.work.Wait()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := w.look(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// same tells whether the folder of that name is still the one that is open: a
// share may have been mounted over it, or it was made anew.
func (w *watch) same() error {
	opened, err := w.root.Stat(".")
	if err != nil {
		return fmt.Errorf("look at the drop folder: %w", err)
	}
	if named, err := os.Stat(w.Dir); err != nil || !os.SameFile(opened, named) {
		return errors.Join(fmt.Errorf("the drop folder %s is another one now", w.Dir), err)
	}
	return nil
}

// safe refuses a folder in which everybody can drop requests.
func safe(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%w; make the folder, for the service and the register", err)
	case !info.IsDir():
		return fmt.Errorf("%s is no folder", dir)
	case info.Mode().Perm()&0o002 != 0:
		return fmt.Errorf("everybody may write to %s, and so open and cancel sales: chmod o-w it", dir)
	}
	return nil
}

// watch is a folder that is open.
type watch struct {
	Drop
	root *os.Root
	work sync.WaitGroup

	mu    sync.Mutex
	busy  map[string]bool  // by the name of the request
	short map[string]short // files that may still become requests
}

type short struct {
	size  int
	since time.Time
}

// look begins with what was dropped since the last look, in the order of
// names, and clears away what nobody fetched.
func (w *watch) look(ctx context.Context) error {
	if err := w.same(); err != nil {
		return err
	}
	names, err := w.names(".")
	if err != nil {
		return err
	}
	var answers []string
	taken := 0
	for _, name := range names {
		switch {
		case strings.HasSuffix(name, answer):
			answers = append(answers, name)
		case strings.HasSuffix(name, request) && taken < perLook && w.take(name):
			taken++
			w.work.Go(func() {
				defer w.done(name)
				if err := w.serve(ctx, name); err != nil && ctx.Err() == nil {
					w.Log.Warn("a dropped request was not answered; it is tried again", "file", name, "error", err)
				}
			})
		}
	}
	w.mu.Lock()
	maps.DeleteFunc(w.short, func(name string, _ short) bool { _, there := slices.BinarySearch(names, name); return !there })
	w.mu.Unlock()
	w.clear(answers)
	return nil
}

// names are the files of a folder, in their order.
func (w *watch) names(dir string) ([]string, error) {
	f, err := w.root.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("look into the drop folder: %w", err)
	}
	defer f.Close()
	const page = 10_000 // more is a flood: the rest is seen when these are gone
	names, err := f.Readdirnames(page)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("look into the drop folder: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

func (w *watch) take(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[name] || len(w.busy) >= atOnce {
		return false
	}
	w.busy[name] = true
	return true
}

func (w *watch) done(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.busy, name)
}
