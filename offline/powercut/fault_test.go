package powercut_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/powercut"
	"github.com/posagent/posagent/offline/sqlite"
)

// A disk that fails at its N-th write, sync and so on, for every N until a
// run meets no failure: what was told stays, what was not kept is not claimed,
// and after a failure that leaves the disk in doubt nothing more is written.
func TestNothingIsLostWhenACallFails(t *testing.T) {
	small, full := quiet(t), nearlyFull(t)
	for _, f := range []struct {
		powercut.Fault
		base  map[string][]byte
		kinds []error // what a failure may be called; none: it is told to nobody, because no promise rests on the call
	}{
		{powercut.Fault{Call: "write", Code: powercut.Full}, full, []error{sqlite.ErrFull}},
		{powercut.Fault{Call: "write", Code: powercut.Full, Lasting: true}, full, []error{sqlite.ErrFull}},
		{powercut.Fault{Call: "write", Code: powercut.IOErrWrite}, full, []error{sqlite.ErrDead}},
		{powercut.Fault{Call: "sync", Code: powercut.IOErrFsync}, full, []error{sqlite.ErrDead}},
		{powercut.Fault{Call: "sync", Code: powercut.IOErrFsync, Lasting: true}, full, []error{sqlite.ErrDead}},
		{powercut.Fault{Call: "truncate", Code: powercut.IOErrTruncate}, full, nil},
		{powercut.Fault{Call: "delete", Code: powercut.IOErrDelete}, full, nil},
		{powercut.Fault{Call: "open", Code: powercut.CantOpen}, small, []error{sqlite.ErrReadOnly}},
		{powercut.Fault{Call: "open", Code: powercut.CantOpen, Lasting: true}, small, []error{sqlite.ErrReadOnly}},
		{powercut.Fault{Call: "shm", Code: powercut.IOErrShmMap}, small, []error{sqlite.ErrDead}},
		{powercut.Fault{Call: "read", Code: powercut.IOErrRead}, small, []error{sqlite.ErrDead}},
		{powercut.Fault{Call: "read", Code: powercut.IOErrRead, Lasting: true}, small, []error{sqlite.ErrDead}},
	} {
		name := fmt.Sprintf("%s %d", f.Call, f.Code)
		if f.Lasting {
			name += " lasting"
		}
		t.Run(name, func(t *testing.T) {
			dir, told := ground(t), 0
			for f.At = 1; ; f.At++ {
				r := faulty{Fault: f.Fault, kinds: f.kinds, dir: filepath.Join(dir, fmt.Sprint(f.At))}
				failed, err := r.run(f.base)
				if err != nil {
					t.Fatalf("%s number %d fails: %v", f.Call, f.At, err)
				}
				if failed == 0 {
					if _, log := f.base[offline.FileName+"-wal"]; log && r.folds < 2 { // once by itself, once at the end
						t.Errorf("the log was folded in %d times: the run is too short", r.folds)
					}
					break
				}
				if len(r.errs) > 0 {
					told++
				}
			}
			t.Logf("%d calls failed one after the other; the register noticed %d", f.At-1, told)
			if f.At == 1 || (told > 0) != (f.kinds != nil) {
				t.Errorf("%d failures were told, of the kinds %v", told, f.kinds)
			}
		})
	}
}

// quiet are books that were closed.
func quiet(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := powercut.Files(closed(t))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// nearlyFull are books whose program was killed when the log had nearly the
// thousand pages at which it is folded in.
func nearlyFull(t testing.TB) map[string][]byte {
	t.Helper()
	dir := closed(t)
	s, err := openShop(dir, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.sell("before", 1, 0); err != nil {
		t.Fatal(err)
	}
	rows, err := s.ChargesOfSale("before")
	if err != nil {
		t.Fatal(err)
	}
	for s.store.Stats().LogBytes < 32+985*(4096+24) {
		if _, err := s.Printed(rows[0].Key, charge.PaperDone, true); err != nil {
			t.Fatal(err)
		}
	}
	files, err := powercut.Files(dir)
	if err = errors.Join(err, s.store.Close()); err != nil {
		t.Fatal(err)
	}
	return files
}
