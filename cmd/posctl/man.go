package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (t *tool) man(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the manual pages of all commands into a directory",
		Example: "  posctl man /usr/local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Title: "POSCTL", Section: "1", Source: "posagent " + version, Manual: "posagent"}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return err
			}
			return t.print(map[string]string{"dir": args[0]}, func() { fmt.Fprintln(t.out, "written to", args[0]) })
		},
	}
}
