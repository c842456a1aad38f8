package offline

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

// Bulletin is the last word of a wallet, as it came.
type Bulletin struct {
	Wallet  string
	Version int64
	Content [32]byte // SHA-256 of what is signed: the same version never says something else
	Signed  []byte
	TakenAt time.Time
}

// Errors of KeepBulletin. Nothing is changed by either.
var (
	ErrOlderBulletin = errors.New("a higher version was taken before")
	ErrOtherBulletin = errors.New("this version was taken before and says something else")
)

const selectBulletin = "SELECT wallet, version, content, signed, taken_at FROM bulletins "

func scanBulletin(r sqlite.Row) (Bulletin, error) {
	b := Bulletin{Wallet: r.Text(0), Version: r.Int(1), Signed: r.Blob(3), TakenAt: timeOf(r.Int(4))}
	if n := copy(b.Content[:], r.Blob(2)); n != len(b.Content) {
		return b, fmt.Errorf("the bulletin of wallet %s has a hash of %d bytes", b.Wallet, n)
	}
	return b, nil
}

// KeepBulletin remembers a bulletin, durably, and tells whether it is new. One
// that is there already is no error; one that does not follow it is.
func (s *Store) KeepBulletin(b Bulletin) (fresh bool, err error) {
	err = s.db.Update(func(c *sqlite.Conn) error {
		fresh = false
		before, err := one(tx{c}, scanBulletin, selectBulletin+"WHERE wallet = ?", b.Wallet)
		switch {
		case errors.Is(err, book.ErrNotFound):
		case err != nil:
			return err
		case b.Version < before.Version:
			return fmt.Errorf("%w: %d, and this is %d", ErrOlderBulletin, before.Version, b.Version)
		case b.Version == before.Version && b.Content != before.Content:
			return fmt.Errorf("%w: %d", ErrOtherBulletin, b.Version)
		case b.Version == before.Version:
			return nil
		}
		fresh = true
		_, err = c.Exec(`INSERT INTO bulletins (wallet, version, content, signed, taken_at) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (wallet) DO UPDATE SET version = ?2, content = ?3, signed = ?4, taken_at = ?5`,
			b.Wallet, b.Version, b.Content[:], b.Signed, nanos(b.TakenAt))
		return err
	})
	return fresh && err == nil, err
}

// Bulletins are the last ones of all wallets, in the order of their ids.
func (s *Store) Bulletins() ([]Bulletin, error) {
	var out []Bulletin
	err := s.db.View(func(c *sqlite.Conn) (err error) {
		out, err = all(tx{c}, scanBulletin, selectBulletin+"ORDER BY wallet")
		return err
	})
	return out, err
}
