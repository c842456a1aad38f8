package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) queue() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "queue",
		Short:   "What was taken without a network and is to be collected",
		Example: "  posctl queue list",
	}
	var limit int
	list := &cobra.Command{
		Use:   "list",
		Short: "List what waits to be collected, with the register's limits",
		Long: `list shows the payments that were taken without a network, and how much room
their limits leave. The agent collects them by itself when the network is back,
those whose code ends first before the others. Until a payment is collected its
money is at the shop's risk: bring the network back before the time under UNTIL.`,
		Example: "  posctl queue list\n  posctl queue list --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			q, err := client.Queue(cmd.Context(), limit)
			if err != nil {
				return err
			}
			return t.print(q, func() { t.showQueue(q) })
		},
	}
	list.Flags().IntVar(&limit, "limit", 100, "how many at most, 1 to 500")
	cmd.AddCommand(list)
	return cmd
}

func (t *tool) showQueue(q control.Queue) {
	moment := func(at time.Time) string { return at.In(t.place()).Format("2006-01-02 15:04") }
	if len(q.Charges) > 0 {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "KEY\tAMOUNT\tSTATE\tWALLET\tTAKEN\tUNTIL\tATTEMPTS")
		for _, c := range q.Charges {
			fmt.Fprintf(w, "%s\t%d %s\t%s\t%s\t%s\t%s\t%d\n", c.Key, c.Amount, c.Currency, c.State, named(c.Wallet, c.WalletNameE), moment(c.Accepted), moment(c.Until), c.Attempts)
		}
		_ = w.Flush()
		if more := q.Count - len(q.Charges); more > 0 {
			fmt.Fprintf(t.out, "and %d more: posctl queue list --limit 500\n", more)
		}
	}
	l := q.Limits
	fmt.Fprintf(t.out, "waiting: %d of %d payments, %d of %d\n", q.Count, l.Count, q.Amount, l.Outstanding)
	if !q.Oldest.IsZero() {
		fmt.Fprintf(t.out, "the oldest was taken at %s; no more are taken when it has waited for %s\n", moment(q.Oldest), time.Duration(l.Age)*time.Second)
	}
	fmt.Fprintf(t.out, "at most %d at once, and %d of one customer\n", l.PerCharge, l.PerCustomer)
	if !q.Taking {
		fmt.Fprintln(t.out, "nothing is taken without a network: [offline] take = false")
	}
}
