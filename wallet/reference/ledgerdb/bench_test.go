package ledgerdb_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger/ledgertest"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
)

var loads = map[string]ledgertest.Load{
	"1 client":               {Clients: 1, Customers: 20_000, Stores: 100},
	"32 clients":             {Clients: 32, Customers: 20_000, Stores: 100},
	"32 clients one account": {Clients: 32, Customers: 1, Stores: 100},
}

// BenchmarkAuthorise is a payment through the rules, and the same rows written
// by bare statements in the same kind of file, as the floor.
func BenchmarkAuthorise(b *testing.B) {
	for _, name := range []string{"1 client", "32 clients", "32 clients one account"} {
		load := loads[name]
		b.Run(name, func(b *testing.B) {
			s, err := ledgerdb.Open(filepath.Join(b.TempDir(), "ledger.db"), nil)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			load.Authorise(b, s)
		})
		b.Run(name+" floor", func(b *testing.B) { bare(b, load) })
	}
}

// bare is the prototype: one statement for each row that a payment reads or
// writes, no rules, no refusals.
func bare(b *testing.B, load ledgertest.Load) {
	db, err := sqlite.Open(sqlite.Options{Path: filepath.Join(b.TempDir(), "bare.db"), AppID: 1, Migrations: fstest.MapFS{
		"0001_bare.sql": {Data: []byte(`
			CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, balance INTEGER NOT NULL CHECK (balance >= 0)) STRICT;
			CREATE TABLE idem (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, hash BLOB NOT NULL, reply TEXT NOT NULL) STRICT;
			CREATE TABLE used (hash BLOB PRIMARY KEY, key TEXT NOT NULL) STRICT, WITHOUT ROWID;
			CREATE TABLE txn (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at INTEGER NOT NULL) STRICT;
			CREATE TABLE posting (txn INTEGER NOT NULL, n INTEGER NOT NULL, account INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (txn, n)) STRICT, WITHOUT ROWID;`)},
	}})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(c *sqlite.Conn) error {
		for n := range load.Customers + load.Stores {
			if _, err := c.Exec("INSERT INTO account VALUES (?, ?, 1000000000)", n, fmt.Sprint("account-", n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	load.Measure(b, func(client, n int) error {
		key := fmt.Sprintf("%s-T%02d-1-%d", load.Store(n), client, n)
		hash := sha256.Sum256([]byte(key))
		customer, store := n%load.Customers, load.Customers+n%load.Stores
		return db.Update(func(c *sqlite.Conn) error {
			var id int64
			for _, step := range []func() error{
				func() error { _, err := c.One("SELECT reply FROM idem WHERE key = ?", key); return unless(err) },
				func() error { _, err := c.Exec("INSERT INTO used VALUES (?, ?)", hash[:], key); return err },
				func() error {
					_, err := c.Exec("UPDATE account SET balance = balance - 10 WHERE id = ? AND balance >= 10", customer)
					return err
				},
				func() error {
					_, err := c.Exec("UPDATE account SET balance = balance + 10 WHERE id = ?", store)
					return err
				},
				func() error {
					row, err := c.One("INSERT INTO txn (key, at) VALUES (?, ?) RETURNING id", key, n)
					id = row.Int(0)
					return err
				},
				func() error { _, err := c.Exec("INSERT INTO posting VALUES (?, 0, ?, -10)", id, customer); return err },
				func() error { _, err := c.Exec("INSERT INTO posting VALUES (?, 1, ?, 10)", id, store); return err },
				func() error {
					_, err := c.Exec("INSERT INTO idem (key, hash, reply) VALUES (?, ?, ?)", key, hash[:], `{"status":"approved","receipt":"W0000000001"}`)
					return err
				},
			} {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// unless lets a row that is not there pass.
func unless(err error) error {
	if err == sqlite.ErrNoRow {
		return nil
	}
	return err
}
