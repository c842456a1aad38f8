package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/agent/paycode/picture"
)

const rolesText = "cashier, manager or engineer"

// people are the commands that change who may sign in.
func (t *tool) people() []*cobra.Command {
	return []*cobra.Command{t.userAdd(), t.userPIN(), t.userRole(), t.userAble("disable", "Let an operator sign in no more", true), t.userAble("enable", "Let a disabled operator sign in again", false), t.userSecond(), t.userSetup()}
}

func (t *tool) userAdd() *cobra.Command {
	var o control.NewOperator
	cmd := &cobra.Command{
		Use: "add ID --name NAME --role ROLE", Short: "Let somebody sign in from now on",
		Long: "add asks for the PIN, or reads one line from standard input; it is never a flag.\nA cashier's PIN has four digits at least, all others' six.", Example: "  posctl users add hanako --name 花子 --role cashier", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if !operator.Role(o.Role).Known() {
				return usage("--role must be %s", rolesText)
			}
			if o.Name == "" {
				return usage("--name is wanted")
			}
			o.ID = args[0]
			if o.PIN, err = t.askPIN(operator.Role(o.Role)); err != nil {
				return err
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.AddOperator(cmd.Context(), o)
			if err != nil {
				return err
			}
			return t.print(list, func() { fmt.Fprintf(t.out, "%s may sign in\n", o.ID) })
		},
	}
	cmd.Flags().StringVar(&o.Name, "name", "", "`NAME` on pages and receipts")
	cmd.Flags().StringVar(&o.Role, "role", "cashier", "`ROLE`: "+rolesText)
	offer(cmd, "role", "cashier", "manager", "engineer")
	return cmd
}

func (t *tool) userPIN() *cobra.Command {
	return &cobra.Command{
		Use: "pin ID", Short: "Give an operator another PIN, at the machine",
		Long: "pin asks for the new PIN, or reads one line from standard input. The agent takes it\non its own socket only, from the service's user and root. Wrong PINs are forgiven,\nand the operator's sessions end.", Example: "  posctl users pin hanako", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			pin, err := t.askPIN(operator.Cashier)
			if err != nil {
				return err
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.SetPIN(cmd.Context(), args[0], pin)
			if err != nil {
				return err
			}
			return t.print(list, func() { fmt.Fprintf(t.out, "%s has another PIN\n", args[0]) })
		},
	}
}

func (t *tool) userRole() *cobra.Command {
	return &cobra.Command{
		Use: "role ID ROLE", Short: "Trust an operator with other work",
		Long: "role makes an operator " + rolesText + ". A cashier whose PIN may be\nshort is added anew under another id as a manager.", Example: "  posctl users role mori cashier", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !operator.Role(args[1]).Known() {
				return usage("the role must be %s", rolesText)
			}
			return t.changeUser(cmd, args[0], control.OperatorChange{Role: args[1]}, "is "+args[1])
		},
	}
}

func (t *tool) userAble(word, short string, disabled bool) *cobra.Command {
	return &cobra.Command{
		Use: word + " ID", Short: short, Example: "  posctl users " + word + " hanako", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.changeUser(cmd, args[0], control.OperatorChange{Disabled: &disabled}, word+"d")
		},
	}
}

func (t *tool) changeUser(cmd *cobra.Command, id string, change control.OperatorChange, said string) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	list, err := client.ChangeOperator(cmd.Context(), id, change)
	if err != nil {
		return err
	}
	return t.print(list, func() { fmt.Fprintln(t.out, id, said) })
}

func (t *tool) userSecond() *cobra.Command {
	var remove bool
	cmd := &cobra.Command{
		Use: "second ID [--remove]", Short: "Give a manager a second factor (TOTP)",
		Long: "second shows a QR code for an authenticator app, asks for the code that the app\nshows, and prints recovery codes once: keep them on paper.", Example: "  posctl users second taro\n  posctl users second taro --remove", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			if remove {
				list, err := client.RemoveSecond(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return t.print(list, func() { fmt.Fprintln(t.out, args[0], "has no second factor") })
			}
			return t.enrolSecond(cmd, client, args[0])
		},
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "take it away")
	return cmd
}

func (t *tool) enrolSecond(cmd *cobra.Command, client *control.Client, id string) error {
	second, err := client.Enrol(cmd.Context(), id)
	if err != nil {
		return err
	}
	m, err := picture.QR(second.URI, picture.Medium)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.errOut, m.Blocks(false))
	code, err := t.askLine("code of the app: ")
	if err != nil {
		return err
	}
	recovery, err := client.ConfirmSecond(cmd.Context(), id, code)
	if err != nil {
		return err
	}
	return t.print(recovery, func() {
		fmt.Fprintln(t.out, "recovery codes, each good once; they are shown this once:\n  "+strings.Join(recovery.Codes, "\n  "))
	})
}

func (t *tool) askLine(what string) (string, error) {
	fmt.Fprint(t.errOut, what)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		return "", usage("nothing came on standard input: %w", err)
	}
	return line, nil
}

func (t *tool) userSetup() *cobra.Command {
	var n control.NewSetup
	var file string
	cmd := &cobra.Command{
		Use: "setup ID --name NAME --code-file FILE", Short: "Make the first manager with the one-time set-up code",
		Long: "setup works at a register that knows nobody, within ten minutes of its start. The\ncode is in the log of the start and in setup.code of the data directory. The PIN is\nasked for, or read from standard input.", Example: "  posctl users setup taro --name 太郎 --code-file /var/lib/posagent/setup.code", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(file)
			if err != nil {
				return usage("--code-file: %w", err)
			}
			if n.Name == "" {
				return usage("--name is wanted")
			}
			n.ID, n.Code = args[0], strings.TrimSpace(string(text))
			if n.PIN, err = t.askPIN(operator.Manager); err != nil {
				return err
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Setup(cmd.Context(), n)
			if err != nil {
				return err
			}
			return t.print(list, func() { fmt.Fprintf(t.out, "%s is the first manager\n", n.ID) })
		},
	}
	cmd.Flags().StringVar(&n.Name, "name", "", "`NAME` on pages and receipts")
	cmd.Flags().StringVar(&file, "code-file", "", "`FILE` with the set-up code")
	return cmd
}
