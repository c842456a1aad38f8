package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline"
)

// exportJournal writes the journal as `posctl journal export` does.
func exportJournal(t *testing.T, client *control.Client, path string) []control.JournalEntry {
	t.Helper()
	file, err := os.Create(path)
	check(t, err)
	defer file.Close()
	out := bufio.NewWriter(file)
	var all []control.JournalEntry
	for next, more := int64(0), true; more; {
		page, err := client.Journal(t.Context(), next, 5)
		check(t, err)
		for _, e := range page.Entries {
			check(t, json.NewEncoder(out).Encode(e))
		}
		all = append(all, page.Entries...)
		next, more = page.Next, page.Next != 0
	}
	check(t, out.Flush())
	return all
}

// auditor runs the program of docs/reference/journal.md, which has no code of
// ours.
func auditor(t *testing.T, args ...string) (string, error) {
	t.Helper()
	const program = "../../docs/reference/audit.py"
	_, err := os.ReadFile(program) // the go command runs a test again when a file that it read has changed
	check(t, err)
	out, err := exec.Command("python3", append([]string{program}, args...)...).CombinedOutput()
	return string(out), err
}

// An auditor needs the file and the hash that was noted, and nothing of ours.
func TestAuditorChecksTheJournal(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("SKIP: python3 is missing (apt-get install python3)")
	}
	p := newPlace(t, "")
	p.startWallet(t)
	c := p.start(t)
	for n, note := range []string{"A-1", "A-2", "A-3"} {
		s, _, _, err := p.send(t.Context(), control.PathSales, note, control.NewSale{Reference: note, Amount: 1000 + int64(n), Currency: "JPY"})
		check(t, err)
		if n == 2 {
			_, _, _, err = p.send(t.Context(), salePath(control.PathSaleCancel, s.ID), "cancel", struct{}{})
		} else {
			_, _, _, err = p.send(t.Context(), salePath(control.PathSaleCode, s.ID), note+"c", control.Code{Text: p.mint(t)})
		}
		check(t, err)
	}
	local := control.Dial("unix:"+p.at("api.sock"), "")
	eventually(t, "all is settled", func() bool {
		open, err := local.Charges(t.Context(), []string{"open"}, 0, 10)
		return err == nil && len(open.Charges) == 0
	})
	day, err := local.Closing(t.Context(), control.NewClosing{Kind: "x"})
	check(t, err)
	if len(day.Takings) != 1 || !day.Finished || day.Takings[0].Paid != (control.Sum{Count: 2, Amount: 2001}) || len(day.Rates) != 1 || day.Rates[0].Tax != 90+91 {
		t.Errorf("the day is %+v", day)
	}
	path := p.at("journal.jsonl")
	all := exportJournal(t, local, path)
	for _, charges := range []bool{false, true} {
		v, err := local.VerifyJournal(t.Context(), charges)
		if last := all[len(all)-1]; err != nil || !v.Whole || v.Entries != last.N || v.Hash != last.Hash {
			t.Errorf("%+v %v, but the last entry is %d with %s", v, err, last.N, last.Hash)
		}
	}
	says, err := auditor(t, path)
	if err != nil || !strings.Contains(says, all[len(all)-1].Hash) || !strings.Contains(says, "2 sale approved") || !strings.Contains(says, "1 sale abandoned") {
		t.Errorf("%v: %s", err, says)
	}
	bend(t, path)
	c.kill()
	forge(t, p, all)
}

// bend changes an export in every way that a person might.
func bend(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	check(t, err)
	lines := strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n")
	for what, bent := range map[string]struct{ file, why string }{
		"a note in the fields alone": {strings.Replace(string(data), `"note":"sale `, `"note":"sold `, 1), "but its hash covers"},
		"an amount everywhere":       {strings.ReplaceAll(string(data), "1000 JPY", "9000 JPY"), "does not fit its hash"},
		"an entry that is gone":      {strings.Join(append(lines[:2:2], lines[3:]...), ""), "is missing"},
		"two that changed places":    {lines[1] + lines[0] + strings.Join(lines[2:], ""), "is missing"},
	} {
		name := filepath.Join(t.TempDir(), "bent.jsonl")
		check(t, os.WriteFile(name, []byte(bent.file), 0o600))
		if says, err := auditor(t, name); err == nil || !strings.Contains(says, bent.why) {
			t.Errorf("%s: %v: %s", what, err, says)
		}
	}
}

