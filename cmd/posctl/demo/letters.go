package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// lookEvery is how often the demo looks for letters.
const lookEvery = 300 * time.Millisecond

// letter is what the demo reads of one in the wallet's outbox.
type letter struct {
	To   string
	Kind string
	Tell map[string]string
	At   time.Time
}

// deliver is the demo's postman: it prints the wallet's letters to customers, as
// a mail service would send them. They stay where they are; those of earlier
// visits are not printed again.
func deliver(ctx context.Context, outbox string, since time.Time, out io.Writer) {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	last := since.UTC().Format("20060102T150405.000000000") // as their names begin
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		rows, err := os.ReadDir(outbox) // sorted by name, and so by time
		if err != nil {
			continue // nobody was written to yet
		}
		for _, row := range rows {
			if name := row.Name(); name > last && !strings.HasPrefix(name, ".") {
				last = name
				printLetter(filepath.Join(outbox, name), out)
			}
		}
	}
}

// printLetter prints a letter on one line. One that cannot be read is for the log of
// the wallet.
func printLetter(path string, out io.Writer) {
	data, err := os.ReadFile(path)
	if err != nil {
		return
	}
	var l letter
	if json.Unmarshal(data, &l) != nil {
		return
	}
	line := fmt.Sprintf("letter to %s: %s", l.To, l.Kind)
	for _, name := range slices.Sorted(maps.Keys(l.Tell)) {
		line += fmt.Sprintf(", %s %s", name, l.Tell[name])
	}
	fmt.Fprintln(out, line)
}
