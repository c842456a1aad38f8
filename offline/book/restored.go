package book

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/planted"
)

// fewSeconds is how far behind the clock may be without being wrong: a program
// that starts twice within a second is, and time servers set it back so far.
const fewSeconds = 10

// newEpoch starts a new epoch. It is above every one that these books or their
// mark have seen, and above what a clock that is right has ever said.
func (b *Book) newEpoch(t *turn, mark Mark) error {
	stored, err := t.tx.Meta(metaEpoch)
	if err != nil {
		return err
	}
	if planted.Has(planted.EpochNotRaised) {
		b.epoch = stored
		return nil
	}
	seconds, seen := int64(b.opts.Now().Sub(epochZero)/time.Second), max(stored, mark.Epoch)
	b.epoch, b.behind = max(seen+1, seconds), seconds+fewSeconds < seen
	newest, err := t.tx.LastLink()
	switch {
	case err == nil: // a clock that lost its battery may show a time after the last start
		b.behind = b.behind || b.opts.Now().Add(fewSeconds*time.Second).Before(newest.Step.At)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	if err := t.tx.SetMeta(metaEpoch, b.epoch); err != nil {
		return err
	}
	return b.compare(t, stored, mark)
}

// What is wrong with restored books, as a number in Meta.
const (
	shorter int64 = iota + 1 // the journal has fewer entries than were written
	other                    // the copy went on by itself
	earlier                  // the copy is from before the last start
)

// older tells whether books are an older copy than the mark, and how.
func older(t *turn, stored int64, mark Mark) (int64, error) {
	if mark == (Mark{}) {
		return 0, nil
	}
	if t.end.n < mark.Links {
		return shorter, nil
	}
	if mark.Links > 0 {
		marked, err := t.tx.LinksAfter(mark.Links-1, 1)
		if err != nil {
			return 0, err
		}
		if len(marked) == 0 || marked[0].Hash != mark.Hash {
			return other, nil
		}
	}
	if stored < mark.Epoch {
		return earlier, nil
	}
	return 0, nil
}

// Names of numbers in Meta.
const (
	metaFloor  = "seq_floor"       // numbers up to this one may have been used by books that are lost
	metaHow    = "restored"        // 0, or how these books are an older copy
	metaHad    = "restored_had"    // entries that the copy had
	metaMarked = "restored_marked" // entries that were known to be written
	metaSince  = "restored_since"  // when the copy's newest entry was written, in microseconds
	metaFirst  = "restored_epoch"  // of the start that found it out
)

// compare holds the books against the mark, and remembers durably what it
// finds until somebody has dealt with it.
func (b *Book) compare(t *turn, stored int64, mark Mark) error {
	last, err := t.lastSeq()
	if err != nil {
		return err
	}
	how, err := older(t, stored, mark)
	if err != nil {
		return err
	}
	if b.floor, err = t.tx.Meta(metaFloor); err != nil {
		return err
	}
	floor := b.floor
	switch {
	case how != 0:
		b.floor = max(floor, last, mark.Seq)
		if err := t.restored(how, mark); err != nil {
			return err
		}
	case b.opts.Mark != nil && mark == (Mark{}) && last > 0:
		// Books without their mark may have been restored without it.
		b.lost = true
		b.floor = max(floor, last) + reserve
	}
	if b.floor == floor {
		return nil
	}
	return t.tx.SetMeta(metaFloor, b.floor)
}

// restored writes down that the books are an older copy, in Meta and in the
// journal. What is known already is kept: a crash may have come in between, or
// another copy been put back before anybody has dealt with the first. Then
// what is of the starts in between is of a copy as well.
func (t *turn) restored(how int64, mark Mark) error {
	known, err := t.tx.Meta(metaHow)
	if err != nil {
		return err
	}
	newest, err := t.tx.LastLink()
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	err = t.tx.SetMeta(metaFirst, t.book.epoch)
	if known == 0 {
		var since int64
		if newest.N > 0 {
			since = newest.Step.At.UnixMicro()
		}
		err = errors.Join(err, t.tx.SetMeta(metaHow, how), t.tx.SetMeta(metaHad, newest.N), t.tx.SetMeta(metaMarked, mark.Links), t.tx.SetMeta(metaSince, since))
	}
	if err != nil {
		return err
	}
	_, err = t.append(Link{Step: charge.Step{By: charge.ByRecovery, At: t.book.now()}, Note: copyOf(how, newest.N, mark.Links)})
	return err
}

func copyOf(how, had, marked int64) string {
	switch how {
	case shorter:
		return fmt.Sprintf("the books are an older copy: their journal ended at entry %d, and at least %d were written", had, marked)
	case other:
		return fmt.Sprintf("the books are an older copy that was used elsewhere: entry %d of their journal is not the one that was written here", marked)
	}
	return fmt.Sprintf("the books are an older copy, from before the last start of the register: their journal ended at entry %d", had)
}

// readRestored reads what an earlier start, or this one, found.
func (b *Book) readRestored() error {
	return b.rows.Update(func(tx Tx) error {
		var found [5]int64
		for i, name := range []string{metaHow, metaHad, metaMarked, metaSince, metaFirst} {
			n, err := tx.Meta(name)
			if err != nil {
				return err
			}
			found[i] = n
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.copied = ""; found[0] != 0 {
			b.copied = copyOf(found[0], found[1], found[2])
			b.since, b.first = time.UnixMicro(found[3]).UTC(), found[4]
		}
		return nil
	})
}

// Restored tells whether the books are an older copy of themselves, and how
// that was found out. Charges may then be missing that a wallet knows: compare
// with its list of every day since LostSince, Adopt what is missing, and then
// Acknowledge. Until then every start says so again.
func (b *Book) Restored() (why string, yes bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.copied, b.copied != ""
}

// LostSince is the time of the newest entry that a restored copy had; what
// came later may be missing. It is zero for books that are no restored copy.
func (b *Book) LostSince() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.since
}

// OfCopy tells whether what happened to a record may be missing here: the books
// are an older copy, and the record is from before that was found out. All that
// happened to a later one is in them.
func (b *Book) OfCopy(key charge.Key) bool {
	_, _, epoch, _, err := key.Parts()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.copied != "" && (err != nil || epoch < b.first)
}

// Acknowledge ends Restored: somebody has compared the books with the wallets.
// It is written in the journal, with who it was.
func (b *Book) Acknowledge(by charge.By, operator string) error {
	if _, yes := b.Restored(); !yes {
		return nil
	}
	err := b.update(func(t *turn) error {
		if err := t.tx.SetMeta(metaHow, 0); err != nil {
			return err
		}
		_, err := t.append(Link{Step: charge.Step{By: by, Operator: operator, At: b.now()}, Note: "the older copy was compared with the wallets"})
		return err
	})
	if err != nil {
		return fmt.Errorf("acknowledge that the books are an older copy: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.copied, b.since = "", time.Time{}
	return nil
}

// MarkLost tells that these books have charges and no mark beside them: it was
// removed, or the books came here without it. A new mark is there by now, but
// nobody can tell whether the books are an older copy.
func (b *Book) MarkLost() bool { return b.lost }
