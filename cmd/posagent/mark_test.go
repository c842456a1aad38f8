package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline"
)

// A register that was stopped leaves a mark that covers all it sold. When an
// older copy of its books is put back, it says so on the pages, uses no number
// again, and does not forget over the next start.
func TestAnOlderCopyOfTheBooks(t *testing.T) {
	p := newPlace(t, "")
	db := p.at("data/" + offline.FileName)
	var keys []string
	sellOne := func() {
		t.Helper()
		s, err := p.client.OpenSale(context.Background(), control.NewSale{Amount: 100, Currency: "JPY"})
		check(t, err)
		if slices.Contains(keys, s.ChargeKey) {
			t.Errorf("key %s was issued twice", s.ChargeKey)
		}
		keys = append(keys, s.ChargeKey)
		_, err = p.client.CancelSale(context.Background(), s.ID)
		check(t, err)
	}
	run := func(sell int) (said bool) {
		t.Helper()
		c := p.start(t)
		h, err := p.client.Health(context.Background())
		check(t, err)
		for range sell {
			sellOne()
		}
		check(t, c.cmd.Process.Signal(syscall.SIGTERM))
		if code := c.ended(t); code != 0 {
			t.Fatalf("exit code %d after SIGTERM", code)
		}
		return strings.Contains(troubles(h), "books.restored")
	}
	if run(1) {
		t.Error("a new register says that it was restored")
	}
	copied, err := os.ReadFile(db)
	check(t, err)
	if run(2) {
		t.Error("a register says that it was restored, and was not")
	}
	mark, err := offline.NewHighWater(p.at("data")).Load()
	check(t, err)
	if mark.Links != 6 || mark.Seq < 3 { // two entries a sale: begun and given up
		t.Errorf("after three sales and a stop the mark is %+v", mark)
	}
	check(t, errors.Join(os.RemoveAll(db+"-wal"), os.RemoveAll(db+"-shm"), os.WriteFile(db, copied, 0o600)))
	for range 2 {
		if !run(1) {
			t.Error("an older copy was put back, and nobody is told")
		}
	}
	if _, _, _, seq, err := charge.Key(keys[len(keys)-1]).Parts(); err != nil || seq <= mark.Seq {
		t.Errorf("number %d was taken, but up to %d may have been used (%v)", seq, mark.Seq, err)
	}
}
