package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) charges() *cobra.Command {
	var states []string
	var timeline string
	var before int64
	var limit int
	cmd := &cobra.Command{
		Use:     "charges",
		Short:   "List charges, newest first",
		Long:    "charges lists what became of every charge. With --timeline it tells the whole\nstory of one: each step with its time, who asked, what the wallet said, what it\nchanged, and what the cashier read.\n\nowed and unpaid wait for the manager: posctl charges --state owed,unpaid\n\n" + stateText,
		Example: "  posctl charges --state open\n  posctl charges --timeline S0001-T01-217000000-42\n  posctl charges show S0001-T01-217000000-42\n  posctl charges receipt S0001-T01-217000000-42 --png receipt.png",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			if timeline != "" {
				c, err := client.Charge(cmd.Context(), timeline)
				if err != nil {
					return err
				}
				return t.print(c, func() { t.timeline(c) })
			}
			page, err := client.Charges(cmd.Context(), states, before, limit)
			if err != nil {
				return err
			}
			return t.print(page, func() { t.table(page) })
		},
	}
	cmd.Flags().StringSliceVar(&states, "state", nil, "only these states, separated by commas")
	cmd.Flags().StringVar(&timeline, "timeline", "", "tell the whole story of the charge with this `KEY`")
	cmd.Flags().Int64Var(&before, "before", 0, "continue a list: the number after \"more:\" at its end")
	offer(cmd, "state", "open", "prepared", "sent", "pending", "indoubt", "queued", "forwarding", "approved", "reversing", "owed", "unpaid", "declined", "abandoned", "reversed")
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most, 1 to 500")
	cmd.AddCommand(t.chargesFormal(), t.chargeShow(), t.chargeReceipt(), t.chargeReprint(), t.chargeResolve())
	return cmd
}

func (t *tool) table(page control.Charges) {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tKIND\tAMOUNT\tSTATE\tREASON\tWALLET\tPAPER\tCHANGED")
	for _, c := range page.Charges {
		fmt.Fprintf(w, "%s\t%s\t%d %s\t%s\t%s\t%s\t%s\t%s\n", c.Key, or(c.Kind, "charge"), c.Amount, c.Currency, c.State, c.Reason, c.Wallet, c.Paper, c.Changed.Local().Format("2006-01-02 15:04:05"))
	}
	_ = w.Flush()
	if page.Next > 0 {
		fmt.Fprintf(t.out, "more: --before %d\n", page.Next)
	}
	if len(page.Charges) == 0 {
		fmt.Fprintln(t.out, "no charges")
	}
}

func (t *tool) chargeShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show KEY",
		Short:   "Show a charge and every step it took",
		Long:    "show tells how a charge stands, and its history as it is in the journal: who\nasked for what, what the wallet said, and what it changed.",
		Example: "  posctl charges show S0001-T01-217000000-42",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			c, err := client.Charge(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return t.print(c, func() {
				fmt.Fprintf(t.out, "%s  %d %s  %s  goods: %s  code %s  wallet %s %s  paper %s\n", c.Key, c.Amount, c.Currency, c.State, c.Goods, c.Code, c.Wallet, c.Receipt, c.Paper)
				for _, s := range c.Steps {
					fmt.Fprintln(t.out, stepLine(s))
				}
			})
		},
	}
}

func stepLine(s control.Step) string {
	what := s.Event
	if what == "" {
		what = "begin"
	}
	line := fmt.Sprintf("  %s  %-8s %s -> %s", s.At.Local().Format("15:04:05.000"), what, s.From, s.To)
	for _, extra := range []string{s.Wallet, s.Reason, "by " + s.By, s.Note} {
		if extra != "" && extra != "by " {
			line += "  " + extra
		}
	}
	if !s.Moved {
		line += "  (nothing changed)"
	}
	return line
}

func (t *tool) chargeReceipt() *cobra.Command {
	var png, lang string
	cmd := &cobra.Command{
		Use:     "receipt KEY",
		Short:   "Show a paid charge's receipt as it is on paper",
		Long:    "receipt shows what the printer would put on paper, as text on standard output\nor as a picture in a file. A charge that is not paid has no receipt.",
		Example: "  posctl charges receipt S0001-T01-217000000-42 --lang en\n  posctl charges receipt S0001-T01-217000000-42 --png receipt.png",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			data, err := client.Receipt(cmd.Context(), args[0], lang, png != "")
			if err != nil {
				return err
			}
			if png != "" {
				if err := os.WriteFile(png, data, 0o600); err != nil {
					return err
				}
				return t.print(map[string]string{"png": png}, func() { fmt.Fprintln(t.out, png) })
			}
			return t.print(map[string]string{"text": string(data)}, func() { fmt.Fprintln(t.out, strings.TrimRight(string(data), "\n")) })
		},
	}
	cmd.Flags().StringVar(&png, "png", "", "write a picture of the paper to `FILE`")
	cmd.Flags().StringVar(&lang, "lang", "ja", "`LANGUAGE`: ja or en")
	offer(cmd, "lang", "ja", "en")
	return cmd
}

func (t *tool) chargeReprint() *cobra.Command {
	var which string
	cmd := &cobra.Command{
		Use:   "reprint KEY",
		Short: "Print a charge's receipt once more, or the store's copy",
		Long: `reprint prints a receipt, marked as a copy, and waits for what became of it. A
receipt that never reached paper is printed as the original. It ends with 4 when
the printer cannot tell whether it is on paper: look.

With --copy store it prints what the store keeps of a payment that was taken
without a network and is not collected yet: not for the customer, and to be kept
like cash.`,
		Example: "  posctl charges reprint S0001-T01-217000000-42\n  posctl charges reprint S0001-T01-217000000-42 --copy store",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			print := (*control.Client).Reprint
			switch which {
			case "receipt":
			case "store":
				print = (*control.Client).ReprintStoreCopy
			default:
				return usage("--copy %s: receipt or store is wanted", which)
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			paper, err := print(client, cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := t.print(paper, func() { fmt.Fprintln(t.out, "paper:", paper.Paper) }); err != nil {
				return err
			}
			switch paper.Paper {
			case "failed", "unprinted":
				return &ended{code: exitFailed}
			case "unknown":
				return &ended{code: exitUnknown}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&which, "copy", "receipt", "`WHICH` paper: receipt or store")
	offer(cmd, "copy", "receipt", "store")
	return cmd
}
