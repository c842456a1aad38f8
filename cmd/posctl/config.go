package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/configs"
)

const defaultConfig = "/etc/posagent/posagent.toml"

func (t *tool) config() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Check, explain and change the configuration",
		Example: "  posctl config check\n  posctl config show --origin",
		Long:    "check, show, default, pin and profiles read files and change nothing. The others\ntalk to the running agent and change its settings, which are to be confirmed.",
	}
	cmd.AddCommand(t.settings()...)
	cmd.AddCommand(t.configCheck(), t.configShow(), t.configDefault(), t.configPIN(), t.configProfiles())
	return cmd
}

func (t *tool) configCheck() *cobra.Command {
	return &cobra.Command{
		Use:     "check [FILE]",
		Short:   "List every problem with its line",
		Long:    "check lists everything that is wrong with a configuration, each problem with\nits file, line and column, what is wanted, and what was perhaps meant. It ends\nwith 2 if there is one. Nothing is started and no device is opened.",
		Example: "  posctl config check\n  posctl config check ./posagent.toml --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path := fileOr(args, defaultConfig)
			_, err := configs.Load(path)
			var problems configs.Problems
			if err != nil && !errors.As(err, &problems) {
				return &ended{code: exitUsage, err: err}
			}
			out := struct {
				File     string           `json:"file"`
				Problems configs.Problems `json:"problems"`
			}{path, problems}
			if out.Problems == nil {
				out.Problems = configs.Problems{}
			}
			if printErr := t.print(out, func() {
				if err == nil {
					fmt.Fprintln(t.out, path+": right")
					return
				}
				fmt.Fprintln(t.errOut, err)
			}); printErr != nil {
				return printErr
			}
			if err != nil {
				return &ended{code: exitUsage}
			}
			return nil
		},
	}
}

func fileOr(args []string, otherwise string) string {
	if len(args) > 0 {
		return args[0]
	}
	return otherwise
}

func (t *tool) configShow() *cobra.Command {
	var origin bool
	cmd := &cobra.Command{
		Use:     "show [FILE]",
		Short:   "Show every value, and where it was set",
		Long:    "show prints every value as the agent would use it, the defaults as well.",
		Example: "  posctl config show --origin",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := configs.Load(fileOr(args, defaultConfig))
			if err != nil {
				return usage("%w", err)
			}
			return t.print(c.Values(), func() {
				w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
				for _, v := range c.Values() {
					if origin {
						fmt.Fprintf(w, "%s\t= %s\t%s\n", v.Key, v.Text, v.Origin)
					} else {
						fmt.Fprintf(w, "%s\t= %s\n", v.Key, v.Text)
					}
				}
				_ = w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&origin, "origin", false, "say the file and line of each value")
	return cmd
}

func (t *tool) configDefault() *cobra.Command {
	return &cobra.Command{
		Use:     "default",
		Short:   "Print the annotated default configuration",
		Example: "  posctl config default > /etc/posagent/posagent.toml",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return t.print(map[string]string{"toml": configs.Default()}, func() { fmt.Fprint(t.out, configs.Default()) })
		},
	}
}

func (t *tool) configProfiles() *cobra.Command {
	return &cobra.Command{
		Use:     "profiles",
		Short:   "List the device models that have a profile",
		Example: "  posctl config profiles",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := configs.Profiles()
			if err != nil {
				return err
			}
			return t.print(all, func() {
				w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
				for _, p := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\n", p.Kind, p.Name, p.Model)
				}
				_ = w.Flush()
			})
		},
	}
}

func (t *tool) configPIN() *cobra.Command {
	var role string
	cmd := &cobra.Command{
		Use:   "pin --role ROLE",
		Short: "Read a PIN and print the hash that goes into [[operator]] pin",
		Long: `pin asks for a PIN, or reads one line from standard input, and prints its
argon2id hash. The PIN itself is never a flag: flags can be seen by others.`,
		Example: "  posctl config pin --role manager",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			r := operator.Role(role)
			if !r.Known() {
				return usage("--role must be cashier, manager or engineer")
			}
			pin, err := t.askPIN(r)
			if err != nil {
				return err
			}
			hash, err := operator.Hash(r, pin)
			if err != nil {
				return usage("%w", err)
			}
			return t.print(map[string]string{"pin": hash}, func() { fmt.Fprintln(t.out, hash) })
		},
	}
	cmd.Flags().StringVar(&role, "role", "cashier", "`ROLE`: cashier, manager or engineer")
	offer(cmd, "role", "cashier", "manager", "engineer")
	return cmd
}

func (t *tool) askPIN(r operator.Role) (string, error) {
	if fd := int(os.Stdin.Fd()); term.IsTerminal(fd) {
		fmt.Fprintf(t.errOut, "PIN (at least %d digits, not shown): ", r.Shortest())
		pin, err := term.ReadPassword(fd)
		fmt.Fprintln(t.errOut)
		if err == nil && len(pin) == 0 {
			err = usage("no PIN was given")
		}
		return string(pin), err
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line == "" {
		return "", usage("no PIN came on standard input: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usage("no PIN came on standard input")
	}
	return line, nil
}
