package sqlite_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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
// to be killed, or one whose disk fails.
func TestMain(m *testing.M) {
	switch os.Getenv("SQLITE_TEST_CHILD") {
	case "writer":
		writeForEver(os.Getenv("SQLITE_TEST_PATH"))
	case "dying disk":
		os.Exit(onADyingDisk(os.Getenv("SQLITE_TEST_PATH"), os.Getenv("NOSYNC")))
	default:
		os.Exit(m.Run())
	}
}

func child(what, path string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SQLITE_TEST_CHILD="+what, "SQLITE_TEST_PATH="+path)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	return cmd
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
		cmd := child("writer", path)
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

func onADyingDisk(path, nosync string) int {
	db, err := sqlite.Open(options(path))
	if err == nil {
		err = db.Update(note(1, "kept"))
	}
	if err == nil {
		err = os.WriteFile(nosync, nil, 0o600)
	}
	if err != nil {
		fmt.Println("before the disk failed:", err)
		return 1
	}
	first := db.Update(note(2, "not known"))
	if err := os.Remove(nosync); err != nil {
		fmt.Println(err)
		return 1
	}
	later := db.Update(note(3, "must not be taken"))
	if !errors.Is(first, sqlite.ErrDead) || !errors.Is(later, sqlite.ErrDead) {
		fmt.Printf("a failed sync gave %v, and the write after it %v; want ErrDead for both\n", first, later)
		return 1
	}
	if err := db.View(func(c *sqlite.Conn) error { _, err := c.One("SELECT n FROM notes WHERE n = 1"); return err }); err != nil {
		fmt.Println("reading after it:", err)
		return 1
	}
	return 0
}

// A sync that failed may have thrown the data away, and the next one would
// report success: nothing is written any more until the file is opened again.
func TestTakesNothingAfterAFailedSync(t *testing.T) {
	dir := t.TempDir()
	library := filepath.Join(dir, "nosync.so")
	if said, err := exec.Command("gcc", "-shared", "-fPIC", "-o", library, "testdata/nosync.c", "-ldl").CombinedOutput(); err != nil {
		t.Skipf("SKIP: the failing fsync cannot be built: %v %s", err, said)
	}
	path := filepath.Join(dir, "x.db")
	cmd := child("dying disk", path, "LD_PRELOAD="+library, "NOSYNC="+filepath.Join(dir, "fail"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(out)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	rows := read(t, open(t, path))
	if len(rows) == 0 || rows[0] != "1 kept" || strings.Contains(fmt.Sprint(rows), "must not be taken") {
		t.Errorf("opened again, the rows are %q", rows)
	}
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
