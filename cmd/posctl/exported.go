package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/posagent/posagent/agent/control"
)

// chain follows the hashes of an exported journal; see docs/reference/journal.md.
type chain struct {
	n    int64 // of the last sound entry
	hash [32]byte
}

// chainBehind is the chain up to the n-th entry, as the agent has it.
func chainBehind(ctx context.Context, client *control.Client, n int64) (chain, error) {
	if n == 0 {
		return chain{}, nil
	}
	page, err := client.Journal(ctx, n-1, 1)
	if err != nil {
		return chain{}, err
	}
	if len(page.Entries) != 1 || page.Entries[0].N != n {
		return chain{}, usage("--after %d: the journal has no such entry", n)
	}
	c := chain{n: n}
	return c, c.set(page.Entries[0].Hash)
}

func (c *chain) set(text string) error {
	hash, err := hex.DecodeString(text)
	if err != nil || len(hash) != len(c.hash) {
		return fmt.Errorf("entry %d: %q is no hash of 64 hexadecimal digits", c.n, text)
	}
	copy(c.hash[:], hash)
	return nil
}

// add takes the next entry in, or says why it is not sound.
func (c *chain) add(e control.JournalEntry) error {
	if e.N != c.n+1 {
		return fmt.Errorf("entry %d stands where entry %d is wanted", e.N, c.n+1)
	}
	hash := sha256.Sum256(append(c.hash[:], e.Text...))
	if hex.EncodeToString(hash[:]) != e.Hash {
		return fmt.Errorf("entry %d does not fit its hash", e.N)
	}
	c.n, c.hash = e.N, hash
	return nil
}

// errNotSound means that a file does not hold what was exported.
var errNotSound = errors.New("is not sound")

// verifyExport reads a file of an export from the disk and follows its hashes
// from where it begins: the entry before, whose hash is known or zeros.
func verifyExport(path string, from chain) (chain, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return from, 0, err
	}
	defer file.Close()
	lines, entries := json.NewDecoder(bufio.NewReaderSize(file, 1<<16)), int64(0)
	for {
		var e control.JournalEntry
		err := lines.Decode(&e)
		if errors.Is(err, io.EOF) {
			return from, entries, nil
		}
		if err == nil {
			err = from.add(e)
		}
		if err != nil {
			return from, entries, fmt.Errorf("%s %w: %w", path, errNotSound, err)
		}
		entries++
	}
}

// verifyFile is journal verify of a file; after is its --after, and behind the
// hash of that entry.
func (t *tool) verifyFile(path string, after int64, behind string) error {
	from := chain{n: after}
	if behind != "" || after > 0 {
		if err := from.set(behind); err != nil {
			return usage("--after wants the hash of that entry with --hash: %w", err)
		}
	}
	end, entries, err := verifyExport(path, from)
	v := control.Verification{Whole: err == nil, Entries: entries, Hash: hex.EncodeToString(end.hash[:])}
	if errors.Is(err, errNotSound) {
		v.Why, v.Broken = err.Error(), end.n+1
	} else if err != nil {
		return err
	}
	if printErr := t.print(v, func() {
		if !v.Whole {
			fmt.Fprintf(t.out, "NOT SOUND: %s\n%d entries before it are sound\n", v.Why, v.Entries)
			return
		}
		fmt.Fprintf(t.out, "%d entries are sound\n  entry %d has the hash %s\n", entries, end.n, v.Hash)
	}); printErr != nil || v.Whole {
		return printErr
	}
	return &ended{code: exitFailed}
}

// ledger writes the charges of a journal's days for a tax office: when, how much,
// from whom.
func (t *tool) ledger(ctx context.Context, client *control.Client, path string, days control.Search) (rows int, err error) {
	out, err := newSheet(path, ledgerHead...)
	if err != nil {
		return 0, err
	}
	if err := eachFinding(ctx, client, days, func(f control.Finding) error {
		rows++
		return out.row(t.ledgerRow(f)...)
	}); err != nil {
		return 0, out.drop(err)
	}
	return rows, out.close()
}
