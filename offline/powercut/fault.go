package powercut

import "errors"

// Code is what a failing call returns: a result code of SQLite
// (sqlite.org/rescode.html).
type Code int

// The codes of disks that fail.
const (
	Full          Code = 13
	CantOpen      Code = 14
	IOErrRead     Code = 10 | 1<<8
	IOErrWrite    Code = 10 | 3<<8
	IOErrFsync    Code = 10 | 4<<8
	IOErrTruncate Code = 10 | 6<<8
	IOErrDelete   Code = 10 | 10<<8
	IOErrShmMap   Code = 10 | 21<<8
)

// Fault is the call that fails: the At-th of its kind, counted from 1.
type Fault struct {
	Call    string // write, sync, truncate, read, open, delete or shm
	At      int
	Code    Code
	Lasting bool // all calls of the kind after it fail, too
}

// Arm counts the calls on watched files from now and fails the one of the
// fault. It needs a recording under way.
func (d *Disk) Arm(f Fault) error {
	_, err := d.ask("SELECT powercut_fail(?, ?, ?, ?)", f.Call, int64(f.At), int64(f.Code), f.Lasting)
	return err
}

// Failed is how many calls were failed since Arm.
func (d *Disk) Failed() (int, error) { return d.number("SELECT powercut_failed()") }

// Disarm ends the fault and tells how many calls it has failed.
func (d *Disk) Disarm() (failed int, err error) {
	failed, err = d.Failed()
	_, off := d.ask("SELECT powercut_fail('write', 0, 0, 0)")
	return failed, errors.Join(err, off)
}
