package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode/mpm"
	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/configs"
)

func (t *tool) code() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "code",
		Short:   "The store's own code, what any code says, and the rules of codes",
		Long:    "code makes the QR code that the store shows and a customer's phone reads (EMVCo\nMPM, JPQR; from [mpm] of the configuration), takes codes apart, and shows the\nrules that tell whose a customer's code is. It needs no agent.",
		Example: "  posctl code show\n  posctl code explain\n  posctl code rules",
	}
	cmd.AddCommand(t.codeShow(), t.codeRead(), t.codeExplain(), t.codeRules(), t.codeSign())
	return cmd
}

// wish is what code show was asked for.
type wish struct {
	config    string
	amount    int64
	bill      string
	reference string
	format    string
	out       string
	place     string
}

// placeOf is where a code is seen, by what --place says.
func placeOf(name string) (picture.Place, bool) {
	switch name {
	case "paper58":
		return picture.Paper58(), true
	case "paper80":
		return picture.Paper80(), true
	}
	var pixels int
	var mm float64
	if _, err := fmt.Sscanf(name+"\n", "%dpx/%fmm\n", &pixels, &mm); err != nil || pixels < 1 || pixels > 10_000 || !(mm >= 1 && mm <= 5_000) {
		return picture.Place{}, false
	}
	return picture.Screen(pixels, mm), true
}

func (t *tool) codeShow() *cobra.Command {
	var w wish
	cmd := &cobra.Command{
		Use:   "show [--amount YEN] [--format FORM] [--out FILE]",
		Short: "Write the store's code: as text, as a picture, or on the terminal",
		Long: `show makes the code of the store from [mpm] of the configuration. Without
--amount it is the code that stays at the register, and customers enter what
they pay; with --amount it is for one payment. It asks nobody and tells nobody:
no sale waits for what is paid with it, and the wallet alone knows.

--place says where it will be seen, and decides how large its modules are and
how much of it may be damaged: paper58, paper80, or a screen by the pixels and
millimetres that the code may take, such as 480px/70mm. An SVG has the size of
its place.`,
		Example: `  posctl code show
  posctl code show --amount 1280 --bill R0012 --format text
  posctl code show --format svg --place paper80 --out counter.svg`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("amount") && w.amount <= 0 {
				return usage("--amount must be a whole number of yen above 0")
			}
			if !cmd.Flags().Changed("amount") && w.bill+w.reference != "" {
				return usage("--bill and --reference are of one payment: give --amount too")
			}
			return t.showCode(w)
		},
	}
	cmd.Flags().StringVar(&w.config, "config", defaultConfig, "`FILE` of the configuration")
	cmd.Flags().Int64Var(&w.amount, "amount", 0, "`YEN` to pay (minor units of other currencies)")
	cmd.Flags().StringVar(&w.bill, "bill", "", "`NUMBER` of the sale, at most 25 characters")
	cmd.Flags().StringVar(&w.reference, "reference", "", "`NUMBER` by which the payment is known, at most 25 characters")
	cmd.Flags().StringVar(&w.format, "format", "blocks", "`FORM`: blocks (for a terminal), text, png or svg")
	cmd.Flags().StringVar(&w.place, "place", "480px/70mm", "`PLACE` to be seen: paper58, paper80, or such as")
	cmd.Flags().StringVar(&w.out, "out", "", "`FILE` to write; else standard output")
	offer(cmd, "format", "blocks", "text", "png", "svg")
	offer(cmd, "place", "paper58", "paper80", "480px/70mm")
	return cmd
}

// shownCode is the answer of code show --json.
type shownCode struct {
	Text    string  `json:"text"`
	Static  bool    `json:"static"`
	Level   string  `json:"level"`
	Modules int     `json:"modules"`
	Module  int     `json:"dots_per_module"`
	MM      float64 `json:"module_mm"`
	Format  string  `json:"format"`
	File    string  `json:"file,omitempty"`
	Picture string  `json:"picture,omitempty"` // base64 of a PNG; an SVG as it is
}

