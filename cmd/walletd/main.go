// Command walletd is the reference wallet as a daemon: its ledger in SQLite,
// the contract for registers over mutual TLS, and a socket for trying it out.
// It is a small wallet of one's own, not a bank; where [phone] is set, its
// customers sign up and in, and the page that plays a phone is served.
//
// Invariant: it prints its ready line only when a register can be answered,
// and it exits 2 without touching anything when its configuration is wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitFailed = 1
	exitConfig = 2
)

// errConfig marks what the person who configures walletd must put right.
var errConfig = errors.New("walletd is not configured right")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// execute runs walletd with its arguments and returns the exit code.
func execute(ctx context.Context, args []string, out, log io.Writer) int {
	var config string
	demoFD := -1
	cmd := &cobra.Command{
		Use:   "walletd --config FILE",
		Short: "the reference wallet: approves, declines and reverses the charges of registers",
		Long: `walletd keeps customers, payer codes and charges in a ledger and answers
registers over mutual TLS. It writes its log as JSON to standard error and one
line to standard output when it is ready.

Exit codes: 0 stopped when asked, 1 failed, 2 usage or configuration.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%w: it takes no arguments, but got %q (see walletd --help)", errConfig, args)
			}
			return nil
		},
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(*cobra.Command, []string) error {
			return run(ctx, config, demoFD, out, slog.New(slog.NewJSONHandler(log, nil)))
		},
	}
	cmd.Flags().StringVar(&config, "config", "/etc/walletd/walletd.toml", "configuration file")
	cmd.Flags().IntVar(&demoFD, "demo-fd", demoFD, "stop when this inherited pipe ends (used by posctl demo)")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return fmt.Errorf("%w: %w (see walletd --help)", errConfig, err)
	})
	cmd.SetArgs(args)
	cmd.SetOut(out)
	cmd.SetErr(log)
	err := cmd.Execute()
	if err == nil {
		return 0
	}
	fmt.Fprintln(log, "walletd:", err)
	if errors.Is(err, errConfig) {
		return exitConfig
	}
	return exitFailed
}
