package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) pay() *cobra.Command {
	var sale control.NewSale
	var code, rate string
	var wait bool
	cmd := &cobra.Command{
		Use:   "pay --amount YEN [--code TEXT] [--wait]",
		Short: "Make a sale: show it at the scanner, or pay it with a code at once",
		Long: `pay opens a sale. Without --code the customer shows a code to the scanner;
with --wait posctl waits until the sale has its result, and says it.

Ctrl-C while waiting leaves the sale as it is: look at it with posctl charges.

` + exitText,
		Example: `  posctl pay --amount 1280 --wait
  posctl pay --amount 500 --rate reduced --reference A-0042 --code 97…`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sale.Amount <= 0 {
				return usage("--amount must be a whole number of yen above 0")
			}
			if rate != "standard" {
				sale.Lines = []control.Line{{Name: "商品", Quantity: 1, Amount: sale.Amount, Rate: rate}}
			}
			if code != "" {
				sale.Code = &control.Code{Text: code}
			}
			return t.makeSale(cmd, sale, wait)
		},
	}
	cmd.Flags().Int64Var(&sale.Amount, "amount", 0, "what is owed, tax included, in minor units")
	cmd.Flags().StringVar(&sale.Currency, "currency", "JPY", "ISO 4217 code")
	cmd.Flags().StringVar(&sale.Reference, "reference", "", "your own number of the sale, unique per day")
	cmd.Flags().StringVar(&rate, "rate", "standard", "tax rate: standard, reduced or exempt")
	cmd.Flags().StringVar(&code, "code", "", "the customer's code, when it is at hand")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait for the result")
	return cmd
}

func (t *tool) makeSale(cmd *cobra.Command, want control.NewSale, wait bool) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	sale, err := client.OpenSale(ctx, want)
	if err != nil {
		return err
	}
	if wait {
		if sale, err = t.follow(ctx, client, sale); err != nil {
			return err
		}
	}
	if err := t.print(sale, func() { fmt.Fprintln(t.out, saleLine(sale)) }); err != nil {
		return err
	}
	return outcome(sale, wait || want.Code != nil)
}

// follow tells each step of a sale on standard error until it has its result.
func (t *tool) follow(ctx context.Context, client *control.Client, sale control.Sale) (control.Sale, error) {
	const poll = 10 * time.Second
	shown, refusal := "", time.Time{}
	for {
		if sale.State != shown {
			fmt.Fprintln(t.errOut, step(sale))
			shown = sale.State
		}
		if r := sale.Refusal; r != nil && r.At.After(refusal) {
			fmt.Fprintln(t.errOut, "not taken:", r.TextE)
			refusal = r.At
		}
		switch sale.State {
		case "prepared", "sent", "pending", "indoubt", "reversing":
		default:
			return sale, nil
		}
		next, err := client.Sale(ctx, sale.ID, poll)
		if err != nil {
			return sale, fmt.Errorf("sale %s: %w", sale.ID, err)
		}
		sale = next
	}
}

func step(s control.Sale) string {
	switch s.State {
	case "prepared":
		if s.ReasonTextE != "" {
			return s.ReasonTextE
		}
		return "waiting for the customer's code …"
	case "sent":
		return "asking the wallet …"
	case "pending":
		return "the customer must confirm on the phone …"
	case "indoubt":
		return "the result is not known yet, asking again: do not hand over the goods …"
	case "reversing":
		return "being undone: do not hand over the goods …"
	}
	return s.State
}

func saleLine(s control.Sale) string {
	line := fmt.Sprintf("%s  %d %s  %s", s.ChargeKey, s.Amount, s.Currency, s.State)
	if s.Reason != "" {
		line += " (" + s.Reason + ")"
	}
	if s.Receipt != "" {
		line += "  receipt " + s.Receipt
	}
	return line + "  goods: " + s.Goods
}

// outcome is the exit code of a sale.
func outcome(s control.Sale, asked bool) error {
	if !asked {
		return nil
	}
	switch s.State {
	case "approved", "queued", "forwarding":
		return nil
	case "declined", "abandoned", "reversed":
		return &ended{code: exitDeclined}
	}
	return &ended{code: exitUnknown}
}
