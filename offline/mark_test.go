package offline_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

func TestTheMarkIsAFileBesideTheBooks(t *testing.T) {
	dir := t.TempDir()
	h := offline.NewHighWater(dir)
	if m, err := h.Load(); err != nil || m != (book.Mark{}) {
		t.Fatalf("before the first: %+v, %v", m, err)
	}
	want := book.Mark{Epoch: 217501200, Seq: 10_001, Links: 3, Hash: [32]byte{1, 31: 0xfe}}
	for range 2 {
		if err := h.Save(want); err != nil {
			t.Fatal(err)
		}
		if got, err := offline.NewHighWater(dir).Load(); err != nil || got != want {
			t.Errorf("came back as %+v, %v; want %+v", got, err, want)
		}
		want.Links++
	}
	text, err := os.ReadFile(filepath.Join(dir, offline.MarkName))
	const golden = `{"epoch":217501200,"seq":10001,"links":4,"hash":"01000000000000000000000000000000000000000000000000000000000000fe"}` + "\n"
	if err != nil || string(text) != golden {
		t.Errorf("the file is %q, %v; want %q", text, err, golden)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left in the directory, %v", len(files), err)
	}
}

// A mark that says anything but a mark stops the start, with what to do.
func TestADamagedMarkIsRefused(t *testing.T) {
	const hash = `"hash":"0100000000000000000000000000000000000000000000000000000000000000"`
	for _, text := range []string{
		"", "{", "null", `{"epoch":1,"seq":1,"links":0}`, `{"epoch":0,"seq":1,"links":0,` + hash + `}`, `{"epoch":1,"seq":0,"links":0,` + hash + `}`,
		`{"epoch":1,"seq":1,"links":-1,` + hash + `}`, `{"epoch":1,"seq":1,"links":0,"hash":"01"}`, `{"epoch":1,"seq":1,"links":0,` + hash[:len(hash)-1] + `00"}`,
		`{"epoch":"1","seq":1,"links":0,` + hash + `}`, `{"epoch":1,"seq":1,"links":0,` + strings.Replace(hash, "0100", "x100", 1) + `}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, offline.MarkName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := openMarked(openBooks(t, dir), dir)
		if !errors.Is(err, book.ErrMark) || !strings.Contains(err.Error(), "move the file away") {
			t.Errorf("%q: error is %v", text, err)
		}
	}
}

// Without a place for the mark nothing is sold.
func TestAMarkWithoutAPlaceIsRefused(t *testing.T) {
	dir := t.TempDir()
	books := openBooks(t, dir)
	if _, err := openMarked(books, filepath.Join(dir, "not there")); !errors.Is(err, book.ErrMark) || !strings.Contains(err.Error(), "let the service's user write in") {
		t.Errorf("no directory: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, offline.MarkName), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := openMarked(books, dir); !errors.Is(err, book.ErrMark) || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a directory of its name: %v", err)
	}
}

// The clock of these registers stands still, and is no help.
func openMarked(books *offline.Store, dir string) (*book.Book, error) {
	return book.Open(books, book.Options{
		Store: "S1", Terminal: "T1", Wallets: []string{"example"}, Mark: offline.NewHighWater(dir),
		Now: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) },
	})
}

// run is one run of the agent in dir, stopped cleanly: how many are sold, and
// what the start found.
func run(t *testing.T, dir string, sold int) (keys []charge.Key, why string) {
	t.Helper()
	store := openBooks(t, dir)
	books, err := openMarked(store, dir)
	if err != nil {
		t.Fatal(err)
	}
	why, _ = books.Restored()
	for range sold {
		s := soldOnce()
		s.ID, s.Reference = string(rune('a'+len(keys)))+" in epoch "+time.Unix(books.Epoch(), 0).String(), ""
		rec, err := books.Prepare(s, charge.ByCashier)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, rec.Key)
	}
	if err := errors.Join(books.SaveMark(), store.Close()); err != nil {
		t.Fatal(err)
	}
	return keys, why
}

// A copy of the database that is put back beside a newer mark is noticed, and
// none of its numbers is used again.
func TestAnOlderDatabaseBesideANewerMark(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, offline.FileName)
	seen := map[charge.Key]bool{}
	count := func(keys []charge.Key) {
		for _, key := range keys {
			if seen[key] {
				t.Errorf("key %s was issued twice", key)
			}
			seen[key] = true
		}
	}
	keys, why := run(t, dir, 2)
	count(keys)
	copied, err := os.ReadFile(db)
	if err != nil || why != "" {
		t.Fatalf("a fresh register is restored: %q, %v", why, err)
	}
	for range 2 {
		keys, why = run(t, dir, 2)
		if count(keys); why != "" {
			t.Errorf("nothing was restored, but: %s", why)
		}
	}
	_ = os.Remove(db + "-wal")
	_ = os.Remove(db + "-shm")
	if err := os.WriteFile(db, copied, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		keys, why = run(t, dir, 2)
		if count(keys); !strings.Contains(why, "their journal ended at entry 2, and at least 6 were written") {
			t.Errorf("the start found %q", why)
		}
	}
	if _, _, _, seq, err := keys[0].Parts(); err != nil || seq <= 10_000 {
		t.Errorf("the books went on at number %d, where the lost part had been", seq)
	}
}

// A recovered payment lies between the others: by its number, in its sale.
func TestARecoveredPaymentInSQLite(t *testing.T) {
	dir := t.TempDir()
	store := openBooks(t, dir)
	books, err := openMarked(store, dir)
	if err != nil {
		t.Fatal(err)
	}
	s := soldOnce()
	s.TopUp = true
	first, err := books.Prepare(s, charge.ByCashier)
	if err != nil || first.Kind != charge.Topup {
		t.Fatalf("%+v, %v", first, err)
	}
	e := charge.StatementEntry{Key: "S1-T1-7-5", Kind: charge.Payment, State: charge.Approved, Amount: s.Amount, At: first.PreparedAt}
	for range 2 {
		if _, err := books.Adopt(e, "example", "2026-11-22"); err != nil {
			t.Fatal(err)
		}
	}
	back, err := books.PrepareRefund(e.Key, s.Amount, charge.ByManager, "hanako")
	if err != nil || back.Key != "S1-T1-217501200-6" {
		t.Fatalf("%+v, %v", back, err)
	}
	if refunds, err := books.RefundsOf(e.Key); err != nil || len(refunds) != 1 || refunds[0].Of != e.Key || refunds[0].Kind != charge.Refund {
		t.Errorf("refunds are %+v, %v", refunds, err)
	}
	if sold, err := books.Sale("sale-1"); err != nil || !sold.TopUp {
		t.Errorf("the top-up's sale came back as %+v, %v", sold, err)
	}
	err = store.View(func(rows book.Rows) error {
		n, err := book.Verify(rows)
		if n != 3 {
			t.Errorf("%d journal entries, want 3", n)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
