// Command posctl is the register's command line for managers and engineers.
// What it does at a register goes through the agent's API; nothing is
// possible on the pages that posctl cannot do.
//
// Invariant: it never touches the books, a device or a wallet by itself, and
// its exit code tells a script what became of the wish.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/cmd/posctl/demo"
	"github.com/posagent/posagent/configs"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitDeclined    = 3
	exitUnknown     = 4
	exitUnreachable = 5
)

const exitText = `Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 declined,
4 result not known, 5 agent not reachable.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// tool is what all commands share.
type tool struct {
	agent  string
	token  string
	dir    string
	asJSON bool
	out    io.Writer
	errOut io.Writer
}

// ended is an error that sets the exit code. Its text may be empty when all
// has been said.
type ended struct {
	code int
	err  error
}

func (e *ended) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *ended) Unwrap() error { return e.err }

// execute runs posctl and returns its exit code.
func execute(ctx context.Context, args []string, out, errOut io.Writer) int {
	t := &tool{out: out, errOut: errOut}
	root := t.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(errOut, "posctl:", text)
	}
	return exitCode(err)
}

func exitCode(err error) int {
	var e *ended
	var problems configs.Problems
	switch {
	case errors.As(err, &e):
		return e.code
	case errors.As(err, &problems):
		return exitUsage
	case errors.Is(err, control.ErrUnreachable):
		return exitUnreachable
	}
	return exitFailed
}

func (t *tool) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "posctl",
		Short: "Look after a register: sales, charges, devices, configuration, the demo",
		Long: `posctl talks to the posagent on this machine. Without further flags it uses
the agent's own socket, which lets in the service's user and root.

` + exitText,
		Example: `  posctl doctor
  posctl pay --amount 1280 --wait
  posctl charges --state open --json`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&t.agent, "agent", "unix:/run/posagent/api.sock", "the agent: unix:PATH or http://HOST:PORT")
	root.PersistentFlags().StringVar(&t.token, "token", "", "token for http; better in the environment as POSAGENT_TOKEN")
	root.PersistentFlags().StringVar(&t.dir, "dir", "", "directory of a running demo; takes the agent from there")
	root.PersistentFlags().BoolVar(&t.asJSON, "json", false, "print JSON for programs")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w (see %s --help)", err, cmd.CommandPath())
	})
	root.AddCommand(t.pay(), t.charges(), t.devices(), t.config(), t.doctor(), t.demo(), t.man(root))
	everyArgsError(root)
	return root
}

// everyArgsError makes wrong arguments of any command a usage error.
func everyArgsError(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage("%w (see %s --help)", err, cmd.CommandPath())
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		everyArgsError(sub)
	}
}

func usage(format string, args ...any) error {
	return &ended{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// client is the agent that the flags name.
func (t *tool) client(cmd *cobra.Command) (*control.Client, error) {
	if t.dir != "" && !cmd.Flags().Changed("agent") {
		facts, err := demo.ReadFacts(t.dir)
		if err != nil {
			return nil, &ended{code: exitUnreachable, err: err}
		}
		return control.Dial("unix:"+facts.Socket, ""), nil
	}
	token := t.token
	if token == "" {
		token = os.Getenv("POSAGENT_TOKEN")
	}
	return control.Dial(t.agent, token), nil
}

// print shows a value as JSON, or by show as text.
func (t *tool) print(value any, show func()) error {
	if !t.asJSON {
		show()
		return nil
	}
	e := json.NewEncoder(t.out)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
