package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/cmd/posctl/demo"
)

func (t *tool) saleShow() *cobra.Command {
	var wallet string
	var paper, wait bool
	cmd := &cobra.Command{
		Use:   "show [SALE] [--wallet ID] [--print] [--wait]",
		Short: "Have a code shown that the customer reads and pays",
		Long: `show asks a wallet for a code for the open sale. It is on the cashier's page and
on the customer's display, and here on the terminal; --print puts it on paper as
well. Asked again, it shows the same code. SALE is the sale's id; without it, it
is the one that is open.

The code is closed when the customer has paid, when its time is over, when the
sale is cancelled, and when the next sale begins. A customer's own code is not
taken meanwhile.

With --wait posctl waits for the result. Hand over the goods only when it says
"goods: hand_over".`,
		Example: "  posctl sale show --wait\n  posctl sale show --wallet own --print",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			id, err := openSale(cmd.Context(), client, args)
			if err != nil {
				return err
			}
			return t.showSale(cmd.Context(), client, id, wallet, paper, wait)
		},
	}
	cmd.Flags().StringVar(&wallet, "wallet", "", "`ID` of the wallet (default: the preferred one that gives codes)")
	cmd.Flags().BoolVar(&paper, "print", false, "print the code for the customer")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait for the result")
	return cmd
}

func (t *tool) showSale(ctx context.Context, client *control.Client, id, wallet string, paper, wait bool) error {
	sale, err := client.ShowSale(ctx, id, wallet)
	if err == nil && paper && sale.Show != nil {
		sale, err = client.PrintShown(ctx, id)
	}
	if err != nil {
		return err
	}
	if !t.asJSON {
		t.drawShown(sale)
	}
	if wait {
		if sale, err = t.follow(ctx, client, sale); err != nil {
			return &ended{code: exitUnknown, err: fmt.Errorf("%w\nThe sale goes on without posctl: see posctl charges show %s", err, sale.ChargeKey)}
		}
	}
	if err := t.print(sale, func() { fmt.Fprintln(t.out, saleLine(sale)) }); err != nil {
		return err
	}
	if sale.Show != nil && sale.State == "pending" {
		return nil // it was asked for, and it is there
	}
	return outcome(sale, true)
}

// drawShown draws the code on standard error, where people look.
func (t *tool) drawShown(sale control.Sale) {
	if sale.Show == nil || sale.Show.Text == "" {
		return
	}
	m, err := picture.QR(sale.Show.Text, picture.Medium)
	if err != nil {
		fmt.Fprintln(t.errOut, err)
		return
	}
	out := t.errOut
	colour := false
	if s, ok := out.(screen); ok {
		if f, isFile := s.out.(*os.File); isFile && term.IsTerminal(int(f.Fd())) {
			out, colour = s.out, true
		}
	}
	fmt.Fprint(out, m.Blocks(colour))
	fmt.Fprintf(t.errOut, "%s  to be paid until %s\n", sale.Show.Text, sale.Show.Until.Local().Format(time.TimeOnly))
}

func (t *tool) demoPay() *cobra.Command {
	var customer string
	cmd := &cobra.Command{
		Use:   "pay [TEXT] [--customer NAME]",
		Short: "A customer's phone reads the code that the register shows, and pays",
		Long: `pay is the customer of ` + "`posctl sale show`" + `: the phone reads the code and the
wallet takes the money, if the customer has it and the code is still open. TEXT
is the text of a code; without it, it is the one that the demo's register shows.`,
		Example: "  posctl demo pay --dir .demo\n  posctl demo pay --dir .demo --customer zero",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := ""
			if len(args) == 1 {
				text = args[0]
			} else {
				var err error
				if text, err = shownAt(cmd.Context(), t.demoDir()); err != nil {
					return err
				}
			}
			var said spoken
			if err := demo.Order(cmd.Context(), t.demoDir(), "pay", text, customer, &said); err != nil {
				return err
			}
			return t.print(said, func() { fmt.Fprintln(t.out, said.Key, said.Status) })
		},
	}
	cmd.Flags().StringVar(&customer, "customer", "", "`NAME` of who pays (default: the first customer)")
	return cmd
}

// shownAt is the text of the code that the demo's register shows.
func shownAt(ctx context.Context, dir string) (string, error) {
	facts, err := demo.ReadFacts(dir)
	if err != nil {
		return "", &ended{code: exitUnreachable, err: err}
	}
	r, err := control.Dial("unix:"+facts.Socket, "").Register(ctx)
	switch {
	case err != nil:
		return "", err
	case r.Sale == nil || r.Sale.Show == nil || r.Sale.Show.Text == "":
		return "", &ended{code: exitFailed, err: errors.New("the register shows no code: have one shown with posctl sale show")}
	}
	return r.Sale.Show.Text, nil
}
