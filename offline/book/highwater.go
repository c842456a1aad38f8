package book

import (
	"errors"
	"fmt"
	"time"
)

// ErrMark means that the high-water mark beside the books cannot be read or
// written. Nothing is sold without it: the next start could not tell whether
// the books are an older copy. The error's text says what to do.
var ErrMark = errors.New("the high-water mark beside the books")

// Mark is what is remembered beside the books of how far they had come, so
// that an older copy of them is noticed.
//
// It does not notice what it was not told: entries that were written after the
// last SaveMark and lost again within the same run of the agent. And when the
// books, the mark and the clock are all set back together, nothing here can
// know that, and a key could be issued a second time.
type Mark struct {
	Epoch int64    // of the last start
	Seq   int64    // numbers up to this one are reserved: some may have been used
	Links int64    // the journal had at least so many entries
	Hash  [32]byte // of the entry with that number; zero when Links is 0
	Heard int64    // what wallets had said of the time, in Unix seconds; 0: nothing yet
}

// HighWater keeps the mark, on another page of the disk than the books.
type HighWater interface {
	Load() (Mark, error) // the zero Mark when there is none
	Save(Mark) error     // durable when it returns
}

// reserve is how many numbers are set aside at once, so that the mark costs a
// charge nothing.
const reserve = 10_000

// nextSeq is the number of the next record. Nobody had it before, also in the
// part of the books that a restored copy has lost.
func (b *Book) nextSeq(t *turn) (int64, error) {
	last, err := t.lastSeq()
	if err != nil {
		return 0, err
	}
	next := max(last, b.floor) + 1
	if b.opts.Mark != nil && next > b.reserved.Load() {
		err = b.saveMark(func(m *Mark) { m.Seq = next + reserve })
	}
	return next, err
}

// SaveMark brings the mark up to date with the journal. It costs a sync of its
// own, so it is called now and then and at a clean stop, beside the sales and
// never within one.
func (b *Book) SaveMark() error {
	if b.opts.Mark == nil {
		return nil
	}
	var last Link
	var newest []Row
	err := b.rows.View(func(rows Rows) (err error) { // before the mark's lock: a transaction may want that
		if last, err = rows.LastLink(); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		newest, err = rows.Charges(Filter{Limit: 1})
		return err
	})
	if err != nil {
		return err
	}
	return b.saveMark(func(m *Mark) {
		m.Heard = max(m.Heard, b.heard.Load())
		if last.N > m.Links {
			m.Links, m.Hash = last.N, last.Hash
		}
		if len(newest) > 0 && newest[0].Seq > m.Seq-reserve/2 { // early, so that no charge has to
			m.Seq = newest[0].Seq + reserve
		}
	})
}

// heardEvery is how often what wallets say of the time is worth a write.
const heardEvery = 10 * time.Minute

// Heard is told what wallets have said of the time, and lets the next SaveMark
// write it down: a start with an earlier clock then knows that it is wrong.
func (b *Book) Heard(at time.Time) {
	if at.Unix() >= b.heard.Load()+int64(heardEvery/time.Second) {
		b.heard.Store(at.Unix())
	}
}

// LastHeard is what they had said before this start; zero when nothing is known
// of it.
func (b *Book) LastHeard() time.Time {
	if b.before == 0 {
		return time.Time{}
	}
	return time.Unix(b.before, 0)
}

// saveMark writes a changed mark.
func (b *Book) saveMark(change func(*Mark)) error {
	b.markMu.Lock()
	defer b.markMu.Unlock()
	mark := b.marked
	if change(&mark); mark == b.marked {
		return nil
	}
	if err := b.opts.Mark.Save(mark); err != nil {
		return fmt.Errorf("%w cannot be written: %w", ErrMark, err)
	}
	b.marked = mark
	b.reserved.Store(mark.Seq)
	return nil
}

// loadMark reads the mark of the last run.
func (b *Book) loadMark() (Mark, error) {
	if b.opts.Mark == nil {
		return Mark{}, nil
	}
	mark, err := b.opts.Mark.Load()
	if err != nil {
		return mark, fmt.Errorf("%w cannot be read: %w", ErrMark, err)
	}
	return mark, nil
}

// firstMark is the mark of this run, before its first key. The epoch is in the
// books by then: books with a lower one than their mark are an older copy.
func (b *Book) firstMark() error {
	if b.opts.Mark == nil {
		return nil
	}
	b.mu.Lock()
	end := b.recent
	b.mu.Unlock()
	return b.saveMark(func(m *Mark) {
		*m = Mark{Heard: m.Heard, Epoch: b.epoch, Seq: max(end.seq, b.floor) + reserve, Links: end.n, Hash: end.hash}
	})
}
