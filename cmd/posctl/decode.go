package main

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/drivers/scanner/imager"
)

// decoded is what one picture gave.
type decoded struct {
	File       string        `json:"file"`
	Problem    string        `json:"problem,omitempty"`
	Width      int           `json:"width,omitempty"`
	Height     int           `json:"height,omitempty"`
	Light      string        `json:"light,omitempty"`
	Codes      []decodedCode `json:"codes"`
	OpenedMS   float64       `json:"opened_ms"`
	SearchedMS float64       `json:"searched_ms"`
	Tries      int           `json:"tries"` // how often a decoder was asked
}

// decodedCode is one code. Text is hidden of a payment code, which is money
// for whoever has it, unless it is asked for.
type decodedCode struct {
	Symbology string `json:"symbology"`
	AIM       string `json:"aim"`
	Text      string `json:"text"`
	Hidden    bool   `json:"hidden,omitempty"`
	Bytes     int    `json:"bytes"`
	Kind      string `json:"kind,omitempty"`    // of payment code
	Wallet    string `json:"wallet,omitempty"`  // whose it is
	Refused   string `json:"refused,omitempty"` // why it is no payment code
}

// decoder is the command's own state.
type decoder struct {
	t       *tool
	imager  *imager.Imager
	codes   *paycode.Classifier
	values  bool
	explain string
}

func (t *tool) decode() *cobra.Command {
	d := &decoder{t: t}
	var rules string
	cmd := &cobra.Command{
		Use:   "decode FILE...",
		Short: "Read the codes in pictures, and show how they were found",
		Long: `decode reads QR codes, Code 128 and EAN-13 in PNG, JPEG and GIF files, as a
camera at the counter would, and says whose payment codes they are. It needs no
agent, and sends nothing anywhere.

The text of a payment code is money for a few minutes: it is hidden unless
--show-values asks for it.

--explain draws what was seen: yellow crosses where rows and columns look like
a corner of a QR code, blue squares for corners that were measured, a red one
where a code was thought to be that could not be read, green for what was read.

It ends with 1 when a picture gives no code.`,
		Example: "  posctl decode photo.jpg\n  posctl decode --explain seen.png photo.jpg\n  posctl decode --json shots/*.png",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if d.explain != "" && len(args) != 1 {
				return usage("--explain draws one picture: give one file")
			}
			if err := d.open(rules); err != nil {
				return err
			}
			return d.run(cmd.Context(), args)
		},
	}
	cmd.Flags().BoolVar(&d.values, "show-values", false, "show the text of payment codes")
	cmd.Flags().StringVar(&d.explain, "explain", "", "draw what was seen into this PNG file")
	cmd.Flags().StringVar(&rules, "rules", "", "the rules of codes (the built-in ones)")
	return cmd
}

// open makes the reader of pictures, and a classifier for all wallets that the
// rules know.
func (d *decoder) open(file string) error {
	var err error
	d.codes, err = allWallets(file)
	d.imager = imager.New(imager.Limits{MaxBytes: 64 << 20, MaxPixels: 50_000_000})
	return err
}

func walletsOf(rules paycode.Rules) []string {
	var list []string
	seen := map[string]bool{"": true}
	for _, r := range rules.Templates {
		if !seen[r.Wallet] {
			seen[r.Wallet], list = true, append(list, r.Wallet)
		}
	}
	for _, r := range rules.Digits {
		if !seen[r.Wallet] {
			seen[r.Wallet], list = true, append(list, r.Wallet)
		}
	}
	for _, r := range rules.Reject {
		if !seen[r.Wallet] {
			seen[r.Wallet], list = true, append(list, r.Wallet)
		}
	}
	return list
}

