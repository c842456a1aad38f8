package sqlite_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/posagent/posagent/offline/sqlite"
)

// refused wants Open to fail with a kind, to say what to do, and to leave
// every file in the directory as it was.
func refused(t *testing.T, o sqlite.Options, kind error, says string) {
	t.Helper()
	before := files(t, filepath.Dir(o.Path))
	db, err := sqlite.Open(o)
	if err == nil {
		_ = db.Close()
		t.Fatalf("opened, want %v", kind)
	}
	if !errors.Is(err, kind) {
		t.Errorf("error is %v, want the kind %v", err, kind)
	}
	var p *sqlite.Problem
	if !errors.As(err, &p) || p.Next == "" || !strings.Contains(err.Error(), says) {
		t.Errorf("%q does not say %q and what to do", err, says)
	}
	for name, was := range before {
		if is := files(t, filepath.Dir(o.Path))[name]; !bytes.Equal(is, was) {
			t.Errorf("%s was changed", name)
		}
	}
}

// files are the contents of a directory, without the lock files.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".lock") || e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = text
	}
	return out
}

func TestRefusesAMissingDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	refused(t, options(filepath.Join(dir, "x.db")), sqlite.ErrNoDirectory, "install -d -m 0700 "+dir)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the directory was made")
	}
}

func TestRefusesFilesThatAreNotOurs(t *testing.T) {
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	o := options(foreign)
	o.AppID = 4711
	other, err := sqlite.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(other.Update(note(1, "theirs")), other.Close()); err != nil {
		t.Fatal(err)
	}
	refused(t, options(foreign), sqlite.ErrNotOurs, "application_id is 4711")

	for name, content := range map[string]string{
		"text":      "This is no database. " + strings.Repeat("It is a letter. ", 100),
		"short":     "SQLite format 3\x00",
		"one byte":  "S",
		"zero page": strings.Repeat("\x00", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			write(t, path, content)
			refused(t, options(path), sqlite.ErrNotOurs, "no SQLite file")
		})
	}
	dir := filepath.Join(t.TempDir(), "x.db")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	refused(t, options(dir), sqlite.ErrNotOurs, "no SQLite file")
}

func TestRefusesWhatAPowerCutOrAHandLeftBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	write(t, path, "")
	refused(t, options(path), sqlite.ErrCorrupt, "it is empty")

	alone := filepath.Join(t.TempDir(), "x.db")
	write(t, alone+"-wal", "rows that were acknowledged")
	refused(t, options(alone), sqlite.ErrCorrupt, "the database is gone but its log")
}

func TestRefusesANewerDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	newer := options(path)
	newer.Migrations = fstest.MapFS{
		"0001_notes.sql": {Data: []byte("CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;")},
		"0002_more.sql":  {Data: []byte("ALTER TABLE notes ADD COLUMN more TEXT;")},
	}
	db, err := sqlite.Open(newer)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(note(1, "kept")), db.Close()); err != nil {
		t.Fatal(err)
	}
	refused(t, options(path), sqlite.ErrNewer, "schema is 2 and this program knows 1")
}

func TestRefusesASecondOpener(t *testing.T) {
	db, path := fresh(t)
	refused(t, options(path), sqlite.ErrLocked, "process ")
	if err := db.Update(note(1, "the first goes on")); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	want(t, open(t, path), "1 the first goes on")
}

func TestRefusesADirectoryThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	db := open(t, path)
	if err := errors.Join(db.Update(note(1, "kept")), db.Close()); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	} else { // root may write everywhere but on a read-only mount
		mount(t, dir, dir, "", syscall.MS_BIND, "")
		if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Skipf("SKIP: the mount cannot be made read-only: %v", err)
		}
	}
	refused(t, options(path), sqlite.ErrReadOnly, "nothing was changed")
}

func TestRefusesAFileThatCannotBeWritten(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("SKIP: root may write a file without write permission; the read-only directory test covers root")
	}
	path := filepath.Join(t.TempDir(), "x.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	refused(t, options(path), sqlite.ErrReadOnly, "nothing was changed")
}

