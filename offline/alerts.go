package offline

import (
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectAlert = "SELECT id, code, subject, detail, level, raised, reminded, cleared, seen, seen_by FROM alerts "

func scanAlert(r sqlite.Row) (book.Alert, error) {
	return book.Alert{
		ID: r.Int(0), Code: r.Text(1), Subject: r.Text(2), Detail: r.Text(3), Level: int(r.Int(4)),
		Raised: timeOf(r.Int(5)), Reminded: timeOf(r.Int(6)), Cleared: timeOf(r.Int(7)), Seen: timeOf(r.Int(8)), SeenBy: r.Text(9),
	}, nil
}

// Alerts are those below a number, or the newest for 0, newest first.
func (t tx) Alerts(below int64, most int) ([]book.Alert, error) {
	return all(t, scanAlert, selectAlert+"WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2", below, max(most, 0))
}

// StandingAlerts are those that are not cleared, oldest first.
func (t tx) StandingAlerts() ([]book.Alert, error) {
	return all(t, scanAlert, selectAlert+"WHERE cleared = 0 ORDER BY id")
}

// PutAlert adds an alert or changes how it stands. What it is about stays, and
// a second one of the same that stands is refused.
func (t tx) PutAlert(a book.Alert) error {
	_, err := t.c.Exec(`INSERT INTO alerts (id, code, subject, detail, level, raised, reminded, cleared, seen, seen_by)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
		ON CONFLICT (id) DO UPDATE SET detail = ?4, level = ?5, reminded = ?7, cleared = ?8, seen = ?9, seen_by = ?10`,
		a.ID, a.Code, a.Subject, a.Detail, a.Level, nanos(a.Raised), nanos(a.Reminded), nanos(a.Cleared), nanos(a.Seen), a.SeenBy)
	return err
}
