package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (t *tool) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which posctl this is",
		Example: "  posctl version --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := struct {
				Version string `json:"version"`
				Go      string `json:"go"`
				System  string `json:"system"`
			}{version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			return t.print(v, func() { fmt.Fprintln(t.out, "posctl version", v.Version, v.Go, v.System) })
		},
	}
}
