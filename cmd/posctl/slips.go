package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

// onPaper is how store copies come to an import.
type onPaper struct {
	scan, image, text bool
	count             int
}

func (o *onPaper) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.scan, "scan", false, "read store copies with the scanner, until Ctrl-C")
	cmd.Flags().IntVar(&o.count, "count", 0, "with --scan: end after `N` store copies")
	cmd.Flags().BoolVar(&o.image, "image", false, "the files are photos of store copies")
	cmd.Flags().BoolVar(&o.text, "text", false, "the files are texts, one a line; none: standard input")
}

// asked tells whether anything on paper is to be imported.
func (o *onPaper) asked() bool { return o.scan || o.image || o.text || o.count != 0 }

// check holds the flags against each other and the arguments.
func (o *onPaper) check(files []string, others bool) error {
	ways := 0
	for _, way := range []bool{o.scan, o.image, o.text, others} {
		if way {
			ways++
		}
	}
	switch {
	case ways != 1:
		return usage("one of --scan, --image and --text is wanted, and nothing that is for queue files")
	case o.scan && len(files) > 0:
		return usage("--scan reads no files: photos are imported with --image")
	case o.image && len(files) == 0:
		return usage("--image wants the files of the photos")
	case o.count < 0 || o.count > 0 && !o.scan:
		return usage("--count is a number above 0, with --scan")
	}
	return nil
}

// slipsIn is what came of an import from paper.
type slipsIn struct {
	Slips   []control.Slip `json:"slips"`
	Refused []string       `json:"refused"` // why not, of each one that was not taken in
	Amount  int64          `json:"amount"`  // of those taken in, in minor units
}

// importPaper takes store copies in, one after the other, and tells of each as
// it comes.
func (t *tool) importPaper(cmd *cobra.Command, o onPaper, files []string) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	out := slipsIn{Slips: []control.Slip{}, Refused: []string{}}
	switch {
	case o.scan:
		err = t.scanSlips(cmd.Context(), client, &out, o.count)
	case o.image:
		err = t.imageSlips(cmd.Context(), client, &out, files)
	default:
		err = t.textSlips(cmd.Context(), client, &out, files)
	}
	if said := t.print(out, func() { t.summed(out) }); err == nil {
		err = said
	}
	if err == nil && len(out.Refused) > 0 {
		err = &ended{code: exitFailed}
	}
	return err
}

// scanWait is how long the agent is asked to wait for one scan.
const scanWait = 30 * time.Second

func (t *tool) scanSlips(ctx context.Context, client *control.Client, out *slipsIn, count int) error {
	fmt.Fprintln(t.errOut, "hold the store copies under the scanner, one after the other; Ctrl-C ends …")
	for count == 0 || len(out.Slips) < count {
		read, err := client.ScanSlip(ctx, scanWait)
		switch {
		case ctx.Err() != nil:
			return nil // the usual end
		case err == nil && read.Slip == nil:
			continue
		case err == nil:
			t.came(out, *read.Slip, nil)
		default:
			if err = t.came(out, control.Slip{}, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// longestPhoto is the largest picture that the agent takes, in bytes.
const longestPhoto = 4 << 20

func (t *tool) imageSlips(ctx context.Context, client *control.Client, out *slipsIn, files []string) error {
	for _, path := range files {
		picture, err := readShort(path, longestPhoto)
		if err != nil { // the other photos may be good
			t.refused(out, err)
			continue
		}
		slip, err := client.ImportSlipPicture(ctx, picture)
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
		if err := t.came(out, slip, err); err != nil {
			return err
		}
	}
	return nil
}

// longestTexts is room for thousands of slips, in bytes.
const longestTexts = 1 << 20

func (t *tool) textSlips(ctx context.Context, client *control.Client, out *slipsIn, files []string) error {
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, path := range files {
		data, err := readShort(path, longestTexts)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(data)) {
			text := strings.TrimRight(line, "\r\n") // a space is a character of the text
			if strings.TrimSpace(text) == "" {
				continue
			}
			slip, err := client.ImportSlip(ctx, text)
			if err := t.came(out, slip, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// came counts a store copy and tells of it. It returns an error that is not
// about this one alone.
func (t *tool) came(out *slipsIn, slip control.Slip, err error) error {
	var refused *control.Error
	switch {
	case errors.As(err, &refused) && (refused.Status == http.StatusConflict || refused.Status == http.StatusRequestEntityTooLarge):
		t.refused(out, err)
		return nil
	case err != nil:
		return err
	}
	out.Slips = append(out.Slips, slip)
	what := "taken in"
	if slip.Known {
		what = "known before, " + slip.State
	} else {
		out.Amount += slip.Amount
	}
	fmt.Fprintf(t.errOut, "%s  %d %s  %s  %s\n", slip.Key, slip.Amount, slip.Currency, named(slip.Wallet, slip.WalletNameE), what)
	return nil
}

func (t *tool) refused(out *slipsIn, why error) {
	out.Refused = append(out.Refused, why.Error())
	fmt.Fprintln(t.errOut, "NOT taken in:", why)
}

func (t *tool) summed(in slipsIn) {
	known := 0
	for _, slip := range in.Slips {
		if slip.Known {
			known++
		}
	}
	fmt.Fprintf(t.out, "taken in:     %d, %d in minor units to collect\n", len(in.Slips)-known, in.Amount)
	if known > 0 {
		fmt.Fprintf(t.out, "known before: %d\n", known)
	}
	if n := len(in.Refused); n > 0 {
		fmt.Fprintf(t.out, "NOT taken in: %d\n", n)
	}
	fmt.Fprintln(t.out, "  next: posctl queue forward --wait 5m; keep the store copies until all are collected")
}
