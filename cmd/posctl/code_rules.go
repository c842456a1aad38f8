package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
)

// rule is one rule of codes, as a reader wants it.
type rule struct {
	ID      string `json:"id"`
	Looks   string `json:"looks_at"` // text, application or digits
	Match   string `json:"match"`
	Gives   string `json:"gives"` // a wallet, or why the code is refused
	Example string `json:"example"`
}

// ruled is a table of rules and what a reader should know of it.
type ruled struct {
	File     string            `json:"file"`
	Version  int64             `json:"version,omitempty"`
	Rules    []rule            `json:"rules"`
	Overlaps []paycode.Overlap `json:"overlaps"`
	Bare     []string          `json:"without_example"`
}

func (t *tool) codeRules() *cobra.Command {
	return &cobra.Command{
		Use:   "rules [FILE]",
		Short: "The rules that tell whose a customer's code is, and what is wrong with them",
		Long: `rules shows the rules in the order in which they decide, those of a file or the
built-in ones, each with a code that it decides. Which rules have codes in
common is told behind them: a special one before a general one is meant.

It ends with 2 when the file is wrong: a rule that can never decide, an example
that another rule decides, a pattern that is none.`,
		Example: "  posctl code rules\n  posctl code rules /etc/posagent/codes.toml --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			out := ruled{File: fileOr(args, ""), Rules: []rule{}}
			rules, err := configs.CodeRules(out.File)
			if err != nil {
				return err
			}
			out.Version = rules.Version
			if out.Overlaps, err = paycode.Overlaps(rules); err != nil {
				return err
			}
			if _, out.Bare, err = paycode.Examples(rules); err != nil {
				return err
			}
			out.list(rules)
			return t.print(out, func() { t.showRules(out) })
		},
	}
}

func (r *ruled) list(rules paycode.Rules) {
	gives := func(wallet string, why paycode.Why) string {
		if why == paycode.Offline {
			return "signed, of " + wallet
		}
		if why != "" {
			return "refused: " + string(why)
		}
		return wallet
	}
	for _, one := range rules.Reject {
		match := one.Match
		if one.AIM != "" {
			match += " as " + one.AIM
		}
		r.Rules = append(r.Rules, rule{one.ID, "text", match, gives(one.Wallet, one.Why), one.Example})
	}
	for _, one := range rules.Templates {
		match := one.Prefix
		if one.Account != "" {
			match += " " + one.Account
		}
		r.Rules = append(r.Rules, rule{one.ID, "application", match, gives(one.Wallet, one.Why), one.Example})
	}
	for _, one := range rules.Digits {
		r.Rules = append(r.Rules, rule{one.ID, "digits", one.Match, one.Wallet, one.Example})
	}
}

// widest is how much of an example is shown in a table.
const widest = 28

func (t *tool) showRules(r ruled) {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tLOOKS AT\tMATCH\tGIVES\tEXAMPLE")
	for _, one := range r.Rules {
		example := one.Example
		if len(example) > widest {
			example = example[:widest] + "…"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", one.ID, one.Looks, one.Match, one.Gives, example)
	}
	w.Flush()
	for _, o := range r.Overlaps {
		fmt.Fprintf(t.out, "%s decides some of what looks like %s\n", o.Earlier, o.Later)
	}
	for _, id := range r.Bare {
		fmt.Fprintf(t.out, "%s has no example\n", id)
	}
	if r.Version > 0 {
		fmt.Fprintf(t.out, "version %d\n", r.Version)
	}
}

func (t *tool) codeSign() *cobra.Command {
	var keyFile string
	cmd := &cobra.Command{
		Use:   "sign --key KEY FILE",
		Short: "Sign a file of rules, for registers that pin who may write it",
		Long: `sign checks a file of rules and writes its signature beside it (FILE.sig). A
register whose configuration has the key in [codes] keys takes the file only
with it. The key is Ed25519 in PEM:

  openssl genpkey -algorithm ed25519 -out rules.key`,
		Example: "  posctl code sign --key rules.key codes.toml",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := signingKey(keyFile)
			if err != nil {
				return err
			}
			rules, err := configs.CodeRules(args[0])
			if err != nil {
				return err
			}
			if rules.Version == 0 {
				return usage("%s has no version: begin it with version = 1, and let each change make it greater", args[0])
			}
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			if err := os.WriteFile(args[0]+configs.Signature, []byte(configs.SignRules(key, text)), 0o644); err != nil {
				return err
			}
			out := struct {
				File      string `json:"file"`
				Signature string `json:"signature"`
				Version   int64  `json:"version"`
				PublicKey string `json:"public_key"`
			}{args[0], args[0] + configs.Signature, rules.Version, base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}
			return t.print(out, func() {
				fmt.Fprintf(t.out, "%s is the signature of version %d\nfor registers: [codes] keys = [%q]\n", out.Signature, out.Version, out.PublicKey)
			})
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "`FILE` with the private key (PEM)")
	return cmd
}

func signingKey(name string) (ed25519.PrivateKey, error) {
	if name == "" {
		return nil, usage("say with --key which key signs: openssl genpkey -algorithm ed25519 -out rules.key")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	wrong := usage("%s is no private key of Ed25519 in PEM: openssl genpkey -algorithm ed25519 -out rules.key", name)
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, wrong
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := any.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, errors.Join(wrong, err)
	}
	return key, nil
}
