package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/book"
)

// alerts of one kind stand once, and come back as they went in.
func alerts(t *testing.T, s book.Store) {
	put := func(a book.Alert) error { return s.Update(func(tx book.Tx) error { return tx.PutAlert(a) }) }
	first := book.Alert{ID: 1, Code: "disk.low", Detail: "200 MB", Level: 1, Raised: at.UTC(), Reminded: at.UTC()}
	second := book.Alert{ID: 2, Code: "device.absent", Subject: "printer0", Raised: at.UTC(), Reminded: at.UTC()}
	if err := errors.Join(put(first), put(second)); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []book.Alert{{ID: 3, Code: "disk.low"}, {ID: 0, Code: "x.y"}, {ID: 3}} {
		if put(wrong) == nil {
			t.Errorf("alert %+v was taken", wrong)
		}
	}
	first.Cleared, first.Seen, first.SeenBy, first.Level = at.Add(time.Hour).UTC(), at.Add(time.Minute).UTC(), "Taro", 2
	changed := first
	changed.Code, changed.Subject, changed.Raised = "other.code", "other", at.Add(time.Hour).UTC() // these stay
	again := book.Alert{ID: 3, Code: "disk.low", Raised: at.UTC(), Reminded: at.UTC()}
	if err := errors.Join(put(changed), put(again)); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(func(tx book.Tx) error { return errors.Join(tx.PutAlert(book.Alert{ID: 4, Code: "x.y"}), errMine) }); err == nil {
		t.Error("a transaction that changed its mind went through")
	}
	err := s.View(func(rows book.Rows) error {
		standing, err := rows.StandingAlerts()
		equal(t, "those that stand", standing, []book.Alert{second, again})
		newest, err2 := rows.Alerts(0, 2)
		equal(t, "the newest", newest, []book.Alert{again, second})
		older, err3 := rows.Alerts(2, 9)
		equal(t, "the page after", older, []book.Alert{first})
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
}
