// Package topupdb keeps top-ups in SQLite. It decides nothing; the schema holds
// that a wish stands as it was asked and that its state only goes on.
//
// Invariant: what was acknowledged survives a power cut.
package topupdb

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/topup"
)

// appID marks the file as a wallet's top-ups: "pwtu".
const appID = 0x70777475

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a topup.Store in one SQLite file.
type Store struct{ db *sqlite.DB }

// Open opens the file at path and makes it when there is none.
func Open(path string, log *slog.Logger) (*Store, error) {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(sqlite.Options{Path: path, Migrations: steps, AppID: appID, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the top-ups: %w", err)
	}
	return &Store{db: db}, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

const columns = "SELECT key, customer, source, amount, state, at FROM topup "

func read(r sqlite.Row) topup.Row {
	return topup.Row{Key: r.Text(0), Customer: r.Text(1), Source: r.Text(2), Amount: r.Int(3), State: topup.State(r.Text(4)), At: time.Unix(0, r.Int(5)).UTC()}
}

func list(c *sqlite.Conn, sql string, args ...any) (rows []topup.Row, err error) {
	for r, err := range c.Query(columns+sql, args...) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, read(r))
	}
	return rows, nil
}

// Begin is topup.Store.Begin.
func (s *Store) Begin(row topup.Row, since time.Time, judge func([]topup.Row) error) (out topup.Row, err error) {
	err = s.db.Update(func(c *sqlite.Conn) error {
		old, err := c.One(columns+"WHERE key = ?", row.Key)
		if err == nil {
			out = read(old)
			return nil
		}
		if !errors.Is(err, sqlite.ErrNoRow) {
			return err
		}
		recent, err := list(c, "WHERE customer = ? AND at >= ? ORDER BY at", row.Customer, since.UnixNano())
		if err != nil {
			return err
		}
		if err := judge(recent); err != nil {
			return err
		}
		out = row
		_, err = c.Exec("INSERT INTO topup (key, customer, source, amount, state, at) VALUES (?, ?, ?, ?, ?, ?)",
			row.Key, row.Customer, row.Source, row.Amount, string(row.State), row.At.UnixNano())
		return err
	})
	return out, err
}

// Move is topup.Store.Move. One that somebody else has moved on already stays
// where it is.
func (s *Store) Move(key string, from, to topup.State) error {
	return s.db.Update(func(c *sqlite.Conn) error {
		_, err := c.Exec("UPDATE topup SET state = ? WHERE key = ? AND state = ?", string(to), key, string(from))
		return err
	})
}

// Open is topup.Store.Open.
func (s *Store) Open() (rows []topup.Row, err error) {
	err = s.db.View(func(c *sqlite.Conn) error {
		rows, err = list(c, "WHERE state IN ('asked', 'taken') ORDER BY at")
		return err
	})
	return rows, err
}
