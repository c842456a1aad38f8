package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) users() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "users",
		Short: "List who may sign in, and let them in again after wrong PINs",
		Long: `users lists the operators of this register and the wrong PINs that each has had
in a row. After five wrong PINs the register waits five minutes, whoever they
were for. After ten in a row an operator is locked, and stays so over restarts,
until a manager or an engineer at the machine lets them in again.

Operators are added here, or set in [[operator]] of the configuration, where
"posctl config pin" makes the text of a new PIN; those are changed there only.`,
		Example: "  posctl users\n  posctl users unlock hanako",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Operators(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(list, func() { t.operators(list) })
		},
	}
	cmd.AddCommand(append(t.people(), t.unlock())...)
	return cmd
}

func (t *tool) operators(list control.Operators) {
	if len(list.Operators) == 0 {
		fmt.Fprintln(t.out, "nobody may sign in: posctl users add ID --name NAME --role manager, or add [[operator]] to the configuration")
		return
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tROLE\tWRONG PINS\tSTATE\tNAME")
	for _, o := range list.Operators {
		state := "may sign in"
		if o.Disabled {
			state = "disabled"
		}
		if o.Locked {
			state = "LOCKED"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", o.ID, o.Role, o.WrongPINs, state, o.Name)
	}
	_ = w.Flush()
}

func (t *tool) unlock() *cobra.Command {
	return &cobra.Command{
		Use:   "unlock ID",
		Short: "Let an operator in again after too many wrong PINs",
		Long: `unlock forgets the wrong PINs of one operator. The PIN stays the same; when the
operator has forgotten it, make a new one with "posctl config pin". Ten wrong PINs
that were not theirs are a reason to ask who stood at the register. The journal
keeps who unlocked whom.`,
		Example: "  posctl users unlock hanako",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Unlock(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return t.print(list, func() { fmt.Fprintf(t.out, "%s may sign in again\n", args[0]) })
		},
	}
}
