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
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// ErrNotFound means that there is no such row.
var ErrNotFound = errors.New("not found")

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
	Mark     HighWater // nil: an older copy of the books is not noticed
}

// Book is the memory of one register. It is the only writer of its Store.
type Book struct {
	rows   Store
	opts   Options
	rules  Rules
	epoch  int64
	behind bool
	floor  int64 // numbers up to this one may have been used by books that are lost
	lost   bool

	reserved atomic.Int64 // marked.Seq
	heard    atomic.Int64 // what wallets have said of the time since, in Unix seconds
	before   int64        // what they had said before this start
	markMu   sync.Mutex   // held while the mark is written, and never while the Store is called
	marked   Mark

	mu     sync.Mutex
	copied string                 // how these books are an older copy
	since  time.Time              // LostSince
	first  int64                  // the epoch of the start that found the copy out
	marks  map[charge.Key][]*mark // not yet durable with an Apply
	codes  codes
	recent recent
}

// Open starts a new epoch, durably, and returns the book. Keys of an epoch are
// used by one run of the agent only.
func Open(rows Store, opts Options) (*Book, error) {
	b := &Book{rows: rows, opts: opts, rules: Rules{Wallets: opts.Wallets}, marks: make(map[charge.Key][]*mark)}
	mark, err := b.loadMark()
	if err != nil {
		return nil, err
	}
	b.before, b.marked.Heard = mark.Heard, mark.Heard
	if err := b.update(func(t *turn) error { return b.newEpoch(t, mark) }); err != nil {
		return nil, fmt.Errorf("start a new epoch of keys: %w", err)
	}
	if err := errors.Join(b.firstMark(), b.readRestored()); err != nil {
		return nil, err
	}
	if err := b.loadCodes(); err != nil {
		return nil, fmt.Errorf("read the codes of the last day: %w", err)
	}
	return b, nil
}

// ClockBehind tells that the clock shows a time well before the last start, or
// before the newest entry of the journal. The
// epoch still rises, but a copy of the books from before this run could then
// issue the same keys: somebody must set the clock.
func (b *Book) ClockBehind() bool { return b.behind }

// Epoch is the epoch of the keys that this book issues.
func (b *Book) Epoch() int64 { return b.epoch }

// now is the time as it can be stored: microseconds, UTC.
func (b *Book) now() time.Time { return stamp(b.opts.Now()) }

func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
