package main

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/wallet/wirecheck"
)

// wallet holds what is done with a wallet, and with no register.
func (t *tool) wallet() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "wallet",
		Short:   "Judge a wallet by the contract",
		Example: "  posctl wallet check https://wallet.example.jp --cert t1.crt --key t1.key --codes codes.txt",
	}
	cmd.AddCommand(t.walletCheck())
	return cmd
}

// trial is what wallet check is given.
type trial struct {
	ca                      string
	cert, key               string
	otherCert, otherKey     string
	expiredCert, expiredKey string
	codes, mint, customer   string
	wallet                  string
	bulletinKeys, only      []string
	amount                  int64
	currency                string
	steps                   bool
}

func (t *tool) walletCheck() *cobra.Command {
	var in trial
	pays, waits := wirecheck.CodesNeeded()
	cmd := &cobra.Command{
		Use:   "check URL",
		Short: "Try every rule of the wallet contract on a wallet's test system",
		Long: fmt.Sprintf(`check plays a register of the wallet at URL, and tries the contract of
docs/reference/wallet-contract.md rule by rule: it pays, refunds, tops up and
reverses small amounts, comes too late, comes twice, comes at once, and sends
what no register sends. It is for a test system: what it buys is not given back.

--codes is a file with fresh codes of customers who have money, one a line:
%d for all checks, and %d more as "waits CODE" whose charges must be confirmed
on the phone. --mint takes them from the try-out socket of the reference wallet.
A check that lacks something is left out and says what it needs.

Exit code 0: every rule that was tried is kept, and all were tried; 1: a rule is
broken; 4: none is broken, but not all could be tried; 5: no wallet answers.`, pays, waits),
		Example: `  posctl wallet check https://127.0.0.1:7071 --ca ca.crt --cert t1.crt --key t1.key --mint try.sock
  posctl wallet check https://wallet.example.jp --cert t1.crt --key t1.key --codes codes.txt --json
  posctl wallet check https://wallet.example.jp --cert t1.crt --key t1.key --only ping --steps`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return t.judgeWallet(cmd, args[0], in) },
	}
	f := cmd.Flags()
	f.StringVar(&in.ca, "ca", "", "`FILE` with the wallet's authority (PEM); empty: those of this machine")
	f.StringVar(&in.cert, "cert", "", "`FILE` with the certificate of a register, STORE-TERMINAL (PEM)")
	f.StringVar(&in.key, "key", "", "`FILE` with its key (PEM)")
	f.StringVar(&in.otherCert, "other-cert", "", "`FILE` with the certificate of another register of the store")
	f.StringVar(&in.otherKey, "other-key", "", "`FILE` with its key")
	f.StringVar(&in.expiredCert, "expired-cert", "", "`FILE` with a register's certificate whose time is over")
	f.StringVar(&in.expiredKey, "expired-key", "", "`FILE` with its key")
	f.StringVar(&in.codes, "codes", "", "`FILE` with test codes, one a line")
	f.StringVar(&in.mint, "mint", "", "`SOCKET` of the reference wallet for trying it out, which makes codes")
	f.StringVar(&in.customer, "customer", "", "`NAME` of the customer for --mint; empty: the first")
	f.StringVar(&in.wallet, "wallet", "", "`ID` of the wallet in its bulletin")
	f.StringArrayVar(&in.bulletinKeys, "bulletin-key", nil, "`KEY` that signs its bulletin (base64); may be repeated")
	f.Int64Var(&in.amount, "amount", 100, "`N` minor units of a small charge; have 50 times that")
	f.StringVar(&in.currency, "currency", "JPY", "currency of all amounts")
	f.StringSliceVar(&in.only, "only", nil, "`NAMES` of the checks to make, with commas; empty: all")
	f.BoolVar(&in.steps, "steps", false, "show everything that was sent and came")
	offer(cmd, "only", wirecheck.Names()...)
	return cmd
}

