package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func (t *tool) devices() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List the devices, find new ones, and find out what is wrong with one",
		Long: `devices lists the register's devices, whether they work, and what to do when
they do not. Its commands look closer:

  find     what is plugged in, and what to write into the configuration
  test     let a device show that it works
  explain  where the way from the device to its driver is broken
  watch    what changes, as it changes
  sniff    what goes over its wire, with customers' codes hidden`,
		Example: "  posctl devices\n  posctl devices explain printer0\n  posctl devices find",
		Args:    cobra.NoArgs,
		RunE:    t.listDevices,
	}
	cmd.AddCommand(t.deviceList(), t.deviceFind(), t.deviceTest(), t.deviceExplain(), t.deviceWatch(), t.deviceSniff())
	return cmd
}

func (t *tool) deviceList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the devices and how they are",
		Long:    "list lists the register's devices, whether they work, and what to do when they\ndo not. It is what devices does without a command.",
		Example: "  posctl devices list --json",
		Args:    cobra.NoArgs,
		RunE:    t.listDevices,
	}
}

func (t *tool) listDevices(cmd *cobra.Command, _ []string) error {
	client, err := t.client(cmd)
	if err != nil {
		return err
	}
	list, err := client.Devices(cmd.Context())
	if err != nil {
		return err
	}
	return t.print(list, func() {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "DEVICE\tROLE\tSTATE\tREASON\tPATH\tWHAT IT MEANS")
		for _, d := range list.Devices {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.Role, d.State, d.Reason, d.Path, d.TextE)
		}
		_ = w.Flush()
		if len(list.Devices) == 0 {
			fmt.Fprintln(t.out, "no device has a role: see [roles] in the configuration")
		}
	})
}

func (t *tool) deviceTest() *cobra.Command {
	return &cobra.Command{
		Use:     "test DEVICE",
		Short:   "Let a device show that it works: print, read a code, open",
		Long:    "test lets a device show that it works. A printer prints a page with all that it\nshould be able to; look at the paper. A scanner waits twenty seconds for a code,\nwhich is not charged. A drawer opens. It ends with 4 when nobody can tell whether\nit worked.",
		Example: "  posctl devices test printer0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			if all, err := client.Devices(cmd.Context()); err == nil { // or the test says what is wrong
				for _, d := range all.Devices {
					if d.ID == args[0] && d.Role == "scanner" && d.State != "absent" {
						fmt.Fprintln(t.errOut, "hold a code in front of the scanner: any will do, and nothing is charged")
					}
				}
			}
			result, err := client.TestDevice(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := t.print(result, func() { fmt.Fprintln(t.out, result.TextE) }); err != nil {
				return err
			}
			switch result.Result {
			case "print.failed", "drawer.stuck", "drawer.refused", "scan.test_none", "scan.test_busy", "device.absent", "device.blocked", "device.faulted":
				return &ended{code: exitFailed}
			case "print.unknown", "drawer.sent":
				return &ended{code: exitUnknown}
			}
			return nil
		},
	}
}
