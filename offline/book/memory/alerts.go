package memory

import (
	"errors"
	"slices"

	"github.com/posagent/posagent/offline/book"
)

func (r rows) Alerts(below int64, most int) (out []book.Alert, err error) {
	for _, a := range slices.Backward(r.d.alerts) {
		if len(out) == most {
			break
		}
		if below == 0 || a.ID < below {
			out = append(out, a)
		}
	}
	return out, nil
}

func (r rows) StandingAlerts() (out []book.Alert, err error) {
	for _, a := range r.d.alerts {
		if a.Cleared.IsZero() {
			out = append(out, a)
		}
	}
	return out, nil
}

func (t *tx) PutAlert(a book.Alert) error {
	a.Raised, a.Reminded, a.Cleared, a.Seen = plain(a.Raised), plain(a.Reminded), plain(a.Cleared), plain(a.Seen)
	at, known := slices.BinarySearchFunc(t.d.alerts, a.ID, func(b book.Alert, id int64) int { return int(b.ID - id) })
	twin := slices.ContainsFunc(t.d.alerts, func(b book.Alert) bool {
		return b.ID != a.ID && b.Code == a.Code && b.Subject == a.Subject && b.Cleared.IsZero() && a.Cleared.IsZero()
	})
	if a.ID <= 0 || a.Code == "" || twin {
		return errors.New("an alert of this kind stands already, or it is none")
	}
	before := t.d.alerts
	t.d.alerts = slices.Clone(before)
	if known {
		a.Code, a.Subject, a.Raised = before[at].Code, before[at].Subject, before[at].Raised
		t.d.alerts[at] = a
	} else {
		t.d.alerts = slices.Insert(t.d.alerts, at, a)
	}
	t.undo = append(t.undo, func() { t.d.alerts = before })
	return nil
}
