package offline

import (
	"time"

	"github.com/posagent/posagent/offline/sqlite"
)

// Webhook is how far another program was told of the journal.
type Webhook struct {
	Name  string
	N     int64     // of the last entry that it took or did not want
	Since time.Time // the one behind it has failed since then
	Off   string    // why nothing is sent any more
}

// KeepWebhook remembers a place with the next commit, or alone within a second:
// whoever was told is told once more when that is lost, and no sale waits.
func (s *Store) KeepWebhook(w Webhook) {
	s.db.Soon(time.Second, func(c *sqlite.Conn) error {
		_, err := c.Exec(`INSERT INTO webhooks (name, n, since, off) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (name) DO UPDATE SET n = ?2, since = ?3, off = ?4`, w.Name, w.N, nanos(w.Since), w.Off)
		return err
	})
}

// Webhooks are all places.
func (s *Store) Webhooks() (out []Webhook, err error) {
	err = s.db.View(func(c *sqlite.Conn) (err error) {
		out, err = all(tx{c}, func(r sqlite.Row) (Webhook, error) {
			return Webhook{Name: r.Text(0), N: r.Int(1), Since: timeOf(r.Int(2)), Off: r.Text(3)}, nil
		}, "SELECT name, n, since, off FROM webhooks ORDER BY name")
		return err
	})
	return out, err
}
