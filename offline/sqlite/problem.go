package sqlite

import (
	"errors"
	"fmt"
	"syscall"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// The kinds of trouble. A *Problem carries one, and errors.Is finds it.
var (
	ErrNoDirectory = errors.New("the directory is missing")
	ErrReadOnly    = errors.New("cannot be written")
	ErrNotOurs     = errors.New("not a database of this program")
	ErrNewer       = errors.New("made by a newer version")
	ErrLocked      = errors.New("in use by another process")
	ErrFull        = errors.New("the disk is full")
	ErrCorrupt     = errors.New("the file is damaged")
	ErrUnfit       = errors.New("what is in it does not fit this program")
	ErrUnsafe      = errors.New("the settings that keep rows over a power cut are not in force")
	ErrDead        = errors.New("the disk failed to keep a write")
	ErrConstraint  = errors.New("a row breaks a rule of its table")
	ErrClosed      = errors.New("the database is closed")
	ErrNoRow       = errors.New("no such row")
)

// Problem is an error for the person who runs the register: which file, what
// is wrong, and what to do next.
type Problem struct {
	Kind  error  // one of the Err values above
	Path  string // the database
	Next  string // what was left alone, and what to do next
	Cause error  // may be nil
}

func (p *Problem) Error() string {
	s := fmt.Sprintf("database %s: %v", p.Path, p.Kind)
	if p.Next != "" {
		s += ": " + p.Next
	}
	if p.Cause != nil {
		s += fmt.Sprintf(" (%v)", p.Cause)
	}
	return s
}

// Unwrap lets errors.Is find the kind as well as the cause.
func (p *Problem) Unwrap() []error {
	if p.Cause == nil {
		return []error{p.Kind}
	}
	return []error{p.Kind, p.Cause}
}

func problem(kind error, path, next string, cause error) *Problem {
	return &Problem{Kind: kind, Path: path, Next: next, Cause: cause}
}

// explain turns an error of the driver into a Problem. Other errors pass.
func explain(path string, err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	code := e.Code
	if e.SystemErrno == syscall.ENOSPC && e.ExtendedCode != sqlite3.ErrIoErrFsync {
		code = sqlite3.ErrFull // no room even for the shared index beside the log
	}
	switch code {
	case sqlite3.ErrFull:
		return problem(ErrFull, path, "nothing of this write was kept; free space on its disk", err)
	case sqlite3.ErrCorrupt:
		return problem(ErrCorrupt, path, "stop selling, keep a copy of the file and its -wal file, and restore a backup", err)
	case sqlite3.ErrError, sqlite3.ErrSchema, sqlite3.ErrFormat:
		return problem(ErrUnfit, path, "nothing of this was kept; keep a copy of the file and its -wal file, and restore a backup or install the version that made it", err)
	case sqlite3.ErrNotADB:
		return problem(ErrNotOurs, path, "nothing was changed; move the file away or choose another data directory", err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen, sqlite3.ErrAuth:
		return problem(ErrReadOnly, path, "nothing was changed; let the service's user write the file and its directory", err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return problem(ErrLocked, path, "nothing was changed; close the other program that holds the database open", err)
	case sqlite3.ErrConstraint:
		return problem(ErrConstraint, path, "nothing of this row was kept", err)
	case sqlite3.ErrIoErr:
		return problem(ErrDead, path, "look at the disk and the kernel's log, then start again: the file is checked on the way up", err)
	}
	return fmt.Errorf("database %s: %w", path, err)
}

// fatal tells that no later write may be trusted. After a failed sync the
// kernel may have dropped the very pages that were not written and call the
// next sync a success, so that trying again proves nothing.
func fatal(err error) bool {
	return errors.Is(err, ErrDead) || errors.Is(err, ErrCorrupt)
}
