// Package managed changes the settings of a running register: it judges a
// change, writes it into the file that the agent owns, has the running parts
// exchanged, and takes all of it back unless somebody confirms. It touches no
// device and no file by itself: those are handed to it.
//
// Invariant: whatever fails, and whenever the power goes, what nobody has
// confirmed does not stand; and no file of an engineer is ever written.
package managed

import (
	"context"
	"sync"
	"time"

	"github.com/posagent/posagent/configs"
)

// Times of a change.
const (
	UsualWithin = time.Minute // to confirm it
	LeastWithin = 5 * time.Second
	MostWithin  = 10 * time.Minute
	UsualProbe  = 10 * time.Second // for changed devices to answer
	MostProbe   = time.Minute
)

// Files keep the agent's own file of settings and the list of changes; see
// offline.Settings.
type Files interface {
	Text() ([]byte, error)
	Propose([]byte) error
	Confirm() error
	Undo() (bool, error)
	History() ([]byte, error)
	SaveHistory([]byte) error
}

// Refit exchanges the running parts for those of a configuration. Devices that
// changed must answer within probe, or else the parts are what they were and
// the error is a *Refusal; with a probe of 0 nothing is asked.
type Refit func(ctx context.Context, next configs.Config, probe time.Duration) ([]Probe, error)

// Probe is how a changed device answered.
type Probe struct {
	Device  string
	Good    bool
	State   string
	Reason  string
	Detail  string
	Elapsed time.Duration
}

// Who asks for something.
type Who struct {
	By   string // "manager", "api", "timer", "recovery"
	Name string // of the person or the program
}

// Options are what a Manager needs; all of it.
type Options struct {
	Path    string         // of the configuration
	Running configs.Config // as it was read from there
	Undone  bool           // a change that nobody had confirmed was taken back at this start
	Files   Files
	Refit   Refit
	Note    func(who Who, what string) // writes an act down in the journal
	Now     func() time.Time
}

// Manager is the one way by which settings of a running register change.
type Manager struct {
	o    Options
	work chan struct{} // holds one token while nothing is being changed

	mu      sync.Mutex
	running configs.Config
	history []Generation // the oldest first
	pending *pending     // nil: all is confirmed
	closed  bool
}

// pending is a change that is not confirmed yet.
type pending struct {
	n      int
	before configs.Config
	until  time.Time
	timer  *time.Timer
}

// New is the manager of a register that has just started.
func New(o Options) (*Manager, error) {
	m := &Manager{o: o, work: make(chan struct{}, 1), running: o.Running}
	m.work <- struct{}{}
	if err := m.readHistory(); err != nil {
		return nil, err
	}
	return m, m.settle()
}

// View is the configuration as it runs.
type View struct {
	Match      string // changes with every change
	Generation int    // 0: nothing was ever changed here
	Pending    int    // the generation that is not confirmed; 0: none
	Until      time.Time
	Values     []configs.Value
}

// View is the configuration as it runs, secrets left out.
func (m *Manager) View() View {
	m.mu.Lock()
	defer m.mu.Unlock()
	v := View{Values: m.running.Values(), Match: matchOf(m.running), Generation: m.current()}
	if m.pending != nil {
		v.Pending, v.Until = m.pending.n, m.pending.until
	}
	return v
}

// Close ends the manager: what is not confirmed is taken back at the next
// start. It waits for a change under way.
func (m *Manager) Close() {
	<-m.work
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.pending != nil {
		m.pending.timer.Stop()
	}
}
