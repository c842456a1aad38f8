package ledgerpg_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/posagent/posagent/wallet/reference/ledger/ledgertest"
	"github.com/posagent/posagent/wallet/reference/ledgerpg/pgtest"
)

// BenchmarkAuthorise is a payment through the rules, and the same rows written
// by bare statements in the same server, as the floor.
func BenchmarkAuthorise(b *testing.B) {
	for _, load := range []struct {
		name string
		ledgertest.Load
	}{
		{"1 client", ledgertest.Load{Clients: 1, Customers: 20_000, Stores: 100}},
		{"32 clients", ledgertest.Load{Clients: 32, Customers: 20_000, Stores: 100}},
		{"32 clients one store", ledgertest.Load{Clients: 32, Customers: 20_000, Stores: 1}},
		{"32 clients one account", ledgertest.Load{Clients: 32, Customers: 1, Stores: 100}},
	} {
		b.Run(load.name, func(b *testing.B) { load.Authorise(b, opener(b)(b)) })
		b.Run(load.name+" floor", func(b *testing.B) { bare(b, load.Load) })
	}
}

// bare is the prototype: one statement for each row that a payment reads or
// writes, sent at once, no rules, no refusals.
func bare(b *testing.B, load ledgertest.Load) {
	pgtest.Need(b, server)
	ctx := context.Background()
	url, err := server.Fresh()
	if err != nil {
		b.Fatal(err)
	}
	pool, err := pgxpool.New(ctx, url+" pool_max_conns=16")
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, `
		CREATE TABLE account (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, balance bigint NOT NULL CHECK (balance >= 0));
		CREATE TABLE idem (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, hash bytea NOT NULL, reply text NOT NULL);
		CREATE TABLE used (hash bytea PRIMARY KEY, key text NOT NULL);
		CREATE TABLE txn (id bigint PRIMARY KEY, key text NOT NULL UNIQUE, at bigint NOT NULL);
		CREATE TABLE posting (txn bigint NOT NULL, n smallint NOT NULL, account bigint NOT NULL, amount bigint NOT NULL, PRIMARY KEY (txn, n));`); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(ctx, "INSERT INTO account SELECT n, 'account-' || n, 1000000000 FROM generate_series(0, $1::bigint) n", load.Customers+load.Stores); err != nil {
		b.Fatal(err)
	}
	load.Measure(b, func(client, n int) error {
		key := fmt.Sprintf("%s-T%02d-1-%d", load.Store(n), client, n)
		hash := sha256.Sum256([]byte(key))
		customer, store := n%load.Customers, load.Customers+n%load.Stores
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release()
		batch := &pgx.Batch{}
		batch.Queue("BEGIN")
		batch.Queue("SELECT reply FROM idem WHERE key = $1", key)
		if err := conn.SendBatch(ctx, batch).Close(); err != nil { // what is decided by must be read first
			return err
		}
		batch = &pgx.Batch{}
		batch.Queue("INSERT INTO used VALUES ($1, $2)", hash[:], key)
		batch.Queue("UPDATE account SET balance = balance - 10 WHERE id = $1 AND balance >= 10 RETURNING balance", customer)
		if err := conn.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		batch = &pgx.Batch{}
		batch.Queue("UPDATE account SET balance = balance + 10 WHERE id = $1", store)
		batch.Queue("INSERT INTO txn VALUES ($1, $2, $3)", n, key, n)
		batch.Queue("INSERT INTO posting VALUES ($1, 0, $2, -10), ($1, 1, $3, 10)", n, customer, store)
		batch.Queue("INSERT INTO idem (key, hash, reply) VALUES ($1, $2, $3)", key, hash[:], `{"status":"approved","receipt":"W0000000001"}`)
		batch.Queue("COMMIT")
		return conn.SendBatch(ctx, batch).Close()
	})
}
