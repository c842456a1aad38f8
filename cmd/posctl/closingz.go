package main

import (
	"cmp"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) closeZ() *cobra.Command {
	var want control.NewClosing
	var count control.DrawerCount
	var path, manager string
	cmd := &cobra.Command{
		Use:   "z [--counted AMOUNT [--float AMOUNT] [--other AMOUNT]]",
		Short: "Close the register, once for a business day",
		Long: `z compares the business day with every wallet's list, corrects what a rule knows,
and closes the register: the closing gets the next number and is kept for good.
It covers everything since the closing before, and says what has changed: a sale
of yesterday that was collected today is in today's as such. What comes later
counts in the next one.

Without --date it is the oldest day that is not closed. It is refused while a
customer is at the register, and while something is in doubt, queued or owed, or
a wallet differs, unless --reason says why it is closed all the same.

With --counted the cash is compared: what the day began with (--float), what
another till took in less what it gave out (--other), and what top-ups put into
the drawer.`,
		Example: "  posctl close z --float 30000 --counted 53000\n  posctl close z --reason 'own Pay is out of order' --csv z.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			want.Kind = "z"
			if cmd.Flags().Changed("counted") {
				want.Drawer = &count
			} else if cmd.Flags().Changed("float") || cmd.Flags().Changed("other") {
				return usage("--float and --other need --counted")
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			if want.Approval, err = t.approval(cmd, client, control.NewApproval{Kind: "close_day", Key: want.Date, Operator: manager}); err != nil {
				return err
			}
			c, err := client.Closing(cmd.Context(), want)
			if err != nil {
				return err
			}
			return t.showZ(c, path)
		},
	}
	cmd.Flags().StringVar(&want.Date, "date", "", "business `DATE`, such as 2026-11-25 (default the oldest that is not closed)")
	cmd.Flags().StringVar(&want.Reason, "reason", "", "`WHY` it is closed although something waits or differs")
	cmd.Flags().Int64Var(&count.Counted, "counted", 0, "cash found in the drawer, in minor units such as yen: `AMOUNT`")
	cmd.Flags().Int64Var(&count.Float, "float", 0, "cash that the day began with: `AMOUNT`")
	cmd.Flags().Int64Var(&count.Other, "other", 0, "cash that another till took in, less what it gave out: `AMOUNT`")
	cmd.Flags().StringVar(&path, "csv", "", "also write the table to a new `FILE`, for Excel")
	approver(cmd, &manager)
	return cmd
}

func (t *tool) closeList() *cobra.Command {
	var before int64
	var limit int
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List closings (Z), the newest first",
		Example: "  posctl close list --limit 7",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			page, err := client.Closings(cmd.Context(), before, limit)
			if err != nil {
				return err
			}
			return t.print(page, func() {
				w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "Z\tDAY\tCLOSED AT\tBY\tNET\tOVER/SHORT")
				for _, c := range page.Closings {
					net, drawer := "", "not counted"
					for _, k := range c.Takings {
						net += fmt.Sprintf("%d %s ", k.Net, k.Currency)
					}
					if c.Z.Drawer.Said {
						drawer = strconv.FormatInt(c.Z.Drawer.Over, 10)
					}
					fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", c.Z.Number, c.Date, c.At.In(t.place()).Format("2006-01-02 15:04"), c.Z.Operator, cmp.Or(net, "0"), drawer)
				}
				_ = w.Flush()
				if page.Next > 0 {
					fmt.Fprintf(t.out, "more: posctl close list --before %d\n", page.Next)
				}
			})
		},
	}
	cmd.Flags().Int64Var(&before, "before", 0, "only those below this `NUMBER`")
	cmd.Flags().IntVar(&limit, "limit", 31, "at most so `MANY`, 1 to 100")
	return cmd
}

// zArg is the number of a closing.
func zArg(args []string) (int64, error) {
	n, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil || n < 1 {
		return 0, usage("%q must be the number of a closing, such as 12", args[0])
	}
	return n, nil
}

func (t *tool) closeShow() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:     "show NUMBER",
		Short:   "Show a closing (Z)",
		Example: "  posctl close show 12 --csv z12.csv",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := zArg(args)
			if err != nil {
				return err
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			c, err := client.ClosingOf(cmd.Context(), n)
			if err != nil {
				return err
			}
			return t.showZ(c, path)
		},
	}
	cmd.Flags().StringVar(&path, "csv", "", "also write the table to a new `FILE`, for Excel")
	return cmd
}

func (t *tool) closePrint() *cobra.Command {
	return &cobra.Command{
		Use:     "print NUMBER",
		Short:   "Print a closing (Z) once more, marked as a copy",
		Example: "  posctl close print 12",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := zArg(args)
			if err != nil {
				return err
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			c, err := client.PrintClosing(cmd.Context(), n)
			if err != nil {
				return err
			}
			return t.print(c, func() { fmt.Fprintf(t.out, "Z %d is printed\n", n) })
		},
	}
}

func (t *tool) showZ(c control.Closing, path string) error {
	if path != "" {
		if err := writeCSV(path, c); err != nil {
			return err
		}
	}
	return t.print(c, func() { t.zText(c) })
}

// zText is a closing for people.
func (t *tool) zText(c control.Closing) {
	z := c.Z
	fmt.Fprintf(t.out, "Z %d, business day %s, closed %s by %s, journal entries %d to %d\n", z.Number, c.Date, c.At.In(t.place()).Format("2006-01-02 15:04"), cmp.Or(z.Operator, "-"), z.First, z.Last)
	if len(c.Rows) > 0 || len(c.Takings) > 0 {
		t.sums(c)
	} else {
		fmt.Fprintln(t.out, "\nnothing has changed since the closing before")
	}
	fmt.Fprintln(t.out)
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, k := range z.Wallets {
		what := "agrees"
		switch {
		case !k.Compared:
			what = "NOT COMPARED: " + k.Problem
		case k.Left > 0:
			what = fmt.Sprintf("%d DIFFER: posctl reconcile --date %s", k.Left, c.Date)
		}
		fmt.Fprintf(w, "%s\t%s\n", cmp.Or(k.WalletNameE, k.Wallet), what)
	}
	for _, r := range z.Waiting {
		fmt.Fprintf(w, "carried forward\t%s %s %s\t%d\t%d %s\n", cmp.Or(r.WalletNameE, r.Wallet, "-"), r.Kind, r.State, r.Count, r.Amount, r.Currency)
	}
	_ = w.Flush()
	if z.Reason != "" {
		fmt.Fprintf(t.out, "closed all the same: %s\n", z.Reason)
	}
	if d := z.Drawer; d.Said {
		fmt.Fprintf(t.out, "drawer: float %d, other %d, this register %d: expected %d, counted %d, over/short %d\n", d.Float, d.Other, d.Cash, d.Expected, d.Counted, d.Over)
	} else {
		fmt.Fprintf(t.out, "drawer: not counted; this register moved %d\n", d.Cash)
	}
	fmt.Fprintf(t.out, "SHA-256 %s\n", z.SHA256)
}
