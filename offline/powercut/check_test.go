package powercut_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/powercut"
)

// Day is a recorded day: what reached the disk, what the register was told
// and when, and the journal as it was in the end.
type Day struct {
	Trace   powercut.Trace
	Acks    []ack   // in the order of At
	Marks   []saved // the same
	Journal []book.Link

	of map[charge.Key][]int64 // the journal numbers of each charge
	by map[charge.Key][]ack   // the acknowledgements of each charge
}

// end stops the recording of a shop and closes it, if it is still open.
func (s *shop) end(t testing.TB) *Day {
	t.Helper()
	d := &Day{Journal: links(t, s.store)}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	trace, err := s.rec.End()
	if err != nil {
		t.Fatal(err)
	}
	d.Trace, d.Acks, d.Marks = trace, s.acks, s.marks
	d.index()
	return d
}

func (d *Day) index() {
	sort.SliceStable(d.Acks, func(i, j int) bool { return d.Acks[i].At < d.Acks[j].At })
	sort.SliceStable(d.Marks, func(i, j int) bool { return d.Marks[i].At < d.Marks[j].At })
	d.of = make(map[charge.Key][]int64)
	for _, l := range d.Journal {
		d.of[l.Key] = append(d.of[l.Key], l.N)
	}
	d.by = make(map[charge.Key][]ack)
	for _, a := range d.Acks {
		d.by[a.Key] = append(d.by[a.Key], a)
	}
}

// toldBefore are the acknowledgements of a cut.
func (d *Day) toldBefore(cut int) []ack { return before(d.Acks, cut) }

func before(acks []ack, cut int) []ack {
	return acks[:sort.Search(len(acks), func(i int) bool { return acks[i].At > cut })]
}

// newest is the last acknowledgement of each charge before a cut. Each one of
// a charge says more than those before it.
func (d *Day) newest(cut int) []ack {
	var out []ack
	for _, acks := range d.by {
		if told := before(acks, cut); len(told) > 0 {
			out = append(out, told[len(told)-1])
		}
	}
	return out
}

// lost is an image that broke a promise.
type lost struct{ what string }

func (l *lost) Error() string { return l.what }

func lostf(format string, a ...any) error { return &lost{fmt.Sprintf(format, a...)} }

// check starts the agent's memory on an image as the agent does, and holds it
// against what was told before the cut.
func (d *Day) check(dir string, cut int) error {
	if err := d.mark(dir, cut); err != nil {
		return err
	}
	store, err := offline.Open(dir, offline.Options{LogAsFound: true})
	if err != nil {
		return fmt.Errorf("does not open: %w", err)
	}
	err = d.recovered(store, dir, cut)
	return errors.Join(err, store.Close())
}

// mark puts the newest high-water mark beside an image that the disk may hold:
// with it the books must not look like an older copy of themselves.
func (d *Day) mark(dir string, cut int) error {
	n := sort.Search(len(d.Marks), func(i int) bool { return d.Marks[i].At > cut })
	if n == 0 {
		return nil // the one that was there from the beginning
	}
	return offline.NewHighWater(dir).Save(d.Marks[n-1].Mark)
}

func (d *Day) recovered(store *offline.Store, dir string, cut int) error {
	told, newest := d.toldBefore(cut), d.newest(cut)
	var rows []book.Row
	err := store.View(func(tx book.Rows) (err error) {
		n, err := book.Verify(tx)
		if err != nil {
			return err
		}
		if err := d.reaches(tx, n, newest); err != nil {
			return err
		}
		if rows, err = tx.Charges(book.Filter{Limit: 500}); err != nil {
			return err
		}
		return errors.Join(d.rowsFit(rows, n), hasAll(rows, newest), d.salesFit(tx, told), d.proofsFit(tx, rows), d.leftFits(tx, rows, newest))
	})
	if err == nil {
		err = store.Check()
	}
	if err == nil {
		err = d.classify(store, offline.NewHighWater(dir), rows, told)
	}
	return err
}

// reaches wants the journal of an image to be the beginning of the day's, and
// long enough.
func (d *Day) reaches(tx book.Rows, n int64, told []ack) error {
	if n > int64(len(d.Journal)) {
		return lostf("the journal has %d entries, the day had %d", n, len(d.Journal))
	}
	if n > 0 {
		last, err := tx.LastLink()
		if err != nil {
			return err
		}
		if last.Hash != d.Journal[n-1].Hash {
			return lostf("journal entry %d is another one than was written", n)
		}
	}
	for _, a := range told {
		if has := len(d.of[a.Key]); a.Links > has {
			return lostf("charge %s was told %d entries and has %d", a.Key, a.Links, has)
		}
		if to := d.Journal[d.of[a.Key][a.Links-1]-1].To; to != a.State {
			return lostf("charge %s was told to be %s, its journal says %s", a.Key, a.State, to)
		}
		if at := d.of[a.Key][a.Links-1]; at > n {
			return lostf("charge %s was told to be %s, which is journal entry %d; the journal ends at %d", a.Key, a.State, at, n)
		}
	}
	return nil
}

