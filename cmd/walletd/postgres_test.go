package main

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/posagent/posagent/wallet/reference/ledgerpg/pgtest"
	"github.com/posagent/posagent/wallet/wire"
)

// A wallet whose ledger is in PostgreSQL answers a register, and after a restart
// says the same.
func TestLedgerInPostgres(t *testing.T) {
	pg, err := pgtest.Start()
	if errors.Is(err, pgtest.ErrNone) {
		pgtest.Need(t, nil)
	}
	check(t, err)
	t.Cleanup(pg.Stop)
	p := newPlace(t)
	text, err := os.ReadFile(p.config)
	check(t, err)
	check(t, os.WriteFile(p.config, append([]byte("postgres = \""+pg.URL()+"\"\n"), text...), 0o600))
	d := p.start(t, nil)
	status, first := p.forward(t, d, 1)
	if status != http.StatusOK || !strings.Contains(first, string(wire.Approved)) {
		t.Fatalf("%d %s", status, first)
	}
	check(t, d.cmd.Process.Signal(syscall.SIGTERM))
	if code := d.ended(t); code != 0 {
		t.Fatalf("it ended with %d", code)
	}
	d = p.start(t, nil)
	resp, err := p.register.Get(d.url + "/v1/charges/S0001-T01-1-1?nonce=n")
	check(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("after a restart: %s", resp.Status)
	}
	if _, err := os.Stat(p.dir + "/ledger.db"); err == nil {
		t.Error("there is a ledger in the folder as well")
	}
}
