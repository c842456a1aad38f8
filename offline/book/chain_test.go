package book_test

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// bent is a store's rows with a journal that somebody has changed.
type bent struct {
	book.Rows
	links []book.Link
}

func (b bent) LinksAfter(n int64, limit int) ([]book.Link, error) {
	var out []book.Link
	for _, l := range b.links {
		if l.N > n && len(out) < limit {
			out = append(out, l)
		}
	}
	return out, nil
}

func life(t *testing.T) []book.Link {
	f := newFixture(t)
	for _, id := range []string{"a", "b", "c"} {
		key := f.prepare(id).Key
		f.apply(key, send("alpha"), f.said(charge.Wait, "alpha"), f.said(charge.Approve, "alpha"))
	}
	return f.links()
}

func TestAWholeJournalVerifies(t *testing.T) {
	links := life(t)
	if n, err := book.Verify(bent{links: links}); n != 12 || err != nil {
		t.Errorf("%d entries, %v; want 12 and no error", n, err)
	}
	if n, err := book.Verify(bent{}); n != 0 || err != nil {
		t.Errorf("an empty journal: %d entries, %v", n, err)
	}
}

// Whatever is changed in whichever entry, it is found there.
func TestAChangedEntryIsFound(t *testing.T) {
	changes := map[string]func(*book.Link){
		"key":      func(l *book.Link) { l.Key += "1" },
		"from":     func(l *book.Link) { l.From = charge.Owed },
		"to":       func(l *book.Link) { l.To = charge.Owed },
		"moved":    func(l *book.Link) { l.Moved = !l.Moved },
		"note":     func(l *book.Link) { l.Note += "x" },
		"event":    func(l *book.Link) { l.Step.Event = charge.Refuse },
		"wallet":   func(l *book.Link) { l.Step.Wallet += "x" },
		"reason":   func(l *book.Link) { l.Step.Reason += "x" },
		"by":       func(l *book.Link) { l.Step.By = charge.ByManager },
		"operator": func(l *book.Link) { l.Step.Operator += "x" },
		"receipt":  func(l *book.Link) { l.Step.Receipt += "x" },
		"kind":     func(l *book.Link) { l.Step.Code.Kind += "x" },
		"masked":   func(l *book.Link) { l.Step.Code.Masked += "x" },
		"code":     func(l *book.Link) { l.Step.Code.Hash += "x" },
		"asked":    func(l *book.Link) { l.Step.Asked = l.Step.Asked.Add(time.Microsecond) },
		"at":       func(l *book.Link) { l.Step.At = l.Step.At.Add(time.Microsecond) },
		"hash":     func(l *book.Link) { l.Hash[31] ^= 1 },
		// Text that moves from one field into the next is not the same text.
		"shift": func(l *book.Link) { l.Step.Operator, l.Step.Receipt = l.Step.Operator+l.Step.Receipt+"x", "" },
	}
	for name, change := range changes {
		for i := range 12 {
			links := life(t)
			if change(&links[i]); name == "asked" && links[i].Step.Asked.Year() < 2000 {
				continue // it had none: the zero time has no microsecond after it that is stored
			}
			n, err := book.Verify(bent{links: links})
			var broken *book.Broken
			if !errors.As(err, &broken) || broken.N != int64(i+1) || n != int64(i) {
				t.Errorf("%s of entry %d changed: %d good entries, %v", name, i+1, n, err)
			}
		}
	}
}

func TestAMissingOrMovedEntryIsFound(t *testing.T) {
	for i := range 11 { // the tail alone can be cut off unseen
		links := life(t)
		links = append(links[:i], links[i+1:]...)
		var broken *book.Broken
		if _, err := book.Verify(bent{links: links}); !errors.As(err, &broken) || broken.N != int64(i+1) {
			t.Errorf("entry %d missing: %v", i+1, err)
		}
		links = life(t)
		links[i], links[i+1] = links[i+1], links[i]
		links[i].N, links[i+1].N = int64(i+1), int64(i+2)
		if _, err := book.Verify(bent{links: links}); !errors.As(err, &broken) {
			t.Errorf("entries %d and %d exchanged: %v", i+1, i+2, err)
		}
	}
}

// A journal is read in pages; what breaks on the border is found as well.
func TestALongJournalVerifies(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	for range 400 {
		f.apply(key, send("alpha"), f.said(charge.Miss, "alpha"), charge.Step{Event: charge.Confirm, Wallet: "alpha"})
	}
	f.verify(1201)
	links := f.links()
	var broken *book.Broken
	if n, err := book.Verify(bent{links: append(links[:1000:1000], links[1001:]...)}); !errors.As(err, &broken) || n != 1000 {
		t.Errorf("entry 1001 missing: %d good, %v", n, err)
	}
}

// The text that is hashed stays what it was, whatever stands in it: else every
// journal that was ever written would be broken.
func TestTheSealOfAnEntryStaysWhatItIs(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	odd := charge.Step{Event: charge.Cancel, By: charge.ByManager, Operator: "花子 \"x\" \\ \x00\xff\u2028", Reason: charge.ReasonCancelled}
	odd.At = time.Date(2026, 11, 25, 9, 30, 0, 123456789, time.FixedZone("JST", 9*3600))
	f.apply(key, odd)
	links := f.links()
	const want = "616f37bb6db1cda732571f55962127e9746732e0847c5de6a1e7ce2c72ed886b"
	if got := hex.EncodeToString(links[len(links)-1].Hash[:]); got != want {
		t.Errorf("the seal is %s, want %s", got, want)
	}
}
