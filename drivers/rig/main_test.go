//go:build rig

// Package rig_test runs the device drivers against true USB, in a virtual
// machine whose only program it is: `make rig`. The far end of the cable is the
// gadget side of the same kernel, so that the whole way is Linux's own: host
// controller, enumeration, class drivers, device files, uevents.
//
// It is not a part of `make test`, and knows nothing of money.
package rig_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/bench"
)

// TestMain is the first and only program of the guest, and powers it off.
func TestMain(m *testing.M) {
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, "rig: this is a guest's only program: use make rig")
		os.Exit(2)
	}
	code := 1
	if err := boot(); err != nil {
		fmt.Println("rig: the guest did not come up:", err)
	} else {
		code = bench.Run(m)
	}
	fmt.Println("rig: ends with", code)
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// sockets is how many USB sockets the guest has.
const sockets = 4

// boot makes the guest a machine.
func boot() error {
	for _, m := range []struct{ what, where string }{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}} {
		if err := unix.Mount(m.what, m.where, m.what, 0, ""); err != nil && !errors.Is(err, unix.EBUSY) {
			return fmt.Errorf("mount %s: %w", m.where, err)
		}
	}
	if err := os.Setenv("TMPDIR", "/tmp"); err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	return unix.Mount("configfs", "/sys/kernel/config", "configfs", 0, "")
}

// load puts all modules into the kernel, each after those that it needs.
func load() error {
	left, err := filepath.Glob("/modules/*.ko")
	if err != nil {
		return err
	}
	for len(left) > 0 {
		var again []string
		var last error
		for _, path := range left {
			if err := insert(path); err != nil && !errors.Is(err, unix.EEXIST) {
				again, last = append(again, path), fmt.Errorf("%s: %w", path, err)
			}
		}
		if len(again) == len(left) {
			return fmt.Errorf("load modules: %w", last)
		}
		left = again
	}
	return nil
}

func insert(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	parameters := map[string]string{"dummy_hcd.ko": fmt.Sprint("num=", sockets)}[filepath.Base(path)]
	return unix.FinitModule(int(f.Fd()), parameters, 0)
}
