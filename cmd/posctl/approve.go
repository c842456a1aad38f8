package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
)

// approver is the flag of calls that a manager may have to approve.
func approver(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "manager", "", "`ID` of the manager who approves it; PIN and code are asked for")
}

// approval has a manager approve an act, and returns its id; none when nobody
// is to. PIN and code come from the terminal, unseen, or are two lines of
// standard input, of which the second may be missing.
func (t *tool) approval(cmd *cobra.Command, client *control.Client, n control.NewApproval) (string, error) {
	if n.Operator == "" {
		return "", nil
	}
	var err error
	if fd := int(os.Stdin.Fd()); term.IsTerminal(fd) {
		if n.PIN, err = t.askPIN(operator.Manager); err != nil {
			return "", err
		}
		fmt.Fprint(t.errOut, "code of the authenticator app, empty for none (not shown): ")
		code, err := term.ReadPassword(fd)
		fmt.Fprintln(t.errOut)
		if err != nil {
			return "", err
		}
		n.TOTP = strings.TrimSpace(string(code))
	} else {
		lines := bufio.NewScanner(os.Stdin)
		for _, into := range []*string{&n.PIN, &n.TOTP} {
			if lines.Scan() {
				*into = strings.TrimSpace(lines.Text())
			}
		}
		if n.PIN == "" {
			return "", usage("no PIN came on standard input")
		}
	}
	a, err := client.Approve(cmd.Context(), n)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(t.errOut, "approved by %s: %s (act %s)\n", strings.Join(a.By, ", "), a.Act, a.Hash)
	return a.ID, nil
}
