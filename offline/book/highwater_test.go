package book_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// marked is a fixture with a mark beside its books that can refuse.
type marked struct {
	*fixture
	memory.HighWater
	deaf  error // Load fails
	numb  error // Save fails
	saves int
}

func newMarked(t failer) *marked {
	m := &marked{fixture: newFixture(t)}
	m.restore(memory.New(memory.Options{}))
	return m
}

func (m *marked) Load() (book.Mark, error) {
	if m.deaf != nil {
		return book.Mark{}, m.deaf
	}
	return m.HighWater.Load()
}

func (m *marked) Save(mark book.Mark) error {
	m.saves++
	if m.numb != nil {
		return m.numb
	}
	return m.HighWater.Save(mark)
}

func (m *marked) try() (err error) {
	m.Book, err = book.Open(m, book.Options{Store: "S1", Terminal: "T1", Wallets: m.wallets, Now: func() time.Time { return m.now }, Mark: m})
	return err
}

// start is another run of the agent.
func (m *marked) start() {
	m.t.Helper()
	if err := m.try(); err != nil {
		m.t.Fatalf("open: %v", err)
	}
}

// restore puts another copy of the books in place, and starts.
func (m *marked) restore(copied *memory.Store) {
	m.t.Helper()
	m.store = copied
	m.start()
}

func (m *marked) save() {
	m.t.Helper()
	if err := m.SaveMark(); err != nil {
		m.t.Fatalf("save the mark: %v", err)
	}
}

func (m *marked) wantRestored(what, why string) {
	m.t.Helper()
	if got, yes := m.Restored(); yes != (why != "") || !strings.Contains(got, why) {
		m.t.Fatalf("%s: restored is %v, %q; want %q", what, yes, got, why)
	}
}

// An older copy is noticed by any of three signs, and goes on above every
// number and epoch that the lost part may have used.
func TestAnOlderCopyIsNoticed(t *testing.T) {
	for _, c := range []struct {
		name string
		lose func(m *marked) *memory.Store // sells, and gives the copy that is put back
		why  string
	}{
		{"shorter", func(m *marked) *memory.Store {
			copied := m.store.Snapshot()
			m.prepare("lost")
			m.save()
			return copied
		}, "their journal ended at entry 1, and at least 2 were written"},
		{"went on elsewhere", func(m *marked) *memory.Store {
			copied := m.store.Snapshot()
			m.prepare("lost")
			m.save()
			elsewhere := newFixture(t)
			elsewhere.store = copied
			elsewhere.open("alpha")
			elsewhere.prepare("there")
			elsewhere.prepare("and there")
			return copied
		}, "entry 2 of their journal is not the one"},
		{"before the last start", func(m *marked) *memory.Store {
			copied := m.store.Snapshot()
			m.start()
			m.prepare("lost, and the mark was never told")
			return copied
		}, "from before the last start"},
		{"empty", func(m *marked) *memory.Store {
			m.save()
			return memory.New(memory.Options{})
		}, "their journal ended at entry 0, and at least 1 were written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMarked(t)
			m.prepare("kept")
			copied := c.lose(m)
			before, _ := m.HighWater.Load()
			m.now = t0.Add(-time.Hour) // the clock is no help
			m.restore(copied)
			m.wantRestored("at once", c.why)
			if !m.ClockBehind() || m.Epoch() <= before.Epoch {
				t.Errorf("epoch %d after %d, clock behind %v", m.Epoch(), before.Epoch, m.ClockBehind())
			}
			if _, _, _, seq, _ := m.prepare("new").Key.Parts(); seq <= before.Seq {
				t.Errorf("number %d, but up to %d may have been used", seq, before.Seq)
			}
			m.crash()
			m.start()
			m.wantRestored("after a crash", c.why)
			if _, _, _, seq, _ := m.prepare("newer").Key.Parts(); seq <= before.Seq {
				t.Errorf("after a crash number %d, but up to %d may have been used", seq, before.Seq)
			}
			if err := m.Acknowledge(charge.ByManager, "hanako"); err != nil {
				t.Fatal(err)
			}
			m.wantRestored("acknowledged", "")
			m.start()
			m.wantRestored("a later start", "")
			m.verify(len(m.links()))
		})
	}
}

// The time from which charges may be missing is that of the copy's end, and
// who dealt with it is in the journal.
func TestWhatIsKnownOfARestoredCopy(t *testing.T) {
	m := newMarked(t)
	m.prepare("kept")
	copied := m.store.Snapshot()
	m.later(time.Hour)
	m.prepare("lost")
	m.save()
	m.later(time.Hour)
	m.restore(copied)
	if !m.LostSince().Equal(t0) {
		t.Errorf("lost since %s, want %s", m.LostSince(), t0)
	}
	if err := m.Acknowledge(charge.ByManager, "hanako"); err != nil || !m.LostSince().IsZero() {
		t.Errorf("after it was dealt with: %v, %s", err, m.LostSince())
	}
	n := len(m.links())
	if err := m.Acknowledge(charge.ByManager, "hanako"); err != nil || len(m.links()) != n {
		t.Errorf("a second time: %v", err)
	}
	links := m.links()
	if l := links[1]; l.Key != "" || !strings.Contains(l.Note, "older copy") || l.Step.By != charge.ByRecovery {
		t.Errorf("noticed as %+v", l)
	}
	if l := links[2]; l.Key != "" || !strings.Contains(l.Note, "compared with the wallets") || l.Step.By != charge.ByManager || l.Step.Operator != "hanako" {
		t.Errorf("acknowledged as %+v", l)
	}
}

