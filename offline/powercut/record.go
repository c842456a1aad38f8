package powercut

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Kind is what a recorded call did.
type Kind int

// The kinds, as the shim numbers them.
const (
	Open     Kind = iota + 1 // a file was opened, and made when there was none
	Write                    // bytes at an offset
	Truncate                 // a new size
	Sync                     // the writes before Upto are durable
	Delete                   // a name went
	DirSync                  // the names as of Upto are durable
	Rename                   // a name became another; SQLite never does it
)

func (k Kind) String() string {
	return [...]string{"nothing", "open", "write", "truncate", "sync", "delete", "directory sync", "rename"}[k]
}

// Op is one recorded call.
type Op struct {
	Kind Kind
	File int    // which opening of a file; for Open, Write, Truncate, Sync
	Name string // without its directory; for Open, Delete and Rename
	To   string // the new name; for Rename
	Made bool   // the Open made the file
	At   int64  // where it wrote, or the new size
	Upto int    // of Sync and DirSync: the calls before this one were covered
	Data []byte // of Write
}

// Trace is what happened to a directory, in the order in which calls returned.
type Trace struct {
	Base map[string][]byte // the files when it began, all of them durable
	Ops  []Op
}

// Record begins to record what SQLite does to the files in dir. What is there
// must be durable: a database that has just been opened or closed, or an image
// of a disk. The shared index and the lock file are no part of it.
func (d *Disk) Record(dir string) (*Recorder, error) {
	base, err := Files(dir)
	if err != nil {
		return nil, err
	}
	return &Recorder{disk: d, base: base}, d.watch(dir, true)
}

// Recorder is a recording under way.
type Recorder struct {
	disk *Disk
	base map[string][]byte
}

// At is how many calls there are by now. What the program was told before it
// asked must be in every image that is cut at this number or later.
func (r *Recorder) At() (int, error) { return r.disk.number("SELECT powercut_at()") }

// End returns what was recorded.
func (r *Recorder) End() (Trace, error) {
	log, err := r.disk.ask("SELECT powercut_log()")
	if err = errors.Join(err, r.disk.watch("", false)); err != nil {
		return Trace{}, err
	}
	raw, _ := log.([]byte)
	ops, err := decode(raw)
	return Trace{Base: r.base, Ops: ops}, err
}

// decode reads the headers as vfs.c writes them: four numbers, then the data.
func decode(raw []byte) ([]Op, error) {
	const header = 32
	var ops []Op
	for len(raw) > 0 {
		if len(raw) < header {
			return nil, fmt.Errorf("the record ends inside a header after %d calls", len(ops))
		}
		number := func(i int) int64 { return int64(binary.NativeEndian.Uint64(raw[8*i:])) }
		kind, file, a, size := Kind(number(0)), int(number(1)), number(2), number(3)
		if kind < Open || kind > DirSync || size < 0 || size > int64(len(raw)-header) {
			return nil, fmt.Errorf("call %d of the record makes no sense: kind %d, %d bytes", len(ops), kind, size)
		}
		data := raw[header : header+size]
		raw = raw[header+size:]
		op := Op{Kind: kind, File: file}
		switch kind {
		case Open:
			op.Name, op.Made = filepath.Base(string(data)), a != 0
		case Delete:
			op.Name = filepath.Base(string(data))
		case Write:
			op.At, op.Data = a, data
		case Truncate:
			op.At = a
		case Sync, DirSync:
			op.Upto = int(a)
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// Files are the contents of a directory that a power cut may concern.
func Files(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]byte)
	for _, e := range entries {
		if e.IsDir() || strings.HasSuffix(e.Name(), "-shm") || strings.HasSuffix(e.Name(), ".lock") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[e.Name()] = data
	}
	return out, nil
}
