package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/configs"
)

// enrolled is one step of a first start.
type enrolled struct {
	Step string `json:"step"`
	Done bool   `json:"done"`
	Text string `json:"text"`
	Next string `json:"next,omitempty"` // of one that is not done
}

func (t *tool) enrol() *cobra.Command {
	var n control.NewSetup
	var config string
	var patience time.Duration
	cmd := &cobra.Command{
		Use:   "enrol --manager ID --name NAME",
		Short: "Bring a new register to its first sale, step by step",
		Long: `enrol goes through what a new register needs: a configuration without faults, the
certificate and key that each wallet gave this register, an agent that runs, a first
manager, and devices that answer. What is there already it leaves alone; at the first
step that is not done it stops, says what to do, and can be run again.

The first manager's PIN is asked for, or read from standard input; the set-up code is
read from the data directory. Where a manager is there already no PIN is asked for.
It ends with 0 when the register can sell, with 2 for the configuration, with 5 when
the agent does not run, and with 1 for the rest.`,
		Example: "  posctl enrol --manager taro --name 太郎\n  posctl enrol --manager taro --name 太郎 --wait 2m --json < pin",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if config == "" {
				config = defaultConfig
				if t.dir != "" {
					config = filepath.Join(t.dir, "posagent.toml")
				}
			}
			var steps []enrolled
			err := t.enrolSteps(cmd, config, n, patience, func(s enrolled) { steps = append(steps, s) })
			if printErr := t.print(map[string]any{"steps": steps}, func() { t.showSteps(steps) }); printErr != nil {
				return printErr
			}
			return err
		},
	}
	cmd.Flags().StringVar(&n.ID, "manager", "", "`ID` of the first manager")
	cmd.Flags().StringVar(&n.Name, "name", "", "`NAME` of the first manager on pages and receipts")
	cmd.Flags().StringVar(&config, "config", "", "configuration `FILE` (default "+defaultConfig+", or the demo's)")
	cmd.Flags().DurationVar(&patience, "wait", 30*time.Second, "how long to wait for the agent")
	return cmd
}

func (t *tool) showSteps(steps []enrolled) {
	for _, s := range steps {
		mark := "done"
		if !s.Done {
			mark = "STOP"
		}
		fmt.Fprintf(t.out, "%s  %-9s %s\n", mark, s.Step, s.Text)
		if s.Next != "" {
			fmt.Fprintf(t.out, "      next: %s\n", s.Next)
		}
	}
}

// enrolSteps goes on until a step is not done; its exit code is the error's.
func (t *tool) enrolSteps(cmd *cobra.Command, config string, n control.NewSetup, patience time.Duration, tell func(enrolled)) error {
	findings := t.checkConfig(config, false)
	for _, f := range findings {
		if f.Level == "bad" {
			tell(enrolled{Step: f.Check, Text: f.Text, Next: f.Fix})
			return &ended{code: exitUsage}
		}
	}
	c, err := configs.Load(config)
	if err != nil {
		return err
	}
	tell(enrolled{Step: "config", Done: true, Text: config})
	if len(c.Wallets) == 0 {
		tell(enrolled{Step: "wallet", Text: "no [[wallet]] is set", Next: "ask the wallet's operator for its address, its CA and this register's certificate and key, and set them"})
		return &ended{code: exitUsage}
	}
	tell(enrolled{Step: "wallet", Done: true, Text: fmt.Sprintf("%d with certificate and key", len(c.Wallets))})
	client, err := t.client(cmd)
	if err == nil {
		err = t.awaitAgent(cmd.Context(), client, patience)
	}
	if err != nil {
		tell(enrolled{Step: "agent", Text: err.Error(), Next: "systemctl start posagent, and look at its log: journalctl -u posagent"})
		return &ended{code: exitCode(err)}
	}
	tell(enrolled{Step: "agent", Done: true, Text: "answers"})
	said, err := t.firstManager(cmd.Context(), client, c.Data.Dir, n)
	if err != nil {
		tell(enrolled{Step: "manager", Text: err.Error(), Next: "posctl enrol --manager ID --name NAME; the set-up code ends ten minutes after a start: systemctl restart posagent makes another"})
		return &ended{code: exitCode(err)}
	}
	tell(enrolled{Step: "manager", Done: true, Text: said})
	for _, f := range checkAgent(cmd.Context(), client) {
		if f.Level == "bad" {
			tell(enrolled{Step: f.Check, Text: f.Text, Next: f.Fix})
			return &ended{code: exitFailed}
		}
	}
	tell(enrolled{Step: "register", Done: true, Text: "can sell; try it: posctl devices test, then posctl pay --amount 1"})
	return nil
}

// awaitAgent waits until the agent answers.
func (t *tool) awaitAgent(ctx context.Context, client *control.Client, patience time.Duration) error {
	for end := time.Now().Add(patience); ; {
		_, err := client.Health(ctx)
		if !errors.Is(err, control.ErrUnreachable) || !time.Now().Before(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(t.retry):
		}
	}
}

// firstManager makes one with the set-up code, unless somebody may sign in
// already.
func (t *tool) firstManager(ctx context.Context, client *control.Client, data string, n control.NewSetup) (string, error) {
	list, err := client.Operators(ctx)
	if err != nil {
		return "", err
	}
	for _, o := range list.Operators {
		if o.Role != string(operator.Cashier) && !o.Disabled {
			return o.ID + " is there already", nil
		}
	}
	if n.ID == "" || n.Name == "" {
		return "", usage("nobody may manage this register yet: --manager ID and --name NAME are wanted")
	}
	code, err := os.ReadFile(filepath.Join(data, "setup.code"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no set-up code in %s", data)
	}
	if err != nil {
		return "", err
	}
	n.Code = strings.TrimSpace(string(code))
	if n.PIN, err = t.askPIN(operator.Manager); err != nil {
		return "", err
	}
	if _, err := client.Setup(ctx, n); err != nil {
		return "", err
	}
	return n.ID + " is the first one", nil
}