func (d *decoder) run(ctx context.Context, files []string) error {
	list := []decoded{}
	none := 0
	for _, f := range files {
		one, err := d.file(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			one.Problem = err.Error()
			none++
		}
		list = append(list, one)
		if !d.t.asJSON {
			d.show(one)
		}
	}
	if d.t.asJSON {
		if err := d.t.print(list, nil); err != nil {
			return err
		}
	}
	if none > 0 {
		return &ended{code: exitFailed}
	}
	return nil
}

func (d *decoder) file(ctx context.Context, name string) (decoded, error) {
	out := decoded{File: name, Codes: []decodedCode{}}
	f, err := os.Open(name)
	if err != nil {
		return out, err
	}
	defer f.Close()
	rep, err := d.imager.Report(ctx, f, "")
	ms := func(t time.Duration) float64 { return float64(t.Microseconds()) / 1000 }
	out.Width, out.Height, out.Tries = rep.Width, rep.Height, rep.Tries
	out.OpenedMS, out.SearchedMS = ms(rep.Opened), ms(rep.Searched)
	if rep.Width > 0 {
		out.Light = rep.Light.String()
	}
	if err == nil {
		out.Codes = append(out.Codes, d.code(rep.Scan.AIM, rep.Scan.Data))
		for _, c := range rep.Scan.Beside {
			out.Codes = append(out.Codes, d.code(c.AIM, c.Data))
		}
	}
	if d.explain != "" && rep.Width > 0 {
		if drawErr := d.draw(rep); drawErr != nil {
			return out, drawErr
		}
	}
	return out, err
}

func (d *decoder) draw(rep imager.Report) (err error) {
	f, err := os.OpenFile(d.explain, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // it may show a code that can be read
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return png.Encode(f, rep.Explain())
}

func (d *decoder) code(aim string, data []byte) decodedCode {
	out := decodedCode{Symbology: symbology(aim), AIM: aim, Text: string(data), Bytes: len(data)}
	code, err := d.codes.Classify(aim, data)
	var refusal *paycode.Refusal
	switch {
	case err == nil:
		out.Kind, out.Wallet = code.Kind, code.Wallet
	case errors.As(err, &refusal):
		out.Refused, out.Wallet = string(refusal.Why), refusal.Wallet
	}
	// What looks like a payment code but is damaged, or of a wallet that nobody
	// takes, may be somebody's money as well.
	if secret := err == nil || refusal != nil && (refusal.Why == paycode.BadCode || refusal.Why == paycode.NoWallet || refusal.Why == paycode.Offline || refusal.Why == paycode.Unknown); secret && !d.values {
		out.Text, out.Hidden = paycode.Secret(data).Masked(), true
	}
	return out
}

// symbology is the name of what an AIM identifier stands for.
func symbology(aim string) string {
	if len(aim) == 3 {
		switch aim[1] {
		case 'Q':
			return "QR"
		case 'C':
			return "Code 128"
		case 'E':
			return "EAN-13"
		}
	}
	return aim
}

func (d *decoder) show(one decoded) {
	name := filepath.Base(one.File)
	if one.Problem != "" {
		fmt.Fprintf(d.t.out, "%s: %s\n", name, one.Problem)
		if one.Light != "" && one.Light != "good" {
			fmt.Fprintf(d.t.out, "    the picture is %s\n", one.Light)
		}
	}
	for _, c := range one.Codes {
		what := "no payment code: " + c.Refused
		if c.Kind != "" {
			what = c.Kind + " of " + c.Wallet
		}
		fmt.Fprintf(d.t.out, "%s: %s (%s), %s, %d bytes: %s\n", name, c.Symbology, c.AIM, what, c.Bytes, c.Text)
	}
	if one.Width > 0 {
		fmt.Fprintf(d.t.out, "    %d x %d, opened in %.1f ms, searched in %.1f ms, a decoder was asked %d times\n", one.Width, one.Height, one.OpenedMS, one.SearchedMS, one.Tries)
	}
	if d.explain != "" && one.Width > 0 {
		fmt.Fprintf(d.t.out, "    what was seen is in %s\n", d.explain)
	}
}
