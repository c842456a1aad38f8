package ledgerpg

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"

	"github.com/posagent/posagent/wallet/reference/ledger"
)

// tx is one transaction. What it writes waits for the next thing that it reads,
// or for the commit, and goes to the server together with that: each round trip
// costs as much as a statement.
type tx struct {
	store  *Store
	conn   *pgx.Conn
	locks  bool // what is read is locked: nobody else changes it before the end
	began  bool // the server knows of it
	batch  *pgx.Batch
	held   map[holder][]ledger.Account // accounts of customers that were read, in all currencies
	opened map[account]int64           // ids of accounts that this transaction has opened
	due    []ledger.Certificate        // what Due will say at dueAt
	dueAt  int64
	shard  int16 // of the tallies it adds to: one, so that two of them never wait for each other
}

func newTx(s *Store, conn *pgx.Conn, o pgx.TxOptions) *tx {
	t := &tx{store: s, conn: conn, locks: o.AccessMode != pgx.ReadOnly, batch: &pgx.Batch{}, held: map[holder][]ledger.Account{}, opened: map[account]int64{}, shard: rand.N[int16](shards)}
	begin := "BEGIN ISOLATION LEVEL READ COMMITTED"
	if !t.locks {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	t.write(begin)
	return t
}

// ctx has no end: a write that is cut off in the middle leaves nobody the
// wiser. The server's own time limits hold.
func (t *tx) ctx() context.Context { return context.Background() }

// write sends a statement with the next that is read.
func (t *tx) write(sql string, args ...any) { t.batch.Queue(sql, args...) }

// send has the server do what waits, and read the answers of the last n
// statements of it.
func (t *tx) send(n int, read func(pgx.BatchResults) error) error {
	batch := t.batch
	t.batch, t.began = &pgx.Batch{}, true
	results := t.conn.SendBatch(t.ctx(), batch)
	for range batch.Len() - n {
		if _, err := results.Exec(); err != nil {
			return errors.Join(err, results.Close())
		}
	}
	err := read(results)
	return errors.Join(err, results.Close())
}

// commit sends what waits, and ends the transaction.
func (t *tx) commit() error {
	t.write("COMMIT")
	err := t.send(0, func(pgx.BatchResults) error { return nil })
	if err != nil {
		return errors.Join(err, t.rollBack())
	}
	return nil
}

// rollBack leaves the connection as it was. One that cannot be is closed.
func (t *tx) rollBack() error {
	if !t.began || t.conn.IsClosed() || t.conn.PgConn().TxStatus() == 'I' {
		return nil
	}
	if _, err := t.conn.Exec(t.ctx(), "ROLLBACK"); err != nil {
		t.conn.Close(t.ctx())
	}
	return nil
}

// row reads one row, after what waits.
func (t *tx) row(sql string, args ...any) scanner { return scanner{t, sql, args} }

type scanner struct {
	t    *tx
	sql  string
	args []any
}

// Scan is pgx.Row.Scan; no row is ledger.ErrNotFound.
func (s scanner) Scan(into ...any) error {
	s.t.write(s.sql, s.args...)
	return s.t.send(1, func(r pgx.BatchResults) error { return absent(r.QueryRow().Scan(into...)) })
}

func absent(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ledger.ErrNotFound
	}
	return err
}

// one reads one row.
func one[T any](t *tx, scan pgx.RowToFunc[T], sql string, args ...any) (got T, err error) {
	t.write(sql, args...)
	err = t.send(1, func(r pgx.BatchResults) error {
		rows, err := r.Query()
		if err == nil {
			got, err = pgx.CollectOneRow(rows, scan)
		}
		return absent(err)
	})
	return got, err
}

// all reads all rows.
func all[T any](t *tx, scan pgx.RowToFunc[T], sql string, args ...any) (list []T, err error) {
	t.write(sql, args...)
	err = t.send(1, func(r pgx.BatchResults) (err error) {
		list, err = collect(r, scan)
		return err
	})
	return list, err
}

func collect[T any](r pgx.BatchResults, scan pgx.RowToFunc[T]) ([]T, error) {
	rows, err := r.Query()
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// locking is a query whose rows nobody else changes before the end.
func (t *tx) locking(sql string) string {
	if t.locks {
		return sql + " FOR UPDATE"
	}
	return sql
}

// name is a lock of something that may have no row yet: of all transactions with
// it one at a time goes on.
func (t *tx) name(kind, what string) {
	if !t.locks {
		return
	}
	h := fnv.New64a()
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write([]byte(what))
	t.write("SELECT pg_advisory_xact_lock($1)", int64(h.Sum64()))
}
