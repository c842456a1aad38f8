package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

func aFinding(n string, wallet string) control.Finding {
	return control.Finding{
		Date: "2026-11-25", At: time.Date(2026, 11, 25, 3, 4, 5, 0, time.UTC), Amount: 1280, Currency: "JPY", Wallet: "own", WalletName: wallet, WalletNameE: wallet,
		Kind: "charge", State: "approved", Key: "S0001-T01-217000000-" + n, SaleID: "sale" + n, Reference: "-1+cmd|' /C calc'!A0", Operator: "hanako",
	}
}

// A page of the agent may be short: the list goes on until it is full.
func TestJournalSearch(t *testing.T) {
	t.Parallel()
	short := control.Findings{Found: []control.Finding{}, Next: "5-5"}
	page := control.Findings{Found: []control.Finding{aFinding("2", "Sample Pay")}, Next: "4-4"}
	a := newAgent(t, map[string][]any{"GET " + control.PathSearch: {short, page}})
	posctl(t, "journal", "search", "--from", "2026-11-01", "--min", "1000", "--wallet", "Sample Pay", "--limit", "1", "--agent", a.url).
		want(t, exitDone, "2026-11-25", "1280 JPY", "Sample Pay", "hanako", "S0001-T01-217000000-2", "more: --after 4-4\n")
	a.said(t, "from=2026-11-01&limit=1&min=1000&wallet=Sample+Pay")
	a.said(t, "after=5-5")
	b := newAgent(t, map[string][]any{"GET " + control.PathSearch: {control.Findings{}}})
	posctl(t, "journal", "search", "--agent", b.url).want(t, exitDone, "nothing was found")
	shape(t, posctl(t, "journal", "search", "--json", "--agent", b.url), "found", "next")
	c := newAgent(t, map[string][]any{"GET " + control.PathSearch: {problem{Status: 422, Detail: "a state is not known"}}})
	posctl(t, "journal", "search", "--state", "lost", "--agent", c.url).want(t, exitUsage, "a state is not known")
}

// The file is whole or not there, and a word in it is never a formula.
func TestJournalSearchCSV(t *testing.T) {
	t.Parallel()
	first := control.Findings{Found: []control.Finding{aFinding("2", "=HYPERLINK(\"http://evil.example\")")}, Next: "4-4"}
	rest := control.Findings{Found: []control.Finding{aFinding("1", "サンプルペイ")}}
	a := newAgent(t, map[string][]any{"GET " + control.PathSearch: {first, rest}})
	path := filepath.Join(t.TempDir(), "found.csv")
	posctl(t, "journal", "search", "--csv", path, "--agent", a.url).want(t, exitDone, "2 charges are in "+path)
	data, err := os.ReadFile(path)
	must(t, err)
	text, marked := strings.CutPrefix(string(data), byteOrderMark)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	if !marked || len(rows) != 3 || rows[1][5] != `'=HYPERLINK("http://evil.example")` || rows[1][9] != `'-1+cmd|' /C calc'!A0` || rows[2][5] != "サンプルペイ" || rows[2][2] != "1280" {
		t.Errorf("%q", rows)
	}
	b := newAgent(t, map[string][]any{"GET " + control.PathSearch: {first, problem{Status: 500, Detail: "the disk is gone"}}})
	other := filepath.Join(t.TempDir(), "other.csv")
	posctl(t, "journal", "search", "--csv", other, "--agent", b.url).want(t, exitFailed, "the disk is gone")
	if _, err := os.Stat(other); !os.IsNotExist(err) {
		t.Errorf("half a file is left: %v", err)
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"": "", "Sample Pay": "Sample Pay", "サンプル": "サンプル", "a=b": "a=b", "2026-11-25": "2026-11-25", "S0001-T01-1-1": "S0001-T01-1-1",
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@SUM(1)": "'@SUM(1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", " =1": "' =1", "＝1": "'＝1", "　＋1": "'　＋1",
	} {
		if got := harmless(word); got != want {
			t.Errorf("%q becomes %q, want %q", word, got, want)
		}
	}
}

// The X report's file says a wallet's name, too.
func TestCloseCSVIsNoFormula(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.csv")
	must(t, writeCSV(path, control.Closing{Date: "2026-11-25", Rows: []control.TakenRow{{Wallet: "own", WalletName: "=1+1", Kind: "charge", State: "approved", Currency: "JPY", Count: 1, Amount: -5}}}))
	data, err := os.ReadFile(path)
	must(t, err)
	if !strings.Contains(string(data), ",'=1+1,charge,approved,JPY,1,-5\r\n") {
		t.Errorf("%s", data)
	}
}
