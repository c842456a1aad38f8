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

// errUsage marks what the person who starts or configures the agent must put
// right.
var errUsage = errors.New("posagent is not started right")

// options are the command line.
type options struct {
	config string
	demoFD int
	forget bool
	lose   bool
}

func run(args []string, stdout, stderr io.Writer) int {
	var o options
	cmd := &cobra.Command{
		Use:           "posagent",
		Short:         "The payment agent of a shop's register",
		Long:          "posagent reads customers' codes, asks their wallets for the money, prints receipts and serves the register's pages and API.\n\nIt stops cleanly on SIGTERM: a charge under way gets its outcome first.\n\nExit codes: 0 stopped as asked, 1 could not start or run, 2 the command line or the configuration is wrong (every problem is listed with its line).",
		Example:       "  posagent --config /etc/posagent/posagent.toml\n  posctl config check    # what would be wrong, without starting",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return fmt.Errorf("%w: it takes no arguments, but got %q (see posagent --help)", errUsage, args)
			case o.lose && !o.forget:
				return fmt.Errorf("%w: --lose-codes goes with --forget-offline-key (see posagent --help)", errUsage)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return serve(ctx, o, stdout, stderr)
		},
	}
	cmd.Flags().StringVar(&o.config, "config", "/etc/posagent/posagent.toml", "the configuration; conf.d/*.toml beside it is read as well")
	cmd.Flags().BoolVar(&o.forget, "forget-offline-key", false, "give up the key under which customers' codes lie sealed, and end: the next start has another one (the agent must be stopped)")
	cmd.Flags().BoolVar(&o.lose, "lose-codes", false, "with --forget-offline-key: also when codes wait that only this key opens, and that are lost without it")
	cmd.Flags().IntVar(&o.demoFD, "demo-fd", 0, "set by `posctl demo`: an inherited pipe that closes when the demo ends")
	_ = cmd.Flags().MarkHidden("demo-fd")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return fmt.Errorf("%w: %w (see posagent --help)", errUsage, err)
	})
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(context.Background())
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(stderr, err)
	var problems configs.Problems
	if errors.As(err, &problems) || errors.Is(err, errUsage) {
		return exitConfig
	}
	return exitFailed
}

// serve runs the daemon until ctx ends, or forgets a key when that was asked.
func serve(ctx context.Context, o options, stdout, stderr io.Writer) error {
	if o.demoFD != 0 {
		pipe, err := inherited(o.demoFD)
		if err != nil {
			return err
		}
		ctx = whileOpen(ctx, pipe)
	}
	for {
		if err := serveOnce(ctx, o, stdout, stderr); !errors.Is(err, errOtherMode) || ctx.Err() != nil {
			return err
		}
	}
}

// serveOnce is serve until the register goes into its other mode.
func serveOnce(ctx context.Context, o options, stdout, stderr io.Writer) error {
	begun, err := takeBack(o.config)
	if err != nil {
		return err
	}
	c, err := configs.Load(o.config)
	var problems configs.Problems
	switch {
	case errors.As(err, &problems):
		return err
	case err != nil: // there is no such file, or it may not be read
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if o.forget {
		return forgetKey(c, o.lose, stdout)
	}
	d, err := wireUp(c, begun, o.demoFD != 0, logger(c.Log, stderr))
	if err != nil {
		return err
	}
	return d.run(ctx)
}

// inherited is the pipe that the demo handed down.
func inherited(fd int) (*os.File, error) {
	var st syscall.Stat_t
	if fd <= 2 || syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return nil, fmt.Errorf("%w: --demo-fd %d is no inherited pipe; only `posctl demo` uses it", errUsage, fd)
	}
	return os.NewFile(uintptr(fd), "demo"), nil
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
