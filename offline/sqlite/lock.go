package sqlite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lock is a flock on a file beside the database, held as long as the database
// is open. SQLite's own locks would let a second process in between commits.
// The kernel drops the lock when the process ends, however it ends; the file
// stays, because removing it would let two processes lock two files.
type lock struct{ file *os.File }

func lockFor(path string) (*lock, error) {
	dir := filepath.Dir(path)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem(ErrNoDirectory, path, "create it with: install -d -m 0700 "+dir, nil)
	case err != nil:
		return nil, problem(ErrReadOnly, path, "let the service's user into "+dir, err)
	case !info.IsDir():
		return nil, problem(ErrNoDirectory, path, dir+" is not a directory: choose another data directory", nil)
	}
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, syscall.ENOSPC) {
		return nil, problem(ErrFull, path, "nothing was changed; free space in "+dir, err)
	}
	if err != nil {
		return nil, problem(ErrReadOnly, path, "nothing was changed; let the service's user write in "+dir, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder := pidIn(file)
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, problem(ErrLocked, path, "nothing was changed; stop the other one"+holder+", or give this one a data directory of its own", nil)
		}
		return nil, problem(ErrReadOnly, path, "the file system of "+dir+" has no file locks: use a local disk", err)
	}
	// The number only helps the person who reads the refusal; a full disk must
	// not keep the register from starting because of it.
	if file.Truncate(0) == nil {
		_, _ = file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	}
	return &lock{file: file}, nil
}

func pidIn(file *os.File) string {
	text, _ := io.ReadAll(io.LimitReader(file, 16))
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

func (l *lock) release() { _ = l.file.Close() }
