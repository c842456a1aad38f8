package powercut_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/powercut"
)

// disk is the shim, which belongs to the process as SQLite's list of file
// systems does.
var disk *powercut.Disk

func TestMain(m *testing.M) {
	var err error
	if disk, err = powercut.Load(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// record runs a shop on the books in dir while the disk is watched. The log
// is as an earlier run left it: it grows with each commit.
func record(t testing.TB, dir string, work func(*shop) error) *Day {
	t.Helper()
	rec, err := disk.Record(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openShop(dir, false, rec)
	if err != nil {
		t.Fatal(err)
	}
	if err := work(s); err != nil {
		t.Fatal(err)
	}
	return s.end(t)
}

// closed are books that were made, used and closed, all of it durable.
func closed(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, err := openShop(dir, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.sell("yesterday", 0, 0), s.store.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// morning is a short day from the first call to the last: the log is made and
// grows, a few customers come one by one, the books are closed, which folds
// the log in and removes it, and are opened again.
func morning(t testing.TB) *Day {
	return record(t, closed(t), func(s *shop) error {
		for n := range 8 {
			if err := s.sell(fmt.Sprintf("early-%d", n), n, 1); err != nil {
				return err
			}
		}
		return s.reopen()
	})
}

// reopen closes the books and opens them again, in the same directory and the
// same recording, and sells once more.
func (s *shop) reopen() error {
	if err := errors.Join(s.store.Close(), s.open(false)); err != nil {
		return err
	}
	return s.sell("late", 1, 1)
}

// longDay has several counters that share commits, and a log that was made in
// advance and starts over again and again: first because a test folds it in
// early, then by itself after its thousand pages.
func longDay(t testing.TB) *Day {
	t.Helper()
	dir := t.TempDir()
	s, err := openShop(dir, true, nil) // synced as its last step: all of it is durable
	if err != nil {
		t.Fatal(err)
	}
	if s.rec, err = disk.Record(dir); err != nil {
		t.Fatal(err)
	}
	const early, counters = 12, 4
	for round := range early {
		if err := s.day(counters, fmt.Sprint("round-", round), 4, 60); err != nil {
			t.Fatal(err)
		}
		if n, err := disk.Run("PRAGMA wal_checkpoint(PASSIVE)"); err != nil || n != 1 {
			t.Fatalf("folded the log of %d databases, %v", n, err)
		}
	}
	enough := s.store.Stats().Commits + 1300 // each adds a page at least, and the log holds a thousand
	for last := 0; s.store.Stats().Commits < enough; last++ {
		if err := s.day(counters, fmt.Sprint("last-", last), 4, 400); err != nil {
			t.Fatal(err)
		}
	}
	stats := s.store.Stats()
	d := s.end(t)
	if folds := d.count(powercut.Sync, offline.FileName); folds < early+1 {
		t.Errorf("the log was folded in %d times in %d commits: the day is too short", folds, stats.Commits)
	}
	if stats.Writes <= stats.Commits {
		t.Errorf("%d writes in %d commits: none shared one", stats.Writes, stats.Commits)
	}
	return d
}

// count is how many calls of a kind went to a file.
func (d *Day) count(kind powercut.Kind, name string) (n int) {
	names := map[int]string{}
	for _, op := range d.Trace.Ops {
		if op.Kind == powercut.Open {
			names[op.File] = op.Name
		}
		if op.Kind == kind && (names[op.File] == name || name == "") {
			n++
		}
	}
	return n
}

// holds runs a series and reports every image that broke a promise.
func (s series) holds(t *testing.T, what string) {
	t.Helper()
	bad, took := s.run(t)
	t.Logf("%s: seed %d, %d calls, %d told; %d images in %s, %.0f a minute of a core; %d bad", what, s.seed, len(s.day.Trace.Ops), len(s.day.Acks),
		len(s.cuts), took, float64(len(s.cuts))/took.cpu.Minutes(), len(bad))
	for i, v := range bad {
		if i == 3 {
			t.Fatalf("and %d more", len(bad)-i)
		}
		t.Error(s.explain(t, v))
	}
}

// After a power cut at any moment, whatever the disk kept of what it was not
// told to keep: the books open, are whole, and hold all that was told.
func TestNothingIsLostInAPowerCut(t *testing.T) {
	images := int(number(t, "POSAGENT_IMAGES", 4000))
	for left := images; left > 0; {
		seed := seedOf(t)
		short := morning(t)
		times := max(1, min(left, 20_000)/2/len(short.Trace.Ops))
		all := everywhere(short, seed, times)
		all.holds(t, "a short morning, cut at every call")
		again := relapse(t, short, seed)
		twice := everywhere(again, seed, max(1, times/4))
		twice.holds(t, "a recovery, cut at every call")
		dark := everywhere(blackouts(t), seed, max(1, times/4))
		dark.holds(t, "two days without a network, cut at every call")
		some := anywhere(longDay(t), seed, max(1, min(left, 20_000)-len(all.cuts)-len(twice.cuts)-len(dark.cuts)))
		some.holds(t, "a long day with four counters")
		left -= len(all.cuts) + len(twice.cuts) + len(dark.cuts) + len(some.cuts)
	}
}

// relapse is a day that begins on a disk after a power cut: the power goes
// again while the agent recovers.
func relapse(t *testing.T, d *Day, seed uint64) *Day {
	t.Helper()
	cut := len(d.Trace.Ops) / 2
	p := powercut.NewPlatter(d.Trace)
	if err := p.Advance(cut); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := p.Image(seed, 0, false).Write(dir); err != nil {
		t.Fatal(err)
	}
	again := record(t, dir, func(s *shop) error {
		open, err := s.Open()
		for _, rec := range open {
			if err == nil {
				err = undo(s.Book, rec)
			}
		}
		return errors.Join(err, s.sell("after", 1, 1))
	})
	for _, a := range d.toldBefore(cut) {
		a.At = 0
		again.Acks = append(again.Acks, a)
	}
	again.index()
	return again
}

// The machine must find what it is there to find. With synchronous=NORMAL, the
// driver's own default, acknowledged rows are lost.
func TestTheMachineFindsLossWithoutSyncs(t *testing.T) {
	day := record(t, closed(t), func(s *shop) error {
		if n, err := disk.Run("PRAGMA synchronous = NORMAL"); err != nil || n != 1 {
			return fmt.Errorf("the setting was changed on %d connections, %v; want 1", n, err)
		}
		return s.day(1, "cash", 20, 2)
	})
	findsLoss(t, anywhere(day, seedOf(t), 300), 200)
}

// findsLoss wants at least so many images with lost rows, and no worse fault.
func findsLoss(t *testing.T, s series, least int) {
	t.Helper()
	bad, _ := s.run(t)
	gone := 0
	for _, v := range bad {
		if l := (*lost)(nil); errors.As(v.err, &l) {
			gone++
		}
	}
	t.Logf("%d of %d images lost rows, %d broke otherwise", gone, len(s.cuts), len(bad)-gone)
	if gone < least {
		t.Errorf("%d of %d images lost rows, want at least %d", gone, len(s.cuts), least)
	}
}

// A disk that calls the log synced and has kept its name nowhere loses rows:
// the recording sees the directory's sync, and the platter heeds it.
func TestTheMachineFindsANameThatWasNotSynced(t *testing.T) {
	day := morning(t)
	if day.count(powercut.DirSync, "") == 0 {
		t.Fatal("no directory sync was seen")
	}
	for i := range day.Trace.Ops {
		if day.Trace.Ops[i].Kind == powercut.DirSync {
			day.Trace.Ops[i].Upto = 0
		}
	}
	findsLoss(t, everywhere(day, seedOf(t), 1), 20)
}

// What was recorded is what happened: played back without loss, the trace
// gives the files that are there.
func TestTheRecordIsWhatHappened(t *testing.T) {
	dir := closed(t)
	day := record(t, dir, func(s *shop) error {
		if err := s.day(4, "cash", 12, 3); err != nil {
			return err
		}
		return s.reopen()
	})
	p := powercut.NewPlatter(day.Trace)
	if err := p.Advance(len(day.Trace.Ops)); err != nil {
		t.Fatal(err)
	}
	whole := t.TempDir()
	if err := p.Whole().Write(whole); err != nil {
		t.Fatal(err)
	}
	want, err := powercut.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := powercut.Files(whole)
	if err != nil {
		t.Fatal(err)
	}
	delete(want, offline.MarkName) // which is not SQLite's
	delete(got, offline.MarkName)
	if len(got) != len(want) {
		t.Errorf("the trace gives %d files, there are %d", len(got), len(want))
	}
	for name := range want {
		if string(got[name]) != string(want[name]) {
			t.Errorf("%s: the trace gives %d bytes, there are %d, and they differ", name, len(got[name]), len(want[name]))
		}
	}
}

// An image is drawn from its seed, its number and its cut; with POSAGENT_DAY,
// POSAGENT_SEED, POSAGENT_IMAGE and POSAGENT_CUT it is the one that failed.
func TestAnImageComesAgain(t *testing.T) {
	path, given := os.LookupEnv("POSAGENT_DAY")
	if !given {
		path = filepath.Join(t.TempDir(), "a.day")
		if err := morning(t).save(path); err != nil {
			t.Fatal(err)
		}
	}
	day, err := loadDay(path)
	if err != nil {
		t.Fatal(err)
	}
	s := series{day: day, seed: number(t, "POSAGENT_SEED", 1)}
	v := verdict{number: number(t, "POSAGENT_IMAGE", 17), cut: int(number(t, "POSAGENT_CUT", uint64(len(day.Trace.Ops)*2/3)))}
	var texts [2]string
	for i := range texts {
		p := powercut.NewPlatter(day.Trace)
		if err := p.Advance(v.cut); err != nil {
			t.Fatal(err)
		}
		image := p.Image(s.seed, v.number, true)
		texts[i] = held(t, ground(t), image)
		if v.err = s.one(image, v, filepath.Join(t.TempDir(), "image")); v.err != nil {
			t.Error(s.explain(t, v))
		}
	}
	if texts[0] != texts[1] {
		t.Error("the same image came out different")
	}
	if len(day.Acks) == 0 || day.Acks[0].State != charge.Prepared {
		t.Errorf("the day was not kept whole: %d acknowledgements", len(day.Acks))
	}
}
