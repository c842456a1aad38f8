// Package book is the rules of the memory: how keys are issued, which step a
// charge may take, whose route set a request belongs to, and how the journal
// is chained. It is not a database: rows live in a Store.
//
// Invariant: every change of a charge and its journal entry are one
// transaction, a key is issued once, and the journal only grows.
package book

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/planted"
	"github.com/posagent/posagent/agent/sale"
)

// ErrNotFound means that there is no such row.
var ErrNotFound = errors.New("not found")

// ErrSaleOpen means that a sale has a charge that may still be paid, so that
// a second key could take the money twice.
var ErrSaleOpen = errors.New("the sale has a charge that is not settled: wait for it or cancel it")

// metaEpoch is the name of the epoch's number in Meta.
const metaEpoch = "epoch"

// markWithin is how long a mark may wait for company. It is far below a
// wallet's answer over a real network, so that a crash while a request is
// under way nearly always finds it.
const markWithin = 20 * time.Millisecond

// epochZero is when epochs count from. Seconds since then keep a restored old
// database from issuing a key twice, and stay ten digits for 300 years.
var epochZero = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// Options are what a Book needs to know of its register.
type Options struct {
	Store    string   // store id, the first part of every key
	Terminal string   // terminal id, the second part
	Wallets  []string // every wallet that can be asked: the route of a request whose wallet is unknown
	Now      func() time.Time
}

// Book is the memory of one register. It is the only writer of its Store.
type Book struct {
	rows   Store
	opts   Options
	rules  Rules
	epoch  int64
	behind bool

	mu     sync.Mutex
	marks  map[charge.Key][]*mark // not yet durable with an Apply
	codes  codes
	recent recent
}

// Open starts a new epoch, durably, and returns the book. Keys of an epoch are
// used by one run of the agent only.
func Open(rows Store, opts Options) (*Book, error) {
	b := &Book{rows: rows, opts: opts, rules: Rules{Wallets: opts.Wallets}, marks: make(map[charge.Key][]*mark)}
	err := rows.Update(func(tx Tx) error {
		stored, err := tx.Meta(metaEpoch)
		if err != nil {
			return err
		}
		seconds := int64(opts.Now().Sub(epochZero) / time.Second)
		b.epoch, b.behind = max(stored+1, seconds), seconds <= stored
		return tx.SetMeta(metaEpoch, b.epoch)
	})
	if err != nil {
		return nil, fmt.Errorf("start a new epoch of keys: %w", err)
	}
	if err := b.loadCodes(); err != nil {
		return nil, fmt.Errorf("read the codes of the last day: %w", err)
	}
	return b, nil
}

// ClockBehind tells that the clock shows a time before the last start. The
// epoch still rises, but a copy of the books from before this run could then
// issue the same keys: somebody must set the clock.
func (b *Book) ClockBehind() bool { return b.behind }

// Epoch is the epoch of the keys that this book issues.
func (b *Book) Epoch() int64 { return b.epoch }

// Prepare makes a charge for a sale under a new key, durable when it returns.
// A sale whose newest charge may still be paid gets ErrSaleOpen.
func (b *Book) Prepare(s sale.Sale, by charge.By) (charge.Record, error) {
	var made Row
	err := b.update(func(t *turn) error {
		if err := knowSale(t, s); err != nil {
			return err
		}
		last, err := t.lastSeq()
		if err != nil {
			return err
		}
		if made, err = b.newRow(last+1, s, by); err != nil {
			return err
		}
		step := charge.Step{By: by, Operator: s.Operator, At: made.PreparedAt}
		if made.LastLink, err = t.append(Link{Key: made.Key, To: charge.Prepared, Moved: true, Step: step, Note: begin(s)}); err != nil {
			return err
		}
		return t.add(made)
	})
	if err != nil {
		return charge.Record{}, fmt.Errorf("prepare a charge for sale %s: %w", s.ID, err)
	}
	return made.Record, nil
}

// begin is the note of a charge's first entry: with it the chain covers what
// is owed and for which sale.
func begin(s sale.Sale) string { return fmt.Sprintf("sale %s, %s", s.ID, s.Amount) }

// knowSale remembers a new sale, and lets an old one pass only when none of
// its charges can still be paid.
func knowSale(t *turn, s sale.Sale) error {
	known, err := t.tx.Sale(s.ID)
	if errors.Is(err, ErrNotFound) {
		return t.tx.PutSale(s)
	}
	if err != nil {
		return err
	}
	if known.Amount != s.Amount {
		return fmt.Errorf("sale %s is over %s and cannot become one over %s: open a new sale", s.ID, known.Amount, s.Amount)
	}
	earlier, err := t.tx.ChargesOfSale(s.ID)
	if err != nil {
		return err
	}
	for _, row := range earlier {
		if !row.State.AllowsNewKey() && !planted.Has(planted.NewKeyOnRetry) {
			return fmt.Errorf("%w (%s is %s)", ErrSaleOpen, row.Key, row.State)
		}
	}
	return nil
}

func (b *Book) newRow(seq int64, s sale.Sale, by charge.By) (Row, error) {
	key, err := charge.NewKey(b.opts.Store, b.opts.Terminal, b.epoch, seq)
	if err != nil {
		return Row{}, err
	}
	now := b.now()
	return Row{Seq: seq, Epoch: b.epoch, Record: charge.Record{
		Key: key, SaleID: s.ID, Amount: s.Amount, State: charge.Prepared,
		By: by, Operator: s.Operator, Paper: charge.Unprinted,
		PreparedAt: now, ChangedAt: now,
	}}, nil
}

// now is the time as it can be stored: microseconds, UTC.
func (b *Book) now() time.Time { return stamp(b.opts.Now()) }

func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
