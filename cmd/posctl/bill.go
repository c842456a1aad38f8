package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) bill() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bill",
		Short: "Pay in parts: some by code, the rest in cash or with another wallet",
		Long: `A bill is what is owed. It is paid in parts, one after the other: a part by code
stands at the scanner as any sale does; a part in cash is paid at once and belongs
into the drawer. While nobody knows whether a part is paid, no other begins. The
receipt of the part that completes the bill is the receipt of all of it. Parts
are given back one by one, with posctl refund.`,
		Example: "  posctl bill open --amount 2000\n  posctl bill part BILL --amount 1500\n  posctl bill part BILL --amount 500 --cash --handed 1000\n  posctl bill show BILL",
	}
	group(cmd)
	cmd.AddCommand(t.billOpen(), t.billPart(), t.billShow(), t.billCancel())
	return cmd
}

func (t *tool) billOpen() *cobra.Command {
	b := control.NewBill{Currency: "JPY"}
	cmd := &cobra.Command{
		Use:     "open --amount AMOUNT",
		Short:   "Open a bill",
		Example: "  posctl bill open --amount 2000 --reference R-0815",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if b.Amount < 1 {
				return usage("--amount must be at least 1")
			}
			return t.withBill(cmd, func(c *control.Client) (control.Bill, error) { return c.OpenBill(cmd.Context(), b) })
		},
	}
	cmd.Flags().Int64Var(&b.Amount, "amount", 0, "`AMOUNT` in minor units, tax included")
	cmd.Flags().StringVar(&b.Currency, "currency", b.Currency, "ISO 4217 `CODE`")
	cmd.Flags().StringVar(&b.Reference, "reference", "", "the POS software's own `NUMBER`")
	return cmd
}

func (t *tool) billPart() *cobra.Command {
	var p control.NewPart
	var cash bool
	cmd := &cobra.Command{
		Use:   "part BILL --amount AMOUNT",
		Short: "Pay a part of a bill, by code or in cash",
		Long: `Without --cash, a sale over the amount stands at the scanner: let the customer show
the code. With it, the cash is written down as taken, the drawer opens, and the
change is on the receipt.`,
		Example: "  posctl bill part BILL --amount 1500\n  posctl bill part BILL --amount 500 --cash --handed 1000",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case p.Amount < 1:
				return usage("--amount must be at least 1")
			case p.Handed != 0 && !cash:
				return usage("--handed is of cash: give --cash as well")
			}
			if p.Way = "code"; cash {
				p.Way = "cash"
			}
			return t.withBill(cmd, func(c *control.Client) (control.Bill, error) { return c.PayPart(cmd.Context(), args[0], p) })
		},
	}
	cmd.Flags().Int64Var(&p.Amount, "amount", 0, "`AMOUNT` of the part in minor units")
	cmd.Flags().BoolVar(&cash, "cash", false, "the part is paid in cash")
	cmd.Flags().Int64Var(&p.Handed, "handed", 0, "`AMOUNT` that the customer laid on the counter")
	return cmd
}

func (t *tool) billShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show BILL",
		Short:   "What of a bill is paid, and what is left",
		Example: "  posctl bill show BILL",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.withBill(cmd, func(c *control.Client) (control.Bill, error) { return c.Bill(cmd.Context(), args[0]) })
		},
	}
}

func (t *tool) billCancel() *cobra.Command {
	return &cobra.Command{
		Use:     "cancel BILL",
		Short:   "Let a bill take no more parts; what was paid of it must have gone back before",
		Example: "  posctl bill cancel BILL",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.withBill(cmd, func(c *control.Client) (control.Bill, error) { return c.CancelBill(cmd.Context(), args[0]) })
		},
	}
}

// withBill does something to a bill and shows it.
func (t *tool) withBill(cmd *cobra.Command, do func(*control.Client) (control.Bill, error)) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	b, err := do(client)
	if err != nil {
		return err
	}
	return t.print(b, func() { t.billText(b) })
}

func (t *tool) billText(b control.Bill) {
	fmt.Fprintf(t.out, "bill %s  %d %s  %s", b.ID, b.Amount, b.Currency, b.State)
	if b.State == "open" {
		fmt.Fprintf(t.out, ", %d left", b.Left)
	}
	fmt.Fprintln(t.out)
	if len(b.Parts) > 0 {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "PART\tWAY\tAMOUNT\tSTATE\tPAID\tCHARGE")
		for _, p := range b.Parts {
			fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%d\t%s\n", p.Part, p.Way, p.Sale.Amount, p.Sale.State, p.Paid, p.Sale.ChargeKey)
		}
		_ = w.Flush()
	}
	if n := len(b.Parts); n > 0 && b.Parts[n-1].Change > 0 {
		fmt.Fprintf(t.out, "  change: %d\n", b.Parts[n-1].Change)
	}
	switch {
	case b.Waiting && len(b.Parts) > 0 && b.Parts[len(b.Parts)-1].Sale.State == "prepared":
		fmt.Fprintln(t.out, "  next: let the customer show the code")
	case b.Waiting:
		fmt.Fprintln(t.out, "  next: wait until the part is settled; take no cash for it")
	case b.State == "open":
		fmt.Fprintf(t.out, "  next: posctl bill part %s --amount %d\n", b.ID, b.Left)
	}
}

func (t *tool) chargesFormal() *cobra.Command {
	var f control.NewFormal
	cmd := &cobra.Command{
		Use:   "formal CHARGE --to ADDRESSEE --for PURPOSE",
		Short: "Print the formal receipt of a sale, once",
		Long: `A sale, or a bill with all its parts, has one formal receipt, with a number of its
own. One that never reached paper is printed by the same command again. A
manager may print a copy, which is marked as one.`,
		Example: "  posctl charges formal S0001-T01-217000000-42 --to 株式会社みほん --for お品代\n  posctl charges formal S0001-T01-217000000-42 --copy",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.Copy == (f.To != "" || f.For != "") || !f.Copy && (f.To == "" || f.For == "") {
				return usage("give --to and --for, or --copy alone")
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			got, err := client.Formal(cmd.Context(), args[0], f)
			if err != nil {
				return err
			}
			return t.print(got, func() {
				fmt.Fprintf(t.out, "formal receipt %d to %s over %d %s: paper %s, copies %d\n", got.Number, got.To, got.Amount, got.Currency, got.Paper, got.Copies)
			})
		},
	}
	cmd.Flags().StringVar(&f.To, "to", "", "`ADDRESSEE` (宛名)")
	cmd.Flags().StringVar(&f.For, "for", "", "`PURPOSE` (但し書き)")
	cmd.Flags().BoolVar(&f.Copy, "copy", false, "one more of the one that there is, marked as a copy")
	return cmd
}
