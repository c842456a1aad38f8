package sqlite_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/sqlite"
)

var errMine = errors.New("changed my mind")

// What waits while a commit is under way shares the next one, in the order of
// the calls, and each part of it is kept or dropped by itself.
func TestWaitingWritesShareACommit(t *testing.T) {
	db, _ := fresh(t)
	before := db.Stats()
	inside, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := db.Update(func(c *sqlite.Conn) error {
			close(inside)
			<-goOn
			return note(0, "first")(c)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-inside
	for n := range 10 {
		db.Soon(time.Hour, func(c *sqlite.Conn) error {
			if err := note(n+1, "mark")(c); err != nil || n%2 == 0 {
				return err
			}
			if n == 5 {
				panic("a bug of the caller")
			}
			return errMine
		})
	}
	all.Go(func() {
		if err := db.Update(note(99, "last")); err != nil {
			t.Error(err)
		}
	})
	close(goOn)
	all.Wait()
	want(t, db, "0 first", "1 mark", "3 mark", "5 mark", "7 mark", "9 mark", "99 last")
	after := db.Stats()
	if commits, writes := after.Commits-before.Commits, after.Writes-before.Writes; commits != 2 || writes != 12 {
		t.Errorf("%d writes in %d commits, want 12 in 2", writes, commits)
	}
	var counted int64
	for _, b := range after.Took {
		counted += b.Count
	}
	if counted != after.Commits {
		t.Errorf("%d commits were timed, %d were made", counted, after.Commits)
	}
}

// More than fit into one commit are written in several, none twice.
func TestMoreThanOneCommitHolds(t *testing.T) {
	db, _ := fresh(t)
	const marks = 1000
	for n := range marks {
		db.Soon(time.Hour, note(n, "mark"))
	}
	if err := db.Update(note(marks, "update")); err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, db)); got != marks+1 {
		t.Errorf("%d rows, want %d", got, marks+1)
	}
	if got := db.Stats().Commits; got != 4 {
		t.Errorf("%d commits, want 4", got)
	}
}

func TestCloseWritesTheMarksThatWait(t *testing.T) {
	db, path := fresh(t)
	db.Soon(time.Hour, note(1, "mark"))
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	db.Soon(time.Hour, note(2, "late"))
	want(t, open(t, path), "1 mark")
}

// Writers, marks, readers and a Close at the same time: what was acknowledged
// before is there, what comes after is told so.
func TestCloseAmongWriters(t *testing.T) {
	db, path := fresh(t)
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				n := w*100_000 + i
				err := db.Update(note(n, "x"))
				if errors.Is(err, sqlite.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged[fmt.Sprint(n, " x")] = true
				mu.Unlock()
				db.Soon(time.Microsecond, func(*sqlite.Conn) error { return nil })
			}
		})
	}
	for range 2 {
		all.Go(func() {
			for {
				err := db.View(func(c *sqlite.Conn) error { _, err := c.One("SELECT count(*) FROM notes"); return err })
				if err != nil {
					if !errors.Is(err, sqlite.ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	for len(read(t, db)) < 50 {
		time.Sleep(time.Millisecond)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	rows := read(t, open(t, path))
	if len(rows) != len(acknowledged) {
		t.Errorf("%d rows, %d were acknowledged", len(rows), len(acknowledged))
	}
	for _, row := range rows {
		if !acknowledged[row] {
			t.Errorf("%s was not acknowledged", row)
		}
	}
}
