package managed

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/configs"
)

// Change is a wish. Set and TOML exclude each other; without either, what
// stands in the files is applied.
type Change struct {
	Set    configs.Settings // values as TOML; an empty one takes the key out of the agent's own file
	TOML   *string          // the agent's own file as a whole
	Match  string           // of the View that the wish was made from
	Dry    bool             // only judge and compare
	Within time.Duration    // to confirm it
	Probe  time.Duration    // for changed devices to answer; 0: they are not asked
}

// Result is what became of a change.
type Result struct {
	Diff       []Difference
	Generation int // 0: nothing changed
	Until      time.Time
	Probes     []Probe
	Match      string // of what runs now
}

// Change judges a change, and applies it until it is confirmed or time is up.
// Its error is a *Refusal, or that of ctx, when nothing has changed.
func (m *Manager) Change(ctx context.Context, c Change, who Who) (Result, error) {
	return m.change(ctx, c, who, "apply")
}

func (m *Manager) change(ctx context.Context, c Change, who Who, what string) (Result, error) {
	if err := m.begin(ctx); err != nil {
		return Result{}, err
	}
	defer m.end()
	m.mu.Lock()
	running, waiting := m.running, m.pending
	m.mu.Unlock()
	switch match := matchOf(running); {
	case c.Match != match:
		return Result{Match: match}, no(Changed, "the settings have changed since you looked: look again")
	case waiting != nil && !c.Dry:
		return Result{Match: match}, no(Pending, fmt.Sprintf("generation %d waits to be confirmed or rolled back until %s", waiting.n, waiting.until.Format(time.TimeOnly)))
	}
	text, err := m.wished(c)
	if err != nil {
		return Result{}, err
	}
	next, err := m.judge(running, text)
	if err != nil {
		return Result{}, err
	}
	out := Result{Diff: diff(running, next), Match: matchOf(running)}
	if c.Dry || len(out.Diff) == 0 {
		return out, nil
	}
	return m.apply(ctx, c, who, what, text, running, next, out)
}

// wished is the text that the agent's own file would have.
func (m *Manager) wished(c Change) ([]byte, error) {
	if c.TOML != nil {
		return []byte(*c.TOML), nil
	}
	now, err := m.o.Files.Text()
	if err != nil {
		return nil, no(Unwritten, err.Error())
	}
	if len(c.Set) == 0 {
		return now, nil
	}
	set, err := configs.ReadSettings(configs.DropIn(m.o.Path), now)
	if err != nil {
		return nil, invalid(err)
	}
	for key, value := range c.Set {
		if !Live(key) {
			return nil, no(Locked, key+" is not changed from here: edit the file at the machine, and restart")
		}
		if value == "" {
			delete(set, key)
		} else {
			set[key] = value
		}
	}
	text, err := set.Text()
	if err != nil {
		return nil, no(Locked, err.Error())
	}
	return []byte(text), nil
}

// apply makes a change that was judged good.
func (m *Manager) apply(ctx context.Context, c Change, who Who, what string, text []byte, running, next configs.Config, out Result) (Result, error) {
	n, err := m.enter(who, what, text, out.Diff)
	if err != nil {
		return out, err
	}
	if err := m.o.Files.Propose(text); err != nil {
		return out, m.failed(n, no(Unwritten, err.Error()))
	}
	m.o.Note(who, fmt.Sprintf("changed the settings (generation %d, to be confirmed): %s", n, keys(out.Diff)))
	out.Probes, err = m.o.Refit(ctx, next, c.Probe)
	if err != nil {
		if _, undone := m.o.Files.Undo(); undone != nil {
			err = no(Unwritten, undone.Error())
		}
		m.o.Note(Who{By: "recovery"}, fmt.Sprintf("took generation %d of the settings back: %s", n, err))
		return out, m.failed(n, err)
	}
	out.Generation, out.Until, out.Match = n, m.o.Now().Add(c.Within), matchOf(next)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running = next
	m.pending = &pending{n: n, before: running, until: out.Until}
	m.pending.timer = time.AfterFunc(c.Within, func() { m.expire(n) })
	return out, nil
}

// enter writes a generation into the list before anything changes, with the
// one that it stands on when that is the first.
func (m *Manager) enter(who Who, what string, text []byte, d []Difference) (int, error) {
	m.mu.Lock()
	list := slices.Clone(m.history)
	m.mu.Unlock()
	if len(list) == 0 {
		now, err := m.o.Files.Text()
		if err != nil {
			return 0, no(Unwritten, err.Error())
		}
		list = append(list, Generation{N: 1, At: m.o.Now(), What: "found", State: Confirmed, Text: string(now), Diff: []Difference{}})
	}
	n := list[len(list)-1].N + 1
	list = append(list, Generation{N: n, At: m.o.Now(), By: who.By, Name: who.Name, What: what, Diff: d, State: Waiting, Text: string(text)})
	return n, m.save(list)
}

// failed writes down that a change did not come to be, and why.
func (m *Manager) failed(n int, why error) error {
	if err := m.save(m.became(n, RolledBack, why.Error())); err != nil {
		return err
	}
	return why
}

// keys are the names of what changes; values are not for the journal.
func keys(list []Difference) string {
	names := map[string]bool{}
	for _, d := range list {
		names[d.Key] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// begin waits for its turn.
func (m *Manager) begin(ctx context.Context) error {
	select {
	case <-m.work:
	case <-ctx.Done():
		return ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		m.end()
		return no(Leaving, "the register is stopping")
	}
	return nil
}

func (m *Manager) end() { m.work <- struct{}{} }