// forge changes the database itself, as one who can stop the agent might, and
// the agent says so.
func forge(t *testing.T, p *place, all []control.JournalEntry) {
	t.Helper()
	db, err := sql.Open("sqlite3", p.at("data/"+offline.FileName))
	check(t, err)
	defer db.Close()
	for _, sql := range []string{
		"DROP TRIGGER journal_stands", "UPDATE journal SET note = replace(note, '1000 JPY', '9000 JPY')",
		"CREATE TRIGGER journal_stands BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
	} {
		_, err := db.Exec(sql)
		check(t, err)
	}
	check(t, db.Close())
	p.start(t)
	local := control.Dial("unix:"+p.at("api.sock"), "")
	v, err := local.VerifyJournal(t.Context(), false)
	check(t, err)
	if v.Whole || v.Broken == 0 || v.Broken > int64(len(all)) || v.Entries != v.Broken-1 || !strings.Contains(v.Why, "does not fit its hash") {
		t.Errorf("%+v", v)
	}
	resp, err := http.Get(p.url + control.PathJournal)
	check(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the journal without a token: %d", resp.StatusCode)
	}
}

// The closings fit the journal by a program that shares no code with ours, and
// one that was changed does not.
func TestAuditorChecksTheClosings(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("SKIP: python3 is missing (apt-get install python3)")
	}
	p := newPlace(t, "")
	p.startWallet(t)
	c := p.start(t)
	local := control.Dial("unix:"+p.at("api.sock"), "")
	for n, note := range []string{"A-1", "A-2", "A-3"} {
		s, _, _, err := p.send(t.Context(), control.PathSales, note, control.NewSale{Reference: note, Amount: 1000 + int64(n), Currency: "JPY"})
		check(t, err)
		_, _, _, err = p.send(t.Context(), salePath(control.PathSaleCode, s.ID), note+"c", control.Code{Text: p.mint(t)})
		check(t, err)
	}
	z, err := local.Closing(t.Context(), control.NewClosing{Kind: "z", Drawer: &control.DrawerCount{Float: 1000, Counted: 1000}})
	check(t, err)
	if z.Z.Number != 1 || len(z.Takings) != 1 || z.Takings[0].Paid != (control.Sum{Count: 3, Amount: 3003}) || len(z.Z.Wallets) != 1 || !z.Z.Wallets[0].Compared || z.Z.Wallets[0].Left != 0 || z.Z.Drawer.Over != 0 {
		t.Errorf("it closed as %+v", z)
	}
	_, err = local.Closing(t.Context(), control.NewClosing{Kind: "z"})
	refusedWith(t, err, "closing.done")
	c.kill()
	p.start(t)
	again, err := local.ClosingOf(t.Context(), 1)
	check(t, err)
	if again.Z.Document != z.Z.Document || again.Z.SHA256 != z.Z.SHA256 {
		t.Error("after a power cut the Z is another one")
	}
	_, err = local.VerifyJournal(t.Context(), true)
	check(t, err)
	journal, closings := p.at("journal.jsonl"), p.at("closings.json")
	exportJournal(t, local, journal)
	for _, c := range []struct {
		bend func(*control.Closings)
		says string
	}{
		{func(*control.Closings) {}, "sound: 1 closings"},
		{func(l *control.Closings) {
			l.Closings[0].Z.Document = strings.Replace(l.Closings[0].Z.Document, "3003", "3004", 1)
		}, "has another document than the journal says"},
		{func(l *control.Closings) { l.Closings = []control.Closing{} }, "the journal tells of 1 closings"},
	} {
		list, err := local.Closings(t.Context(), 0, 10)
		check(t, err)
		c.bend(&list)
		text, err := json.Marshal(list)
		check(t, err)
		check(t, os.WriteFile(closings, text, 0o600))
		const program = "../../docs/reference/audit_z.py"
		_, err = os.ReadFile(program)
		check(t, err)
		out, _ := exec.Command("python3", program, journal, closings).CombinedOutput()
		if !strings.Contains(string(out), c.says) {
			t.Errorf("the auditor says %q, want %q", out, c.says)
		}
	}
}
