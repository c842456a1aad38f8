package offline_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

// A database that something else has changed: each change has its end. Either
// the books refuse to open and touch nothing, or a look through them says that
// they are damaged, or all that was in them is there.

var damageTime = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func bookOn(dir string) book.Options {
	return book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"alpha"}, Now: func() time.Time { return damageTime }, Mark: offline.NewHighWater(dir)}
}

// files are those of a data directory by name.
type files map[string][]byte

// used are books with a day in them: closed, and as a kill leaves them, with
// what was sold in the log.
func used(t *testing.T) (closed, killed files) {
	t.Helper()
	dir := t.TempDir()
	store, err := offline.Open(dir, offline.Options{LogAsFound: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := book.Open(store, bookOn(dir))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		s := sale.Sale{ID: fmt.Sprint("sale-", n), Reference: fmt.Sprint("R", n), BusinessDate: "2026-11-22", Amount: money.Yen(int64(100 + n)), At: damageTime}
		rec, err := b.Prepare(s, charge.ByCashier)
		if err == nil && n%4 > 0 {
			_, err = b.Apply(rec.Key, charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByCashier, Code: charge.CodeMark{Hash: fmt.Sprint("hash ", n)}},
				charge.Step{Event: charge.Approve, Wallet: "alpha", By: charge.ByWallet, Asked: damageTime, Receipt: strings.Repeat("slip ", n)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.SaveMark(); err != nil {
		t.Fatal(err)
	}
	killed = taken(t, dir)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return taken(t, dir), killed
}

// taken are the files of a directory, without the lock and the shared index.
func taken(t *testing.T, dir string) files {
	t.Helper()
	out := files{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".lock") || strings.HasSuffix(e.Name(), "-shm") {
			continue
		}
		if out[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (f files) put(t *testing.T, dir string) {
	t.Helper()
	for name, data := range f {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// with is a copy with one file changed.
func (f files) with(name string, change func([]byte) []byte) files {
	out := maps.Clone(f)
	out[name] = change(bytes.Clone(f[name]))
	return out
}

// end is what became of changed books.
type end string

const (
	refused  end = "refused"  // the start says what is wrong
	detected end = "detected" // a look through them says it
	older    end = "older"    // the start says that entries are missing
	whole    end = "whole"    // everything is there
	silent   end = "silent"   // something is not, and nobody says so
)

// meet opens changed books as the agent does, and looks through them.
func meet(t *testing.T, f files, want []string) (end, string) {
	t.Helper()
	dir, err := os.MkdirTemp(inMemory(t), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	f.put(t, dir)
	store, err := offline.Open(dir, offline.Options{LogAsFound: true})
	if err != nil {
		var p *sqlite.Problem
		if !errors.As(err, &p) || p.Next == "" {
			t.Errorf("refused without the next step: %v", err)
		}
		left := taken(t, dir)
		if log := offline.FileName + "-wal"; len(left[log]) == 0 { // an empty one may be new
			delete(left, log)
		}
		if !maps.EqualFunc(left, f, bytes.Equal) {
			t.Errorf("refused, and the files were changed all the same: %v", err)
		}
		return refused, err.Error()
	}
	defer store.Close()
	if err := store.Check(); err != nil {
		return detected, err.Error()
	}
	if err := store.View(func(rows book.Rows) error { _, err := book.Audit(rows); return err }); err != nil {
		return detected, err.Error()
	}
	got, err := told(store)
	if err != nil {
		return detected, err.Error()
	}
	b, err := book.Open(store, bookOn(dir))
	if err != nil {
		return refused, err.Error()
	}
	if why, yes := b.Restored(); yes {
		return older, why
	}
	for i, line := range want {
		if i >= len(got) || got[i] != line {
			return silent, fmt.Sprintf("%s became %v", line, got[min(i, len(got)):min(i+1, len(got))])
		}
	}
	return whole, ""
}

// told is what the books say of money, a line for each charge and each entry.
func told(store *offline.Store) (out []string, err error) {
	err = store.View(func(rows book.Rows) error {
		out = nil
		charges, err := rows.Charges(book.Filter{Limit: 500})
		if err != nil {
			return err
		}
		for _, c := range charges {
			s, err := rows.Sale(c.SaleID)
			if err != nil {
				return err
			}
			c.Route, c.Confirmed, c.Alarms, c.Paper, c.Reprints = nil, nil, 0, "", 0 // see book.Audit
			out = append(out, fmt.Sprintf("%+v of a sale over %s", c, s.Amount))
		}
		links, err := rows.LinksAfter(0, 10_000)
		for _, l := range links {
			l.Step.At, l.Step.Asked = l.Step.At.Truncate(time.Microsecond), l.Step.Asked.Truncate(time.Microsecond) // the hash covers no more
			out = append(out, fmt.Sprintf("%+v", l))
		}
		return err
	})
	return out, err
}

// inMemory is where many small databases may lie.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "posagent-damage-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// luck is POSAGENT_SEED, or always the same.
func luck(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(1)
	if text := os.Getenv("POSAGENT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("POSAGENT_SEED is %q, not a number", text)
		}
	}
	return rand.New(rand.NewPCG(seed, 0))
}

// A bit that flips or a file that ends early never goes unnoticed where money
// is, and a start that is refused leaves the files as they were.
func TestDamageIsNoticed(t *testing.T) {
	const name, log = offline.FileName, offline.FileName + "-wal"
	closed, killed := used(t)
	dir := t.TempDir()
	closed.put(t, dir)
	want, err := told(openBooks(t, dir))
	if err != nil || len(want) < 100 {
		t.Fatalf("the books say %d things, %v", len(want), err)
	}
	r := luck(t)
	for _, c := range []struct {
		what     string
		f        files
		name     string
		from, to int
		mayEnd   []end
	}{
		{"the header", closed, name, 0, 100, []end{refused, detected, older, whole}},
		{"the first page", closed, name, 100, 4096, []end{refused, detected, older, whole}},
		{"the middle", closed, name, 4096, len(closed[name]), []end{refused, detected, older, whole}},
		{"the file beside a full log", killed, name, 0, len(killed[name]), []end{refused, detected, older, whole}},
		{"the log", killed, log, 0, len(killed[log]), []end{older, whole}},
	} {
		t.Run(c.what, func(t *testing.T) {
			ends := map[end]int{}
			hold := func(how string, f files) {
				e, said := meet(t, f, want)
				if ends[e]++; !slices.Contains(c.mayEnd, e) {
					t.Errorf("%s: %s: %.600s", how, e, said)
				}
			}
			for range 120 {
				at, bit := c.from+r.IntN(c.to-c.from), r.IntN(8)
				hold(fmt.Sprintf("bit %d of byte %d flipped", bit, at), c.f.with(c.name, func(b []byte) []byte { b[at] ^= 1 << bit; return b }))
			}
			for range 60 {
				at := r.IntN(c.to)
				hold(fmt.Sprintf("cut off at %d", at), c.f.with(c.name, func(b []byte) []byte { return b[:at] }))
			}
			t.Log(ends)
		})
	}
}

// What a hand can do to the files.
func TestFilesThatAreGoneOrForeignAreNoticed(t *testing.T) {
	const name, log = offline.FileName, offline.FileName + "-wal"
	closed, killed := used(t)
	without := func(f files, name string) files {
		out := maps.Clone(f)
		delete(out, name)
		return out
	}
	for what, c := range map[string]struct {
		f    files
		end  end
		says string
	}{
		"the log is gone":          {without(killed, log), older, "older copy"},
		"the database is gone":     {without(killed, name), refused, "put the database back"},
		"the database is empty":    {closed.with(name, func([]byte) []byte { return nil }), refused, "restore a backup"},
		"a letter":                 {closed.with(name, func([]byte) []byte { return []byte("Dear Sir or Madam") }), refused, "it is no SQLite file"},
		"of another program":       {closed.with(name, func(b []byte) []byte { b[71] ^= 1; return b }), refused, "application_id"},
		"of a newer version":       {closed.with(name, func(b []byte) []byte { b[63] = 99; return b }), refused, "install the newer version"},
		"of no version":            {closed.with(name, func(b []byte) []byte { b[63] = 0; return b }), refused, "the database is as before"},
		"of an unknown kind":       {closed.with(name, func(b []byte) []byte { b[47] = 9; return b }), refused, "restore a backup"},
		"a table has another name": {closed.with(name, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("journal"), []byte("jourmal")) }), detected, "restore a backup"},
	} {
		t.Run(what, func(t *testing.T) {
			if e, said := meet(t, c.f, nil); e != c.end || !strings.Contains(said, c.says) {
				t.Errorf("%s: %s; want %s, with %q", e, said, c.end, c.says)
			}
		})
	}
}
