package main

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

func slip(key string, known bool) control.Slip {
	return control.Slip{Key: key, Wallet: "own", WalletNameE: "Mihon Pay", Amount: 700, Currency: "JPY", Taken: !known, Known: known, State: "approved"}
}

// Each photo is told as it comes; one that is not good holds the others not up.
func TestImportOfPhotos(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"POST /v1/queue/slips": {
		slip("S1-T1-1-7", false), problem{Status: 409, Why: "picture.none", TextE: "There is no code in the picture."}, slip("S1-T1-1-8", true), slip("S1-T1-1-9", false),
	}})
	png := write(t, "a.png", "\x89PNG\r\n\x1a\nxyz")
	big := write(t, "big.jpg", strings.Repeat("x", 4<<20+1))
	posctl(t, "queue", "import", "--image", png, png, big, filepath.Join(t.TempDir(), "none.png"), png, png, "--agent", a.url).want(t, 1,
		"S1-T1-1-7  700 JPY  Mihon Pay [own]  taken in", "a.png: There is no code in the picture.", "big.jpg is longer", "none.png: no such file",
		"S1-T1-1-8  700 JPY  Mihon Pay [own]  known before, approved", "taken in:     2, 1400 in minor units", "known before: 1", "NOT taken in: 3")
	a.said(t, "\x89PNG\r\n\x1a\nxyz")
	shape(t, posctl(t, "queue", "import", "--image", png, "--json", "--agent", a.url), "slips")
}

// The scanner's store copies are told until there are as many as were wanted,
// or until Ctrl-C; one that is refused does not count.
func TestImportFromTheScanner(t *testing.T) {
	t.Parallel()
	first, second := slip("S1-T1-1-7", false), slip("S1-T1-1-8", false)
	a := newAgent(t, map[string][]any{"POST /v1/queue/slips/scan": {
		control.SlipScan{}, control.SlipScan{Slip: &first}, problem{Status: 409, Why: "slip.store", TextE: "It is of another store."}, control.SlipScan{Slip: &second},
	}})
	posctl(t, "queue", "import", "--scan", "--count", "2", "--agent", a.url).want(t, 1, "hold the store copies", "S1-T1-1-7", "another store", "S1-T1-1-8", "taken in:     2, 1400")
	a.said(t, "wait=30s")
	ctx, interrupt := context.WithCancel(t.Context())
	b := newAgent(t, map[string][]any{"POST /v1/queue/slips/scan": {
		control.SlipScan{Slip: &first}, func(http.ResponseWriter) { interrupt(); <-ctx.Done() },
	}})
	run(ctx, "queue", "import", "--scan", "--agent", b.url).want(t, 0, "S1-T1-1-7", "taken in:     1, 700")
	c := newAgent(t, map[string][]any{"POST /v1/queue/slips/scan": {control.SlipScan{Slip: &first}, hangUp}})
	posctl(t, "queue", "import", "--scan", "--agent", c.url).want(t, 4, "taken in:     1, 700", "went away")
	d := newAgent(t, map[string][]any{"POST /v1/queue/slips/scan": {problem{Status: 403, Title: "Forbidden"}}})
	posctl(t, "queue", "import", "--scan", "--agent", d.url).want(t, 1, "Forbidden")
}

// Texts come one a line; a space is a character of them.
func TestImportOfTexts(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"POST /v1/queue/slips": {slip("S1-T1-1-7", false), slip("S1-T1-1-8", false)}})
	texts := write(t, "texts", "PSL1:A  B\r\n\nPSL1: C\n")
	posctl(t, "queue", "import", "--text", texts, "--agent", a.url).want(t, 0, "taken in:     2, 1400")
	a.said(t, `{"text":"PSL1:A  B"}`)
	a.said(t, `{"text":"PSL1: C"}`)
}

func TestWaysToImport(t *testing.T) {
	t.Parallel()
	file := write(t, "a.png", "x")
	for _, args := range [][]string{
		{}, {file, file}, {"--scan", file}, {"--scan", "--image", file}, {"--image"}, {"--image", "--text", file}, {"--count", "2"}, {"--count", "2", file},
		{"--scan", "--count", "-1"}, {"--image", "--count", "1", file}, {"--scan", "--passphrase-file", file},
	} {
		posctl(t, append([]string{"queue", "import", "--agent", "unix:/nowhere"}, args...)...).want(t, 2)
	}
}

func TestReprintOfAStoreCopy(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"POST /v1/charges/S1-T1-1-7/reprint": {control.Paper{Paper: "confirmed"}, problem{Status: 409, Why: "slip.none", TextE: "no store copy"}}})
	posctl(t, "charges", "reprint", "S1-T1-1-7", "--copy", "store", "--agent", a.url).want(t, 0, "paper: confirmed")
	a.said(t, "reprint?copy=store")
	posctl(t, "charges", "reprint", "S1-T1-1-7", "--copy", "store", "--agent", a.url).want(t, 1, "no store copy")
	posctl(t, "charges", "reprint", "S1-T1-1-7", "--copy", "both", "--agent", a.url).want(t, 2, "receipt or store")
}
