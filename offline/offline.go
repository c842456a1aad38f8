// Package offline keeps the register's books in one SQLite file: charges,
// sales, the journal and a few numbers. It reads and writes what it is told;
// every rule about money is in offline/book, above it.
//
// Invariant: what Update acknowledged is on the disk; a charge keeps its key,
// its sale and its amount; journal and sales are only added to.
package offline

import (
	"embed"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

// FileName is the database inside the data directory.
const FileName = "posagent.db"

// AppID is the application_id of the file: "posa" in ASCII.
const AppID = 0x706f7361

//go:embed schema/*.sql
var schema embed.FS

// Options are what the books need besides their directory.
type Options struct {
	Log        *slog.Logger // nil: no log
	LogAsFound bool         // do not make the write-ahead log longer at the start; see sqlite.Options
}

// Store is the books in SQLite. It is a book.Store.
type Store struct{ db *sqlite.DB }

// Open opens the books in dir, which must exist, and makes them when there are
// none. The error says what to do; its kinds are those of offline/sqlite.
func Open(dir string, o Options) (*Store, error) {
	steps, err := fs.Sub(schema, "schema")
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(sqlite.Options{Path: filepath.Join(dir, FileName), Migrations: steps, AppID: AppID, Log: o.Log, LogAsFound: o.LogAsFound})
	if err != nil {
		return nil, err
	}
	return &Store{db: db}, nil
}

// Update runs do in one transaction; see book.Store.
func (s *Store) Update(do func(book.Tx) error) error {
	return s.db.Update(func(c *sqlite.Conn) error { return do(tx{c}) })
}

// Soon runs do with the next Update, or alone after within; see book.Store.
func (s *Store) Soon(within time.Duration, do func(book.Tx) error) (cancel func()) {
	return s.db.Soon(within, func(c *sqlite.Conn) error { return do(tx{c}) })
}

// View runs do over one unchanging state; see book.Store.
func (s *Store) View(do func(book.Rows) error) error {
	return s.db.View(func(c *sqlite.Conn) error { return do(tx{c}) })
}

// Check looks through the whole file for damage.
func (s *Store) Check() error { return s.db.Check() }

// Room is how many bytes are free on the disk of the books.
func (s *Store) Room() (int64, error) { return s.db.Room() }

// Stats are the numbers of the writer since Open.
func (s *Store) Stats() sqlite.Stats { return s.db.Stats() }

// Close writes the marks that wait, and closes the file.
func (s *Store) Close() error { return s.db.Close() }

// tx is one transaction on the tables. The methods are in the file of their
// table.
type tx struct{ c *sqlite.Conn }
