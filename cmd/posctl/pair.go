package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) pair() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pair",
		Short: "Let POS software on another machine make sales, or no more",
		Long: `pair makes, lists and revokes the certificates of POS software on other machines.
They connect by TLS to [api] tls_listen of the configuration and make sales, and
nothing else: docs/integrator/tls.md. Pairing is a manager's act; the journal
keeps who did it.`,
		Example: "  posctl pair new pos2 --out pos2.pem\n  posctl pair list\n  posctl pair revoke pos2",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(t.pairNew(), t.pairList(), t.pairRevoke())
	return cmd
}

func (t *tool) pairNew() *cobra.Command {
	n := control.NewPairing{}
	var scopes []string
	var out, approval string
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make a certificate for POS software on another machine",
		Long: `new prints a bundle in PEM, once: the program's certificate, its key, and the
certificate of this register's authority, by which the program knows the register.
The register does not keep the key. With --out the bundle goes into a new file that
only its owner can read. Take it to the other machine by hand.

When somebody's second factor is wanted, the manager approves "users" with the key
program:NAME and the detail pair first, and --approval carries the approval's id.`,
		Example: "  posctl pair new pos2 --days 365 --out pos2.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Name, n.Scopes, n.Approval = args[0], nil, approval
			for _, s := range scopes {
				switch scope := control.Scope(s); scope {
				case control.ScopePrepare, control.ScopeRead, control.ScopeDisplay:
					n.Scopes = append(n.Scopes, scope)
				default:
					return usage("--scopes are prepare, read and display: a program on another machine makes sales, and nothing else")
				}
			}
			if len(n.Scopes) == 0 || n.Days < 1 || n.Days > 825 {
				return usage("--days is from 1 to 825, and --scopes names one at least")
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			file, err := bundleFile(out)
			if err != nil {
				return err
			}
			made, err := client.Pair(cmd.Context(), n)
			if err != nil {
				return errors.Join(err, file.drop())
			}
			return t.paired(made, file)
		},
	}
	cmd.Flags().StringSliceVar(&scopes, "scopes", []string{"prepare", "read"}, "what it may do: prepare (sales), read, display")
	cmd.Flags().IntVar(&n.Days, "days", 365, "how many `DAYS` the certificate is good, at most 825")
	cmd.Flags().StringVar(&out, "out", "", "a new `FILE` for the bundle; none: it is printed")
	cmd.Flags().StringVar(&approval, "approval", "", "the `ID` of a manager's approval, where one is wanted")
	return cmd
}

// paired hands the bundle over.
func (t *tool) paired(made control.Paired, file *pemFile) error {
	if file == nil {
		return t.print(made, func() { fmt.Fprint(t.out, made.Bundle) })
	}
	if err := file.write(made.Bundle); err != nil {
		return fmt.Errorf("%w; the key is lost: run posctl pair revoke %s, and pair again", err, made.Name)
	}
	made.Bundle = ""
	return t.print(made, func() {
		fmt.Fprintf(t.out, "%s is paired until %s\nits certificate and key are in %s, and nowhere else\nSHA-256 of the certificate: %s\n",
			made.Name, made.Expires.Local().Format(time.DateOnly), file.path, made.Fingerprint)
	})
}

// pemFile is a new file for a secret, made before there is one.
type pemFile struct {
	*os.File
	path string
}

func bundleFile(path string) (*pemFile, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, usage("--out must be a new file: %v", err)
	}
	return &pemFile{f, path}, nil
}

func (f *pemFile) write(text string) error {
	_, err := f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func (f *pemFile) drop() error {
	if f == nil {
		return nil
	}
	return errors.Join(f.Close(), os.Remove(f.path))
}

func (t *tool) pairList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the POS software on other machines that was paired",
		Long:    "list shows every pairing with its state: ok, revoked or expired.",
		Example: "  posctl pair list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Pairings(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(list, func() { t.programs(list) })
		},
	}
}

func (t *tool) programs(list control.Pairings) {
	if list.Listen == "" {
		fmt.Fprintln(t.out, "nobody comes in from other machines: [api] tls_listen is empty")
	}
	if len(list.Pairings) == 0 {
		fmt.Fprintln(t.out, "nothing is paired: posctl pair new NAME")
		return
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tSCOPES\tUNTIL\tBY")
	for _, p := range list.Pairings {
		words := make([]string, len(p.Scopes))
		for i, s := range p.Scopes {
			words[i] = string(s)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Name, p.State, strings.Join(words, ","), p.Expires.Local().Format(time.DateOnly), p.By)
	}
	_ = w.Flush()
}

func (t *tool) pairRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke NAME", Short: "Let POS software on another machine in no more",
		Long:    "revoke ends a pairing at once, also of a connection that is open. The name is free again.",
		Example: "  posctl pair revoke pos2", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := client.Unpair(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return t.print(list, func() { fmt.Fprintf(t.out, "%s comes in no more\n", args[0]) })
		},
	}
}
