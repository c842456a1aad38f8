package book

import (
	"errors"

	"github.com/posagent/posagent/agent/charge"
)

// ErrNotNext is a Store's refusal of a journal entry whose number is not the
// next one.
var ErrNotNext = errors.New("the journal ends elsewhere")

// recent is what the last transactions wrote and the next one would read
// again: the end of the journal, the last charge's number, the charges that
// are open. A commit begins with caches that the disk's wait has cooled, and
// every row that need not be read is worth as much as a page less to write.
//
// It may be wrong after a commit that failed. That is found out, because every
// transaction appends to the journal and a Store takes no number but the next.
type recent struct {
	known bool // n, hash and seq are
	n     int64
	hash  [32]byte
	seq   int64
	open  map[charge.Key]Row
}

// turn is one transaction together with what is known without reading. What
// it learned is kept when it succeeds.
type turn struct {
	tx      Tx
	book    *Book
	end     recent // n, hash and seq as this transaction leaves them
	changed map[charge.Key]Row
}

// update runs do in one durable transaction. do may run twice: when it began
// from an end of the journal that a failed commit left in memory.
func (b *Book) update(do func(*turn) error) error {
	once := func() error {
		return b.rows.Update(func(tx Tx) error { return b.turnOf(tx, do) })
	}
	err := once()
	if err == nil {
		return nil
	}
	b.forgetRecent()
	if errors.Is(err, ErrNotNext) {
		if err = once(); err != nil {
			b.forgetRecent()
		}
	}
	return err
}

// turnOf runs do inside a transaction of the Store, and keeps what it learned.
func (b *Book) turnOf(tx Tx, do func(*turn) error) error {
	t := &turn{tx: tx, book: b, changed: make(map[charge.Key]Row)}
	b.mu.Lock()
	t.end = b.recent
	b.mu.Unlock()
	if err := do(t); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	open := b.recent.open
	if open == nil {
		open = make(map[charge.Key]Row)
	}
	for key, row := range t.changed {
		if row.State.Open() && !outstanding(row.State) { // a long queue is no part of a customer's next step
			open[key] = row
		} else {
			delete(open, key)
		}
	}
	b.recent = recent{known: t.end.known, n: t.end.n, hash: t.end.hash, seq: t.end.seq, open: open}
	return nil
}

func (b *Book) forgetRecent() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recent = recent{}
}

// learn reads the end of the journal and the last charge's number.
func (t *turn) learn() error {
	if t.end.known {
		return nil
	}
	last, err := t.tx.LastLink()
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	newest, err := t.tx.Charges(Filter{Limit: 1})
	if err != nil {
		return err
	}
	t.end.n, t.end.hash, t.end.known = last.N, last.Hash, true
	if len(newest) > 0 {
		t.end.seq = newest[0].Seq // rows are never deleted, so no number comes twice
	}
	return nil
}

// append chains an entry to the journal and returns its number.
func (t *turn) append(l Link) (int64, error) {
	if err := t.learn(); err != nil {
		return 0, err
	}
	l.N = t.end.n + 1
	l.Hash = l.seal(t.end.hash)
	if err := t.tx.AppendLink(l); err != nil {
		return 0, err
	}
	t.end.n, t.end.hash = l.N, l.Hash
	return l.N, nil
}

// lastSeq is the number of the newest charge, 0 before the first.
func (t *turn) lastSeq() (int64, error) {
	err := t.learn()
	return t.end.seq, err
}

// charge is a charge as it stands in this transaction.
func (t *turn) charge(key charge.Key) (Row, error) {
	if row, ok := t.changed[key]; ok {
		return row, nil
	}
	t.book.mu.Lock()
	row, ok := t.book.recent.open[key]
	t.book.mu.Unlock()
	if ok {
		return row, nil
	}
	return t.tx.Charge(key)
}

// add inserts a new charge.
func (t *turn) add(row Row) error {
	if err := t.tx.AddCharge(row); err != nil {
		return err
	}
	t.end.seq = max(t.end.seq, row.Seq)
	t.changed[row.Key] = row
	return nil
}

// put replaces a charge.
func (t *turn) put(row Row) error {
	if err := t.tx.PutCharge(row); err != nil {
		return err
	}
	t.changed[row.Key] = row
	return nil
}
