// Package sqlite keeps one SQLite database so that what it has acknowledged is
// still there after a power cut: it opens and checks the file, runs
// migrations, commits through one writer, and reads through a pool. It knows
// no table and no money, and it is the only home of the SQLite driver.
//
// Invariant: Update returns nil only after the transaction has been synced to
// the disk, and a file that is not ours, newer than us, or already in use is
// refused before a byte of it is changed.
package sqlite

import (
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"
)

// Options say which database to open.
type Options struct {
	Path       string       // the file; its directory must exist
	Migrations fs.FS        // 0001_name.sql, 0002_name.sql, … in its root; each ran once, in order
	AppID      int32        // PRAGMA application_id that marks a database as ours; not 0
	Log        *slog.Logger // nil: no log
	LogAsFound bool         // leave the write-ahead log as long as it is: for a program that does not sell, and for tests of recovery

	query string // overrides the pragmas of the writer's DSN, in tests of the read-back only
}

// DB is an open database. All methods may be called from any goroutine.
type DB struct {
	path   string
	lock   *lock
	writer *writer
	pool   *pool
}

// Open opens the database at o.Path, makes it when there is none, brings its
// schema up to date and prepares its log so that no commit has to grow it.
// Errors are a *Problem of one of the kinds in this package.
func Open(o Options) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	abs, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, problem(ErrNoDirectory, o.Path, "give an absolute path", err)
	}
	o.Path = abs
	steps, err := readMigrations(o.Migrations)
	if err != nil {
		return nil, err
	}
	held, err := lockFor(o.Path)
	if err != nil {
		return nil, err
	}
	db, err := openLocked(o, steps)
	if err != nil {
		held.release()
		return nil, err
	}
	db.lock = held
	return db, nil
}

func openLocked(o Options, steps []migration) (*DB, error) {
	if err := inspect(o.Path, o.AppID, len(steps)); err != nil {
		return nil, err
	}
	if err := createMissing(o, steps); err != nil {
		return nil, err
	}
	readers := newPool(o.Path)
	conn, err := ready(o, steps, readers)
	if err != nil {
		readers.close() // last, see look
		return nil, err
	}
	return &DB{path: o.Path, writer: newWriter(conn, o.Log), pool: readers}, nil
}

// ready opens the writer's connection and does all that comes before the first
// write of the program.
func ready(o Options, steps []migration, readers *pool) (*Conn, error) {
	if err := readers.look(); err != nil {
		return nil, err
	}
	conn, err := connectWriter(o.Path, o.query)
	if err != nil {
		return nil, err
	}
	err = migrate(conn, steps, o.Log)
	if err == nil {
		err = conn.tryWrite()
	}
	if err == nil && !o.LogAsFound { // the last step, when nothing is left to recover
		err = growLog(o.Path)
	}
	if err != nil {
		_ = conn.close()
		return nil, err
	}
	return conn, nil
}

// Update runs do in one transaction and returns nil only when all of it is on
// the disk. Several Updates that wait at the same time share one commit; each
// is kept or dropped by itself. When do fails, nothing of it is kept and its
// error comes back as it is. do may run on another goroutine, and must not
// call the DB or end the transaction. There is no context: a cancelled write
// would leave the books in two minds.
func (db *DB) Update(do func(*Conn) error) error { return db.writer.update(do) }

// Soon runs do in the next commit, at the latest after within, and does not
// wait. It runs before every Update that is called after it. An error of do is
// logged and drops do alone.
func (db *DB) Soon(within time.Duration, do func(*Conn) error) (cancel func()) {
	return db.writer.soon(within, do)
}

// View runs do over one unchanging state that is at least as new as the last
// Update that returned before. do can only read.
func (db *DB) View(do func(*Conn) error) error { return db.pool.view(do) }

// Check looks through the whole file for damage (PRAGMA quick_check). It takes
// about a second for a million rows and holds up neither reads nor writes.
func (db *DB) Check() error { return db.pool.quickCheck() }

// Stats are the numbers of the writer since Open.
func (db *DB) Stats() Stats {
	s := db.writer.stats()
	s.LogBytes = sizeOf(logPath(db.path))
	return s
}

// Close writes what Soon still holds, and closes the file. Calls after it
// return ErrClosed. Readers that are under way are waited for.
func (db *DB) Close() error {
	if !db.writer.stop() {
		return nil
	}
	db.pool.close()
	err := db.writer.conn.close()
	db.lock.release()
	return err
}