func (t *tool) judgeWallet(cmd *cobra.Command, url string, in trial) error {
	o, err := in.options(url)
	if err != nil {
		return &ended{code: exitUsage, err: err}
	}
	if !t.asJSON {
		o.Told = func(r wirecheck.Result) { t.tellCheck(r, in.steps) }
	}
	report, err := wirecheck.Run(cmd.Context(), o)
	switch {
	case errors.Is(err, wirecheck.ErrOptions):
		return &ended{code: exitUsage, err: err}
	case errors.Is(err, wirecheck.ErrUnreachable):
		return &ended{code: exitUnreachable, err: err}
	case err != nil:
		return err
	}
	if err := t.print(report, func() {
		fmt.Fprintf(t.out, "\n%s as %s: %d kept, %d broken, %d could not be tried\n", report.URL, report.Register, report.Kept, report.Broken, report.Missing)
	}); err != nil {
		return err
	}
	switch {
	case report.Broken > 0:
		return &ended{code: exitFailed}
	case report.Missing > 0:
		return &ended{code: exitUnknown}
	}
	return nil
}

// tellCheck is a line for a check, and what was wrong under it.
func (t *tool) tellCheck(r wirecheck.Result, all bool) {
	mark := map[wirecheck.Outcome]string{wirecheck.Kept: "✓", wirecheck.Broken: "✕", wirecheck.Missing: "–"}[r.Outcome]
	fmt.Fprintf(t.out, "%s %-22s %-10s %s\n", mark, r.Check, r.Rule, r.Says)
	if r.Needs != "" {
		fmt.Fprintf(t.out, "    needs %s\n", r.Needs)
	}
	for _, s := range r.Steps {
		if !s.OK || all {
			fmt.Fprintf(t.out, "    sent  %s\n    want  %s\n    came  %s\n", s.Sent, s.Want, s.Came)
		}
	}
}

// options reads the files that the flags name.
func (in trial) options(url string) (wirecheck.Options, error) {
	o := wirecheck.Options{URL: url, Wallet: in.wallet, Amount: in.amount, Currency: in.currency, Only: in.only}
	if in.cert == "" || in.key == "" {
		return o, errors.New("--cert and --key must name a register's certificate and key (see posctl wallet check --help)")
	}
	if in.amount < 1 {
		return o, errors.New("--amount must be above 0")
	}
	if in.codes != "" && in.mint != "" {
		return o, errors.New("codes come from --codes or from --mint, not from both")
	}
	own, err := certificateOf(in.cert, in.key)
	if err != nil {
		return o, err
	}
	o.Register = *own
	if o.Other, err = certificateOf(in.otherCert, in.otherKey); err != nil {
		return o, err
	}
	if o.Expired, err = certificateOf(in.expiredCert, in.expiredKey); err != nil {
		return o, err
	}
	if in.ca != "" {
		data, err := os.ReadFile(in.ca)
		if err != nil {
			return o, err
		}
		o.Roots = x509.NewCertPool()
		if !o.Roots.AppendCertsFromPEM(data) {
			return o, fmt.Errorf("there is no PEM certificate in %s", in.ca)
		}
	}
	for _, text := range in.bulletinKeys {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return o, fmt.Errorf("--bulletin-key %q must be %d bytes in base64", text, ed25519.PublicKeySize)
		}
		o.BulletinKeys = append(o.BulletinKeys, key)
	}
	switch {
	case in.codes != "":
		data, err := os.ReadFile(in.codes)
		if err != nil {
			return o, err
		}
		o.Codes = wirecheck.ListedCodes(string(data))
	case in.mint != "":
		o.Codes = wirecheck.MintedCodes(strings.TrimPrefix(in.mint, "unix:"), in.customer)
	}
	return o, nil
}

// certificateOf is nil without both files.
func certificateOf(cert, key string) (*tls.Certificate, error) {
	switch {
	case cert == "" && key == "":
		return nil, nil
	case cert == "" || key == "":
		return nil, errors.New("a certificate needs its key, and a key its certificate")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", cert, key, err)
	}
	return &pair, nil
}
