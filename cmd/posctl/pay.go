package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) pay() *cobra.Command {
	var sale control.NewSale
	var code, rate string
	var wait, show bool
	cmd := &cobra.Command{
		Use:   "pay --amount YEN [--code TEXT | --show] [--wait]",
		Short: "Make a sale: show it at the scanner, or pay it with a code at once",
		Long: `pay opens a sale. Without --code the customer shows a code to the scanner; with
--show the register shows one, which the customer reads: see posctl sale show.
With --wait posctl waits until the sale has its result: each step goes to
standard error, the result to standard output.

Hand over the goods only when the result says "goods: hand_over".

Ctrl-C while waiting does not undo the sale: posctl charges tells what becomes
of it.`,
		Example: `  posctl pay --amount 1280 --wait
  posctl pay --amount 500 --rate reduced --reference A-0042 --wait
  posctl pay --amount 500 --code 90008181881234567890`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sale.Amount <= 0 {
				return usage("--amount must be a whole number of yen above 0")
			}
			if rate != "standard" {
				sale.Lines = []control.Line{{Name: "商品", Quantity: 1, Amount: sale.Amount, Rate: rate}}
			}
			if code != "" && show {
				return usage("--code is the customer's code, and --show one for the customer to read: give one of them")
			}
			if code != "" {
				sale.Code = &control.Code{Text: code}
			}
			if show {
				return t.makeShown(cmd, sale, wait)
			}
			return t.makeSale(cmd, sale, wait)
		},
	}
	cmd.Flags().Int64Var(&sale.Amount, "amount", 0, "`YEN` that are owed, tax included (minor units of other currencies)")
	cmd.Flags().StringVar(&sale.Currency, "currency", "JPY", "`CODE` of the currency, as in ISO 4217")
	cmd.Flags().StringVar(&sale.Reference, "reference", "", "`NUMBER` of your own for the sale, unique per day")
	cmd.Flags().StringVar(&rate, "rate", "standard", "tax `RATE`: standard, reduced or exempt")
	offer(cmd, "rate", "standard", "reduced", "exempt")
	cmd.Flags().StringVar(&code, "code", "", "`TEXT` of the customer's code, when it is at hand")
	cmd.Flags().BoolVar(&show, "show", false, "show a code that the customer reads")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait for the result")
	return cmd
}

// makeShown opens a sale and has a code shown for it.
func (t *tool) makeShown(cmd *cobra.Command, want control.NewSale, wait bool) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	sale, err := client.OpenSale(cmd.Context(), want)
	if err != nil {
		return err
	}
	return t.showSale(cmd.Context(), client, sale.ID, "", false, wait)
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
			return &ended{code: exitUnknown, err: fmt.Errorf("%w\nThe sale goes on without posctl: see posctl charges show %s", err, sale.ChargeKey)}
		}
	}
	if err := t.print(sale, func() { fmt.Fprintln(t.out, saleLine(sale)) }); err != nil {
		return err
	}
	return outcome(sale, wait || want.Code != nil)
}

// The waits of pay --wait: for news, and, while the agent is away, between
// two tries. An agent that restarts is back within seconds.
const (
	poll  = 10 * time.Second
	tries = 15
)

// follow tells each step of a sale on standard error until it has its result.
func (t *tool) follow(ctx context.Context, client *control.Client, sale control.Sale) (control.Sale, error) {
	shown, refusal, away := "", control.Refusal{}, 0
	for {
		if sale.State != shown {
			fmt.Fprintln(t.errOut, step(sale))
			shown = sale.State
		}
		// A scanner with a bad cable may say the same thing many times a second.
		if r := sale.Refusal; r != nil && r.At.After(refusal.At) && (r.Why != refusal.Why || r.At.Sub(refusal.At) > time.Second) {
			fmt.Fprintln(t.errOut, "not taken:", r.TextE)
			if r.Override != "" {
				fmt.Fprintf(t.errOut, "  a manager: posctl sale override --limit %s\n", r.Override)
			}
			refusal = *r
		}
		switch sale.State {
		case "prepared", "sent", "pending", "indoubt", "reversing":
		default:
			return sale, nil
		}
		next, err := client.Sale(ctx, sale.ID, poll)
		switch {
		case err == nil:
			sale, away = next, 0
		case ctx.Err() != nil:
			return sale, errors.New("no longer waiting")
		case away < tries && (errors.Is(err, control.ErrUnreachable) || errors.Is(err, control.ErrBrokeOff)):
			if away++; away == 1 {
				fmt.Fprintln(t.errOut, "the agent is away, trying again …")
			}
			select {
			case <-ctx.Done():
			case <-time.After(t.retry):
			}
		default:
			return sale, err
		}
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
		if s.Show != nil {
			return "waiting for the customer to read the code and to pay …"
		}
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
	case "prepared": // a code was given, but nothing of the request left
		return &ended{code: exitFailed, err: errors.New("nothing was taken: the wallet could not be asked, and the sale still waits for a code")}
	}
	return &ended{code: exitUnknown}
}
