package book_test

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// An alert and its entry of the journal are both there or neither, and nothing
// that happens to it later loses who has acknowledged it.
func TestAlertsAreJournalled(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	b, err := book.Open(memory.New(memory.Options{}), book.Options{Store: "S001", Terminal: "01", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := b.PutAlert(book.Alert{Code: "disk.low", Detail: "200 MB", Raised: now, Reminded: now}, "raised")
	if err != nil || a.ID != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := b.PutAlert(book.Alert{Code: "disk.low", Raised: now}, "raised"); err == nil {
		t.Error("it stands twice")
	}
	if _, err := b.PutAlert(book.Alert{ID: 7, Code: "disk.low", Raised: now}, "cleared"); !errors.Is(err, book.ErrNotFound) {
		t.Errorf("an alert that is not there was cleared: %v", err)
	}
	for range 2 { // the second is no news
		if seen, err := b.SeeAlert(1, charge.ByManager, "taro"); err != nil || seen.SeenBy != "taro" {
			t.Errorf("%+v, %v", seen, err)
		}
	}
	a.Cleared = now.Add(time.Hour)
	if a, err = b.PutAlert(a, "cleared"); err != nil || a.SeenBy != "taro" {
		t.Errorf("%+v, %v", a, err)
	}
	for _, id := range []int64{0, 1, 2} {
		if _, err := b.SeeAlert(id, charge.ByManager, "taro"); !errors.Is(err, book.ErrNotFound) {
			t.Errorf("alert %d: %v", id, err)
		}
	}
	links, err := b.Journal(0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, l := range links {
		notes = append(notes, string(l.Step.By)+" "+l.Step.Operator+": "+l.Note)
	}
	want := []string{"timer : alert 1 raised: disk.low (200 MB)", "manager taro: alert 1 acknowledged: disk.low (200 MB)", "timer : alert 1 cleared: disk.low (200 MB)"}
	if len(notes) != len(want) {
		t.Fatalf("the journal says %q", notes)
	}
	for i := range want {
		if notes[i] != want[i] {
			t.Errorf("entry %d is %q, want %q", i, notes[i], want[i])
		}
	}
	if standing, err := b.StandingAlerts(); err != nil || len(standing) > 0 {
		t.Errorf("%+v, %v", standing, err)
	}
}