// A crash between the books and the mark, at whichever end, is no restored
// copy, and a restored copy that was noticed before a crash stays noticed.
func TestACrashBesideTheMark(t *testing.T) {
	m := newMarked(t)
	m.prepare("a")
	m.save()
	m.numb = errors.New("the disk is gone")
	if err := m.try(); !errors.Is(err, book.ErrMark) || !errors.Is(err, m.numb) {
		t.Fatalf("opened without a mark: %v", err)
	}
	m.numb = nil
	m.start()
	m.wantRestored("the mark is a start behind", "")
	copied := m.store.Snapshot()
	m.prepare("b")
	m.save()
	m.store, m.numb = copied, errors.New("the disk is gone")
	if err := m.try(); !errors.Is(err, book.ErrMark) {
		t.Fatalf("opened without a mark: %v", err)
	}
	m.numb = nil
	for range 2 {
		m.start()
		m.wantRestored("noticed before the crash", "their journal ended at entry 1, and at least 2 were written")
	}
}

// A mark that cannot be read is not guessed: the start says so.
func TestAMarkThatCannotBeRead(t *testing.T) {
	m := newMarked(t)
	epoch := m.Epoch()
	m.deaf = errors.New("permission denied")
	if err := m.try(); !errors.Is(err, book.ErrMark) || !errors.Is(err, m.deaf) {
		t.Fatalf("opened: %v", err)
	}
	m.deaf = nil
	m.start()
	if m.Epoch() != epoch+1 {
		t.Errorf("epoch %d after %d: a start that failed took one", m.Epoch(), epoch)
	}
}

// Books whose mark is gone go on, say so, and leave a gap in the numbers: they
// may be an older copy.
func TestALostMark(t *testing.T) {
	m := newMarked(t)
	if m.MarkLost() {
		t.Error("a first start has no mark to lose")
	}
	m.prepare("a")
	m.HighWater = memory.HighWater{}
	m.start()
	if _, _, _, seq, _ := m.prepare("b").Key.Parts(); !m.MarkLost() || seq <= 10_000 {
		t.Errorf("lost %v, next number %d", m.MarkLost(), seq)
	}
	m.wantRestored("nobody knows", "")
	m.start()
	if m.MarkLost() {
		t.Error("there is a new mark by now")
	}
}

// Numbers are reserved in blocks before one of them is used, and the mark is
// written for nothing else.
func TestTheMarkCostsAChargeNothing(t *testing.T) {
	m := newMarked(t)
	m.saves = 0
	for n := range 9_999 {
		m.prepare(fmt.Sprintf("sale-%d", n))
	}
	if m.saves != 0 {
		t.Errorf("the mark was written %d times within a block", m.saves)
	}
	m.save()
	if got, _ := m.HighWater.Load(); m.saves != 1 || got.Links != 9_999 || got.Seq <= 9_999 {
		t.Errorf("after %d saves: %+v", m.saves, got)
	}
	m.save()
	if m.saves != 1 {
		t.Error("a mark that says the same was written again")
	}
	m.numb = errors.New("the disk is gone")
	for n := range 30_000 {
		rec, err := m.Prepare(aSale(fmt.Sprintf("more-%d", n)), charge.ByCashier)
		reserved, _ := m.HighWater.Load()
		if _, _, _, seq, _ := rec.Key.Parts(); seq > reserved.Seq {
			t.Fatalf("number %d was used, and %d are reserved", seq, reserved.Seq)
		}
		if err != nil {
			if !errors.Is(err, book.ErrMark) || rec.Key != "" {
				t.Errorf("a number that is not reserved: %q, %v", rec.Key, err)
			}
			m.numb = nil
		}
	}
	if m.saves < 3 {
		t.Errorf("only %d saves for 40,000 numbers", m.saves)
	}
}

// What wallets had said of the time is known at the next start, from the mark
// and not from the books, in steps of some minutes.
func TestTheTimeThatWasSaidIsKept(t *testing.T) {
	store, mark := memory.New(memory.Options{}), &markAt{}
	opts := book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"alpha"}, Now: func() time.Time { return t0 }, Mark: mark}
	open := func() *book.Book {
		t.Helper()
		b, err := book.Open(store, opts)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := open()
	if !b.LastHeard().IsZero() {
		t.Errorf("before anything was said: %s", b.LastHeard())
	}
	for _, minutes := range []int{0, 5, 12, 13} {
		b.Heard(t0.Add(time.Duration(minutes) * time.Minute))
		if err := b.SaveMark(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if b = open(); !b.LastHeard().Equal(t0.Add(12 * time.Minute)) {
			t.Errorf("at the next start it is %s", b.LastHeard())
		}
	}
}

// markAt is a mark in memory.
type markAt struct{ mark book.Mark }

func (m *markAt) Load() (book.Mark, error) { return m.mark, nil }
func (m *markAt) Save(to book.Mark) error  { m.mark = to; return nil }
