package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

// longestBulletin is the largest file that is read, in bytes.
const longestBulletin = 1 << 20

func (t *tool) bulletin() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bulletin",
		Short: "What wallets have stopped and narrowed, in their signed bulletins",
		Example: `  posctl bulletin show
  posctl bulletin import bulletin.json`,
	}
	cmd.AddCommand(t.bulletinShow(), t.bulletinImport())
	return cmd
}

func (t *tool) bulletinShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Show the last bulletin of each wallet",
		Long: `show lists what each wallet last said: which functions are stopped, which limits
are narrowed, until when it wanted to be asked again, and why one that came
later was not taken. A stop holds until a higher version lifts it.`,
		Example: "  posctl bulletin show\n  posctl bulletin show --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			all, err := client.Bulletins(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(all, func() {
				for _, b := range all.Bulletins {
					t.showBulletin(b)
				}
				if len(all.Bulletins) == 0 {
					fmt.Fprintln(t.out, "no wallet is configured")
				}
			})
		},
	}
}

func (t *tool) bulletinImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Take a wallet's bulletin from a file",
		Long: `import brings a bulletin to a register that cannot reach the wallet. The file is
what the wallet answers to GET /v1/bulletin; walletd keeps it as bulletin.json
in its folder. It is taken only when the wallet's pinned key has signed it, and
when its version is not lower than the last one. "-" reads standard input.`,
		Example: "  posctl bulletin import bulletin.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			signed, err := readBulletin(args[0])
			if err != nil {
				return err
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			b, err := client.ImportBulletin(cmd.Context(), signed)
			if err != nil {
				return err
			}
			return t.print(b, func() { t.showBulletin(b) })
		},
	}
}

func readBulletin(path string) (control.SignedBulletin, error) {
	var out control.SignedBulletin
	file := os.Stdin
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil {
			return out, &ended{code: exitUsage, err: err}
		}
		defer file.Close()
	}
	data, err := io.ReadAll(io.LimitReader(file, longestBulletin+1))
	switch {
	case err != nil:
		return out, fmt.Errorf("read %s: %w", path, err)
	case len(data) > longestBulletin:
		return out, usage("%s is longer than 1 MB, which no bulletin is", path)
	}
	if err := json.Unmarshal(data, &out); err != nil || out.Payload == "" || out.Signature == "" {
		return out, usage(`%s is no bulletin: {"payload": "…", "signature": "…"} is wanted, as the wallet gives it`, path)
	}
	return out, nil
}

func (t *tool) showBulletin(b control.Bulletin) {
	moment := func(at time.Time) string { return at.In(t.place()).Format("2006-01-02 15:04:05") }
	fmt.Fprintf(t.out, "%s\n", named(b.Wallet, b.WalletNameE))
	switch {
	case b.Keys == 0:
		fmt.Fprintln(t.out, "  no key is pinned, so its stop switches are not obeyed\n  next: ask the wallet's operator for the key, and set bulletin_keys")
	case b.Version == 0:
		fmt.Fprintln(t.out, "  no bulletin has come yet")
	}
	if b.Version > 0 {
		old := ""
		if b.Old {
			old = "  EXPIRED: its stops hold"
		}
		fmt.Fprintf(t.out, "  version %d of %s, until %s%s\n", b.Version, moment(b.Issued), moment(b.Expires), old)
		fmt.Fprintf(t.out, "  stopped: %s\n", or(strings.Join(b.Stopped, " "), "nothing"))
		if limits := limitsOf(b.Limits); limits != "" {
			fmt.Fprintf(t.out, "  at most: %s\n", limits)
		}
		fmt.Fprintf(t.out, "  issuers of offline codes: %s; denied: %d\n", or(strings.Join(b.Issuers, " "), "none"), b.Denied)
	}
	if b.Problem != "" {
		fmt.Fprintf(t.out, "  the last one that came was not taken: %s\n", b.Problem)
	}
}

func limitsOf(l control.BulletinLimits) string {
	var out []string
	for _, one := range []struct {
		name string
		most int64
	}{{"pay", l.Pay}, {"topup", l.TopUp}, {"offline", l.OfflineCharge}, {"offline-token", l.OfflineToken}, {"offline-terminal", l.OfflineTerminal}} {
		if one.most > 0 {
			out = append(out, fmt.Sprintf("%s %d", one.name, one.most))
		}
	}
	return strings.Join(out, ", ")
}
