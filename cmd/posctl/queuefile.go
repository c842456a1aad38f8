package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

// longestQueueFile is the largest queue file that is read, in bytes: what the
// agent takes.
const longestQueueFile = 3 << 20

func (t *tool) queueRecipient() *cobra.Command {
	return &cobra.Command{
		Use:   "recipient",
		Short: "Show whom to seal queue files for that this register is to take in",
		Long: `recipient prints the name by which another register seals a queue file for this
one (posctl queue export --to NAME). It is no secret: it opens nothing.`,
		Example: "  posctl queue recipient",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			r, err := client.QueueRecipient(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(r, func() { fmt.Fprintln(t.out, r.Recipient) })
		},
	}
}

func (t *tool) queueExport() *cobra.Command {
	var wish control.NewExport
	var path, passphrase string
	cmd := &cobra.Command{
		Use:   "export --out FILE (--to RECIPIENT | --passphrase-file FILE)",
		Short: "Let what waits leave with a sealed file, for another register to collect",
		Long: `export writes what was taken without a network into a file, sealed with age, that
another register of the store takes in (posctl queue import) and collects. Use
it before a register goes away, or when its network does not come back.

The payments keep their keys, so that none is collected twice, whatever happens
to the file or to this register. Here they are marked as moved: this register no
longer sends them, asks the wallet how they stand, and counts them to its limits
until it knows. Keep the file until they are collected; when it is lost, "posctl
queue reclaim" lets this register collect them, and --again writes them once
more. An export that broke off is done again with --again.`,
		Example: `  posctl queue export --to age1… --out queue.age
  posctl queue export --passphrase-file words.txt --out queue.age`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if wish.Passphrase, err = readPassphrase(passphrase); err != nil {
				return err
			}
			if path == "" || (len(wish.Recipients) == 0) == (wish.Passphrase == "") {
				return usage("export wants --out FILE, and either --to RECIPIENT (posctl queue recipient at the other register) or --passphrase-file FILE")
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			out, err := newFile(path)
			if err != nil {
				return err
			}
			f, err := client.ExportQueue(cmd.Context(), wish)
			if err != nil {
				out.drop()
				var refused *control.Error
				if !errors.Is(err, control.ErrUnreachable) && !(errors.As(err, &refused) && refused.Status < 500) {
					err = fmt.Errorf("%w\n  the payments may have left all the same: export them with --again", err)
				}
				return err
			}
			if err := out.keep(f.File); err != nil {
				return err
			}
			f.File = nil
			return t.print(f, func() { t.exported(f, path) })
		},
	}
	cmd.Flags().StringArrayVar(&wish.Recipients, "to", nil, "RECIPIENT that may open the file; may be given again")
	cmd.Flags().StringVar(&passphrase, "passphrase-file", "", `FILE with a passphrase of 12 characters or more`)
	cmd.Flags().StringVar(&path, "out", "", "FILE to write; one that is there is not overwritten")
	cmd.Flags().BoolVar(&wish.Again, "again", false, "also what has left with an earlier file")
	return cmd
}

func (t *tool) exported(f control.QueueFile, path string) {
	fmt.Fprintf(t.out, "%d payments, %d in minor units, left with %s (%s)\n", f.Count, f.Amount, path, f.ID)
	if f.Stay > 0 {
		fmt.Fprintf(t.out, "%d stay here: other registers took them, or their code cannot be read\n", f.Stay)
	}
	if f.Left > 0 {
		fmt.Fprintf(t.out, "%d had no room: export them to another file\n", f.Left)
	}
	fmt.Fprintf(t.out, "  next: at the other register, posctl queue import %s; keep the file until all are collected\n", filepath.Base(path))
}