func (t *tool) showCode(w wish) error {
	place, ok := placeOf(w.place)
	if !ok {
		return usage("--place is %q, but must be paper58, paper80 or such as 480px/70mm", w.place)
	}
	text, err := codeText(w)
	if err != nil {
		return err
	}
	plan, err := picture.Fit(text, place)
	if err != nil {
		return err
	}
	body, err := w.body(text, plan)
	if err != nil {
		return err
	}
	answer := shownCode{Text: text, Static: w.amount == 0, Level: "LMQH"[plan.Level : plan.Level+1], Modules: plan.Size, Module: plan.Module, MM: plan.MM(), Format: w.format, File: w.out}
	if w.out != "" {
		if err := os.WriteFile(filepath.Clean(w.out), body, 0o644); err != nil {
			return fmt.Errorf("write the code: %w", err)
		}
		return t.print(answer, func() { fmt.Fprintf(t.out, "%s: %s\n", w.out, text) })
	}
	if t.asJSON {
		switch w.format {
		case "png":
			answer.Picture = base64.StdEncoding.EncodeToString(body)
		case "svg":
			answer.Picture = string(body)
		}
		return t.print(answer, nil)
	}
	if w.format == "png" && t.toTerminal() {
		return usage("a PNG on a terminal helps nobody: give --out FILE")
	}
	if w.format == "blocks" && t.toTerminal() {
		body = []byte(plan.Blocks(true)) // whatever the terminal's own colours are
	}
	_, err = t.data.Write(body)
	return err
}

// toTerminal tells that a person looks at standard output.
func (t *tool) toTerminal() bool {
	f, ok := t.data.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// codeText is the text of the code that the configuration and the flags make.
func codeText(w wish) (string, error) {
	config, err := configs.Load(w.config)
	if err != nil {
		return "", usage("%w", err)
	}
	m, shows := config.Merchant()
	if !shows {
		return "", &ended{code: exitUsage, err: fmt.Errorf("%s has nothing in [mpm]: this store shows no code of its own", w.config)}
	}
	code, err := m.Static()
	if w.amount > 0 {
		code, err = m.Dynamic(mpm.Order{Amount: money.Amount{Minor: w.amount, Currency: m.Currency}, Bill: w.bill, Reference: w.reference})
	}
	if err != nil {
		return "", &ended{code: exitUsage, err: err}
	}
	return code.Text()
}

func (w wish) body(text string, plan picture.Plan) ([]byte, error) {
	var out strings.Builder
	var err error
	switch w.format {
	case "text":
		out.WriteString(text + "\n")
	case "blocks":
		out.WriteString(plan.Blocks(false))
	case "png":
		err = plan.PNG(plan.Module, &out)
	case "svg":
		err = plan.SVG(float64(plan.Side())/plan.Place.PerMM, &out)
	default:
		return nil, usage("--format must be blocks, text, png or svg")
	}
	return []byte(out.String()), err
}

// part is one field of a code for code read.
type part struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (t *tool) codeRead() *cobra.Command {
	return &cobra.Command{
		Use:   "read [TEXT]",
		Short: "Take the text of a store's code apart, and say what is wrong with it",
		Long: `read takes a merchant-presented code apart, field by field, and holds it against
the standard and, if it is one of JPQR, against that. Without TEXT it reads one
line from standard input. It ends with 2 if the code is wrong.`,
		Example: "  posctl code show --format text | posctl code read",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := strings.Join(args, "")
			if len(args) == 0 {
				data, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), mpm.MaxText+2))
				if err != nil {
					return err
				}
				text = strings.TrimRight(string(data), "\r\n")
			}
			code, err := mpm.Parse(text)
			var field *mpm.FieldError
			if errors.As(err, &field) {
				return usage("%w", err)
			}
			parts := partsOf(code)
			return t.print(parts, func() {
				for _, p := range parts {
					fmt.Fprintf(t.out, "%-6s %-32s %s\n", p.ID, p.Name, p.Value)
				}
			})
		},
	}
}

// partsOf are the fields of a store's code, those inside of templates too.
func partsOf(code mpm.Code) []part {
	parts := []part{}
	for _, f := range code.Fields {
		if f.Value != "" {
			parts = append(parts, part{f.ID, mpm.Name(f.ID), f.Value})
		}
		for _, in := range f.Inside {
			id := f.ID + "-" + in.ID
			parts = append(parts, part{id, mpm.Name(id), in.Value})
		}
	}
	return parts
}
