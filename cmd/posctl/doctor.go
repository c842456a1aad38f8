package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
)

// finding is one line of the doctor.
type finding struct {
	Check string `json:"check"`
	Level string `json:"level"` // ok, look, bad
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

func (t *tool) doctor() *cobra.Command {
	var config string
	var doubts time.Duration
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at everything that can be wrong, and say what to do",
		Long: `doctor checks the configuration; the machine: the data directory and its disk,
who can read secrets, certificates, the clock; and by the agent its devices and
paper, wallets, doubts, what waits without a network, bulletins, webhooks,
settings that nobody confirmed, people, closings and the version. It changes
nothing, and says with each finding what to do. What --token may not read is left
out.

"look" is worth a look, "bad" keeps somebody from working or may cost money. It
ends with 0 when nothing is bad, and with 1 otherwise, also when no agent answers.`,
		Example: "  posctl doctor\n  posctl doctor --doubts 30m\n  posctl doctor --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := t.checkConfig(config, true)
			if client, err := t.client(cmd); err != nil {
				findings = append(findings, finding{"agent", "bad", err.Error(), "start it, or name another with --agent or --dir"})
			} else {
				findings = append(findings, checkAgent(cmd.Context(), client)...)
				findings = append(findings, checkShop(cmd.Context(), client, doubts, time.Now())...)
			}
			if err := t.print(findings, func() { t.showFindings(findings) }); err != nil {
				return err
			}
			for _, f := range findings {
				if f.Level == "bad" {
					return &ended{code: exitFailed}
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&config, "config", "", "`FILE` to check (default "+defaultConfig+", or the demo's)")
	cmd.Flags().DurationVar(&doubts, "doubts", usualDoubts, "how long a charge may be without a result")
	return cmd
}

func (t *tool) showFindings(findings []finding) {
	marks := map[string]string{"ok": "ok  ", "look": "look", "bad": "BAD "}
	for _, f := range findings {
		fmt.Fprintf(t.out, "%s  %-10s %s\n", marks[f.Level], f.Check, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(t.out, "      %-10s -> %s\n", "", f.Fix)
		}
	}
}

// checkConfig looks at the configuration and, with all, at the machine that it
// speaks of.
func (t *tool) checkConfig(path string, all bool) []finding {
	if path == "" && t.dir != "" {
		path = t.dir + "/posagent.toml"
	}
	if path == "" {
		path = defaultConfig
	}
	c, err := configs.Load(path)
	var problems configs.Problems
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []finding{{"config", "bad", path + " does not exist", "posctl config default > " + path + ", and fill it in"}}
	case errors.As(err, &problems):
		return []finding{{"config", "bad", fmt.Sprintf("%d problems", len(problems)), "posctl config check " + path}}
	case err != nil:
		return []finding{{"config", "bad", err.Error(), ""}}
	}
	out := []finding{{Check: "config", Level: "ok", Text: path}}
	for _, w := range c.Wallets {
		for _, file := range []string{w.CA, w.Cert, w.Key} {
			if _, err := os.Stat(file); err != nil {
				out = append(out, finding{"wallet", "bad", w.ID + ": " + err.Error(), "enrol this register at the wallet, or correct the path"})
			}
		}
	}
	if all {
		out = append(out, checkMachine(c, time.Now())...)
	}
	return out
}

// checkAgent asks the agent what is wrong right now.
func checkAgent(ctx context.Context, client *control.Client) []finding {
	h, err := client.Health(ctx)
	if err != nil {
		return []finding{{"agent", "bad", err.Error(), "systemctl status posagent; or name another with --agent"}}
	}
	out := []finding{{Check: "agent", Level: "ok", Text: "answers and takes sales"}}
	if !h.Ready {
		out[0] = finding{"agent", "bad", "answers, but cannot take sales", "see the troubles below, and the log"}
	}
	for _, tr := range h.Troubles {
		level := "bad"
		if tr.Act == "cashier" {
			level = "look"
		}
		out = append(out, finding{tr.Act, level, tr.TitleE + " " + tr.Subject, tr.TextE})
	}
	if h.OfflineKey != nil {
		out = append(out, keyFinding(*h.OfflineKey))
	}
	if list, err := client.Devices(ctx); err == nil {
		for _, d := range list.Devices {
			if d.State == "ready" {
				out = append(out, finding{Check: d.Role, Level: "ok", Text: d.ID + " at " + d.Path})
			}
		}
		if len(list.Devices) == 0 {
			out = append(out, finding{"devices", "look", "no scanner and no printer has a role", "set [roles] in the configuration"})
		}
	}
	out = append(out, checkBulletins(ctx, client)...)
	if open, err := client.Charges(ctx, []string{"open"}, 0, 500); err == nil && len(open.Charges) > 0 {
		out = append(out, finding{"charges", "look", fmt.Sprintf("%d are not settled yet", len(open.Charges)), "posctl charges --state open"})
	}
	return out
}

// checkBulletins tells which wallets cannot stop anything here. That of a
// training has nothing to stop, and no keys.
func checkBulletins(ctx context.Context, client *control.Client) (out []finding) {
	if now, err := client.Register(ctx); err == nil && now.Training {
		return []finding{{"training", "look", "the register is in training: nothing of what it sells is real", "posctl training off"}}
	}
	all, err := client.Bulletins(ctx)
	if err != nil {
		return nil // there is no such call for this caller
	}
	for _, b := range all.Bulletins {
		if b.Keys == 0 {
			out = append(out, finding{"bulletin", "look", b.Wallet + " has no bulletin_keys: its stop switches are not obeyed here", "ask the wallet's operator for the key, and set it"})
		}
	}
	return out
}

// keyFinding tells what protects customers' codes that are stored.
func keyFinding(k control.OfflineKey) finding {
	const check = "codes"
	by := map[string]string{"credential": "a credential of systemd", "tpm": "the TPM of this machine", "file": "a file in the data directory"}[k.KeptBy]
	if by == "" {
		by = k.KeptBy
	}
	text := "the key of customers' codes that are stored is kept by " + by
	switch {
	case k.KeptBy == "file":
		return finding{check, "look", text + ": who copies the directory reads them", "a credential or a TPM keeps it better; see [offline] key in docs/engineer"}
	case k.Plain:
		return finding{check, "look", text + ", but a key lies in the data directory as well", "keep offline.key.secret in a safe place, and remove it from the data directory"}
	}
	return finding{Check: check, Level: "ok", Text: text}
}
