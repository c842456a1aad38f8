package book

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// Alert is something that the shop was told of.
type Alert struct {
	ID       int64  // 1, 2, 3, …; 0 before it is kept
	Code     string // of the catalogue of troubles
	Subject  string // the device, wallet or certificate; empty: the register
	Detail   string // numbers, for people
	Level    int    // how bad it is; it only rises
	Raised   time.Time
	Reminded time.Time // when it was last told, raised included
	Cleared  time.Time // zero: it stands
	Seen     time.Time // when somebody acknowledged it; zero: nobody has
	SeenBy   string
}

// AlertNote begins the journal's entry of every change of an alert; its number
// follows.
const AlertNote = "alert "

// Alerts are the alerts below a number, or the newest ones for 0, newest first.
func (b *Book) Alerts(below int64, most int) (out []Alert, err error) {
	err = b.rows.View(func(rows Rows) error {
		out, err = rows.Alerts(below, most)
		return err
	})
	return out, err
}

// StandingAlerts are those that are not cleared, oldest first.
func (b *Book) StandingAlerts() (out []Alert, err error) {
	err = b.rows.View(func(rows Rows) error {
		out, err = rows.StandingAlerts()
		return err
	})
	return out, err
}

// PutAlert keeps an alert and what happened to it ("raised"): the row and an
// entry of the journal, both or neither. One without a number gets the next. Who
// has acknowledged it stays.
func (b *Book) PutAlert(a Alert, what string) (Alert, error) {
	a.Raised, a.Reminded, a.Cleared, a.Seen = stamp(a.Raised), stamp(a.Reminded), stamp(a.Cleared), stamp(a.Seen)
	fresh := a.ID == 0
	err := b.update(func(t *turn) error {
		below := int64(0)
		if !fresh {
			below = a.ID + 1
		}
		known, err := t.tx.Alerts(below, 1)
		switch {
		case err != nil:
			return err
		case fresh && len(known) == 0:
			a.ID = 1
		case fresh:
			a.ID = known[0].ID + 1
		case len(known) == 0 || known[0].ID != a.ID:
			return fmt.Errorf("alert %d: %w", a.ID, ErrNotFound)
		default:
			a.Seen, a.SeenBy = known[0].Seen, known[0].SeenBy
		}
		return t.putAlert(a, charge.Step{By: charge.ByTimer, At: b.now()}, what)
	})
	return a, err
}

// SeeAlert writes down that somebody has acknowledged an alert that stands. One
// that was acknowledged before keeps who did it first. ErrNotFound means that
// no such alert stands.
func (b *Book) SeeAlert(id int64, by charge.By, who string) (a Alert, err error) {
	err = b.update(func(t *turn) error {
		found, err := t.tx.Alerts(id+1, 1)
		switch {
		case err != nil:
			return err
		case len(found) == 0 || found[0].ID != id || !found[0].Cleared.IsZero():
			return fmt.Errorf("alert %d: %w", id, ErrNotFound)
		}
		if a = found[0]; !a.Seen.IsZero() {
			return nil
		}
		a.Seen, a.SeenBy = b.now(), who
		return t.putAlert(a, charge.Step{By: by, Operator: who, At: b.now()}, "acknowledged")
	})
	return a, err
}

func (t *turn) putAlert(a Alert, step charge.Step, what string) error {
	note := fmt.Sprintf("%s%d %s: %s", AlertNote, a.ID, what, a.Code)
	if a.Subject != "" {
		note += " " + a.Subject
	}
	if a.Detail != "" {
		note += " (" + a.Detail + ")"
	}
	_, err := t.append(Link{Step: step, Note: note})
	return errors.Join(t.tx.PutAlert(a), err)
}