func (t *tool) queueImport() *cobra.Command {
	var passphrase string
	var paper onPaper
	cmd := &cobra.Command{
		Use:   "import (FILE | --scan | --image PHOTO... | --text [FILE...])",
		Short: "Take in what another register took without a network, and collect it",
		Long: `import takes in a queue file that another register of the store has written, and
collects its payments. Of a file that was changed, cut off or sealed for another
register nothing is taken in. Taking a file in twice, or at two registers,
collects no payment twice, and one that broke off is simply taken in again. "-"
reads standard input.

When a register's disk is dead there is no file, but the store copies that it
printed: each has its payment as a code. With --scan the register's own scanner
reads them, and payment codes still go to the sale; with --image they come as
photos of one store copy each; with --text as the texts that another scanner has
read. Each is told as it comes, and the sum at the end. It ends with 1 when one
was not taken in.`,
		Example: "  posctl queue import queue.age\n  posctl queue import queue.age --passphrase-file words.txt\n  posctl queue import --scan\n  posctl queue import --image photo1.jpg photo2.jpg",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if paper.asked() {
				if err := paper.check(args, passphrase != ""); err != nil {
					return err
				}
				return t.importPaper(cmd, paper, args)
			}
			if len(args) != 1 {
				return usage("import wants one queue file, or --scan, --image or --text for store copies")
			}
			var in control.NewImport
			var err error
			if in.File, err = readShort(args[0], longestQueueFile); err != nil {
				return err
			}
			if in.Passphrase, err = readPassphrase(passphrase); err != nil {
				return err
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			out, err := client.ImportQueue(cmd.Context(), in)
			if err != nil {
				return err
			}
			if err := t.print(out, func() { t.imported(out) }); err != nil {
				return err
			}
			if len(out.Refused) > 0 {
				return &ended{code: exitFailed}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&passphrase, "passphrase-file", "", `FILE with the passphrase`)
	paper.flags(cmd)
	return cmd
}

func (t *tool) imported(in control.Import) {
	fmt.Fprintf(t.out, "%s of register %s, %s\n", in.ID, in.Terminal, in.Made.In(t.place()).Format("2006-01-02 15:04"))
	fmt.Fprintf(t.out, "  taken in:     %d\n", in.Taken)
	if in.Back > 0 {
		fmt.Fprintf(t.out, "  back here:    %d\n", in.Back)
	}
	if in.Known > 0 {
		fmt.Fprintf(t.out, "  known before: %d\n", in.Known)
	}
	fmt.Fprintf(t.out, "  to collect:   %d in minor units\n", in.Amount)
	for _, not := range in.Refused {
		fmt.Fprintf(t.out, "  NOT taken in: %s: %s\n", not.Key, not.Why)
	}
	fmt.Fprintln(t.out, "  next: posctl queue forward --wait 5m; what a wallet declines: posctl charges --state unpaid")
}

func (t *tool) queueReclaim() *cobra.Command {
	return &cobra.Command{
		Use:   "reclaim",
		Short: "Collect here again what left with a queue file that is lost",
		Long: `reclaim ends the waiting for another register: what left with queue files and is
not collected yet is collected by this register again. It may be done at any
time, also when the file turns up later: no payment is collected twice.`,
		Example: "  posctl queue reclaim",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			r, err := client.ReclaimQueue(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(r, func() {
				fmt.Fprintf(t.out, "%d payments are collected here again\n", r.Count)
			})
		},
	}
}

// readPassphrase is the first line of a file; no file is no passphrase.
func readPassphrase(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	data, err := readShort(path, 1024)
	if err != nil {
		return "", err
	}
	line := string(data)
	for i, c := range data {
		if c == '\n' || c == '\r' {
			line = line[:i]
			break
		}
	}
	if line == "" {
		return "", usage("%s holds no passphrase in its first line", path)
	}
	return line, nil
}

// readShort reads a file, or standard input for "-".
func readShort(path string, most int64) ([]byte, error) {
	file := os.Stdin
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil {
			return nil, &ended{code: exitUsage, err: err}
		}
		defer file.Close()
	}
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	case int64(len(data)) > most:
		return nil, usage("%s is longer than %d bytes, which no such file is", path, most)
	}
	return data, nil
}

// draft is a file that is being written. It is made before anything is asked
// for, so that a folder that cannot be written in loses nothing.
type draft struct {
	file *os.File
	path string
}

func newFile(path string) (*draft, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, usage("%s is there already: name another file, nothing was exported", path)
	case err != nil:
		return nil, fmt.Errorf("%w; nothing was exported", err)
	}
	return &draft{file, path}, nil
}

// keep makes it durable.
func (d *draft) keep(data []byte) error {
	_, err := d.file.Write(data)
	if err = errors.Join(err, d.file.Sync(), d.file.Close()); err != nil {
		return fmt.Errorf("write %s: %w; the payments have left: export them to another file with --again", d.path, err)
	}
	return nil
}

func (d *draft) drop() {
	_ = d.file.Close()
	_ = os.Remove(d.path)
}
