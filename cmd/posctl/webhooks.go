package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) webhooks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhooks",
		Short: "List the programs that are told what happens, test them, switch them on again",
		Long: `webhooks lists the [[webhook]] of the configuration and how each stands: ok,
failing (it is tried again), gone (it answered 410) or given_up (it failed for
five days). One that is gone or given up is sent nothing until it is enabled.`,
		Example: "  posctl webhooks\n  posctl webhooks test books",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Webhooks(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(list, func() { t.listeners(list) })
		},
	}
	cmd.AddCommand(t.webhookTest(), t.webhookEnable())
	return cmd
}

func (t *tool) listeners(list control.Webhooks) {
	if len(list.Webhooks) == 0 {
		fmt.Fprintln(t.out, "no other program is told: add [[webhook]] to the configuration")
		return
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tSENT\tBEHIND\tURL")
	for _, h := range list.Webhooks {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", h.Name, h.State, h.Sent, h.Behind, h.URL)
	}
	_ = w.Flush()
	for _, h := range list.Webhooks {
		if h.Problem != "" {
			fmt.Fprintf(t.out, "  %s: %s\n", h.Name, h.Problem)
		}
	}
}

func (t *tool) webhookTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test NAME",
		Short: "Send a test message and show the answer",
		Long: `test sends a signed message of the type "test" at once, also to a webhook that is
off, and waits for the answer. It ends with 0 when the receiver took it (2xx).`,
		Example: "  posctl webhooks test books",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			got, err := client.TestWebhook(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			err = t.print(got, func() {
				if got.OK {
					fmt.Fprintf(t.out, "%s took it (%d, %.2f s)\n", args[0], got.Status, got.Seconds)
					return
				}
				fmt.Fprintf(t.out, "%s did not take it: %s\n", args[0], got.Problem)
			})
			if err == nil && !got.OK {
				err = &ended{code: exitFailed}
			}
			return err
		},
	}
}

func (t *tool) webhookEnable() *cobra.Command {
	return &cobra.Command{
		Use:   "enable NAME",
		Short: "Let a webhook that is off go on where it stopped",
		Long: `enable sends again to a webhook that was gone or given up, beginning with the
first event that it has not taken, and lets one that is failing try at once.
The journal keeps who did it.`,
		Example: "  posctl webhooks enable books",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.EnableWebhook(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return t.print(list, func() { fmt.Fprintf(t.out, "%s is told again\n", args[0]) })
		},
	}
}
