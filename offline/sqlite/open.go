package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// durable are the settings of the writer. The driver runs synchronous=NORMAL
// unless told otherwise, which loses acknowledged rows at a power cut, and it
// ignores a misspelt key; so verify reads them back.
const durable = "_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_busy_timeout=50&_foreign_keys=1"

// logFrames is how many pages the write-ahead log holds before it is folded
// into the database.
const logFrames = 1000

func logPath(path string) string { return path + "-wal" }

// dsn is a SQLite URI (sqlite.org/uri.html) with any path made safe for it.
func dsn(path, query string) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query}).String()
}

// inspect looks at the header (sqlite.org/fileformat2.html, 1.3) without
// SQLite, because SQLite would recover, convert or delete files of others.
func inspect(path string, appID int32, version int) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if sizeOf(logPath(path)) > 0 {
			return problem(ErrCorrupt, path, "the database is gone but its log "+logPath(path)+" is there: nothing was changed; put the database back, or move the log away to start an empty one", nil)
		}
		return nil
	}
	if err != nil {
		return problem(ErrReadOnly, path, "nothing was changed; let the service's user read it", err)
	}
	defer file.Close()
	head := make([]byte, 100)
	n, err := io.ReadFull(file, head)
	switch {
	case n == 0 && err == io.EOF:
		return problem(ErrCorrupt, path, "it is empty: nothing was changed; restore a backup, or remove the file to start an empty database", nil)
	case err != nil, !bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return problem(ErrNotOurs, path, "it is no SQLite file: nothing was changed; move it away or choose another data directory", nil)
	}
	if id := int32(binary.BigEndian.Uint32(head[68:])); id != appID {
		return problem(ErrNotOurs, path, fmt.Sprintf("its application_id is %d, not %d: nothing was changed; move it away or choose another data directory", id, appID), nil)
	}
	return checkVersion(path, int(binary.BigEndian.Uint32(head[60:])), version)
}

func checkVersion(path string, found, ours int) error {
	if found > ours {
		return problem(ErrNewer, path, fmt.Sprintf("its schema is %d and this program knows %d: nothing was changed; install the newer version again", found, ours), nil)
	}
	return nil
}

// createMissing makes the database under another name and moves it into place
// when it is complete, so that a crash on the way leaves no half database.
func createMissing(o Options, steps []migration) error {
	if _, err := os.Lstat(o.Path); err == nil {
		return nil
	}
	fresh := o.Path + ".new"
	for _, old := range []string{fresh, logPath(fresh), fresh + "-shm", fresh + "-journal"} {
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return problem(ErrReadOnly, o.Path, "cannot remove what an earlier start left at "+old, err)
		}
	}
	file, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return noRoom(o.Path, err)
	}
	defer file.Close()
	if err := fill(fresh, o.AppID, steps); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return noRoom(o.Path, err)
	}
	if err := os.Rename(fresh, o.Path); err != nil {
		return noRoom(o.Path, err)
	}
	return syncDir(filepath.Dir(o.Path))
}

func fill(path string, appID int32, steps []migration) error {
	conn, err := connectWriter(path, "")
	if err != nil {
		return err
	}
	err = conn.script(fmt.Sprintf("PRAGMA application_id = %d", appID))
	if err == nil {
		err = migrate(conn, steps, slog.New(slog.DiscardHandler))
	}
	if err == nil {
		err = conn.checkpoint("TRUNCATE")
	}
	return errors.Join(err, conn.close())
}

// connectWriter opens the writer's connection and refuses it when a setting
// that a promise rests on is not in force.
func connectWriter(path, query string) (*Conn, error) {
	if query == "" {
		query = durable
	}
	conn, err := connect(path, "mode=rw&"+query)
	if err != nil {
		return nil, err
	}
	// journal_size_limit -1: the log keeps its size, or the next commit would
	// have to grow it again. temp_store 2: a read-only root has no /tmp.
	// recursive_triggers 1: REPLACE must not get round a trigger on DELETE.
	// secure_delete 1: what is deleted is overwritten, not only forgotten.
	err = conn.script(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = -1; PRAGMA temp_store = 2; PRAGMA recursive_triggers = 1; PRAGMA secure_delete = 1", logFrames))
	if err == nil {
		err = verify(conn)
	}
	if err != nil {
		conn.close()
		return nil, err
	}
	return conn, nil
}

func verify(conn *Conn) error {
	want := []struct{ pragma, value string }{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"busy_timeout", "50"},
		{"wal_autocheckpoint", fmt.Sprint(logFrames)}, {"journal_size_limit", "-1"}, {"recursive_triggers", "1"}, {"secure_delete", "1"},
	}
	for _, w := range want {
		row, err := conn.One("PRAGMA " + w.pragma)
		if err != nil {
			return err
		}
		if got := row.shown(0); got != w.value {
			return problem(ErrUnsafe, conn.path, fmt.Sprintf("%s is %s, not %s: use a local disk with a file system of Linux (ext4, xfs)", w.pragma, got, w.value), nil)
		}
	}
	return nil
}

func connect(path, query string) (*Conn, error) {
	c, err := (&sqlite3.SQLiteDriver{}).Open(dsn(path, query))
	if err != nil {
		return nil, explain(path, err)
	}
	return &Conn{path: path, driver: c.(*sqlite3.SQLiteConn), ready: map[string]*statement{}}, nil
}

func noRoom(path string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return problem(ErrFull, path, "free space on its disk and start again", err)
	}
	return problem(ErrReadOnly, path, "let the service's user write in "+filepath.Dir(path), err)
}

// syncDir makes a new name in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return problem(ErrDead, dir, "the directory could not be synced: look at the disk", err)
	}
	return nil
}
