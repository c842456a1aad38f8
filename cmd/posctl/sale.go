package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

func (t *tool) sale() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "sale",
		Short:   "Decide about the sale that is open at the register",
		Example: "  posctl sale show --wait\n  posctl sale override --limit per_charge",
	}
	cmd.AddCommand(t.saleShow(), t.saleOverride())
	return cmd
}

// overridable are the limits that a manager may let a sale pass, where the
// settings allow it.
var overridable = []string{"per_charge", "per_customer", "outstanding", "count", "age"}

func (t *tool) saleOverride() *cobra.Command {
	var o control.Override
	var code string
	cmd := &cobra.Command{
		Use:   "override [SALE] --limit LIMIT",
		Short: "Let the open sale pass a limit of what is taken without a network",
		Long: `override is for the manager, once a signed code was refused over a limit. It
lets this one sale pass that limit; then the customer shows the code again, to
the scanner or as --code, within a minute. The code that was refused has not been used. SALE is
the sale's id; without it, it is the one that is open.

[offline] override in the settings names the limits that may be lifted. What the
wallet has narrowed, what the phone's certificate affords, a stop, and a
customer who did not pay before stay as they are.

Without --manager the journal names the program that calls, which on the agent's
own socket is "program local". With it, posctl asks for that manager's PIN, or reads one
line from standard input, and the journal names the manager.`,
		Example: "  posctl sale override --limit per_charge\n  posctl sale override --limit per_charge --manager tanaka",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(overridable, o.Limit) {
				return usage("--limit must be %s", strings.Join(overridable, ", "))
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			id, err := openSale(cmd.Context(), client, args)
			if err != nil {
				return err
			}
			if o.Operator != "" {
				if o.PIN, err = t.askPIN(operator.Manager); err != nil {
					return err
				}
			}
			return t.letPass(cmd.Context(), client, id, o, code)
		},
	}
	cmd.Flags().StringVar(&o.Limit, "limit", "", "`LIMIT` that refused the code: "+strings.Join(overridable, ", "))
	cmd.Flags().StringVar(&o.Operator, "manager", "", "`ID` of the manager whose leave it is; the PIN is asked for")
	cmd.Flags().StringVar(&code, "code", "", "`TEXT` of the customer's code, when it is at hand: it pays at once")
	offer(cmd, "limit", overridable...)
	return cmd
}

// openSale is the id that was given, or that of the sale at the register.
func openSale(ctx context.Context, client *control.Client, args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	r, err := client.Register(ctx)
	switch {
	case err != nil:
		return "", err
	case r.Sale == nil:
		return "", &ended{code: exitFailed, err: errors.New("no sale is open at the register: make one with posctl pay, and let the code be scanned")}
	}
	return r.Sale.ID, nil
}

func (t *tool) letPass(ctx context.Context, client *control.Client, id string, o control.Override, code string) error {
	sale, err := client.OverrideSale(ctx, id, o)
	if err != nil {
		return err
	}
	if code != "" {
		if sale, err = client.PaySale(ctx, id, control.Code{Text: code}); err != nil {
			return err
		}
	}
	if err := t.print(sale, func() {
		fmt.Fprintln(t.out, saleLine(sale))
		if code == "" {
			fmt.Fprintf(t.out, "  it may pass: %s\n  next: let the customer show the code again\n", strings.Join(sale.Lifted, ", "))
		}
	}); err != nil {
		return err
	}
	return outcome(sale, code != "")
}
