package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

// settings are the commands that change the configuration of a running agent.
func (t *tool) settings() []*cobra.Command {
	return []*cobra.Command{t.configDiff(), t.configApply(), t.configConfirm(), t.configRollback(), t.configHistory()}
}

// settingsWish is what KEY=VALUE arguments ask for. A value that is no number, no list
// and not true or false is text; an empty one takes the key out.
func settingsWish(args []string, file string) (control.NewSettings, error) {
	var w control.NewSettings
	if file != "" {
		if len(args) > 0 {
			return w, usage("--file and KEY=VALUE exclude each other")
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return w, usage("%w", err)
		}
		whole := string(text)
		w.TOML = &whole
		return w, nil
	}
	for _, arg := range args {
		key, text, found := strings.Cut(arg, "=")
		if !found || key == "" {
			return w, usage("%q must be KEY=VALUE, such as receipt.print=false", arg)
		}
		var value any
		if text != "" && json.Unmarshal([]byte(text), &value) != nil {
			value = text
		}
		w.Set = append(w.Set, control.NewSetting{Key: key, Value: value})
	}
	return w, nil
}

func (t *tool) configDiff() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "diff [KEY=VALUE...]",
		Short:   "Tell what apply would change, and change nothing",
		Long:    "diff judges a change and compares it with what the agent runs with. Without a\nKEY it compares with the files, which may have been edited since.",
		Example: "  posctl config diff device.printer0.address=tcp:10.0.0.5:9100\n  posctl config diff",
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := settingsWish(args, file)
			if err != nil {
				return err
			}
			w.DryRun = true
			return t.change(cmd, w, false, "")
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "`FILE` that takes the place of conf.d/90-posagent.toml")
	return cmd
}

func (t *tool) configApply() *cobra.Command {
	var file, manager string
	var within, probe time.Duration
	var yes bool
	cmd := &cobra.Command{
		Use:   "apply [KEY=VALUE...]",
		Short: "Change settings of the running agent, to be confirmed",
		Long: `apply changes settings while the register sells: a sale stands through it, and
a receipt waits for the new printer. Devices that changed must answer, or all is
as before. Unless "posctl config confirm" comes in time, all is as before, too.

Devices, roles, the drawer and receipts can be changed; an empty VALUE takes the
key out again. It is written into conf.d/90-posagent.toml, and into no other file.`,
		Example: "  posctl config apply device.printer0.address=tcp:10.0.0.5:9100\n  posctl config apply receipt.footer=またどうぞ --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := settingsWish(args, file)
			if err != nil {
				return err
			}
			w.Within, w.Probe = within.String(), probe.String()
			return t.change(cmd, w, yes, manager)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "`FILE` that takes the place of conf.d/90-posagent.toml")
	cmd.Flags().DurationVar(&within, "confirm-within", time.Minute, "`TIME` to confirm, 5s to 10m")
	cmd.Flags().DurationVar(&probe, "probe", 10*time.Second, "`TIME` for changed devices to answer; 0s: not asked")
	cmd.Flags().BoolVar(&yes, "yes", false, "confirm at once when the devices have answered")
	approver(cmd, &manager)
	return cmd
}

func (t *tool) change(cmd *cobra.Command, w control.NewSettings, yes bool, manager string) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	now, err := client.Settings(cmd.Context())
	if err != nil {
		return err
	}
	if w.Approval, err = t.approval(cmd, client, control.NewApproval{Kind: "configure", Key: now.Match, Operator: manager}); err != nil {
		return err
	}
	done, err := client.ChangeSettings(cmd.Context(), now.Match, w)
	if err != nil {
		return err
	}
	if yes && done.State == "pending" {
		confirmed, err := client.ConfirmSettings(cmd.Context())
		if err != nil {
			return err
		}
		done.State, done.Until = confirmed.State, time.Time{}
	}
	return t.print(done, func() { t.changed(done) })
}

// changed tells what became of a change.
func (t *tool) changed(c control.SettingsChange) {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, d := range c.Diff {
		fmt.Fprintf(w, "- %s\t= %s\t%s\n+ %s\t= %s\t%s\n", d.Key, d.Before, d.BeforeOrigin, d.Key, d.After, d.AfterOrigin)
	}
	_ = w.Flush()
	for _, p := range c.Probes {
		fmt.Fprintf(t.out, "%s: %s %s after %.1f s\n", p.Device, p.State, p.Reason, p.Seconds)
	}
	switch c.State {
	case "pending":
		fmt.Fprintf(t.out, "generation %d runs; it is rolled back at %s unless you say: posctl config confirm\n", c.Generation, c.Until.Local().Format(time.TimeOnly))
	case "dry_run":
		fmt.Fprintf(t.out, "%d values would change\n", len(c.Diff))
	case "unchanged":
		fmt.Fprintln(t.out, "nothing changes")
	default:
		fmt.Fprintf(t.out, "generation %d: %s\n", c.Generation, c.State)
	}
}

func (t *tool) configConfirm() *cobra.Command {
	return &cobra.Command{
		Use:     "confirm",
		Short:   "Let the change that waits stand",
		Example: "  posctl config confirm",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			done, err := client.ConfirmSettings(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(done, func() { t.changed(done) })
		},
	}
}

func (t *tool) configRollback() *cobra.Command {
	var manager string
	cmd := &cobra.Command{
		Use:     "rollback [N]",
		Short:   "Take the change back that waits, or go back to generation N",
		Long:    "rollback takes the change back that waits to be confirmed. Without one it goes\nback to the generation before, and with N to that one; either must be confirmed.",
		Example: "  posctl config rollback\n  posctl config rollback 3",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var to control.RollBack
			if len(args) > 0 {
				if _, err := fmt.Sscanf(args[0], "%d", &to.Generation); err != nil || to.Generation < 1 {
					return usage("%q must be the number of a generation: posctl config history lists them", args[0])
				}
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			now, err := client.Settings(cmd.Context())
			if err != nil {
				return err
			}
			to.Match = now.Match
			if to.Approval, err = t.approval(cmd, client, control.NewApproval{Kind: "configure", Key: now.Match, Operator: manager}); err != nil {
				return err
			}
			done, err := client.RollBackSettings(cmd.Context(), to)
			if err != nil {
				return err
			}
			return t.print(done, func() { t.changed(done) })
		},
	}
	approver(cmd, &manager)
	return cmd
}

func (t *tool) configHistory() *cobra.Command {
	return &cobra.Command{
		Use:     "history",
		Short:   "List the last changes: who, when, what",
		Example: "  posctl config history",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Generations(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(list, func() {
				for _, g := range list.Generations {
					fmt.Fprintf(t.out, "%d  %s  %s %s  %s: %s %s\n", g.N, g.At.Local().Format(time.DateTime), g.By, g.Who, g.What, g.State, g.Why)
					for _, d := range g.Diff {
						fmt.Fprintf(t.out, "    %s: %s -> %s\n", d.Key, d.Before, d.After)
					}
				}
			})
		},
	}
}
