package offline

import (
	"errors"
	"time"

	"github.com/posagent/posagent/offline/sqlite"
)

// Wish is what an idempotency key stands for.
type Wish struct {
	ID   [16]byte // of who, what for and under which key
	Body [16]byte // of what was wanted
	Said string   // why it was refused; empty: it was not
	At   time.Time
}

// wishWithin is how long a wish waits for a commit to go with. What is wanted is
// written next, so that one commit takes both.
const wishWithin = 20 * time.Millisecond

// KeepWish remembers a wish with the next commit, or alone a moment later.
func (s *Store) KeepWish(w Wish) {
	s.db.Soon(wishWithin, func(c *sqlite.Conn) error {
		_, err := c.Exec(`INSERT INTO wishes (id, body, said, at) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (id) DO UPDATE SET said = ?3 WHERE body = ?2`, w.ID[:], w.Body[:], w.Said, nanos(w.At))
		return err
	})
}

// Wish is a wish by its id, and false when it is not known.
func (s *Store) Wish(id [16]byte) (w Wish, known bool, err error) {
	err = s.db.View(func(c *sqlite.Conn) error {
		row, err := c.One("SELECT body, said, at FROM wishes WHERE id = ?", id[:])
		if errors.Is(err, sqlite.ErrNoRow) {
			return nil
		}
		w, known = Wish{ID: id, Said: row.Text(1), At: timeOf(row.Int(2))}, err == nil
		copy(w.Body[:], row.Blob(0))
		return err
	})
	return w, known, err
}

// ForgetWishes drops the wishes from before a moment, and returns how many they
// were.
func (s *Store) ForgetWishes(before time.Time) (gone int64, err error) {
	err = s.db.Update(func(c *sqlite.Conn) (err error) {
		gone, err = c.Exec("DELETE FROM wishes WHERE at < ?", nanos(before))
		return err
	})
	return gone, err
}
