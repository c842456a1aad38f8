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
		Example: "  posctl queue list\n  posctl queue forward --wait 5m\n  posctl queue export --to age1… --out queue.age",
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
			if limit < 1 || limit > 500 {
				return usage("--limit %d: 1 to 500 is wanted", limit)
			}
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
	cmd.AddCommand(list, t.queueForward(), t.queueRecipient(), t.queueExport(), t.queueImport(), t.queueReclaim())
	return cmd
}

func (t *tool) queueForward() *cobra.Command {
	var patience time.Duration
	cmd := &cobra.Command{
		Use:   "forward",
		Short: "Collect now, and tell how it goes on",
		Long: `forward lets the agent collect now what it would collect by itself after its
next pause, and tells how many are left until there are none. Stopping this
command stops nothing. It ends with 4 when some are left after the time of
--wait: the wallet or the network is still away, and the agent goes on.`,
		Example: "  posctl queue forward\n  posctl queue forward --wait 5m",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			q, err := client.Forward(cmd.Context())
			if err != nil {
				return err
			}
			all, until := q.Count+q.Carried, time.Now().Add(patience)
			for last := -1; q.Count+q.Carried > 0 && time.Now().Before(until); {
				if left := q.Count + q.Carried; left != last && !t.asJSON {
					fmt.Fprintf(t.out, "%d left, %d in minor units\n", left, q.Amount+q.Brought)
				}
				last = q.Count + q.Carried
				select {
				case <-cmd.Context().Done():
					return cmd.Context().Err()
				case <-time.After(min(500*time.Millisecond, time.Until(until))):
				}
				if q, err = client.Queue(cmd.Context(), 0); err != nil {
					return err
				}
			}
			if err := t.print(q, func() { t.collected(q, all) }); err != nil {
				return err
			}
			if q.Count+q.Carried > 0 {
				return &ended{code: exitUnknown}
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&patience, "wait", time.Minute, "how long to watch, such as 5m")
	return cmd
}

func (t *tool) collected(q control.Queue, all int) {
	if q.Count+q.Carried == 0 {
		fmt.Fprintf(t.out, "nothing is left of %d; what a wallet declined: posctl charges --state unpaid\n", all)
		return
	}
	fmt.Fprintf(t.out, "%d are left; the agent goes on by itself\n  next: posctl doctor tells whether the wallet can be reached\n", q.Count+q.Carried)
}

func (t *tool) showQueue(q control.Queue) {
	moment := func(at time.Time) string { return at.In(t.place()).Format("2006-01-02 15:04") }
	if len(q.Charges) > 0 {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "KEY\tAMOUNT\tSTATE\tWALLET\tTAKEN\tUNTIL\tATTEMPTS")
		for _, c := range q.Charges {
			state := c.State
			switch {
			case !c.Moved.IsZero():
				state = "moved"
			case c.Carried:
				state += ", carried"
			}
			fmt.Fprintf(w, "%s\t%d %s\t%s\t%s\t%s\t%s\t%d\n", c.Key, c.Amount, c.Currency, state, named(c.Wallet, c.WalletNameE), moment(c.Accepted), moment(c.Until), c.Attempts)
		}
		_ = w.Flush()
		if more := q.Count + q.Carried - len(q.Charges); more > 0 {
			fmt.Fprintf(t.out, "and %d more: posctl queue list --limit 500\n", more)
		}
	}
	l := q.Limits
	fmt.Fprintf(t.out, "waiting: %d of %d payments, %d of %d\n", q.Count, l.Count, q.Amount, l.Outstanding)
	if q.Carried > 0 {
		fmt.Fprintf(t.out, "and %d of other registers, %d\n", q.Carried, q.Brought)
	}
	if !q.Oldest.IsZero() {
		fmt.Fprintf(t.out, "the oldest was taken at %s; no more are taken when it has waited for %s\n", moment(q.Oldest), time.Duration(l.Age)*time.Second)
	}
	fmt.Fprintf(t.out, "at most %d at once, and %d of one customer\n", l.PerCharge, l.PerCustomer)
	if !q.Taking {
		fmt.Fprintln(t.out, "nothing is taken without a network: [offline] take = false")
	}
}
