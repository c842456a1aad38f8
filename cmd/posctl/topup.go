package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) topup() *cobra.Command {
	var want control.NewTopUp
	var code string
	var wait bool
	cmd := &cobra.Command{
		Use:   "topup --amount YEN [--code TEXT] [--wait]",
		Short: "Turn a customer's cash into money of the wallet",
		Long: `topup begins a cash top-up: count the cash first. Without --code the customer
shows a code to the scanner. With --wait posctl waits until it has its result:
each step goes to standard error, the result to standard output.

The customer gets the cash back only when the result says "cash: give back".
While it says "cash: keep", give none: the wallet may have credited it.

Ctrl-C while waiting does not undo the top-up: posctl topup show tells what
becomes of it.`,
		Example: `  posctl topup --amount 3000 --wait
  posctl topup --amount 3000 --code 97239712345678901234 --reference T-7
  posctl topup list --day 2026-11-25
  posctl topup show T-7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if want.Amount <= 0 {
				return usage("--amount must be a whole number of yen above 0")
			}
			if code != "" {
				want.Code = &control.Code{Text: code}
			}
			return t.makeTopUp(cmd, want, wait)
		},
	}
	cmd.Flags().Int64Var(&want.Amount, "amount", 0, "`YEN` of cash that were taken (minor units of other currencies)")
	cmd.Flags().StringVar(&want.Currency, "currency", "JPY", "`CODE` of the currency, as in ISO 4217")
	cmd.Flags().StringVar(&want.Reference, "reference", "", "`NUMBER` of your own for the top-up, unique per day")
	cmd.Flags().StringVar(&code, "code", "", "`TEXT` of the customer's code, when it is at hand")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait for the result")
	cmd.AddCommand(t.topupList(), t.topupShow())
	return cmd
}

func (t *tool) makeTopUp(cmd *cobra.Command, want control.NewTopUp, wait bool) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	top, err := client.TopUp(cmd.Context(), want)
	if err != nil {
		return err
	}
	if wait {
		if top, err = t.follow(cmd.Context(), client, top); err != nil {
			return &ended{code: exitUnknown, err: fmt.Errorf("%w\nThe top-up goes on without posctl: see posctl topup show %s", err, top.ChargeKey)}
		}
	}
	if err := t.print(top, func() { fmt.Fprintln(t.out, topupLine(top)) }); err != nil {
		return err
	}
	return outcome(top, wait || want.Code != nil)
}

// topupLine tells of the cash instead of goods.
func topupLine(s control.Sale) string {
	line := fmt.Sprintf("%s  top-up of %d %s  %s", s.ChargeKey, s.Amount, s.Currency, s.State)
	if s.Reason != "" {
		line += " (" + s.Reason + ")"
	}
	switch s.State {
	case "declined", "abandoned", "reversed":
		return line + "  cash: give back"
	case "owed":
		return line + "  cash: give back, and posctl charges resolve " + s.ChargeKey + " --decision gave_back"
	}
	return line + "  cash: keep"
}

func (t *tool) topupList() *cobra.Command {
	want, day := control.Search{Kinds: []string{"topup"}}, ""
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List top-ups by day, operator or reference, newest first",
		Example: "  posctl topup list --day 2026-11-25\n  posctl topup list --operator hanako --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.listSales(cmd, want, day, "no top-ups") },
	}
	listFlags(cmd, &want, &day)
	return cmd
}

func (t *tool) topupShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show TOPUP",
		Short:   "Show how a top-up stands, and what to do with the cash",
		Long:    "show tells how a top-up stands. TOPUP is its ID, the key of one of its charges, or\nyour reference. It ends with 0 when it is credited, with 3 when the cash goes\nback, and with 4 while that is not known.",
		Example: "  posctl topup show T-7\n  posctl topup show S0001-T01-217000000-42 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			top, err := saleNamed(cmd.Context(), client, args[0])
			if err != nil {
				return err
			}
			if !top.TopUp {
				return &ended{code: exitFailed, err: errors.New(args[0] + " is a sale and no top-up: see posctl sales show " + args[0])}
			}
			if err := t.print(top, func() { fmt.Fprintln(t.out, topupLine(top)) }); err != nil {
				return err
			}
			if top.State == "prepared" {
				return &ended{code: exitUnknown}
			}
			return outcome(top, true)
		},
	}
}
