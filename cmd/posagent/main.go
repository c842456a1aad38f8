// Command posagent is the daemon of one register: devices, charges, the local
// API and the pages. It reads its configuration, wires the parts together and
// serves until it is told to stop.
//
// Invariant: nothing is opened, sold or listened on before the whole
// configuration is known to be right.
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
	"golang.org/x/term"

	"github.com/posagent/posagent/configs"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitConfig = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are the command line.
type options struct {
	config string
	demoFD int
}

func run(args []string, stdout, stderr io.Writer) int {
	var o options
	code := exitDone
	cmd := &cobra.Command{
		Use:           "posagent",
		Short:         "The payment agent of a shop's register",
		Long:          "posagent reads customers' codes, asks their wallets for the money, prints receipts and serves the register's pages and API.\n\nIt stops cleanly on SIGTERM: a charge under way gets its outcome first.\n\nExit codes: 0 stopped as asked, 1 could not start or run, 2 the configuration is wrong (every problem is listed with its line).",
		Example:       "  posagent --config /etc/posagent/posagent.toml\n  posctl config check    # what would be wrong, without starting",
		Version:       version,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return serve(ctx, o, stderr)
		},
	}
	cmd.Flags().StringVar(&o.config, "config", "/etc/posagent/posagent.toml", "the configuration; conf.d/*.toml beside it is read as well")
	cmd.Flags().IntVar(&o.demoFD, "demo-fd", 0, "set by `posctl demo`: an inherited pipe that closes when the demo ends")
	_ = cmd.Flags().MarkHidden("demo-fd")
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	if err := cmd.ExecuteContext(context.Background()); err != nil {
		fmt.Fprintln(stderr, err)
		code = exitFailed
		var problems configs.Problems
		if errors.As(err, &problems) {
			code = exitConfig
		}
	}
	return code
}

// serve runs the daemon until ctx ends.
func serve(ctx context.Context, o options, stderr io.Writer) error {
	c, err := configs.Load(o.config)
	if err != nil {
		return err
	}
	log := logger(c.Log, stderr)
	if o.demoFD > 0 {
		ctx = whileOpen(ctx, os.NewFile(uintptr(o.demoFD), "demo"))
	}
	d, err := wireUp(c, o.demoFD > 0, log)
	if err != nil {
		return err
	}
	return d.run(ctx)
}

// whileOpen ends when the other end of a pipe is closed: the demo that
// started this agent is gone.
func whileOpen(ctx context.Context, pipe *os.File) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, pipe)
		cancel()
	}()
	return ctx
}

func logger(c configs.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(c.Level)) != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) || c.Format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