func TestRefusesSettingsThatLoseRows(t *testing.T) {
	for _, query := range []string{
		"_journal_mode=WAL&_busy_timeout=50&_foreign_keys=1",                    // the driver's own default: NORMAL
		"_jounal_mode=DELETE&_synchronous=NORMAL",                               // misspelt
		"_journal_mode=WAL&_synchronous=FULL&_busy_timeout=50&_foreign_keys=0",  //
		"_journal_mode=WAL&_synchronous=FULL&_busy_timout=50&_foreign_keys=1",   // misspelt: 5 s
		"_journal_mode=WAL&_synchronous=EXTRA&_busy_timeout=50&_foreign_keys=1", // not what was measured
	} {
		_, err := sqlite.OpenWith(options(filepath.Join(t.TempDir(), "x.db")), query)
		if !errors.Is(err, sqlite.ErrUnsafe) {
			t.Errorf("%s: error is %v, want ErrUnsafe", query, err)
		}
	}
}

// A database that cannot be brought to keep a log, as on some file systems of
// networks, is refused.
func TestRefusesADatabaseWithoutALog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[18], text[19] = 1, 1 // sqlite.org/fileformat2.html, 1.3.3: a rollback journal
	write(t, path, string(text))
	if _, err := sqlite.OpenWith(options(path), "_synchronous=FULL&_busy_timeout=50&_foreign_keys=1"); !errors.Is(err, sqlite.ErrUnsafe) {
		t.Errorf("error is %v, want ErrUnsafe", err)
	}
	if err := open(t, path).Update(note(1, "with a log again")); err != nil {
		t.Error(err)
	}
}

func TestMigrationsAreWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db := open(t, path)
	if err := errors.Join(db.Update(note(1, "kept")), db.Close()); err != nil {
		t.Fatal(err)
	}
	o := options(path)
	o.Migrations = fstest.MapFS{
		"0001_notes.sql":  {Data: []byte("CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;")},
		"0002_broken.sql": {Data: []byte("CREATE TABLE more (n INTEGER); INSERT INTO nowhere VALUES (1);")},
	}
	if _, err := sqlite.Open(o); err == nil || !strings.Contains(err.Error(), "0002_broken.sql") {
		t.Errorf("error is %v, want one that names the migration", err)
	}
	again := open(t, path)
	want(t, again, "1 kept")
	if err := again.View(func(c *sqlite.Conn) error { _, err := c.One("SELECT n FROM more"); return err }); err == nil || errors.Is(err, sqlite.ErrNoRow) {
		t.Error("half a migration was kept")
	}
	for _, name := range []string{"0002_gap.sql", "first.sql", "1_short.sql"} {
		o := options(filepath.Join(t.TempDir(), "y.db"))
		o.Migrations = fstest.MapFS{name: {Data: []byte("SELECT 1;")}}
		if _, err := sqlite.Open(o); err == nil {
			t.Errorf("%s was taken as the first migration", name)
		}
	}
}

// A crash while a database is made leaves files under another name only.
func TestStartsOverAfterACrashWhileMakingIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for _, name := range []string{".new", ".new-wal", ".new-shm", ".new-journal"} {
		write(t, path+name, "half")
	}
	db := open(t, path)
	if err := db.Update(note(1, "kept")); err != nil {
		t.Fatal(err)
	}
	want(t, db, "1 kept")
}

func TestCheckFindsDamage(t *testing.T) {
	db, path := fresh(t)
	for n := range 200 {
		if err := db.Update(note(n, strings.Repeat("x", 100))); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 2 * 4096; at < 3*4096; at++ {
		text[at] ^= 0x55
	}
	write(t, path, string(text))
	err = open(t, path).Check()
	if !errors.Is(err, sqlite.ErrCorrupt) {
		t.Errorf("error is %v, want ErrCorrupt", err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if err := syscall.Mount(source, target, kind, flags, data); err != nil {
		t.Skipf("SKIP: mounting is not allowed here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(target, 0) })
}
