package offline_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

func said(version int64, content byte) offline.Bulletin {
	return offline.Bulletin{
		Wallet: "own", Version: version, Content: [32]byte(bytes.Repeat([]byte{content}, 32)),
		Signed: bytes.Repeat([]byte{content}, 900_000), TakenAt: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC),
	}
}

// keep wants a bulletin to be taken or refused so.
func keep(t *testing.T, s *offline.Store, b offline.Bulletin, fresh bool, want error) {
	t.Helper()
	if got, err := s.KeepBulletin(b); got != fresh || !errors.Is(err, want) {
		t.Errorf("version %d of %s: fresh is %v, error is %v; want %v, %v", b.Version, b.Wallet, got, err, fresh, want)
	}
}

// The version of a wallet's bulletin only rises, also over a restart, and a
// version never says something else.
func TestBulletinsOnlyRise(t *testing.T) {
	dir := t.TempDir()
	s := openBooks(t, dir)
	keep(t, s, said(7, 1), true, nil)
	keep(t, s, said(7, 1), false, nil)
	keep(t, s, said(7, 2), false, offline.ErrOtherBulletin)
	keep(t, s, said(6, 1), false, offline.ErrOlderBulletin)
	other := said(1, 3)
	other.Wallet = "another"
	keep(t, s, other, true, nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openBooks(t, dir)
	keep(t, s, said(6, 1), false, offline.ErrOlderBulletin)
	keep(t, s, said(8, 4), true, nil)
	all, err := s.Bulletins()
	if err != nil || len(all) != 2 {
		t.Fatalf("%d bulletins, %v", len(all), err)
	}
	equal := func(a, b offline.Bulletin) bool {
		return a.Wallet == b.Wallet && a.Version == b.Version && a.Content == b.Content && bytes.Equal(a.Signed, b.Signed) && a.TakenAt.Equal(b.TakenAt)
	}
	if !equal(all[0], other) || !equal(all[1], said(8, 4)) {
		t.Error("they are not what was kept")
	}
}

// The table itself refuses what no version of the program may do.
func TestBulletinsStay(t *testing.T) {
	dir := t.TempDir()
	s := openBooks(t, dir)
	keep(t, s, said(7, 1), true, nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	for _, sql := range []string{
		"DELETE FROM bulletins", "UPDATE bulletins SET version = 6", "UPDATE bulletins SET content = zeroblob(32)",
		"UPDATE bulletins SET wallet = 'another', version = 9",
		"INSERT OR REPLACE INTO bulletins SELECT wallet, 1, content, signed, taken_at FROM bulletins",
	} {
		if err := db.Update(func(c *sqlite.Conn) error { _, err := c.Exec(sql); return err }); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

// Books of the first schema are opened as they are, and keep all that was in
// them.
func TestBooksFromBeforeBulletins(t *testing.T) {
	first, err := os.ReadFile("schema/0001_books.sql")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	db, err := sqlite.Open(sqlite.Options{Path: filepath.Join(dir, offline.FileName), Migrations: fstest.MapFS{"0001_books.sql": {Data: first}}, AppID: offline.AppID})
	if err != nil {
		t.Fatal(err)
	}
	old := soldOnce()
	err = db.Update(func(c *sqlite.Conn) error {
		_, err := c.Exec(`INSERT INTO sales (id, source, reference, business_date, amount, currency, lines, at, operator, top_up) VALUES (?, '', '', '2026-11-24', ?, 'JPY', '', 0, '', 0)`,
			old.ID, old.Amount.Minor)
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s := openBooks(t, dir)
	if err := s.View(func(rows book.Rows) error {
		got, err := rows.Sale(old.ID)
		if err == nil && got.Amount != old.Amount {
			t.Errorf("the sale is over %s", got.Amount)
		}
		return err
	}); err != nil {
		t.Errorf("the sale of the old books: %v", err)
	}
	keep(t, s, said(1, 1), true, nil)
}
