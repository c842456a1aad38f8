package book_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// closes makes the next Z, up to the end of the journal.
func (f *fixture) closes(t *testing.T, date string) charge.Z {
	t.Helper()
	zs, err := f.Zs(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var last charge.Z
	if len(zs) > 0 {
		last = zs[0]
	}
	_, upto, err := f.Moves(last.Upto, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	z, err := f.PutZ(charge.Z{Number: last.Number + 1, Date: date, After: last.Upto, Upto: upto, At: f.now, By: charge.ByManager, Operator: "taro", Document: []byte(`{"form":"posagent z 1","date":"` + date + `"}`)})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// A Z follows the one before, and nothing else is taken.
func TestClosingsFollowEachOther(t *testing.T) {
	f, _ := audited(t)
	first := f.closes(t, "2026-11-22")
	f.prepare("c")
	second := f.closes(t, "2026-11-24")
	if first.After != 0 || first.Upto != 6 || second.After != 6 || second.Upto != 8 { // 7 tells of the first Z
		t.Errorf("%d to %d, then %d to %d", first.After, first.Upto, second.After, second.Upto)
	}
	good := charge.Z{Number: 3, Date: "2026-11-25", After: 8, Upto: 9, Document: []byte("{}")}
	for what, bend := range map[string]func(*charge.Z){
		"its number": func(z *charge.Z) { z.Number = 4 }, "the number before": func(z *charge.Z) { z.Number = 2 }, "a gap": func(z *charge.Z) { z.After = 9 },
		"twice the same": func(z *charge.Z) { z.After = 7 }, "the same day": func(z *charge.Z) { z.Date = "2026-11-24" }, "an earlier day": func(z *charge.Z) { z.Date = "2026-11-23" },
	} {
		z := good
		bend(&z)
		if _, err := f.PutZ(z); !errors.Is(err, book.ErrOtherZ) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, upto := range []int64{7, 10, 100} {
		z := good
		z.Upto = upto
		if _, err := f.PutZ(z); err == nil {
			t.Errorf("one up to %d of 9 was taken", upto)
		}
	}
	if _, err := f.audit(); err != nil {
		t.Error(err)
	}
	links, err := f.Journal(6, 1)
	if err != nil || len(links) != 1 || links[0].Note != fmt.Sprintf("closing Z 1 of 2026-11-22, entries 1 to 6, SHA-256 of its document %x", first.Hash) || links[0].Key != "" || links[0].Step.Operator != "taro" {
		t.Errorf("the journal says %+v, %v", links, err)
	}
}

// bentZ are rows with closings bent in ways that no store takes.
type bentZ struct {
	book.Rows
	bend func([]charge.Z) []charge.Z
}

func (b bentZ) Zs(below int64, most int) ([]charge.Z, error) {
	zs, err := b.Rows.Zs(below, most)
	return b.bend(zs), err
}

// A closing that was changed, taken away or put in is found.
func TestAClosingThatTheJournalContradictsIsFound(t *testing.T) {
	f, _ := audited(t)
	f.closes(t, "2026-11-22")
	f.closes(t, "2026-11-23")
	for what, bend := range map[string]func([]charge.Z) []charge.Z{
		"a document": func(zs []charge.Z) []charge.Z { zs[1].Document = []byte("{}"); return zs },
		"document and hash": func(zs []charge.Z) []charge.Z {
			zs[1].Document = []byte("{}")
			zs[1] = zs[1].Sealed()
			return zs
		},
		"a date":      func(zs []charge.Z) []charge.Z { zs[0].Date = "2026-11-25"; return zs },
		"its end":     func(zs []charge.Z) []charge.Z { zs[1].Upto--; return zs },
		"one is gone": func(zs []charge.Z) []charge.Z { return zs[:1] },
		"all are":     func([]charge.Z) []charge.Z { return nil },
		"one more": func(zs []charge.Z) []charge.Z {
			more := zs[0]
			more.Number, more.Date, more.After = 3, "2026-11-26", more.Upto
			return append([]charge.Z{more}, zs...)
		},
	} {
		var broken *book.Broken
		err := f.store.View(func(rows book.Rows) error { _, err := book.Audit(bentZ{rows, bend}); return err })
		if !errors.As(err, &broken) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Moves stop before the first entry of a moment, and tell where a record was
// and is.
func TestMoves(t *testing.T) {
	f := newFixture(t)
	a := f.prepare("a").Key
	f.now = f.now.Add(time.Hour)
	cut := f.now
	sent, yes := send("alpha"), f.said(charge.Approve, "alpha")
	sent.At, yes.At = cut, cut
	f.apply(a, sent, yes)
	moves, upto, err := f.Moves(0, cut)
	if err != nil || upto != 1 || len(moves) != 1 || moves[0].Was != "" || moves[0].Is != charge.Prepared || moves[0].State != charge.Approved {
		t.Errorf("%+v up to %d, %v", moves, upto, err)
	}
	moves, upto, err = f.Moves(1, time.Time{})
	if err != nil || upto != 3 || len(moves) != 1 || moves[0].Was != charge.Prepared || moves[0].Is != charge.Approved || moves[0].Amount != f.prepare("b").Amount {
		t.Errorf("%+v up to %d, %v", moves, upto, err)
	}
}
