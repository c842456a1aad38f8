package hotplug

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// teller is a source of events that the test speaks for.
type teller struct {
	events chan any // Event or error
	closed chan struct{}
	once   sync.Once
}

func newTeller() *teller { return &teller{events: make(chan any, 100), closed: make(chan struct{})} }

func (l *teller) next() (Event, error) {
	select {
	case e := <-l.events:
		if err, failed := e.(error); failed {
			return Event{}, err
		}
		return e.(Event), nil
	case <-l.closed:
		return Event{}, os.ErrClosed
	}
}

func (l *teller) close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// runFor runs a watcher while do goes on.
func runFor(t *testing.T, w *Watcher, do func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	do()
	cancel()
	running.Wait()
}

// watched is a watcher on a made-up machine, in made-up time, and what it told.
type watched struct {
	machine
	w      *Watcher
	teller *teller

	mu   sync.Mutex
	told []string
}

// inTime runs a test with a watcher that hears from this source; Polling is
// from nobody.
func inTime(t *testing.T, from Source, do func(*watched)) {
	m := newMachine(t)
	m.Plug(usbPrinter("1-2")) // was there before
	synctest.Test(t, func(t *testing.T) {
		s := &watched{machine: m, teller: newTeller()}
		s.w = NewWatcher(m.tree(), slog.New(slog.DiscardHandler))
		s.w.listen = func() (listener, Source, error) {
			if from == Polling {
				return nil, Polling, errors.New("no netlink here")
			}
			return s.teller, from, nil
		}
		s.w.Watch(func(c Change) {
			word := "+"
			if c.Gone {
				word = "-"
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told = append(s.told, word+filepath.Base(c.Node.Dev))
		})
		runFor(t, s.w, func() {
			synctest.Wait()
			do(s)
		})
	})
}

func (s *watched) want(what string) {
	s.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := strings.Join(s.told, " "); got != what {
		s.Errorf("it told %q, want %q", got, what)
	}
	s.told = nil
}

// event is what the kernel or udev says of a node.
func (s *watched) event(from Source, action string, name string) {
	s.Helper()
	e := Event{From: from, Action: action, Subsystem: "tty", Path: "devices/gone/" + name}
	nodes, err := s.tree().Nodes()
	if err != nil {
		s.Fatal(err)
	}
	for _, n := range nodes {
		if filepath.Base(n.Dev) == name {
			e.Path = n.Sys
		}
	}
	s.teller.events <- e
}

var theScanner = serialScanner("1-1", "SCN0001", "ttyACM0")

func TestKernelEvents(t *testing.T) {
	inTime(t, Kernel, func(s *watched) {
		s.want("") // what was there is no change
		if s.w.Source() != Kernel {
			t.Errorf("it hears from %s", s.w.Source())
		}
		s.Plug(theScanner)
		s.event(Kernel, "add", "ttyACM0")
		s.want("+ttyACM0")
		s.event(Kernel, "bind", "ttyACM0")
		s.want("")
		s.Pull(theScanner)
		s.event(Kernel, "remove", "ttyACM0")
		s.want("-ttyACM0")
		// Pulled and plugged before anybody could look: another one all the same.
		s.Plug(theScanner)
		s.event(Kernel, "add", "ttyACM0")
		s.want("+ttyACM0")
		s.Pull(theScanner)
		s.Plug(theScanner)
		s.event(Kernel, "add", "ttyACM0")
		s.want("-ttyACM0 +ttyACM0")
	})
}

// The kernel tells before udev has set the rights: a node is told of when it
// can be opened, and after two seconds in any case.
func TestSettling(t *testing.T) {
	inTime(t, Kernel, func(s *watched) {
		s.Plug(theScanner)
		node := filepath.Join(s.Dev(), "ttyACM0")
		if err := os.Rename(node, node+".later"); err != nil { // to root all is open, but not what is not there
			t.Fatal(err)
		}
		s.event(Kernel, "add", "ttyACM0")
		time.Sleep(time.Second)
		s.want("")
		if err := os.Rename(node+".later", node); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * settleLook)
		s.want("+ttyACM0")
		s.Pull(theScanner)
		s.event(Kernel, "remove", "ttyACM0")
		s.want("-ttyACM0")

		s.Plug(theScanner)
		s.Remove("dev/ttyACM0")
		s.event(Kernel, "add", "ttyACM0")
		time.Sleep(settleTime - settleLook)
		s.want("")
		time.Sleep(2 * settleLook)
		s.want("+ttyACM0") // whoever opens it will say what is wrong

		s.Pull(theScanner)
		s.event(Kernel, "remove", "ttyACM0")
		s.want("-ttyACM0")
		s.Plug(theScanner)
		s.Remove("dev/ttyACM0")
		s.event(Kernel, "add", "ttyACM0")
		s.Pull(theScanner)
		s.event(Kernel, "remove", "ttyACM0")
		time.Sleep(time.Minute)
		s.want("") // it came and went before anybody could use it
	})
}

// Beside udev a node waits for udev's word on it, whoever else is talked of.
func TestUdevEvents(t *testing.T) {
	inTime(t, Udev, func(s *watched) {
		s.Plug(theScanner)
		s.Plug(hidScanner("1-3"))
		s.event(Udev, "add", "hidraw0")
		s.want("+hidraw0")
		s.event(Udev, "add", "ttyACM0")
		s.want("+ttyACM0")
		s.Pull(theScanner)
		s.Plug(theScanner)
		s.event(Udev, "change", "hidraw0")
		s.want("-ttyACM0")
		time.Sleep(settleTime + settleLook)
		s.want("+ttyACM0") // udev never said a word
	})
}

// Events that were lost are made up for by a look at everything.
func TestOverrun(t *testing.T) {
	inTime(t, Kernel, func(s *watched) {
		s.Plug(theScanner)
		s.teller.events <- errOverrun
		s.want("+ttyACM0")
	})
}

// Where nobody tells, or nobody tells any more, sysfs is looked at.
func TestPolling(t *testing.T) {
	look := func(s *watched) {
		s.Plug(theScanner)
		s.want("")
		time.Sleep(pollEvery)
		s.want("+ttyACM0")
		s.Pull(theScanner)
		time.Sleep(pollEvery)
		s.want("-ttyACM0")
		if s.w.Source() != Polling {
			t.Errorf("it hears from %s", s.w.Source())
		}
	}
	inTime(t, Polling, look)
	inTime(t, Kernel, func(s *watched) {
		s.teller.events <- errors.New("the socket broke")
		synctest.Wait()
		look(s)
	})
}

// What is no device of a register's is not even looked up.
func TestOtherEventsAreIgnored(t *testing.T) {
	inTime(t, Kernel, func(s *watched) {
		s.Plug(theScanner)
		s.teller.events <- Event{From: Kernel, Action: "add", Path: "devices/net/eth0", Subsystem: "net"}
		s.want("")
	})
}
