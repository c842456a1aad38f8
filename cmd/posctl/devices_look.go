package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) deviceExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain DEVICE",
		Short: "Tell where the way from a device to its driver is broken, and the cure",
		Long: `explain looks at each step between a device and its driver: whether the kernel
sees it and it is the one that is meant, whether udev has prepared it, whether
its file is there and may be opened, whether it is open, answers in the language
of its profile, and can do its work. The first broken step is the one to mend;
nothing is claimed about those behind it.

It ends with 0 when nothing is broken, and with 1 otherwise.`,
		Example: "  posctl devices explain scanner0\n  posctl devices explain printer0 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			got, err := client.ExplainDevice(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := t.print(got, func() { t.showExplanation(got) }); err != nil {
				return err
			}
			if slices.ContainsFunc(got.Links, func(l control.Link) bool { return l.Grade == "broken" }) {
				return &ended{code: exitFailed}
			}
			return nil
		},
	}
}

func (t *tool) showExplanation(e control.Explanation) {
	d := e.Device
	fmt.Fprintf(t.out, "%s, %s %s at %s: %s%s\n", d.ID, d.Kind, d.Model, d.Path, d.State, suffix(", ", d.Reason))
	marks := map[string]string{"ok": "ok    ", "look": "look  ", "broken": "BROKEN", "unknown": "?     ", "unreached": "-     "}
	for _, l := range e.Links {
		mark := marks[l.Grade]
		if mark == "" {
			mark = l.Grade
		}
		fmt.Fprintf(t.out, "%s  %-10s  %s\n", mark, l.Step, or(l.Detail, l.TitleE))
		switch {
		case l.Grade != "broken" && l.Grade != "look":
		case l.Cure != "":
			fmt.Fprintf(t.out, "        %-10s  -> %s\n", "", l.Cure)
		case l.TextE != "":
			fmt.Fprintf(t.out, "        %-10s  -> %s\n", "", l.TextE)
		}
	}
	if len(e.Links) == 0 {
		fmt.Fprintln(t.out, "nothing is known of the way to it")
	}
}

func (t *tool) deviceWatch() *cobra.Command {
	return &cobra.Command{
		Use:   "watch [DEVICE...]",
		Short: "Tell how the devices are, and each change as it comes",
		Long: `watch tells how the devices are, and then each change of one as it comes, until
Ctrl-C. Without names it watches all. An agent that is restarted is waited for.
With --json each line is one JSON object.`,
		Example: "  posctl devices watch\n  posctl devices watch printer0 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			seen := map[string]control.Device{}
			return t.untilStopped(cmd.Context(), func(ctx context.Context) error { return t.watchDevices(ctx, client, args, seen) })
		},
	}
}

// untilStopped repeats what ends when the agent goes away, until Ctrl-C, which
// is the way to end it and no failure. An agent that was never there is one.
func (t *tool) untilStopped(ctx context.Context, do func(context.Context) error) error {
	reached := false
	for {
		err := do(ctx)
		away := errors.Is(err, control.ErrBrokeOff) || reached && errors.Is(err, control.ErrUnreachable)
		switch {
		case ctx.Err() != nil:
			return nil
		case !away:
			return err
		case errors.Is(err, control.ErrBrokeOff):
			fmt.Fprintln(t.errOut, "the agent is away, trying again …")
		}
		reached = true
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(t.retry):
		}
	}
}

// watchDevices tells what differs from what was seen before.
func (t *tool) watchDevices(ctx context.Context, client *control.Client, names []string, seen map[string]control.Device) error {
	show := func(d control.Device) error {
		old, known := seen[d.ID]
		seen[d.ID] = d
		if len(names) > 0 && !slices.Contains(names, d.ID) || known && old.State == d.State && old.Reason == d.Reason && old.Detail == d.Detail {
			return nil
		}
		return t.line(d, fmt.Sprintf("%s  %-12s %-10s %-14s %s%s", time.Now().In(t.place()).Format("15:04:05.000"), d.ID, d.State, d.Reason, d.TextE, suffix("  | ", d.Detail)))
	}
	return client.Events(ctx, func(e control.Event) error {
		switch e.Name {
		case control.EventRegister:
			var r control.Register
			if err := json.Unmarshal(e.Data, &r); err != nil {
				return fmt.Errorf("an event cannot be read: %w", err)
			}
			for _, d := range r.Devices {
				if err := show(d); err != nil {
					return err
				}
			}
			return known(names, r.Devices)
		case control.EventDevice:
			var d control.Device
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return fmt.Errorf("an event cannot be read: %w", err)
			}
			return show(d)
		}
		return nil
	})
}

// known tells which of the names no device has.
func known(names []string, devices []control.Device) error {
	for _, name := range names {
		if !slices.ContainsFunc(devices, func(d control.Device) bool { return d.ID == name }) {
			return usage("device %q is not configured: posctl devices lists those that are", name)
		}
	}
	return nil
}

// line prints one value of many, as a line of JSON or of text.
func (t *tool) line(value any, text string) error {
	if t.asJSON {
		return json.NewEncoder(t.data).Encode(value)
	}
	_, err := fmt.Fprintln(t.out, text)
	return err
}

func (t *tool) deviceSniff() *cobra.Command {
	var kept bool
	cmd := &cobra.Command{
		Use:   "sniff DEVICE",
		Short: "Show what goes over a device's wire, with customers' codes hidden",
		Long: `sniff shows each read and write of a device as it comes, until Ctrl-C: when, which
way, how many bytes, and of what classes, in runs with their length:

  9 digits   A letters   . other signs   _ spaces   # bytes above 7E
  and control characters by name: STX, CR, ESC, GS, XON, XOFF, …

What was said cannot be told from it. Of raw HID reports and of keys only zero (0)
and not zero (x) are told. A scan of a code of 20 digits is "9*20 CR". It begins
with what the agent has kept, the last 128. With --json each line is one JSON
object.`,
		Example: "  posctl devices sniff scanner0\n  posctl devices sniff printer0 --kept",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			return t.untilStopped(cmd.Context(), func(ctx context.Context) error { return t.sniff(ctx, client, args[0], kept) })
		},
	}
	cmd.Flags().BoolVar(&kept, "kept", false, "show what the agent has kept, and end")
	return cmd
}

func (t *tool) sniff(ctx context.Context, client *control.Client, id string, kept bool) error {
	wait := poll
	if kept {
		wait = 0
	}
	for after := uint64(0); ; {
		trace, err := client.TraceDevice(ctx, id, after, wait)
		if err != nil {
			return err
		}
		for _, f := range trace.Frames {
			if lost := f.Seq - after - 1; after > 0 && lost > 0 {
				fmt.Fprintf(t.errOut, "%d more were too fast to be shown\n", lost)
			}
			after = f.Seq
			way, what := "<-", f.Classes
			switch {
			case f.Note != "":
				way, what = "  ", "= "+f.Note
			case f.Out:
				way = "->"
			}
			if err := t.line(f, fmt.Sprintf("%s  %s %5d  %s", f.At.In(t.place()).Format("15:04:05.000"), way, f.Bytes, what)); err != nil {
				return err
			}
		}
		if kept {
			return nil
		}
	}
}
