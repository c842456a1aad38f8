package ledgerpg_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerpg"
	"github.com/posagent/posagent/wallet/reference/ledgerpg/pgtest"
	"github.com/posagent/posagent/wallet/wire"
)

// TestServerKilledInMidLoad kills all of PostgreSQL again and again while
// registers pay. What they were told stands afterwards, who was told nothing
// gets an answer under the same key, and no key is paid twice.
func TestServerKilledInMidLoad(t *testing.T) {
	pgtest.Need(t, server)
	url, err := server.Fresh()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledgerpg.Open(context.Background(), ledgerpg.Options{URL: url, Connections: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	books := ledger.New(s, ledger.Options{CodeLife: time.Hour})
	if _, err := books.AddCustomer("hanako", 1_000_000_000); err != nil {
		t.Fatal(err)
	}
	const registers, kills = 8, 3
	told := make([]map[string]wire.Answer, registers)
	var answers, silences atomic.Int64
	done := make(chan struct{})
	var all sync.WaitGroup
	for n := range registers {
		told[n] = map[string]wire.Answer{}
		all.Go(func() {
			for seq := 0; ; seq++ {
				select {
				case <-done:
					return
				default:
				}
				r := wire.ChargeRequest{Key: fmt.Sprintf("S1-T%d-1-%d", n, seq), Store: "S1", Terminal: fmt.Sprint("T", n), Amount: 10, Currency: "JPY", Mode: wire.Online,
					ValidUntil: time.Now().Add(time.Hour), Nonce: "n"}
				for r.Code == "" { // the phone asks until it has one
					if m, err := books.MintCode("hanako"); err == nil {
						r.Code = m.Code
					}
				}
				for { // as a register repeats what it has no answer to
					a, err := books.Charge(r)
					if err == nil {
						told[n][r.Key] = a
						answers.Add(1)
						break
					}
					silences.Add(1)
				}
			}
		})
	}
	for range kills {
		for before := answers.Load(); answers.Load() < before+200; {
			time.Sleep(time.Millisecond)
		}
		server.Kill()
		if err := server.Run(); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	all.Wait()
	debits := map[string]int{}
	rows, err := books.Standings()
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range rows {
		debits[st.Key] = st.Debits
	}
	for _, said := range told {
		for key, a := range said {
			stands, err := books.Inquire(key, "")
			if err != nil || stands.Status != wire.Approved || a.Status != wire.Approved || stands.Receipt != a.Receipt || debits[key] != 1 {
				t.Errorf("the register was told %+v; it stands %+v with %d debits, %v", a, stands, debits[key], err)
			}
		}
	}
	trial, err := books.Trial()
	if err != nil || trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
		t.Errorf("the books do not balance: %+v, %v", trial, err)
	}
	t.Logf("%d kills, %d answers, %d silences", kills, answers.Load(), silences.Load())
	if silences.Load() == 0 {
		t.Error("no kill met a call")
	}
}

// TestSecondLock goes around the rules: the schema must refuse by itself.
func TestSecondLock(t *testing.T) {
	pgtest.Need(t, server)
	url, err := server.Fresh()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledgerpg.Open(context.Background(), ledgerpg.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	books := ledger.New(s, ledger.Options{})
	if _, err := books.AddCustomer("hanako", 1000); err != nil {
		t.Fatal(err)
	}
	m, err := books.MintCode("hanako")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := books.Charge(wire.ChargeRequest{Key: "S1-T1-1-1", Store: "S1", Terminal: "T1", Amount: 100, Currency: "JPY", Code: m.Code, Mode: wire.Online, ValidUntil: time.Now().Add(time.Hour), Nonce: "n"}); err != nil {
		t.Fatal(err)
	}
	if _, err := books.Refund(wire.RefundRequest{Key: "S1-T1-1-2", ChargeKey: "S1-T1-1-1", Store: "S1", Terminal: "T1", Amount: 60, Currency: "JPY", Nonce: "n"}); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	copied := "INSERT INTO standing (key, kind, status, amount, currency, store, terminal, code, serial, charge_key, blocked, kept, customer, reason, receipt, points_used, points_earned, points_left, at, until, changed) SELECT 'S1-T1-1-3', kind, status, amount, currency, store, terminal, code, serial, charge_key, blocked, kept, customer, reason, receipt, 0, 0, 0, at, until, changed FROM standing WHERE kind = 'refund'"
	for sql, says := range map[string]string{
		"UPDATE posting SET amount = 1": "never changed",
		"DELETE FROM posting":           "never changed",
		"TRUNCATE posting":              "never changed",
		"UPDATE txn SET at = 0":         "never changed",
		"DELETE FROM standing":          "never forgotten",
		"UPDATE standing SET status = 'declined' WHERE kind = 'charge'": "only changes from pending",
		"UPDATE standing SET status = 'reversed' WHERE kind = 'charge'": "with refunds",
		copied: "never exceed",
		"UPDATE account SET balance = -1 WHERE class = 'customer'":             "account_check",
		"INSERT INTO txn VALUES (-1, 'S1-T1-1-1', 'charge', 0)":                "txn_once",
		"INSERT INTO posting SELECT txn, 9, account, 0, currency FROM posting": "amount_check",
	} {
		if _, err := conn.Exec(context.Background(), sql); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want an error with %q", sql, err, says)
		}
	}
}

// A server that is away is an error in time, and not an answer.
func TestServerAway(t *testing.T) {
	pgtest.Need(t, server)
	store := opener(t)(t)
	server.Kill()
	defer func() {
		if err := server.Run(); err != nil {
			t.Fatal(err)
		}
	}()
	books := ledger.New(store, ledger.Options{})
	if a, err := books.Inquire("S1-T1-1-1", "n"); err == nil || errors.Is(err, ledger.ErrUnknownKey) {
		t.Errorf("the ledger is away, and says %+v, %v", a, err)
	}
}
