// Package powercut is for tests: it cuts the power of a SQLite database at any
// moment. A shim in front of the file system writes down what SQLite writes,
// syncs, makes and removes; from that record the package builds what a disk
// may hold after a power cut, as files that the real program then opens. The
// same shim can fail the N-th call of a kind. What it models and what it does
// not is in docs/internals/durability.md.
//
// Invariant: an image holds everything that was synced before the cut, and of
// the rest any part that a disk may have kept; the same seed and number give
// the same image.
package powercut

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	sqlite3 "github.com/mattn/go-sqlite3"
)

//go:embed shim/vfs.c
var source []byte

// Disk is the shim, in front of the file system of every database that this
// process opens from now on. It watches one directory at a time.
type Disk struct {
	mu   sync.Mutex
	conn *sqlite3.SQLiteConn
}

// Load compiles the shim and puts it in front of the file system. SQLite's
// list of file systems belongs to the whole process, so a test program loads
// it once, and tests that use it do not run side by side.
func Load() (*Disk, error) {
	dir, err := os.MkdirTemp("", "powercut-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) // what is loaded stays loaded
	library := filepath.Join(dir, "powercut.so")
	if err := compile(dir, library); err != nil {
		return nil, err
	}
	c, err := (&sqlite3.SQLiteDriver{}).Open(":memory:")
	if err != nil {
		return nil, err
	}
	conn := c.(*sqlite3.SQLiteConn)
	if err := conn.LoadExtension(library, "sqlite3_powercut_init"); err != nil {
		return nil, errors.Join(fmt.Errorf("load the shim: %w", err), conn.Close())
	}
	return &Disk{conn: conn}, nil
}

// compile needs the header that belongs to the SQLite of the driver.
func compile(dir, library string) error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/mattn/go-sqlite3").Output()
	if err != nil {
		return fmt.Errorf("find the sources of the SQLite driver: %w", err)
	}
	file := filepath.Join(dir, "vfs.c")
	if err := os.WriteFile(file, source, 0o600); err != nil {
		return err
	}
	said, err := exec.Command("gcc", "-O2", "-Wall", "-shared", "-fPIC", "-I"+strings.TrimSpace(string(out)), "-o", library, file, "-lpthread").CombinedOutput()
	if err != nil {
		return fmt.Errorf("compile the shim (gcc is needed for SQLite as well): %w\n%s", err, said)
	}
	return nil
}

// watch begins anew for the files below dir. An empty dir watches nothing.
func (d *Disk) watch(dir string, keep bool) error {
	if dir != "" {
		real, err := filepath.EvalSymlinks(dir) // as SQLite names its files
		if err != nil {
			return err
		}
		dir = real + string(filepath.Separator)
	}
	_, err := d.ask("SELECT powercut_watch(?, ?)", dir, keep)
	return err
}

// Run runs a statement on every connection that may write a watched database,
// behind the back of the program that owns it: so a test takes away a setting
// that the program insists on. It tells on how many.
func (d *Disk) Run(sql string) (connections int, err error) {
	v, err := d.ask("SELECT powercut_run(?)", sql)
	n, _ := v.(int64)
	return int(n), err
}
