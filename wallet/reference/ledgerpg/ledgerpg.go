// Package ledgerpg is the ledger's store in PostgreSQL, for a wallet that has
// outgrown one file. It reads and writes rows and decides nothing: the rules are
// in the ledger, and the schema only holds a second lock on the same doors.
//
// Transactions run beside each other. What they read to decide by, they lock:
// keys, codes, phones, certificates and the accounts of customers; so each sees
// what the one before it has left, as if they had come one after the other
// (ADR 0033).
//
// Invariant: what Update has acknowledged survives a crash of the server, and
// postings and keys are never changed or removed.
package ledgerpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/posagent/posagent/wallet/reference/ledger"
)

// Options say where the books are.
type Options struct {
	URL         string       // postgres://user:password@host/database, or key=value words
	Connections int          // that work at the same time; 0 is 16
	Log         *slog.Logger // nil: no log
}

// How long a transaction waits: for a free connection, for a lock of another
// one, and for the server's answer to one statement. A register gives up
// sooner, and asks again.
const (
	connectWithin   = 5 * time.Second
	lockWithin      = 5 * time.Second
	statementWithin = 10 * time.Second
)

// Store is a ledger.Store in one PostgreSQL database.
type Store struct {
	pool *pgxpool.Pool

	mu       sync.Mutex
	next     int64             // of the block of transaction numbers
	left     int64             // of it
	accounts map[account]int64 // ids of those that have tallies: they never change
}

// Open connects, brings the schema up to date, and refuses a server that would
// forget what it has acknowledged.
func Open(ctx context.Context, o Options) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, errors.New("open the ledger: the address of PostgreSQL cannot be read: it is like postgres://user@host/database, with the password in a file or the environment") // pgx's error may tell the password
	}
	if cfg.MaxConns = 16; o.Connections > 0 {
		cfg.MaxConns = int32(o.Connections)
	}
	cfg.MinIdleConns = 1
	cfg.ConnConfig.ConnectTimeout = connectWithin
	for name, within := range map[string]time.Duration{"lock_timeout": lockWithin, "statement_timeout": statementWithin, "idle_in_transaction_session_timeout": statementWithin} {
		cfg.ConnConfig.RuntimeParams[name] = fmt.Sprint(within.Milliseconds())
	}
	cfg.ConnConfig.RuntimeParams["application_name"] = "walletd"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	s := &Store{pool: pool, accounts: map[account]int64{}}
	if err := errors.Join(durable(ctx, pool), migrate(ctx, pool, o.Log)); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the ledger at %s: %w", cfg.ConnConfig.Host, err)
	}
	return s, nil
}

// durable reads back what the server does before it says that a transaction is
// kept.
func durable(ctx context.Context, pool *pgxpool.Pool) error {
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var is string
		if err := pool.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&is); err != nil {
			return err
		}
		if is == "off" || name == "synchronous_commit" && is == "remote_write" {
			return fmt.Errorf("%s is %s, so that a power cut loses payments: set it to on", name, is)
		}
	}
	return nil
}

// Close waits for what is under way.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// Update is ledger.Store.Update. do may run several times: a transaction that
// cannot be told from one that came after another is done again. An error of the
// connection while it commits means that nobody knows whether it was kept: who
// asks again under the same key is told.
func (s *Store) Update(do func(ledger.Tx) error) error {
	const tries = 20
	for n := 1; ; n++ {
		err := s.once(pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, do)
		if n == tries || !comesAgain(err) {
			return err
		}
		time.Sleep(rand.N(time.Duration(n) * time.Millisecond))
	}
}

// View is ledger.Store.View.
func (s *Store) View(do func(ledger.Tx) error) error {
	return s.once(pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do)
}

// once runs one transaction. Nothing of it can be cancelled by a caller: only
// waiting for a connection has an end of its own, and the server ends the rest.
func (s *Store) once(o pgx.TxOptions, do func(ledger.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), connectWithin)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("no connection to the ledger's database: %w", err)
	}
	defer conn.Release()
	t := newTx(s, conn.Conn(), o)
	if err := do(t); err != nil {
		return errors.Join(err, t.rollBack())
	}
	return t.commit()
}

// comesAgain tells whether a transaction failed only because another one ran
// beside it: it was rolled back, and may find things settled the next time.
func comesAgain(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code {
	case "40001", "40P01", // serialization_failure, deadlock_detected
		"23505": // unique_violation: another one was first with a row that this one did not find
		return true
	}
	return false
}

// number is the next number of a transaction. They only rise for one wallet;
// blocks that are not used up leave gaps. Nothing is held while a block is asked
// for: what this transaction sends with that may wait for another one.
func (s *Store) number(t *tx) (n int64, err error) {
	s.mu.Lock()
	if s.left > 0 {
		n = s.next
		s.left--
		s.next++
		s.mu.Unlock()
		return n, nil
	}
	s.mu.Unlock()
	if err := t.row("SELECT nextval('txn_id')").Scan(&n); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next, s.left = n+1, 63
	return n, nil
}
