package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) sales() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "sales",
		Short:   "List the sales of a day, or look at one",
		Example: "  posctl sales list --day 2026-11-25\n  posctl sales show A-0042",
	}
	cmd.AddCommand(t.salesList(), t.salesShow())
	return cmd
}

// listFlags are what narrows a list of sales or of top-ups.
func listFlags(cmd *cobra.Command, want *control.Search, day *string) {
	f := cmd.Flags()
	f.StringVar(day, "day", "", "only this business `DAY`, such as 2026-11-25")
	f.StringVar(&want.Operator, "operator", "", "only what this operator asked for: an `ID`")
	f.StringVar(&want.Reference, "reference", "", "only the POS software's `NUMBER`")
	f.StringVar(&want.After, "after", "", "continue a list: the `PLACE` after \"more:\" at its end")
	f.IntVar(&want.Limit, "limit", 50, "how many charges at most, 1 to 500")
}

func (t *tool) salesList() *cobra.Command {
	want, day := control.Search{Kinds: []string{"charge"}}, ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List sales by day, operator or reference, newest first",
		Long: `list shows every try to pay a sale, newest first. A sale that was declined once
and then paid has two lines with one ID. Its refunds are among the charges:
posctl charges show KEY.`,
		Example: "  posctl sales list --day 2026-11-25 --operator hanako\n  posctl sales list --reference A-0042 --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.listSales(cmd, want, day, "no sales") },
	}
	listFlags(cmd, &want, &day)
	return cmd
}

func (t *tool) listSales(cmd *cobra.Command, want control.Search, day, none string) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	want.From, want.To = day, day
	page, err := fullPage(cmd.Context(), client, want)
	if err != nil {
		return err
	}
	return t.print(page, func() { t.tries(page, none) })
}

func (t *tool) tries(page control.Findings, none string) {
	if len(page.Found) == 0 {
		fmt.Fprintln(t.out, none)
		return
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "DATE\tTIME\tREFERENCE\tAMOUNT\tSTATE\tWALLET\tOPERATOR\tID\tKEY")
	for _, h := range page.Found {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d %s\t%s\t%s\t%s\t%s\t%s\n", h.Date, h.At.In(t.place()).Format(time.TimeOnly), or(h.Reference, "-"), h.Amount, h.Currency, h.State,
			or(or(h.WalletNameE, h.Wallet), "-"), or(h.Operator, "-"), h.SaleID, h.Key)
	}
	_ = w.Flush()
	if page.Next != "" {
		fmt.Fprintf(t.out, "more: --after %s\n", page.Next)
	}
}

func (t *tool) salesShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show SALE",
		Short: "Show how a sale stands, and what was sold",
		Long: `show tells how a sale stands. SALE is its ID, the key of one of its charges, or
the POS software's reference; of a reference that was used on several days it is
the newest.`,
		Example: "  posctl sales show A-0042\n  posctl sales show S0001-T01-217000000-42 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			sale, err := saleNamed(cmd.Context(), client, args[0])
			if err != nil {
				return err
			}
			return t.print(sale, func() { t.wholeSale(sale) })
		},
	}
}

// saleNamed is the sale with an id, a key of a charge, or a reference.
func saleNamed(ctx context.Context, client *control.Client, name string) (control.Sale, error) {
	sale, err := client.Sale(ctx, name, 0)
	if !notThere(err) {
		return sale, err
	}
	for _, want := range []control.Search{{Key: name, Limit: 1}, {Reference: name, Limit: 1}} {
		page, err := fullPage(ctx, client, want)
		if err != nil {
			return sale, err
		}
		if len(page.Found) > 0 {
			return client.Sale(ctx, page.Found[0].SaleID, 0)
		}
	}
	return sale, &ended{code: exitFailed, err: fmt.Errorf("no sale has the id, the key or the reference %q: see posctl sales list", name)}
}

// notThere tells whether a name is none that the agent knows, or could be one.
func notThere(err error) bool {
	var answer *control.Error
	return errors.As(err, &answer) && (answer.Status == 404 || answer.Status == 422)
}

func (t *tool) wholeSale(s control.Sale) {
	fmt.Fprintln(t.out, saleLine(s))
	fmt.Fprintf(t.out, "  sale %s  reference %s  business day %s  opened %s  wallet %s  paper %s\n", s.ID, or(s.Reference, "-"), s.BusinessDate, s.Opened.In(t.place()).Format(time.DateTime), or(or(s.WalletNameE, s.Wallet), "-"), s.Paper)
	for _, l := range s.Lines {
		fmt.Fprintf(t.out, "  %d x %s  %d %s  %s\n", l.Quantity, l.Name, l.Amount, s.Currency, l.Rate)
	}
	if s.ReasonTextE != "" {
		fmt.Fprintf(t.out, "  %s\n", s.ReasonTextE)
	}
	fmt.Fprintf(t.out, "  every step: posctl charges show %s\n", s.ChargeKey)
}
