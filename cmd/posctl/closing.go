package main

import (
	"cmp"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) close() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "close",
		Short:   "See what a business day has come to, and close it",
		Long:    "close x adds a business day up, as often as you like; it changes nothing.\nclose z closes the register, once for a business day.",
		Example: "  posctl close x\n  posctl close z --float 30000 --counted 53000",
	}
	group(cmd)
	cmd.AddCommand(t.closeX(), t.closeZ(), t.closeList(), t.closeShow(), t.closePrint())
	return cmd
}

func (t *tool) closeX() *cobra.Command {
	var want control.NewClosing
	var path string
	cmd := &cobra.Command{
		Use:   "x [--date DATE]",
		Short: "Add a business day up without closing it",
		Long: `x adds up what this register took on a business day: what wallets have paid, what
was taken without a network and is not collected yet, what was given back, cash
that became money in wallets, and what is not settled. The tax per rate is that
of the receipts, each rounded once; refunds are not taken off it. Everything
counts on the day on which it was begun.

Whether the wallets say the same, "posctl reconcile" tells.`,
		Example: "  posctl close x\n  posctl close x --date 2026-11-25 --csv day.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			want.Kind = "x"
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			c, err := client.Closing(cmd.Context(), want)
			if err != nil {
				return err
			}
			if path != "" {
				if err := writeCSV(path, c); err != nil {
					return err
				}
			}
			return t.print(c, func() { t.closing(c) })
		},
	}
	cmd.Flags().StringVar(&want.Date, "date", "", "business `DATE`, such as 2026-11-25 (default today)")
	cmd.Flags().StringVar(&path, "csv", "", "also write the table to a new `FILE`, for Excel")
	return cmd
}

func (t *tool) closing(c control.Closing) {
	const minute = "2006-01-02 15:04"
	fmt.Fprintf(t.out, "Business day %s, from %s to %s, as of %s\n", c.Date, c.From.In(t.place()).Format(minute), c.To.In(t.place()).Format(minute), c.At.In(t.place()).Format(minute))
	if len(c.Takings) == 0 {
		fmt.Fprintln(t.out, "\nnothing was begun on this day")
		return
	}
	t.sums(c)
	if !c.Finished {
		fmt.Fprintln(t.out, "\nnot everything of this day is settled: posctl charges --state open,owed,unpaid")
	}
}

// sums are the tables of a closing.
func (t *tool) sums(c control.Closing) {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, k := range c.Takings {
		fmt.Fprintf(w, "\n\t%s\tcount\t\n", k.Currency)
		for _, line := range []struct {
			what string
			sum  control.Sum
		}{
			{"paid", k.Paid}, {"parts of bills in cash", k.Cash}, {"taken offline, to collect", k.Offline}, {"refunded", k.Refunded}, {"given back of what was owed", k.Returned},
			{"NOT SETTLED", k.Open}, {"OWED to customers", k.Owed}, {"UNPAID, goods gone", k.Unpaid}, {"top-ups, cash in the drawer", k.TopUps},
			{"brought here, other registers' sales", k.Brought},
		} {
			if line.sum != (control.Sum{}) || line.what == "paid" {
				fmt.Fprintf(w, "%s\t%d\t%d\t\n", line.what, line.sum.Amount, line.sum.Count)
			}
		}
		if k.PointsUsed != 0 || k.PointsEarned != 0 {
			fmt.Fprintf(w, "of paid and refunded by points\t%d\t\t\npoints that wallets granted\t%d\t\t\n", k.PointsUsed, k.PointsEarned)
		}
		fmt.Fprintf(w, "net of paid, cash, offline and refunds\t%d\t\t\n", k.Net)
	}
	for _, r := range c.Rates {
		fmt.Fprintf(w, "sold at %d%%, of it tax %d\t%d\t\t\n", r.Percent, r.Tax, r.Gross)
	}
	_ = w.Flush()
	fmt.Fprintln(t.out)
	w = tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WALLET\tKIND\tSTATE\tCOUNT\tAMOUNT")
	for _, r := range c.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d %s\n", cmp.Or(r.WalletNameE, r.Wallet, "-"), r.Kind, r.State, r.Count, r.Amount, r.Currency)
	}
	_ = w.Flush()
}

// writeCSV writes the rows of a day for Excel.
func writeCSV(path string, c control.Closing) error {
	out, err := newSheet(path, "z", "date", "wallet", "name", "kind", "state", "currency", "count", "amount")
	if err != nil {
		return err
	}
	number := ""
	if c.Z != nil {
		number = strconv.FormatInt(c.Z.Number, 10)
	}
	for _, r := range c.Rows {
		if err := out.row(number, c.Date, r.Wallet, r.WalletName, r.Kind, r.State, r.Currency, r.Count, r.Amount); err != nil {
			return out.drop(err)
		}
	}
	return out.close()
}
