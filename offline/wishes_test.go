package offline_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/offline"
)

// A wish outlives the process, keeps its first meaning, and goes when its days
// are over.
func TestWishes(t *testing.T) {
	dir := t.TempDir()
	books := openBooks(t, dir)
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	first := offline.Wish{ID: [16]byte{1}, Body: [16]byte{7}, At: at}
	books.KeepWish(first)
	books.KeepWish(offline.Wish{ID: first.ID, Body: [16]byte{8}, Said: "of another body", At: at})
	books.KeepWish(offline.Wish{ID: [16]byte{2}, Body: [16]byte{9}, At: at.Add(time.Hour)})
	books.KeepWish(offline.Wish{ID: [16]byte{2}, Body: [16]byte{9}, Said: "scan.used", At: at.Add(time.Hour)})
	if err := books.Close(); err != nil {
		t.Fatal(err)
	}
	books = openBooks(t, dir)
	if w, known, err := books.Wish(first.ID); err != nil || !known || w != first {
		t.Errorf("%+v, %t, %v", w, known, err)
	}
	if w, known, err := books.Wish([16]byte{2}); err != nil || !known || w.Said != "scan.used" {
		t.Errorf("%+v, %t, %v", w, known, err)
	}
	if gone, err := books.ForgetWishes(at.Add(time.Minute)); gone != 1 || err != nil {
		t.Errorf("%d went, %v", gone, err)
	}
	if _, known, err := books.Wish(first.ID); known || err != nil {
		t.Errorf("it is known: %t, %v", known, err)
	}
	if err := books.Close(); err != nil {
		t.Fatal(err)
	}
}
