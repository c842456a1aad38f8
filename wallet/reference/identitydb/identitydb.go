// Package identitydb is the store of identities in SQLite. It reads and writes
// rows and decides nothing; the schema only holds a second lock on the same
// doors: no password alone, one phone that pays, and no code of a second factor
// twice.
//
// Invariant: what Update has acknowledged survives a power cut.
package identitydb

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/identity"
)

// appID marks the file as a wallet's identities: "pwid".
const appID = 0x70776964

//go:embed migrations/*.sql
var migrations embed.FS

// Store is an identity.Store in one SQLite file.
type Store struct{ db *sqlite.DB }

// Open opens the file at path and makes it when there is none.
func Open(path string, log *slog.Logger) (*Store, error) {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(sqlite.Options{Path: path, Migrations: steps, AppID: appID, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the identities: %w", err)
	}
	return &Store{db: db}, nil
}

// Update is identity.Store.Update.
func (s *Store) Update(do func(identity.Tx) error) error {
	return s.db.Update(func(c *sqlite.Conn) error { return do(tx{c}) })
}

// View is identity.Store.View.
func (s *Store) View(do func(identity.Tx) error) error {
	return s.db.View(func(c *sqlite.Conn) error { return do(tx{c}) })
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// tx is one transaction.
type tx struct{ c *sqlite.Conn }

func (t tx) exec(sql string, args ...any) error {
	_, err := t.c.Exec(sql, args...)
	return err
}

func one[T any](t tx, read func(sqlite.Row) T, sql string, args ...any) (T, error) {
	row, err := t.c.One(sql, args...)
	if err != nil {
		var none T
		if errors.Is(err, sqlite.ErrNoRow) {
			err = identity.ErrNotFound
		}
		return none, err
	}
	return read(row), nil
}

func all[T any](t tx, read func(sqlite.Row) T, sql string, args ...any) ([]T, error) {
	var list []T
	for row, err := range t.c.Query(sql, args...) {
		if err != nil {
			return nil, err
		}
		list = append(list, read(row))
	}
	return list, nil
}

// stamp and when are times as columns; 0 is none.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func when(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
