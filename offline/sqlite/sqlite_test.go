package sqlite_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/posagent/posagent/offline/sqlite"
)

const appID = 0x74657374

func notes() fs.FS {
	return fstest.MapFS{"0001_notes.sql": {Data: []byte("CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;")}}
}

func options(path string) sqlite.Options {
	return sqlite.Options{Path: path, Migrations: notes(), AppID: appID}
}

func open(t testing.TB, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(options(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func fresh(t testing.TB) (*sqlite.DB, string) {
	path := filepath.Join(t.TempDir(), "a b?c#d%20.db") // every one of these means something in a URI
	return open(t, path), path
}

func note(n int, text string) func(*sqlite.Conn) error {
	return func(c *sqlite.Conn) error {
		_, err := c.Exec("INSERT INTO notes (n, text) VALUES (?, ?)", n, text)
		return err
	}
}

func read(t testing.TB, db *sqlite.DB) []string {
	t.Helper()
	var got []string
	err := db.View(func(c *sqlite.Conn) error {
		got = nil
		for row, err := range c.Query("SELECT n, text FROM notes ORDER BY n") {
			if err != nil {
				return err
			}
			got = append(got, fmt.Sprintf("%d %s", row.Int(0), row.Text(1)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func want(t testing.TB, db *sqlite.DB, lines ...string) {
	t.Helper()
	if got := read(t, db); fmt.Sprint(got) != fmt.Sprint(lines) {
		t.Errorf("rows are %q, want %q", got, lines)
	}
}

func TestUpdateKeepsAllOrNothing(t *testing.T) {
	db, _ := fresh(t)
	if err := db.Update(note(1, "kept")); err != nil {
		t.Fatal(err)
	}
	mine := errors.New("changed my mind")
	err := db.Update(func(c *sqlite.Conn) error {
		if err := note(2, "dropped")(c); err != nil {
			return err
		}
		return mine
	})
	if err != mine {
		t.Errorf("error is %v, want the very error of the callback", err)
	}
	want(t, db, "1 kept")
}

func TestAConstraintIsNamedAndDropsItsUpdateOnly(t *testing.T) {
	db, _ := fresh(t)
	if err := db.Update(note(1, "first")); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(note(1, "again")); !errors.Is(err, sqlite.ErrConstraint) {
		t.Errorf("error is %v, want ErrConstraint", err)
	}
	want(t, db, "1 first")
}

func TestAPanicFailsAlone(t *testing.T) {
	db, _ := fresh(t)
	err := db.Update(func(c *sqlite.Conn) error {
		_ = note(1, "dropped")(c)
		panic("a bug of the caller")
	})
	if err == nil {
		t.Error("a panic was taken for success")
	}
	if err := db.Update(note(2, "after")); err != nil {
		t.Fatal(err)
	}
	want(t, db, "2 after")
}

func TestACallerThatEndsItsGoroutineHoldsNobodyUp(t *testing.T) {
	db, _ := fresh(t)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = db.Update(func(c *sqlite.Conn) error {
			_ = note(1, "dropped")(c)
			runtime.Goexit()
			return nil
		})
	}()
	<-gone
	if err := db.Update(note(2, "after")); err != nil {
		t.Fatal(err)
	}
	want(t, db, "2 after")
}

func TestViewCannotWrite(t *testing.T) {
	db, _ := fresh(t)
	if err := db.View(note(1, "no")); err == nil {
		t.Error("a View wrote a row")
	}
	want(t, db)
}

func TestQueriesNestAndStopEarly(t *testing.T) {
	db, _ := fresh(t)
	for n := range 3 {
		if err := db.Update(note(n, "x")); err != nil {
			t.Fatal(err)
		}
	}
	const sql = "SELECT n FROM notes ORDER BY n"
	err := db.View(func(c *sqlite.Conn) error {
		pairs := 0
		for _, err := range c.Query(sql) {
			if err != nil {
				return err
			}
			for row, err := range c.Query(sql) {
				if err != nil {
					return err
				}
				pairs++
				if row.Int(0) == 1 {
					break
				}
			}
		}
		if pairs != 6 {
			t.Errorf("%d pairs, want 6", pairs)
		}
		_, err := c.One("SELECT n FROM notes WHERE n = ?", 99)
		if !errors.Is(err, sqlite.ErrNoRow) {
			t.Errorf("error is %v, want ErrNoRow", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestArgumentsAreCheckedBeforeTheyAreBound(t *testing.T) {
	db, _ := fresh(t)
	err := db.Update(func(c *sqlite.Conn) error {
		if _, err := c.Exec("INSERT INTO notes (n, text) VALUES (?, ?)", 1); err == nil {
			t.Error("a missing argument was taken")
		}
		if _, err := c.Exec("INSERT INTO notes (n, text) VALUES (?, ?)", 1, 2.5); err == nil {
			t.Error("a float was taken")
		}
		type word string
		n, err := c.Exec("INSERT INTO notes (n, text) VALUES (?, ?)", 1, word("named"))
		if n != 1 {
			t.Errorf("changed %d rows, want 1", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, db, "1 named")
}

func TestReopenKeepsRowsAndACloseLeavesNoLog(t *testing.T) {
	db, path := fresh(t)
	if err := db.Update(note(1, "kept")); err != nil {
		t.Fatal(err)
	}
	if got := db.Stats().LogBytes; got < 8_000_000 {
		t.Errorf("the log has %d bytes, want it grown to 8 MB before the first commit", got)
	}
	if err := db.Check(); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a clean close left the log: %v", err)
	}
	if err := db.Update(note(2, "late")); !errors.Is(err, sqlite.ErrClosed) {
		t.Errorf("error is %v, want ErrClosed", err)
	}
	if err := db.View(func(*sqlite.Conn) error { return nil }); !errors.Is(err, sqlite.ErrClosed) {
		t.Errorf("error is %v, want ErrClosed", err)
	}
	want(t, open(t, path), "1 kept")
}

// Making the log longer is the last step of the start, and a program that does
// not sell leaves it out.
func TestALogIsLeftAsFoundWhenAsked(t *testing.T) {
	o := options(filepath.Join(t.TempDir(), "x.db"))
	o.LogAsFound = true
	db, err := sqlite.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Update(note(1, "kept")); err != nil {
		t.Fatal(err)
	}
	if got := db.Stats().LogBytes; got <= 0 || got > 100_000 {
		t.Errorf("the log has %d bytes after one row, want a few pages", got)
	}
	want(t, db, "1 kept")
}
