// Package alert decides which troubles of a register its people are told of
// elsewhere, when, and how often. It is a pure function of time and of what is
// wrong: it finds nothing out, keeps nothing and sends nothing.
//
// Invariant: an alert is raised once and cleared once, whatever its trouble
// does in between: a trouble must last before it is told, and stay away before
// it counts as gone.
package alert

import (
	"cmp"
	"slices"
	"time"
)

// Seen is a trouble that holds at this moment.
type Seen struct {
	Code    string // of the catalogue of troubles
	Subject string // the device, wallet or certificate; empty: the register
	Detail  string // numbers, for people
	Level   int    // how bad it is, from 0; people are told again when it rises
}

// Alert is a trouble that people were told of.
type Alert struct {
	ID int64 // 0 before it is kept
	Seen
	Raised   time.Time
	Reminded time.Time // when people were last told, raised included
	Cleared  time.Time // zero: it stands
	Quiet    bool      // somebody has acknowledged it: it is not told again
}

// What happened to an alert.
type What string

const (
	Raised   What = "raised"
	Worse    What = "worse"    // its level rose
	Reminded What = "reminded" // it has stood for long
	Cleared  What = "cleared"
)

// Change is an alert as it is to be kept, and what happened to it.
type Change struct {
	What What
	Alert
}

// Rules are the times. All are above 0 but Remind.
type Rules struct {
	Remind time.Duration // an alert that stands is told again after this; 0: never
	Calm   time.Duration // a trouble that stays away for so long is over
}

// kind is what makes an alert the same one.
type kind struct{ code, subject string }

// spell is a time through which a trouble comes and goes.
type spell struct{ first, last time.Time }

// Desk follows the troubles of one register. It is not safe for use by several
// goroutines.
type Desk struct {
	rules    Rules
	standing map[kind]Alert
	spells   map[kind]spell
}

// New is a desk with the alerts that stood when the program ended. Each counts
// as seen at now, so that it is cleared no sooner than Calm later.
func New(rules Rules, standing []Alert, now time.Time) *Desk {
	d := &Desk{rules: rules, standing: make(map[kind]Alert), spells: make(map[kind]spell)}
	for _, a := range standing {
		k := kind{a.Code, a.Subject}
		d.standing[k], d.spells[k] = a, spell{now, now}
	}
	return d
}

// Look is told what holds now, and returns what is to be kept and told, by
// code and subject. What is not reported back with Kept comes again.
func (d *Desk) Look(now time.Time, seen []Seen) []Change {
	var out []Change
	here := make(map[kind]bool)
	for _, s := range seen {
		k := kind{s.Code, s.Subject}
		after, told := waits(s.Code)
		if !told || here[k] {
			continue
		}
		here[k] = true
		d.sighted(k, now, after)
		if c, ok := d.judge(k, s, now, after); ok {
			out = append(out, c)
		}
	}
	for k, sp := range d.spells {
		a, stands := d.standing[k]
		switch {
		case here[k] || now.Sub(sp.last) < d.rules.Calm:
		case !stands:
			delete(d.spells, k)
		default:
			a.Cleared = now
			out = append(out, Change{Cleared, a})
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Subject, b.Subject))
	})
	return out
}

// sighted notes that a trouble is there. Before it is told of, a pause as long
// as it must last begins a new spell: one glitch now and one in an hour are not
// an hour of trouble.
func (d *Desk) sighted(k kind, now time.Time, after time.Duration) {
	sp, known := d.spells[k]
	_, stands := d.standing[k]
	if !known || !stands && now.Sub(sp.last) > max(after, shortest) {
		sp.first = now
	}
	sp.last = now
	d.spells[k] = sp
}

// shortest is the least pause that ends a spell: two looks.
const shortest = time.Minute

func (d *Desk) judge(k kind, s Seen, now time.Time, after time.Duration) (Change, bool) {
	a, stands := d.standing[k]
	switch {
	case !stands && now.Sub(d.spells[k].first) >= after:
		return Change{Raised, Alert{Seen: s, Raised: now, Reminded: now}}, true
	case !stands:
		return Change{}, false
	case s.Level > a.Level:
		a.Seen, a.Reminded = s, now
		return Change{Worse, a}, true
	case d.rules.Remind > 0 && !a.Quiet && now.Sub(a.Reminded) >= d.rules.Remind:
		a.Detail, a.Reminded = s.Detail, now
		return Change{Reminded, a}, true
	}
	return Change{}, false
}

// Acknowledged is told that somebody has seen to an alert.
func (d *Desk) Acknowledged(id int64) {
	for k, a := range d.standing {
		if a.ID == id {
			a.Quiet = true
			d.standing[k] = a
		}
	}
}

// Kept is told that a change is on the disk.
func (d *Desk) Kept(c Change) {
	k := kind{c.Code, c.Subject}
	if c.What == Cleared {
		delete(d.standing, k)
		delete(d.spells, k)
		return
	}
	d.standing[k] = c.Alert
}
