package ledgerdb

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// days are books with a day of two registers, every other key of each.
func days(t testing.TB, keys int) (s *Store, from, to time.Time) {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "ledger.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	from = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	err = s.Update(func(tx ledger.Tx) error {
		for i := range keys {
			at := from.Add(time.Duration(i) * time.Millisecond)
			st := ledger.Standing{
				Key: fmt.Sprintf("S1-T%d-1-%d", i%2+1, i+1), Kind: wire.KindCharge, Status: wire.Approved,
				Amount: money.Yen(1), Store: "S1", Terminal: fmt.Sprint("T", i%2+1), At: at, Changed: at,
			}
			if err := tx.PutStanding(st); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, from, from.Add(24 * time.Hour)
}

// A page of a register's day is found by the index, and reads no other rows.
func TestAPageReadsOnlyItsRows(t *testing.T) {
	s, from, to := days(t, 4)
	var plan []string
	err := s.db.View(func(c *sqlite.Conn) (err error) {
		plan, err = all(c, func(r sqlite.Row) string { return r.Text(3) }, "EXPLAIN QUERY PLAN "+selectStanding+ofDay, "S1-T1-", stamp(from), stamp(to), 0, 200)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(plan, "\n")
	for _, want := range []string{"SEARCH standing USING INTEGER PRIMARY KEY", "SEARCH standing USING INDEX standing_register (register=? AND at>? AND at<?)"} {
		if !strings.Contains(text, want) {
			t.Errorf("the plan is\n%s\nwithout %q", text, want)
		}
	}
	if strings.Contains(text, "SCAN") {
		t.Errorf("a page scans:\n%s", text)
	}
}

// BenchmarkDay reads pages of a day of 20,000 keys, beside as many of another
// register: the first page, and the last with the totals.
func BenchmarkDay(b *testing.B) {
	s, from, to := days(b, 40_000)
	l := ledger.New(s, ledger.Options{})
	for name, after := range map[string]string{"first": "", "last": "39800"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page, err := l.Day(ledger.DayRequest{Store: "S1", Terminal: "T1", From: from, To: to, After: after, BusinessDate: "2026-11-25"})
				if err != nil || len(page.Entries) == 0 || (name == "last") != (page.Next == "") || len(page.Totals) == 0 != (name == "first") {
					b.Fatal(len(page.Entries), page.Next, page.Totals, err)
				}
			}
		})
	}
}
