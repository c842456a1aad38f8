package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline"
)

// forgetKey gives the key of sealed codes up, while no agent runs. Codes that
// wait are only given up with it when that was said as well.
func forgetKey(c configs.Config, lose bool, out io.Writer) error {
	dir := c.Data.Dir
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to the user %d: run this as that user (runuser -u posagent -- …), so that the service may read what it writes", dir, st.Uid)
	}
	books, err := offline.Open(dir, offline.Options{})
	if err != nil {
		return err
	}
	defer books.Close()
	waiting, err := books.Sealed()
	if err != nil {
		return err
	}
	if len(waiting) > 0 && !lose {
		return errors.New("customers' codes wait to be collected and open with this key only: collect them first (posctl queue forward), or add --lose-codes when that cannot be, or when they left with a queue file")
	}
	moved, err := offline.ForgetKey(dir, time.Now())
	for _, name := range moved {
		fmt.Fprintf(out, "moved to %s\n", name)
	}
	if err == nil {
		fmt.Fprintln(out, "the key of customers' codes is forgotten: the next start has another one")
	}
	return err
}
