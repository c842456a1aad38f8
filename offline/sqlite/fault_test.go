package sqlite_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/sqlite"
)

// TestMain turns the test program into the child that a test starts: a writer
// to be killed. Disks that fail are in offline/powercut.
func TestMain(m *testing.M) {
	if path := os.Getenv("SQLITE_TEST_WRITER"); path != "" {
		writeForEver(path)
	}
	os.Exit(m.Run())
}

// writeForEver adds rows and says each number once it is acknowledged.
func writeForEver(path string) {
	db, err := sqlite.Open(options(path))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var next int64
	err = db.View(func(c *sqlite.Conn) error {
		row, err := c.One("SELECT coalesce(max(n), 0) FROM notes")
		next = row.Int(0)
		return err
	})
	for err == nil {
		next++
		db.Soon(time.Millisecond, func(*sqlite.Conn) error { return nil })
		if err = db.Update(note(int(next), "acknowledged")); err == nil {
			_, err = fmt.Println(next)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// After kill -9 at any moment, every row that was acknowledged is there, none
// is missing in between, and at most the one under way is there besides.
func TestKilledAtAnyMoment(t *testing.T) {
	const kills = 12
	path := filepath.Join(t.TempDir(), "x.db")
	acknowledged := 0
	for range kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env, cmd.Stderr = append(os.Environ(), "SQLITE_TEST_WRITER="+path), os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() {
			t.Fatalf("the child said nothing: %v", cmd.Wait())
		}
		last := lines.Text()
		kill := time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		for lines.Scan() {
			last = lines.Text()
		}
		_ = cmd.Wait()
		kill.Stop()
		if acknowledged, err = strconv.Atoi(strings.TrimSpace(last)); err != nil {
			t.Fatal(err)
		}
		db := open(t, path)
		rows := len(read(t, db))
		if rows != acknowledged && rows != acknowledged+1 {
			t.Fatalf("%d rows after %d were acknowledged", rows, acknowledged)
		}
		if err := errors.Join(db.Check(), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d rows acknowledged, none lost", kills, acknowledged)
}

// fillUp writes until the database says that it is full, and returns how many
// rows were acknowledged.
func fillUp(t *testing.T, db *sqlite.DB) int {
	t.Helper()
	for n := range 100_000 {
		if err := db.Update(note(n, strings.Repeat("x", 2000))); err != nil {
			if !errors.Is(err, sqlite.ErrFull) {
				t.Fatalf("row %d: error is %v, want ErrFull", n, err)
			}
			return n
		}
	}
	t.Fatal("the disk never got full")
	return 0
}

func TestFullKeepsWhatWasAcknowledged(t *testing.T) {
	db, path := fresh(t)
	err := db.Update(func(c *sqlite.Conn) error {
		_, err := c.One("PRAGMA max_page_count = 200")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	survivesFull(t, db, path, func() {})
}

func TestFullDiskKeepsWhatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "size=12m")
	path := filepath.Join(dir, "x.db")
	db := open(t, path)
	if room, err := db.Room(); err != nil || room <= 0 || room > 12<<20 {
		t.Errorf("room is %d, %v, want some of 12 MB", room, err)
	}
	survivesFull(t, db, path, func() {
		if again, err := sqlite.Open(options(path)); err == nil {
			_ = again.Close()
		} else if !errors.Is(err, sqlite.ErrFull) {
			t.Errorf("a start on a full disk: error is %v, want ErrFull", err)
		}
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=32m"); err != nil {
			t.Skipf("SKIP: the disk cannot be made larger: %v", err)
		}
	})
}

// survivesFull fills a database up and opens it again, after the disk was
// given more room.
func survivesFull(t *testing.T, db *sqlite.DB, path string, enlarge func()) {
	t.Helper()
	rows := fillUp(t, db)
	if rows == 0 {
		t.Fatal("it was full from the start")
	}
	if got := len(read(t, db)); got != rows {
		t.Errorf("%d rows are there, %d were acknowledged", got, rows)
	}
	// A write that needs no more room still goes through.
	if err := db.Update(func(c *sqlite.Conn) error { _, err := c.Exec("DELETE FROM notes WHERE n = 0"); return err }); err != nil {
		t.Errorf("a small write on a full disk: %v", err)
	}
	if err := errors.Join(db.Check(), db.Close()); err != nil {
		t.Error(err)
	}
	enlarge()
	again := open(t, path)
	if got := len(read(t, again)); got != rows-1 {
		t.Errorf("opened again, %d rows are there, want %d", got, rows-1)
	}
}

func TestRefusesToStartOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "size=4m")
	_, err := sqlite.Open(options(filepath.Join(dir, "x.db")))
	if !errors.Is(err, sqlite.ErrFull) {
		t.Errorf("error is %v, want ErrFull", err)
	}
}
