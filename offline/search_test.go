package offline_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/sqlite"
)

// manyCharges fills books of the form before searches with years of sales: one
// every two minutes, of three wallets, one in a hundred thousand owed. The
// amount and the wallet's number follow from the place in the row.
const manyCharges = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d)
	INSERT INTO charges (seq, last_link, epoch, key, kind, refund_of, sale_id, amount, currency, state, open, reason, wallet, route,
		confirmed, code_kind, code_masked, code_hash, receipt, attempts, asked_by, operator, paper, reprints, alarms, prepared_at, sent_at, changed_at)
	SELECT i, i, 217000000, 'S0001-T01-217000000-' || i, iif(i %% 50 = 3, 'topup', ''), '', printf('sale%%016d', i), 1 + i * 7919 %% 50000, 'JPY',
		iif(i %% 100000 = 7, 'owed', iif(i %% 20 = 9, 'declined', 'approved')), 0, '', iif(i %% 5000 = 11, 'rare', iif(i %% 3 = 0, 'wa', 'wb')), '["wa"]', '', 'cpm',
		'9723…' || (i %% 100), printf('%%032x', i), printf('W-%%012d', i), 1, 'cashier', iif(i %% 7 = 0, 'hanako', 'taro'), 'confirmed', 0, 0,
		(1700000000 + i * 120) * 1000000000, (1700000000 + i * 120) * 1000000000, (1700000000 + i * 120) * 1000000000 FROM n`

const manySales = `INSERT INTO sales SELECT sale_id, seq, kind = 'topup', 'till', 'A-' || printf('%07d', seq), date(prepared_at / 1000000000, 'unixepoch'),
	amount, currency, '', prepared_at, operator FROM charges`

// before is the schema without the steps from one on.
func before(t testing.TB, step string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	files, err := filepath.Glob("schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if text, err := os.ReadFile(path); err != nil {
			t.Fatal(err)
		} else if name := filepath.Base(path); name < step {
			out[name] = &fstest.MapFile{Data: text}
		}
	}
	return out
}

// years are books of an earlier release with that many charges, closed.
func years(t testing.TB, charges int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := sqlite.Open(sqlite.Options{Path: filepath.Join(dir, offline.FileName), Migrations: before(t, "0007"), AppID: offline.AppID})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(c *sqlite.Conn) error {
		_, err := c.Exec(fmt.Sprintf(manyCharges, charges))
		if err == nil {
			_, err = c.Exec(manySales)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// found are all pages of a search.
func found(t testing.TB, store *offline.Store, q offline.Search) (hits []offline.Hit, pages int) {
	t.Helper()
	for {
		page, next, err := store.Search(q)
		if err != nil {
			t.Fatal(err)
		}
		hits, pages = append(hits, page...), pages+1
		if next == (offline.Place{}) {
			return hits, pages
		}
		q.After = next
	}
}

// fits says of one charge what a search says of all: the oracle of the test.
func fits(q offline.Search, h offline.Hit) bool {
	among := func(list []string, word string) bool { return len(list) == 0 || slices.Contains(list, word) }
	kind := cmp.Or(h.Kind, charge.Payment)
	return (q.From.IsZero() || !h.PreparedAt.Before(q.From)) && (q.To.IsZero() || h.PreparedAt.Before(q.To)) &&
		(q.Min == 0 || h.Amount.Minor >= q.Min) && (q.Max == 0 || h.Amount.Minor <= q.Max) && among(q.Wallets, h.Wallet) &&
		(len(q.States) == 0 || slices.Contains(q.States, h.State)) && (len(q.Kinds) == 0 || slices.Contains(q.Kinds, kind)) &&
		(q.Operator == "" || q.Operator == h.Operator) && (q.Key == "" || q.Key == h.Key) && (q.Reference == "" || q.Reference == h.Reference) &&
		(q.Text == "" || strings.Contains(string(h.Key)+"\n"+h.Receipt+"\n"+h.Code.Masked, q.Text))
}

// Whatever is asked in whatever combination, the pages together are the charges
// that fit, newest first and each once.
func TestSearchFindsWhatFits(t *testing.T) {
	store, err := offline.Open(years(t, 600), offline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	all, _ := found(t, store, offline.Search{Limit: 500})
	if len(all) != 600 || all[0].Seq != 600 || all[0].Reference != "A-0000600" || all[0].BusinessDate != "2023-11-15" {
		t.Fatalf("%d charges, the first %+v", len(all), all[0])
	}
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Custom(func(t *rapid.T) time.Time { return all[rapid.IntRange(0, 599).Draw(t, "moment")].PreparedAt })
		q := offline.Search{Limit: rapid.IntRange(40, 500).Draw(t, "limit")}
		for _, narrow := range []func(){
			func() { q.From = moment.Draw(t, "from") },
			func() { q.To = moment.Draw(t, "to") },
			func() { q.Min = rapid.Int64Range(1, 50000).Draw(t, "min") },
			func() { q.Max = rapid.Int64Range(1, 50000).Draw(t, "max") },
			func() {
				q.Wallets = rapid.SliceOfN(rapid.SampledFrom([]string{"wa", "wb", "rare", "none"}), 1, 2).Draw(t, "wallets")
			},
			func() { q.States = rapid.SliceOfN(rapid.SampledFrom(charge.States), 1, 3).Draw(t, "states") },
			func() {
				q.Kinds = []charge.Kind{rapid.SampledFrom([]charge.Kind{charge.Payment, charge.Topup}).Draw(t, "kind")}
			},
			func() { q.Operator = rapid.SampledFrom([]string{"hanako", "nobody"}).Draw(t, "operator") },
			func() { q.Key = all[rapid.IntRange(0, 599).Draw(t, "key")].Key },
			func() { q.Reference = all[rapid.IntRange(0, 599).Draw(t, "reference")].Reference },
			func() {
				q.Text = rapid.SampledFrom([]string{"W-00000000012", "…42", "-599", "' OR 1"}).Draw(t, "text")
			},
		} {
			if rapid.IntRange(0, 3).Draw(t, "narrow") == 0 {
				narrow()
			}
		}
		var want []charge.Key
		for _, h := range all {
			if fits(q, h) {
				want = append(want, h.Key)
			}
		}
		var got []charge.Key
		for {
			page, next, err := store.Search(q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range page {
				got = append(got, h.Key)
			}
			if next == (offline.Place{}) {
				break
			}
			q.After = next
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%+v\nfound %d, %d fit", q, len(got), len(want))
		}
	})
}

// No search reads all charges: each statement goes down an index, and one that
// may pass over many sorts nothing.
func TestSearchesUseAnIndex(t *testing.T) {
	db := raw(t, filled(t))
	some := time.Unix(1700000000, 0)
	for _, c := range []struct {
		q      offline.Search
		index  string
		mayAll bool // it sorts: the rows are few
	}{
		{offline.Search{}, "charges_prepared (", false},
		{offline.Search{From: some, To: some}, "charges_prepared (", false},
		{offline.Search{From: some, Min: 5, Max: 9, Wallets: []string{"a", "b"}}, "charges_prepared (", false},
		{offline.Search{Min: 5, Operator: "taro", Text: "x", Kinds: []charge.Kind{charge.Refund}}, "charges_prepared (", false},
		{offline.Search{States: []charge.State{charge.Approved}}, "charges_prepared (", false},
		{offline.Search{States: []charge.State{charge.Owed}, From: some, After: offline.Place{At: 5, Seq: 5}}, "charges_left (", false},
		{offline.Search{States: []charge.State{charge.InDoubt, charge.Queued}, Max: 5}, "charges_open", true},
		{offline.Search{Key: "S1-T1-217000000-1", Min: 5}, "INTEGER PRIMARY KEY (rowid=?)", true},
		{offline.Search{Reference: "A-1", Wallets: []string{"a"}}, "INTEGER PRIMARY KEY (rowid=?)", true},
	} {
		if err := db.Update(func(conn *sqlite.Conn) error {
			sqls, args, err := offline.SearchStatements(conn, c.q)
			for i := range sqls {
				plan := ""
				for row, err := range conn.Query("EXPLAIN QUERY PLAN "+sqls[i], args[i]...) {
					if err != nil {
						return err
					}
					plan += row.Text(3) + "; "
				}
				if scans := strings.Contains(strings.ReplaceAll(plan, "SCAN json_each", ""), "SCAN "); !strings.Contains(plan, c.index) || scans || !c.mayAll && strings.Contains(plan, "TEMP B-TREE") {
					t.Errorf("%+v\n%s\nis answered by %s; want %s, no scan and no sorting", c.q, sqls[i], plan, c.index)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// Books of an earlier release get their indexes at the start, and the log tells
// why it takes a moment. The number of a sale stays its own on its day.
func TestSearchComesWithTheStart(t *testing.T) {
	dir := years(t, 500)
	var log strings.Builder
	store, err := offline.Open(dir, offline.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if text := log.String(); strings.Count(text, "0007_search.sql") != 2 || !strings.Contains(text, "bytes=") || !strings.Contains(text, "took=") {
		t.Errorf("the log says %s", text)
	}
	hits, pages := found(t, store, offline.Search{Reference: "A-0000042"})
	if len(hits) != 1 || pages != 1 || hits[0].Seq != 42 {
		t.Errorf("%d pages of %+v", pages, hits)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	err = raw(t, dir).Update(func(c *sqlite.Conn) error {
		_, err := c.Exec("INSERT INTO sales SELECT 'twice', '', top_up, source, reference, business_date, amount, currency, lines, at, operator FROM sales WHERE reference = 'A-0000042'")
		return err
	})
	if err == nil {
		t.Error("one number stands for two sales of a day")
	}
}
