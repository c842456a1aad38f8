package offline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

// raw opens the file of the books without the store.
func raw(t *testing.T, dir string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(sqlite.Options{Path: filepath.Join(dir, offline.FileName), Migrations: os.DirFS("schema"), AppID: offline.AppID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// filled are books with a charge, a sale and a journal, closed.
func filled(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	books := openBooks(t, dir)
	var l ledger
	if err := books.Update(func(tx book.Tx) error {
		if err := l.prepare(tx); err != nil {
			return err
		}
		other := soldOnce()
		other.ID = "another sale"
		return tx.PutSale(other)
	}); err != nil {
		t.Fatal(err)
	}
	if err := books.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The tables themselves refuse what no version of the program may do.
func TestMoneyRowsStay(t *testing.T) {
	db := raw(t, filled(t))
	for _, sql := range []string{
		"DELETE FROM charges", "DELETE FROM sales", "DELETE FROM journal",
		"UPDATE sales SET amount = 1", "UPDATE journal SET to_state = 'approved'",
		"UPDATE charges SET amount = 0", "UPDATE charges SET amount = 12.5", "UPDATE charges SET state = NULL",
		"INSERT OR REPLACE INTO journal SELECT n, before, key, from_state, 'approved', moved, event, wallet, reason, asked_by, operator, receipt, code_kind, code_masked, code_hash, asked_at, at, note, hash FROM journal",
		"INSERT OR REPLACE INTO sales SELECT id, charges, top_up, source, reference, business_date, 1, currency, lines, at, operator FROM sales",
	} {
		err := db.Update(func(c *sqlite.Conn) error { _, err := c.Exec(sql); return err })
		if err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

// Migrations are never edited to delete or rewrite money rows.
func TestMigrationsLeaveMoneyRowsAlone(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\b(DELETE\s+FROM|UPDATE|DROP\s+TABLE|REPLACE\s+INTO)\s+(charges|sales|journal)\b`)
	files, err := filepath.Glob("schema/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := forbidden.Find(text); found != nil {
			t.Errorf("%s says %q: a correction is a new row", name, found)
		}
	}
	if !forbidden.MatchString("update  charges set x") {
		t.Error("the pattern finds nothing")
	}
}

// The column open was written by the program of its day. When State.Open
// changes its mind about a state, rows that are there must change with it.
func TestOpenStatesAreThoseOfTheColumn(t *testing.T) {
	const written = "prepared sent pending indoubt queued forwarding reversing"
	var now []string
	for _, s := range charge.States {
		if s.Open() {
			now = append(now, string(s))
		}
	}
	if got := strings.Join(now, " "); got != written {
		t.Errorf("open states are %q, the column open was written for %q: add a migration that sets the column, then change this test", got, written)
	}
}

// Every question of the walk is answered from an index.
func TestQuestionsUseAnIndex(t *testing.T) {
	db := raw(t, filled(t))
	for sql, index := range map[string]string{
		"SELECT * FROM charges WHERE seq = 1 AND key = 'x'":                                                      "INTEGER PRIMARY KEY",
		"SELECT * FROM charges WHERE seq IN (SELECT value FROM json_each('[1,2]')) ORDER BY seq":                 "INTEGER PRIMARY KEY",
		"SELECT * FROM charges WHERE open = 1 ORDER BY seq":                                                      "charges_open",
		"SELECT * FROM charges WHERE seq < 9 ORDER BY seq DESC LIMIT 50":                                         "INTEGER PRIMARY KEY",
		"SELECT * FROM sales WHERE id = 'x'":                                                                     "PRIMARY KEY (id=?)",
		"SELECT * FROM sales WHERE business_date = 'x' AND source = 'p' AND reference = 'y' AND reference <> ''": "sales_reference",
		"SELECT * FROM journal WHERE n = 5":                                                                      "INTEGER PRIMARY KEY",
		"SELECT * FROM journal WHERE n > 5 ORDER BY n LIMIT 10":                                                  "INTEGER PRIMARY KEY",
		"UPDATE charges SET paper = 'x' WHERE seq = 1 AND epoch = 1 AND key = 'x'":                               "INTEGER PRIMARY KEY",
		"UPDATE charges SET open = 0 WHERE seq = 1 AND open <> 0":                                                "INTEGER PRIMARY KEY",
	} {
		var plan []string
		err := db.Update(func(c *sqlite.Conn) error {
			for row, err := range c.Query("EXPLAIN QUERY PLAN " + sql) {
				if err != nil {
					return err
				}
				plan = append(plan, row.Text(3))
			}
			return nil
		})
		if said := fmt.Sprint(plan); err != nil || !strings.Contains(said, index) || strings.Contains(said, "TEMP B-TREE") {
			t.Errorf("%s\nis answered by %s, %v; want %s and no sorting", sql, said, err, index)
		}
	}
}

// A Store tells the kinds of trouble apart as the database does.
func TestOpenRefusesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, offline.FileName), []byte("a letter"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := offline.Open(dir, offline.Options{}); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("error is %v", err)
	}
}