// rowsFit wants every charge of the journal's first n entries, as the last of
// them left it, and no other.
func (d *Day) rowsFit(rows []book.Row, n int64) error {
	last := make(map[charge.Key]book.Link)
	for _, l := range d.Journal[:n] {
		last[l.Key] = l
	}
	if len(rows) != len(last) {
		return lostf("%d charges, the journal has %d", len(rows), len(last))
	}
	for _, r := range rows {
		if l := last[r.Key]; r.LastLink != l.N || r.State != l.To {
			return lostf("charge %s is %s after entry %d, its journal says %s after %d", r.Key, r.State, r.LastLink, l.To, l.N)
		}
	}
	return nil
}

var papers = []charge.Paper{charge.Unprinted, charge.PaperSent, charge.PaperDone}

func hasAll(rows []book.Row, told []ack) error {
	by := make(map[charge.Key]book.Row, len(rows))
	for _, r := range rows {
		by[r.Key] = r
	}
	for _, a := range told {
		r, there := by[a.Key]
		switch {
		case !there:
			return lostf("charge %s is gone", a.Key)
		case slices.Index(papers, r.Paper) < slices.Index(papers, a.Paper) || r.Reprints < a.Again:
			return lostf("charge %s: the receipt is %s with %d copies, told were %s and %d", a.Key, r.Paper, r.Reprints, a.Paper, a.Again)
		case r.SaleID != a.Sale || r.Amount != aSale(a.Sale).Amount:
			return lostf("charge %s is over %s for %s", a.Key, r.Amount, r.SaleID)
		}
	}
	return nil
}

// salesFit looks at the newest sales only: they are what a cut can hit, and
// quick_check has looked at all.
func (d *Day) salesFit(tx book.Rows, told []ack) error {
	for _, a := range told[max(0, len(told)-4):] {
		s, err := tx.Sale(a.Sale)
		if err != nil {
			return lostf("sale %s: %v", a.Sale, err)
		}
		if a.Carried {
			continue
		}
		if !reflect.DeepEqual(s, aSale(a.Sale)) {
			return lostf("sale %s is %+v", a.Sale, s)
		}
		tries, err := tx.ChargesOfSale(a.Sale)
		if err != nil || len(tries) != 1 || tries[0].Key != a.Key {
			return lostf("sale %s has the charges %v, %v; want %s", a.Sale, tries, err, a.Key)
		}
	}
	return nil
}

// classify begins the next run of the agent: a new epoch, the codes of the
// day, and one step for each charge that was left open.
func (d *Day) classify(store *offline.Store, mark book.HighWater, rows []book.Row, told []ack) error {
	b, err := book.Open(store, bookOptions(mark))
	if err != nil {
		return err
	}
	if why, restored := b.Restored(); restored {
		return lostf("the books are taken for an older copy: %v", why)
	}
	for _, r := range rows {
		if r.Epoch >= b.Epoch() {
			return lostf("the new run has epoch %d, and charge %s was made in it", b.Epoch(), r.Key)
		}
	}
	for _, a := range told[max(0, len(told)-4):] {
		if a.Links < 2 || a.State == charge.Abandoned { // no code was shown
			continue
		}
		if rec, used, err := b.CodeUsed(codeOf(a.Sale).Hash); err != nil || !used || rec.Key != a.Key {
			return lostf("the code of charge %s is not known as used: %v, %v", a.Key, used, err)
		}
	}
	left := map[charge.Key]book.Row{}
	for _, r := range rows {
		if r.State.Open() {
			left[r.Key] = r
		}
	}
	open, err := b.Open()
	if err != nil {
		return err
	}
	if len(open) != len(left) {
		return lostf("%d charges are open, the rows say %d", len(open), len(left))
	}
	for _, rec := range open {
		if err := undo(b, rec); err != nil {
			return err
		}
	}
	return nil
}

// undo is what a restart means for an open charge.
func undo(b *book.Book, rec charge.Record) error {
	want, moves := map[charge.State]charge.State{charge.Prepared: charge.Reversing, charge.Sent: charge.InDoubt}[rec.State]
	if !moves {
		return nil
	}
	after, err := b.Apply(rec.Key, charge.Step{Event: charge.Lose, By: charge.ByRecovery, Reason: charge.ReasonRestart})
	if err != nil {
		return err
	}
	if after.State != want || len(after.Route) == 0 {
		return lostf("charge %s was %s and is %s over %v after a restart, want %s", rec.Key, rec.State, after.State, after.Route, want)
	}
	return nil
}
