// Command posctl is the register's command line for managers and engineers.
// What it does at a register goes through the agent's API; nothing is
// possible on the pages that posctl cannot do.
//
// Invariant: it never touches the books or a wallet by itself, nor a device but
// one that devices find is asked to meet, and its exit code tells a script what
// became of the wish.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/cmd/posctl/demo"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/find"
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

// stateText lists the states of a charge.
const stateText = `States: prepared, sent, pending, indoubt, queued, forwarding, approved,
reversing, owed, unpaid, declined, abandoned, reversed; or open, for all that
are not settled.`

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
	retry  time.Duration  // between tries to reach an agent that is away
	zone   *time.Location // of the times that are told; nil: this machine's

	machine *find.Finder // whose hardware is looked at; nil: this one's
	data    io.Writer    // standard output, for programs: as it is
	out     io.Writer    // the same, for people
	errOut  io.Writer
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
	t := &tool{retry: 2 * time.Second, out: out, errOut: errOut}
	return t.execute(ctx, args)
}

func (t *tool) execute(ctx context.Context, args []string) int {
	t.data, t.out, t.errOut = t.out, screen{t.out}, screen{t.errOut}
	root := t.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(t.errOut, "posctl: "+text+hint(err))
	}
	return exitCode(err)
}

func exitCode(err error) int {
	var e *ended
	var problems configs.Problems
	var answer *control.Error
	switch {
	case errors.As(err, &e):
		return e.code
	case errors.As(err, &problems):
		return exitUsage
	case errors.As(err, &answer) && (answer.Status == http.StatusBadRequest || answer.Status == http.StatusUnprocessableEntity):
		return exitUsage
	case errors.Is(err, control.ErrUnreachable), errors.Is(err, demo.ErrNone):
		return exitUnreachable
	case errors.Is(err, control.ErrBrokeOff):
		return exitUnknown
	}
	return exitFailed
}

// hint is what else a person at a shell needs to know of an error.
func hint(err error) string {
	var answer *control.Error
	switch {
	case !errors.As(err, &answer):
	case answer.Status == http.StatusUnauthorized:
		return "\nThe agent's socket lets in the service's user and root; for http set POSAGENT_TOKEN."
	case answer.Override != "":
		return "\n  a manager: posctl sale override --limit " + answer.Override
	}
	return ""
}

func (t *tool) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "posctl",
		Short: "Look after a register: sales, charges, devices, configuration, the demo",
		Long: `posctl talks to the posagent on this machine. Without further flags it uses
the agent's own socket, which lets in the service's user and root.`,
		Example: `  posctl doctor
  posctl pay --amount 1280 --wait
  posctl charges --state open --json`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&t.agent, "agent", "unix:/run/posagent/api.sock", "`unix:PATH` or http://HOST:PORT")
	root.PersistentFlags().StringVar(&t.token, "token", "", "`TOKEN` for http; better in the environment as POSAGENT_TOKEN")
	root.PersistentFlags().StringVar(&t.dir, "dir", "", "`DIR` of a demo; the agent is the one that runs there")
	root.PersistentFlags().BoolVar(&t.asJSON, "json", false, "print JSON for programs")
	root.SetOut(t.out)
	root.SetErr(t.errOut)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w (see %s --help)", err, cmd.CommandPath())
	})
	root.AddCommand(t.pay(), t.sale(), t.bill(), t.sales(), t.topup(), t.refund(), t.charges(), t.reconcile(), t.close(), t.journal(), t.bulletin(), t.queue(), t.devices(), t.decode(), t.config(), t.code(), t.doctor(), t.users(), t.training(), t.webhooks(), t.alerts(), t.pair(), t.unresolved(), t.diag(), t.enrol(), t.wallet(), t.demo(), t.man(root), t.version())
	tellExitCodes(root)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	group(root)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", `{{if and .Runnable (not (index .Annotations "group"))}}`, 1))
	everyArgsError(root)
	return root
}

// tellExitCodes ends every help with what a script needs.
func tellExitCodes(cmd *cobra.Command) {
	if cmd.Long == "" {
		cmd.Long = cmd.Short + "."
	}
	cmd.Long += "\n\n" + exitText
	for _, sub := range cmd.Commands() {
		tellExitCodes(sub)
	}
}

// offer lets a shell complete the value of a flag.
func offer(cmd *cobra.Command, flag string, words ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		cmd.PrintErrln(err) // there is no such flag: the test of completion shows it
	}
}

// group makes commands that only hold others refuse a word that is none of
// them; cobra would show the help and call it a success.
func group(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		group(sub)
	}
	if cmd.Runnable() || !cmd.HasSubCommands() {
		return
	}
	cmd.Annotations = map[string]string{"group": "yes"}
	cmd.SuggestionsMinimumDistance = 2
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		text := fmt.Sprintf("%s has no command %q", cmd.CommandPath(), args[0])
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			text += fmt.Sprintf("; did you mean %q?", near[0])
		}
		return errors.New(text)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
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
	if !strings.HasPrefix(t.agent, "unix:") && !strings.HasPrefix(t.agent, "http://") && !strings.HasPrefix(t.agent, "https://") {
		return nil, usage("--agent is %q, but must be unix:PATH or http://HOST:PORT", t.agent)
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
	e := json.NewEncoder(t.data)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
