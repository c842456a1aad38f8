package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

// journalPage is how many entries of the journal come with one call.
const journalPage = 1000

func (t *tool) journal() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Search the books, verify the journal, or write it to a file for an auditor",
		Long: `The journal is every step of every charge, each chained to the one before it by
its hash: an entry that was changed, removed or put in shows.`,
		Example: "  posctl journal search --from 2026-04-01 --to 2027-03-31 --min 50000\n  posctl journal verify\n  posctl journal export --out journal.jsonl",
	}
	group(cmd)
	cmd.AddCommand(t.journalVerify(), t.journalExport(), t.journalSearch())
	return cmd
}

func (t *tool) journalVerify() *cobra.Command {
	var charges bool
	var file, hash string
	var after int64
	cmd := &cobra.Command{
		Use:   "verify [--charges]",
		Short: "Follow the chain of the whole journal",
		Long: `verify lets the agent read its journal from the first entry to the last and work
out every hash anew. With --charges every charge is held against its entries as
well: its state, amount, wallet and the times that it remembers. Sales go on
meanwhile.

The hash that it ends with stands for all entries up to there. Written down
somewhere else, on paper even, it shows later whether anything before it was
changed.

With --file it reads the file of an export instead, and asks no agent.

It ends with 0 when all is sound, and with 1 when an entry is not.`,
		Example: "  posctl journal verify\n  posctl journal verify --charges --json\n  posctl journal verify --file journal.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				return t.verifyFile(file, after, hash)
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			v, err := client.VerifyJournal(cmd.Context(), charges)
			if err != nil {
				return err
			}
			if err := t.print(v, func() { t.verified(v) }); err != nil {
				return err
			}
			if !v.Whole {
				return &ended{code: exitFailed}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&charges, "charges", false, "hold every charge against its entries as well")
	cmd.Flags().StringVar(&file, "file", "", "verify the `FILE` of an export")
	cmd.Flags().Int64Var(&after, "after", 0, "the file begins behind entry `N`")
	cmd.Flags().StringVar(&hash, "hash", "", "the `HASH` of entry N")
	return cmd
}

func (t *tool) verified(v control.Verification) {
	if !v.Whole {
		fmt.Fprintf(t.out, "NOT SOUND: %s\n%d entries before it are sound\n", v.Why, v.Entries)
		fmt.Fprintln(t.out, "  next: stop the agent, copy its data directory, and give the copy to your engineer before anything is sold again")
		return
	}
	what := "sound"
	if v.Charges {
		what = "sound, and every charge stands where they left it"
	}
	fmt.Fprintf(t.out, "%d entries are %s (%.1f s)\n", v.Entries, what, v.Seconds)
	if v.Entries > 0 {
		fmt.Fprintf(t.out, "  entry %d has the hash %s\n", v.Entries, v.Hash)
	}
}

func (t *tool) journalExport() *cobra.Command {
	var path, ledger string
	var after int64
	var days control.Search
	cmd := &cobra.Command{
		Use:   "export --out FILE [--after N]",
		Short: "Write the journal to a file that an auditor checks without this program",
		Long: `export writes the journal as JSON, one entry a line, oldest first: the fields of
each entry, the text that its hash covers, and the hash. How to check it is in
docs/reference/journal.md, with a program of some sixty lines that does.

The file holds no customer's code and no key; it tells what was sold, when and
by whom. One that is there is not overwritten. With --after it goes on behind
the last entry of an earlier file. What was written is read back from the disk and every
hash worked out anew, before export says that it is done.

--ledger writes the charges beside it for a tax office, one a row: date, amount,
counterparty, and the rest; --from and --to choose its business days. Nothing
in the books is ever deleted, so the ten years that a shop keeps them are in it.`,
		Example: "  posctl journal export --out journal-2026.jsonl\n  posctl journal export --after 183220 --out journal-2027.jsonl\n  posctl journal export --out journal.jsonl --ledger 2026.csv --from 2026-04-01 --to 2027-03-31",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if path == "" || after < 0 {
				return usage("export wants --out FILE, and --after N, if any, the number of an entry")
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			done, err := t.export(cmd.Context(), client, path, after)
			if err != nil {
				return err
			}
			if ledger != "" {
				if done.Charges, err = t.ledger(cmd.Context(), client, ledger, days); err != nil {
					return fmt.Errorf("%w; the journal is in %s", err, path)
				}
				done.Ledger = ledger
			}
			return t.print(done, func() { t.journalExported(done) })
		},
	}
	cmd.Flags().StringVar(&path, "out", "", "`FILE` to write; one that is there is not overwritten")
	cmd.Flags().Int64Var(&after, "after", 0, "go on behind entry `N`")
	cmd.Flags().StringVar(&ledger, "ledger", "", "also write the charges to a new `FILE`, for Excel and the tax office")
	cmd.Flags().StringVar(&days.From, "from", "", "first business `DAY` of the ledger")
	cmd.Flags().StringVar(&days.To, "to", "", "last business `DAY` of the ledger")
	return cmd
}

func (t *tool) journalExported(done exportedJournal) {
	fmt.Fprintf(t.out, "%d entries are in %s, read back and sound\n", done.Entries, done.File)
	if done.Entries > 0 {
		fmt.Fprintf(t.out, "  the last one, %d, has the hash %s\n", done.Last, done.Hash)
	}
	if done.Ledger != "" {
		fmt.Fprintf(t.out, "%d charges are in %s\n", done.Charges, done.Ledger)
	}
}

// export writes a file, reads it back, and follows its hashes. One that is not
// whole or not sound does not stay.
func (t *tool) export(ctx context.Context, client *control.Client, path string, after int64) (exportedJournal, error) {
	from, err := chainBehind(ctx, client, after)
	if err != nil {
		return exportedJournal{}, err
	}
	out, err := newFile(path)
	if err != nil {
		return exportedJournal{}, err
	}
	done, err := t.gather(ctx, client, after, out.file)
	if err = errors.Join(err, out.file.Sync()); err == nil {
		var end chain
		end, _, err = verifyExport(path, from)
		if err == nil && end.n != done.Last {
			err = fmt.Errorf("%s ends with entry %d and not with %d", path, end.n, done.Last)
		}
	}
	if err != nil {
		out.drop()
		return done, fmt.Errorf("%w; nothing was exported", err)
	}
	done.File = path
	return done, out.file.Close()
}

// exportedJournal is what an export says of its file.
type exportedJournal struct {
	File    string `json:"file"`
	Entries int64  `json:"entries"`
	Last    int64  `json:"last"`
	Hash    string `json:"hash"`
	Ledger  string `json:"ledger,omitempty"`
	Charges int    `json:"charges,omitempty"` // in the ledger
}

// gather reads the journal page by page into a file. Entries that come
// meanwhile are read as well.
func (t *tool) gather(ctx context.Context, client *control.Client, after int64, into io.Writer) (exportedJournal, error) {
	done := exportedJournal{Last: after}
	file := bufio.NewWriter(into)
	lines := json.NewEncoder(file)
	for more := true; more; {
		page, err := client.Journal(ctx, done.Last, journalPage)
		if err != nil {
			return done, err
		}
		for _, e := range page.Entries {
			if err := lines.Encode(e); err != nil {
				return done, err
			}
			done.Entries, done.Last, done.Hash = done.Entries+1, e.N, e.Hash
		}
		if more = page.Next != 0; more && done.Entries%100_000 == 0 {
			fmt.Fprintf(t.errOut, "%d entries so far\n", done.Entries)
		}
	}
	return done, file.Flush()
}
