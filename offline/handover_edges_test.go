package offline_test

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

func bookOf(t *testing.T, s book.Store) *book.Book {
	t.Helper()
	b, err := book.Open(s, book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"alpha"}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func brought(key charge.Key, minor int64) charge.Carried {
	return charge.Carried{
		Key: key, Wallet: "alpha", Amount: money.Yen(minor), Code: charge.CodeMark{Kind: "op1", Hash: "h" + string(key)},
		Accepted: time.Now().Add(-time.Hour).Truncate(time.Second), From: "queue file Q1",
		Proof: charge.Proof{Token: "taro", Serial: "cert", Until: time.Now().Add(time.Hour), Sealed: []byte("x"), Signature: []byte("s")},
	}
}

func takeOver(t *testing.T, b *book.Book, c ...charge.Carried) (became []charge.Handed, err error) {
	t.Helper()
	became, _, err = b.TakeOver(c, func(time.Time) string { return "2026-11-21" }, charge.ByManager, "m")
	return became, err
}

func audited(t *testing.T, s book.Store) {
	t.Helper()
	if err := s.View(func(rows book.Rows) error { _, err := book.Audit(rows); return err }); err != nil {
		t.Errorf("the books are broken: %v", err)
	}
}

// A time that stands for "not yet" in the tables spoils no journal.
func TestATimeOfZeroIsRefused(t *testing.T) {
	s := openBooks(t, t.TempDir())
	b := bookOf(t, s)
	c := brought("S1-T2-9-1", 10)
	c.Accepted = time.Unix(0, 0).UTC()
	if became, err := takeOver(t, b, c); err != nil || became[0] != charge.HandedRefused {
		t.Errorf("%v, %v", became, err)
	}
	audited(t, s)
}

// Whatever became of carried charges, the books are whole, and so they are
// after the next start.
func TestCarriedChargesAreAudited(t *testing.T) {
	s := openBooks(t, t.TempDir())
	b := bookOf(t, s)
	_, _ = takeOver(t, b, brought("S1-T2-9-1", 10), brought("S1-T1-9-1", 10), brought("S1-T1-9-3", 10))
	step := charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByTimer, At: time.Now()}
	yes := charge.Step{Event: charge.Approve, Wallet: "alpha", Receipt: "R", By: charge.ByWallet, At: time.Now(), Asked: time.Now()}
	no := charge.Step{Event: charge.Lapse, Reason: charge.ReasonWrittenOff, By: charge.ByManager, At: time.Now()}
	for _, err := range []error{
		last(b.Apply("S1-T2-9-1", step, yes)), last(b.Apply("S1-T1-9-1", step, step)), last(b.Apply("S1-T1-9-3", no)),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	audited(t, s)
	b = bookOf(t, s)
	if _, err := b.Apply("S1-T1-9-1", step, yes); err != nil {
		t.Error(err)
	}
	audited(t, s)
}

func last(_ charge.Record, err error) error { return err }

// An amount that nobody can owe spoils no sum, and holds up no honest charge.
func TestHugeAmountsAreRefused(t *testing.T) {
	s := openBooks(t, t.TempDir())
	b := bookOf(t, s)
	if became, err := takeOver(t, b, brought("S1-T2-9-1", math.MaxInt64)); err != nil || became[0] != charge.HandedRefused {
		t.Errorf("%v, %v", became, err)
	}
	if _, err := takeOver(t, b, brought("S1-T3-9-1", 700)); err != nil {
		t.Errorf("an honest file: %v", err)
	}
}

// upTo are the migrations of an older program.
func upTo(t *testing.T, n int) fs.FS {
	out := fstest.MapFS{}
	files, _ := filepath.Glob("schema/*.sql")
	for _, name := range files[:n] {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(name)] = &fstest.MapFile{Data: data}
	}
	return out
}

// A database of before charges changed hands has a queue in it: it is counted,
// collected, and may leave.
func TestAnOldQueueIsCounted(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(sqlite.Options{Path: filepath.Join(dir, offline.FileName), Migrations: upTo(t, 3), AppID: offline.AppID})
	if err != nil {
		t.Fatal(err)
	}
	exec := func(c *sqlite.Conn, sql string) {
		if _, err := c.Exec(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := db.Update(func(c *sqlite.Conn) error {
		for n := 1; n <= 3; n++ {
			exec(c, fmt.Sprintf(`INSERT INTO sales (id, top_up, source, reference, business_date, amount, currency, lines, at, operator, charges) VALUES ('s%d', 0, '', '', '2026-11-20', 700, 'JPY', '', 5, '', '%d')`, n, n))
			state, open := "queued", 1
			if n == 3 {
				state, open = "approved", 0
			}
			exec(c, fmt.Sprintf(`INSERT INTO charges (seq, last_link, epoch, key, kind, refund_of, sale_id, amount, currency, state, open, reason, wallet, route, confirmed, code_kind, code_masked, code_hash, receipt, attempts, asked_by, operator, paper, reprints, alarms, prepared_at, sent_at, changed_at)
				VALUES (%d, 0, 7, 'S1-T1-7-%d', 'charge', '', 's%d', 700, 'JPY', '%s', %d, 'offline', 'alpha', '', '', '', '', '', '', 0, 'cashier', '', 'unprinted', 0, 0, 5, 0, 6)`, n, n, n, state, open))
			exec(c, fmt.Sprintf(`INSERT INTO proofs VALUES (%d, 'd', %d, 'tok', 'ser', 0, 99, 700, 6, %d)`, n, n, open))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openBooks(t, dir)
	b := bookOf(t, s)
	e, err := b.Exposure()
	if err != nil || e.Count != 2 || e.Minor != 1400 {
		t.Errorf("outstanding are %+v, %v", e, err)
	}
	due, err := b.Due("alpha", charge.Due{}, 10)
	if err != nil || len(due) != 2 || due[0].Carried || !due[0].Moved.IsZero() || due[0].Signature != nil {
		t.Errorf("%+v %v", due, err)
	}
	moved, err := b.MoveOut([]charge.Key{"S1-T1-7-1", "S1-T1-7-3"}, "Q", false, charge.ByManager, "m")
	if err != nil || len(moved) != 1 {
		t.Errorf("%v %v", moved, err)
	}
	if _, err := b.Apply("S1-T1-7-2", charge.Step{Event: charge.Lapse, By: charge.ByManager, At: time.Now()}); err != nil {
		t.Error(err)
	}
	if e, err := b.Exposure(); err != nil || e.Count != 1 || e.Minor != 700 {
		t.Errorf("%+v %v", e, err)
	}
}
