package main

import (
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) alerts() *cobra.Command {
	var past bool
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "List the troubles that people were told of, acknowledge them, test the telling",
		Long: `alerts lists the alerts that stand, the newest first, and how the mailing goes.
With --all it lists the newest fifty, also those that are over.`,
		Example: "  posctl alerts\n  posctl alerts --all --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Alerts(cmd.Context(), !past, 0, 0)
			if err != nil {
				return err
			}
			return t.print(list, func() { t.showAlerts(list) })
		},
	}
	cmd.Flags().BoolVar(&past, "all", false, "also those that are over")
	cmd.AddCommand(t.alertAck(), t.alertTest())
	return cmd
}

func (t *tool) showAlerts(list control.Alerts) {
	if len(list.Alerts) == 0 {
		fmt.Fprintln(t.out, "nothing to tell")
	} else {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tSINCE\tOVER\tACKNOWLEDGED\tWHAT\tDETAIL")
		for _, a := range list.Alerts {
			over, what := "-", a.TitleE
			if !a.Cleared.IsZero() {
				over = a.Cleared.Local().Format(time.DateTime)
			}
			if a.Subject != "" {
				what += ": " + a.Subject
			}
			by := "-"
			if a.SeenBy != "" {
				by = a.SeenBy
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Raised.Local().Format(time.DateTime), over, by, what, a.Detail)
		}
		_ = w.Flush()
	}
	if m := list.Mail; m != nil && m.State != "ok" {
		fmt.Fprintf(t.out, "mail: %s: %s\n", m.State, m.Problem)
	}
}

func (t *tool) alertAck() *cobra.Command {
	return &cobra.Command{
		Use:   "ack ID",
		Short: "Say that somebody has seen to an alert",
		Long: `ack writes down that an alert is being seen to, so that nobody is reminded of it.
It stands until its trouble is over. The journal keeps who did it.`,
		Example: "  posctl alerts ack 12",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || id < 1 {
				return usage("%q is no number of an alert: posctl alerts lists them", args[0])
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			a, err := client.AcknowledgeAlert(cmd.Context(), id)
			if err != nil {
				return err
			}
			return t.print(a, func() { fmt.Fprintf(t.out, "alert %d is acknowledged by %s\n", a.ID, a.SeenBy) })
		},
	}
}

func (t *tool) alertTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test",
		Short: "Send a test by mail and to the webhooks that get alerts",
		Long: `test sends a test mail and a test message to each webhook that gets alerts, waits,
and says what came of each. When a test mail arrives, mails that had been given
up go on. It ends with 1 when one of them did not arrive, or when there is nobody
to tell.`,
		Example: "  posctl alerts test",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			got, err := client.TestAlerts(cmd.Context())
			if err != nil {
				return err
			}
			failed := len(got.Tried) == 0
			for _, one := range got.Tried {
				failed = failed || !one.OK
			}
			err = t.print(got, func() { t.showTried(got) })
			if err == nil && failed {
				err = &ended{code: exitFailed}
			}
			return err
		},
	}
}

func (t *tool) showTried(got control.AlertTest) {
	if len(got.Tried) == 0 {
		fmt.Fprintln(t.out, "nobody is told: set [mail], or a [[webhook]] that gets alert.*")
	}
	for _, one := range got.Tried {
		if one.OK {
			fmt.Fprintf(t.out, "%s: it was taken (%.2f s)\n", one.To, one.Seconds)
			continue
		}
		fmt.Fprintf(t.out, "%s: it was not taken: %s\n", one.To, one.Problem)
	}
}
