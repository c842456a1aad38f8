package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/paycode/mpm"
	"github.com/posagent/posagent/configs"
)

// explained is a code taken apart.
type explained struct {
	AIM     string `json:"aim,omitempty"`
	Kind    string `json:"kind"`             // what it is, in words
	Bytes   int    `json:"bytes"`            // without the AIM identifier
	Text    string `json:"text"`             // masked, unless it was asked for
	Wallet  string `json:"wallet,omitempty"` // whose money it is
	Rule    string `json:"rule,omitempty"`   // that decided
	Refused string `json:"refused,omitempty"`
	Problem string `json:"problem,omitempty"` // what is wrong with its form, and where
	Fields  []part `json:"fields"`
}

// explainer is the command's own state.
type explainer struct {
	t      *tool
	codes  *paycode.Classifier
	values bool
}

func (t *tool) codeExplain() *cobra.Command {
	e := &explainer{t: t}
	var file, aim, rules string
	cmd := &cobra.Command{
		Use:   "explain [--file FILE]",
		Short: "Take any code apart: whose it is, by which rule, and its fields",
		Long: `explain reads one code from standard input, so that it does not stay in the
shell's history, or from a file, and tells what it is: a customer's payment code
(EMVCo or JPQR CPM, digits, signed), a store's code (MPM), goods, an address. It
needs no agent, and sends the code nowhere.

A payment code is money for a few minutes: values are masked unless
--show-values asks for them. An AIM identifier, as scanners send it, may stand
before the code (]Q1...) or be given with --aim.

It ends with 3 for a code that no register takes.`,
		Example: "  posctl code explain            # then scan, or paste, and press Enter\n  posctl code explain --file code.txt --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if e.codes, err = allWallets(rules); err != nil {
				return err
			}
			data, err := t.oneCode(cmd.InOrStdin(), file)
			if err != nil {
				return err
			}
			if aim == "" && len(data) > 3 && data[0] == ']' {
				aim, data = string(data[:3]), data[3:]
			}
			out := e.explain(aim, data)
			if err := t.print(out, func() { e.show(out) }); err != nil {
				return err
			}
			if out.Refused != "" {
				return &ended{code: exitDeclined}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&e.values, "show-values", false, "show what is in the fields")
	cmd.Flags().StringVar(&file, "file", "", "`FILE` with the code (default: standard input)")
	cmd.Flags().StringVar(&aim, "aim", "", "AIM `IDENTIFIER` that the scanner sent, such as ]C0")
	cmd.Flags().StringVar(&rules, "rules", "", "the rules of codes (the built-in ones)")
	return cmd
}

// allWallets tells codes apart for a store that takes every wallet of the rules.
func allWallets(file string) (*paycode.Classifier, error) {
	rules, err := configs.CodeRules(file)
	if err != nil {
		return nil, err
	}
	return paycode.New(rules, walletsOf(rules))
}

// oneCode is a code from a file, or one line from standard input.
func (t *tool) oneCode(in io.Reader, file string) ([]byte, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	} else if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintln(t.errOut, "Scan or paste a code, then Enter:")
		line, err := term.ReadPassword(int(f.Fd())) // a code is money: it is not shown
		return line, err
	}
	data, err := io.ReadAll(io.LimitReader(in, 2*paycode.MaxLength+8))
	return []byte(strings.TrimRight(string(data), "\r\n")), err
}

func (e *explainer) explain(aim string, data []byte) explained {
	out := explained{AIM: aim, Bytes: len(data), Fields: []part{}}
	code, err := e.codes.Classify(aim, data)
	var refusal *paycode.Refusal
	if errors.As(err, &refusal) {
		out.Refused, out.Rule, out.Wallet = string(refusal.Why), refusal.Rule, refusal.Wallet
		if refusal.Cause != nil {
			out.Problem = refusal.Cause.Error()
		}
	} else {
		out.Rule, out.Wallet = code.Rule, code.Wallet
	}
	text := string(data)
	tree, cpmErr := paycode.Tree(text)
	cpmErr = errors.Join(cpmErr, notCPM(text))
	store, mpmErr := mpm.Parse(text)
	switch {
	case cpmErr == nil:
		out.Kind, out.Fields = "a consumer-presented code (EMVCo or JPQR CPM)", e.tree(tree, "")
	case mpmErr == nil && refusal != nil && refusal.Why == paycode.MerchantCode:
		out.Kind, out.Fields = "a store's own code (EMVCo MPM), for customers to read", partsOf(store)
	case refusal == nil && code.Signed:
		out.Kind = "a payment code that the customer's phone has signed (OP1)"
	case refusal == nil:
		out.Kind = "a customer's payment code (" + code.Kind + ")"
	default:
		out.Kind = "no payment code: " + string(refusal.Why)
	}
	open := refusal != nil && (refusal.Why == paycode.MerchantCode || refusal.Why == paycode.WebAddress || refusal.Why == paycode.Product)
	switch {
	case e.values || open:
		out.Text = readable(data)
	default:
		out.Text = paycode.Secret(readable(data)).Masked()
	}
	return out
}

// notCPM is an error for what does not begin like a consumer-presented code.
func notCPM(text string) error {
	if strings.HasPrefix(text, "hQVDUFY") || strings.HasPrefix(text, "hQVKUFFS") { // 85 05 "CPV", "JPQ"
		return nil
	}
	return errors.New("not consumer-presented")
}

// tree is a TLV tree as lines, each with the tags above it.
func (e *explainer) tree(tags []paycode.TLV, above string) []part {
	var out []part
	for _, t := range tags {
		id := above + t.Tag.String()
		p := part{ID: id, Name: t.Tag.Name()}
		if t.Inside == nil {
			p.Value = fmt.Sprintf("(%d bytes)", len(t.Value))
			if e.values {
				p.Value = readable([]byte(t.Value))
			}
		}
		out = append(out, p)
		out = append(out, e.tree(t.Inside, id+".")...)
	}
	return out
}

// readable is text as it is, and bytes that are none in hex.
func readable(data []byte) string {
	if utf8.Valid(data) && !strings.ContainsFunc(string(data), func(r rune) bool { return !unicode.IsPrint(r) }) {
		return string(data)
	}
	return "hex " + hex.EncodeToString(data)
}

func (e *explainer) show(out explained) {
	fmt.Fprintf(e.t.out, "%s\n", out.Kind)
	for _, line := range []part{{"wallet", "", out.Wallet}, {"rule", "", out.Rule}, {"refused", "", out.Refused}, {"problem", "", out.Problem}, {"AIM", "", out.AIM}} {
		if line.Value != "" {
			fmt.Fprintf(e.t.out, "  %-8s %s\n", line.ID, line.Value)
		}
	}
	fmt.Fprintf(e.t.out, "  %-8s %s (%d bytes)\n", "text", out.Text, out.Bytes)
	for _, f := range out.Fields {
		fmt.Fprintf(e.t.out, "    %-12s %-42s %s\n", f.ID, f.Name, f.Value)
	}
}
