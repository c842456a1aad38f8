package ledgerdb_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledger/ledgertest"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/wire"
)

func open(t testing.TB, path string) *ledgerdb.Store {
	t.Helper()
	s, err := ledgerdb.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	dir, n := t.TempDir(), 0
	ledgertest.Run(t, func(t testing.TB) ledger.Store {
		n++
		return open(t, filepath.Join(dir, time.Duration(n).String()+".db"))
	})
}

func TestBooksOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := open(t, path)
	l := ledger.New(s, ledger.Options{})
	if _, err := l.AddCustomer("Hanako", 1000); err != nil {
		t.Fatal(err)
	}
	m, err := l.MintCode("")
	if err != nil {
		t.Fatal(err)
	}
	r := wire.ChargeRequest{Key: "S-T-1-1", Store: "S", Terminal: "T", Amount: 300, Currency: "JPY", Code: m.Code,
		Mode: wire.Online, ValidUntil: time.Now().Add(time.Minute), Nonce: "1"}
	first, err := l.Charge(r)
	if err != nil || first.Status != wire.Approved {
		t.Fatalf("%+v, %v", first, err)
	}
	if _, err := ledgerdb.Open(path, nil); !errors.Is(err, sqlite.ErrLocked) {
		t.Fatalf("a second wallet on the same file: %v, want ErrLocked", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	l = ledger.New(open(t, path), ledger.Options{})
	again, err := l.Charge(r)
	if err != nil || again.Status != wire.Approved || again.Receipt != first.Receipt {
		t.Fatalf("after a restart the key stands for %+v, %v", again, err)
	}
	if trial, err := l.Trial(); err != nil || trial.Sum != 0 || trial.Wrong != 0 || trial.Postings != 4 {
		t.Fatalf("trial balance %+v, %v", trial, err)
	}
}

// TestSecondLock goes around the rules: the schema must refuse by itself.
func TestSecondLock(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "ledger.db"))
	l := ledger.New(s, ledger.Options{})
	if _, err := l.AddCustomer("Hanako", 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Reverse("S-T-1-1", wire.ReversalRequest{Amount: 5, Currency: "JPY"}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"S-T-1-5", "S-T-1-6"} { // one with a refund, one whose reversal was refused
		m, err := l.MintCode("")
		if err != nil {
			t.Fatal(err)
		}
		if a, err := l.Charge(wire.ChargeRequest{Key: key, Store: "S", Terminal: "T", Amount: 100, Currency: "JPY", Code: m.Code, ValidUntil: m.Expires}); err != nil || a.Status != wire.Approved {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	given := wire.RefundRequest{Key: "S-T-1-7", ChargeKey: "S-T-1-5", Store: "S", Terminal: "T", Amount: 60, Currency: "JPY"}
	if a, err := l.Refund(given); err != nil || a.Status != wire.Approved {
		t.Fatalf("%+v, %v", a, err)
	}
	change := func(key string, to func(*ledger.Standing)) func(ledger.Tx) error {
		return func(tx ledger.Tx) error {
			st, err := tx.Standing(key)
			if err != nil {
				t.Error(err)
			}
			to(&st)
			return tx.PutStanding(st)
		}
	}
	if err := s.Update(change("S-T-1-6", func(st *ledger.Standing) { st.Kept = true })); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(ledger.Tx) error{
		"customer below zero": func(tx ledger.Tx) error {
			a, err := tx.Account(ledger.ClassCustomer, "Hanako", "JPY")
			if err != nil {
				t.Error(err)
			}
			a.Balance.Minor = -1
			_, err = tx.PutAccount(a)
			return err
		},
		"a second debit": func(tx ledger.Tx) error {
			for range 2 {
				if _, err := tx.AppendTxn(ledger.Txn{Key: "S-T-1-2", Cause: ledger.CauseCharge}); err != nil {
					return err
				}
			}
			return nil
		},
		"a hold below zero": func(tx ledger.Tx) error {
			_, err := tx.PutAccount(ledger.Account{Class: ledger.ClassHold, Name: "Hanako", Balance: money.Yen(-1)})
			return err
		},
		"reversed to approved":     change("S-T-1-1", func(st *ledger.Standing) { st.Status = wire.Approved }),
		"a refunded charge undone": change("S-T-1-5", func(st *ledger.Standing) { st.Status = wire.Reversed }),
		"a kept charge undone":     change("S-T-1-6", func(st *ledger.Standing) { st.Status = wire.Reversed }),
		"pending without an end":   change("S-T-1-5", func(st *ledger.Standing) { st.Key, st.Status = "S-T-1-8", wire.Pending }),
		"a refund of too much": change("S-T-1-7", func(st *ledger.Standing) {
			st.Key, st.Amount = "S-T-1-8", money.Yen(41)
		}),
		"a refund of a refund": change("S-T-1-7", func(st *ledger.Standing) {
			st.Key, st.ChargeKey, st.Amount = "S-T-1-8", "S-T-1-7", money.Yen(1)
		}),
		"a posting to nobody": func(tx ledger.Tx) error {
			_, err := tx.AppendTxn(ledger.Txn{Key: "S-T-1-3", Cause: ledger.CauseCharge, Postings: []ledger.Posting{{Account: 99, Amount: money.Yen(1)}}})
			return err
		},
	} {
		if err := s.Update(do); !errors.Is(err, sqlite.ErrConstraint) {
			t.Errorf("%s: %v, want ErrConstraint", name, err)
		}
	}
	// What is left of the charge goes through the same locks.
	given.Key, given.Amount = "S-T-1-8", 40
	if a, err := l.Refund(given); err != nil || a.Status != wire.Approved {
		t.Errorf("%+v, %v", a, err)
	}
}
