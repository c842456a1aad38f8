package ledgerdb

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// openOlder makes books of the first few schemas.
func openOlder(t *testing.T, path string, schemas ...string) *sqlite.DB {
	t.Helper()
	steps := fstest.MapFS{}
	for _, name := range schemas {
		data, err := migrations.ReadFile("migrations/" + name)
		if err != nil {
			t.Fatal(err)
		}
		steps[name] = &fstest.MapFile{Data: data}
	}
	older, err := sqlite.Open(sqlite.Options{Path: path, AppID: appID, Migrations: steps})
	if err != nil {
		t.Fatal(err)
	}
	return older
}

// TestOlderBooks: books of the first schema keep their money and their keys,
// give the same day, and can do all that is new.
func TestOlderBooks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	older := openOlder(t, path, "0001_books.sql")
	now := time.Now()
	err := older.Update(func(c *sqlite.Conn) error {
		for _, sql := range []string{
			"INSERT INTO account VALUES (1, 'float', 'issuer', 'JPY', -900), (2, 'customer', 'Hanako', 'JPY', 800), (3, 'store', 'S1', 'JPY', 100)",
			"INSERT INTO txn VALUES (1, '', 'opening', 1), (2, 'S1-T1-1-2', 'charge', 2)",
			"INSERT INTO posting VALUES (1, 0, 1, -900, 'JPY'), (1, 1, 2, 900, 'JPY'), (2, 0, 2, -100, 'JPY'), (2, 1, 3, 100, 'JPY')",
		} {
			if _, err := c.Exec(sql); err != nil {
				return err
			}
		}
		for _, row := range [][]any{{"S1-T1-1-1", "reversed", 1, 1}, {"S1-T1-1-2", "approved", 100, 0}} {
			if _, err := c.Exec(`INSERT INTO standing (key, kind, status, amount, currency, store, terminal, code, charge_key, blocked, kept, customer, reason, receipt, at, until, changed)
				VALUES (?, 'charge', ?, ?, 'JPY', 'S1', 'T1', zeroblob(32), '', ?, 0, 'Hanako', '', '', ?, 0, ?)`,
				row[0], row[1], row[2], row[3], stamp(now), stamp(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := older.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l := ledger.New(s, ledger.Options{})
	page, err := l.Day(ledger.DayRequest{Store: "S1", Terminal: "T1", From: now.Add(-time.Hour), To: now.Add(time.Hour)})
	if err != nil || len(page.Entries) != 2 || page.Entries[0].Key != "S1-T1-1-1" || len(page.Totals) != 2 {
		t.Errorf("%+v, %v", page, err)
	}
	if a, err := l.Reverse("S1-T1-1-2", wire.ReversalRequest{Amount: 100, Currency: "JPY"}); err != nil || a.Status != wire.Reversed {
		t.Errorf("%+v, %v", a, err)
	}
	if trial, err := l.Trial(); err != nil || trial.Sum != 0 || trial.Wrong != 0 || trial.Negative != 0 || trial.Postings != 6 {
		t.Errorf("trial balance %+v, %v", trial, err)
	}
	if all, err := l.Customers(); err != nil || len(all) != 1 || all[0].Balance != 900 {
		t.Errorf("customers %+v, %v", all, err)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

// TestBooksOfUnknownRegisters: books from before registers were met know none,
// keep what they said of forwards, and meet registers from now on. A key that
// was met is never changed or forgotten.
func TestBooksOfUnknownRegisters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	older := openOlder(t, path, "0001_books.sql", "0002_register.sql", "0003_phones.sql")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := wire.ChargeRequest{Key: "S1-T1-1-1", Store: "S1", Terminal: "T1", Amount: 100, Currency: "JPY", Code: "97", ValidUntil: time.Now()}
	if r, err = r.SignForward(time.Now(), key); err != nil {
		t.Fatal(err)
	}
	code := ledger.Hash(r.Code)
	err = older.Update(func(c *sqlite.Conn) error {
		_, err := c.Exec(`INSERT INTO standing (key, kind, status, amount, currency, store, terminal, code, charge_key, blocked, kept, customer, reason, receipt, at, until, changed)
			VALUES (?, 'charge', 'approved', 100, 'JPY', 'S1', 'T1', ?, '', 0, 0, 'Hanako', '', 'W1', 1, 0, 1)`, r.Key, code[:])
		return err
	})
	if err := errors.Join(err, older.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l := ledger.New(s, ledger.Options{})
	if a, err := l.Forward(r); err != nil || a.Receipt != "W1" {
		t.Errorf("the standing answer: %+v, %v", a, err)
	}
	if a, err := l.BringIn(r); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("of a register that was not met: %+v, %v", a, err)
	}
	if err := l.MeetRegister("S1-T1", key.Public()); err != nil {
		t.Fatal(err)
	}
	if a, err := l.BringIn(r); err != nil || a.Receipt != "W1" {
		t.Errorf("of one that was: %+v, %v", a, err)
	}
	for _, sql := range []string{
		"UPDATE register_key SET register = 'S1-T2'", "UPDATE register_key SET key = x'01'", "DELETE FROM register_key",
		"INSERT INTO register_key (register, key, since) VALUES ('S1', x'01', 1)", "INSERT INTO register_key (register, key, since) VALUES ('S1-T1', x'', 1)",
	} {
		err := s.db.Update(func(c *sqlite.Conn) error { _, err := c.Exec(sql); return err })
		if !errors.Is(err, sqlite.ErrConstraint) {
			t.Errorf("%s: %v, want ErrConstraint", sql, err)
		}
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}
