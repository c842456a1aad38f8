package managed

import (
	"context"
	"fmt"
	"slices"
)

// Confirm lets the change that waits stand, and returns its generation.
func (m *Manager) Confirm(ctx context.Context, who Who) (int, error) {
	if err := m.begin(ctx); err != nil {
		return 0, err
	}
	defer m.end()
	m.mu.Lock()
	p := m.pending
	m.mu.Unlock()
	if p == nil {
		return 0, no(NotPending, "no change waits to be confirmed: it may have been rolled back, as its time was up")
	}
	if err := m.o.Files.Confirm(); err != nil {
		return 0, no(Unwritten, err.Error())
	}
	p.timer.Stop()
	m.mu.Lock()
	m.pending = nil
	m.mu.Unlock()
	m.o.Note(who, fmt.Sprintf("confirmed generation %d of the settings", p.n))
	return p.n, m.save(m.became(p.n, Confirmed, ""))
}

// RollBack takes the change back that waits. Without one, or with the number
// of a generation, it changes the settings to what they were then, which is a
// change like any other; 0 is the generation before.
func (m *Manager) RollBack(ctx context.Context, to int, c Change, who Who) (Result, error) {
	m.mu.Lock()
	waits := m.pending != nil
	text, n, known := m.was(to)
	m.mu.Unlock()
	if waits && to == 0 {
		return m.takeBack(ctx, who, "on the wish of "+who.By)
	}
	if !known {
		return Result{}, no(Unknown, "there is no such generation that stood: posctl config history lists them")
	}
	c.TOML = &text
	return m.change(ctx, c, who, fmt.Sprintf("roll back to %d", n))
}

// was is the text of a generation that stood; m.mu is held.
func (m *Manager) was(to int) (text string, n int, known bool) {
	now := m.current()
	for _, g := range slices.Backward(m.history) {
		if g.State == Confirmed && (g.N == to || to == 0 && g.N < now) {
			return g.Text, g.N, true
		}
	}
	return "", 0, false
}

// expire takes a change back that nobody has confirmed in time.
func (m *Manager) expire(n int) {
	m.mu.Lock()
	stale := m.pending == nil || m.pending.n != n || m.closed
	m.mu.Unlock()
	if !stale {
		_, _ = m.takeBack(context.Background(), Who{By: "timer"}, "nobody confirmed it in time") // a refusal is in the journal
	}
}

// takeBack undoes the change that waits. The old parts come back whatever they
// answer: they are what stood before.
func (m *Manager) takeBack(ctx context.Context, who Who, why string) (Result, error) {
	if err := m.begin(ctx); err != nil {
		return Result{}, err
	}
	defer m.end()
	m.mu.Lock()
	p, running := m.pending, m.running
	m.mu.Unlock()
	if p == nil {
		return Result{}, no(NotPending, "no change waits: it was confirmed or taken back already")
	}
	p.timer.Stop()
	if _, err := m.o.Files.Undo(); err != nil {
		m.o.Note(who, fmt.Sprintf("could not take generation %d of the settings back: %s", p.n, err))
		return Result{}, no(Unwritten, err.Error())
	}
	m.o.Note(who, fmt.Sprintf("rolled generation %d of the settings back: %s", p.n, why))
	probes, err := m.o.Refit(context.WithoutCancel(ctx), p.before, 0)
	m.mu.Lock()
	m.pending, m.running = nil, p.before
	out := Result{Diff: diff(running, p.before), Generation: m.current(), Probes: probes, Match: matchOf(p.before)}
	m.mu.Unlock()
	if err != nil {
		err = no(Unwritten, "the settings are what they were, but the devices are not: "+err.Error()+"; restart posagent")
	}
	return out, m.orFailed(p.n, why, err)
}

func (m *Manager) orFailed(n int, why string, err error) error {
	if saved := m.save(m.became(n, RolledBack, why)); err == nil {
		return saved
	}
	return err
}
