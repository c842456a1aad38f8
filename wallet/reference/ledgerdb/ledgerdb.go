// Package ledgerdb is the ledger's store in SQLite. It reads and writes rows
// and decides nothing: the rules are in the ledger, and the schema only holds
// a second lock on the same doors.
//
// Invariant: what Update has acknowledged survives a power cut, and postings
// and keys are never changed or removed.
package ledgerdb

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

// appID marks the file as a wallet's ledger (PRAGMA application_id): "pwlt".
const appID = 0x70776c74

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a ledger.Store in one SQLite file.
type Store struct{ db *sqlite.DB }

// Open opens the ledger at path and makes it when there is none; its folder
// must exist. A second process with the same file is refused.
func Open(path string, log *slog.Logger) (*Store, error) {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("ledger schema: %w", err)
	}
	db, err := sqlite.Open(sqlite.Options{Path: path, Migrations: steps, AppID: appID, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	return &Store{db: db}, nil
}

// Update is ledger.Store.Update. Calls that wait at the same time share one
// commit.
func (s *Store) Update(do func(ledger.Tx) error) error {
	return s.db.Update(func(c *sqlite.Conn) error { return do(tx{c}) })
}

// View is ledger.Store.View.
func (s *Store) View(do func(ledger.Tx) error) error {
	return s.db.View(func(c *sqlite.Conn) error { return do(tx{c}) })
}

// Check looks for damage in the whole file.
func (s *Store) Check() error { return s.db.Check() }

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// tx is one transaction.
type tx struct{ c *sqlite.Conn }

func absent(err error) error {
	if errors.Is(err, sqlite.ErrNoRow) {
		return ledger.ErrNotFound
	}
	return err
}

// one reads one row, or ledger.ErrNotFound.
func one[T any](c *sqlite.Conn, read func(sqlite.Row) T, sql string, args ...any) (T, error) {
	row, err := c.One(sql, args...)
	if err != nil {
		var none T
		return none, absent(err)
	}
	return read(row), nil
}

// all reads all rows.
func all[T any](c *sqlite.Conn, read func(sqlite.Row) T, sql string, args ...any) ([]T, error) {
	var list []T
	for row, err := range c.Query(sql, args...) {
		if err != nil {
			return nil, err
		}
		list = append(list, read(row))
	}
	return list, nil
}

func stamp(t time.Time) int64 { return t.UnixNano() }

func when(n int64) time.Time { return time.Unix(0, n).UTC() }
