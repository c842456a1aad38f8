package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/cmd/posctl/demo"
)

// demoDir is where `make run` keeps its demo.
const demoDir = ".demo"

func (t *tool) demo() *cobra.Command {
	o := demo.Options{Out: t.out}
	cmd := &cobra.Command{
		Use:   "demo [--dir DIR]",
		Short: "Run everything on this machine, with virtual devices and no real money",
		Long: `demo makes certificates, starts the real wallet and agent, plugs in a virtual
scanner and printer on pseudo terminals, and prints where everything is. When
it is up, DIR/demo.json says the same for programs. Ctrl-C stops all of it.

In another terminal, its subcommands play customers and troubles.`,
		Example: `  posctl demo --dir .demo
  posctl demo code --dir .demo --scan
  posctl demo wallet fault silent --dir .demo
  posctl demo device unplug printer0 --dir .demo`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Dir = t.demoDir()
			return demo.Run(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.AgentAddr, "agent-addr", "127.0.0.1:7070", "`HOST:PORT`; port 0: any free one")
	cmd.Flags().StringVar(&o.WalletAddr, "wallet-addr", "127.0.0.1:7071", "`HOST:PORT`; port 0: any free one")
	cmd.Flags().StringVar(&o.PhoneAddr, "phone-addr", "127.0.0.1:7072", "`HOST:PORT` of the phone; 0: any free one")
	cmd.AddCommand(t.demoCode(), t.demoScan(), t.demoPay(), t.demoConfirm(), t.demoWallet(), t.demoDevice())
	return cmd
}

func (t *tool) demoDir() string {
	if t.dir == "" {
		return demoDir
	}
	return t.dir
}

// shown is a code that the demo's wallet made for a customer's phone.
type shown struct {
	Code     string    `json:"code"`
	Customer string    `json:"customer"`
	Expires  time.Time `json:"expires"`
}

// pictured are the files that a code is drawn into.
type pictured struct {
	png, photo, film string
	take             demo.Take
}

func (p *pictured) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.png, "png", "", "also draw it as a QR code into `FILE`")
	cmd.Flags().StringVar(&p.photo, "photo", "", "also photograph the phone that shows it into `FILE` (PNG)")
	cmd.Flags().StringVar(&p.film, "film", "", "also film the phone that shows it into `FILE` (Y4M)")
	cmd.Flags().BoolVar(&p.take.Hard, "hard", false, "photograph or film it under bad conditions")
	cmd.Flags().Uint64Var(&p.take.Seed, "seed", 1, "another `NUMBER` gives another phone, hand and counter")
}

func (p *pictured) draw(code string) error {
	for _, one := range []struct {
		file string
		draw func(file, code string) error
	}{{p.png, draw}, {p.photo, p.take.Photo}, {p.film, p.take.Film}} {
		if one.file == "" {
			continue
		}
		if err := one.draw(one.file, code); err != nil {
			return err
		}
	}
	return nil
}

func (t *tool) demoCode() *cobra.Command {
	var customer, carrier string
	var scan, signed bool
	var into pictured
	cmd := &cobra.Command{
		Use:   "code [--signed [--carrier CARRIER]] [--customer NAME] [--scan]",
		Short: "A customer shows a fresh payment code",
		Long: `code mints a one-time code that lives for a minute and prints it. The demo's
customers: sakura (1,000,000 yen), hiro (3,000 yen), zero (nothing).

With --signed it is a code that the customer's phone has signed (OP1), for up to
10,000 yen. A phone shows those also while the wallet is stopped; that of
another customer than sakura must have shown one before. For its certificate up
to 30,000 yen, at most half of what there is, are put aside.

--photo draws the phone with the code as a camera at the counter sees it, for
posctl decode or an upload; --film a second of it, which Chromium takes for a
camera: --use-fake-device-for-media-stream --use-file-for-fake-video-capture=FILE.
--hard makes the light or the hand bad.`,
		Example: `  posctl demo code --dir .demo
  posctl demo code --dir .demo --customer zero --scan
  posctl demo code --dir .demo --png code.png
  posctl demo code --dir .demo --photo phone.png --hard --seed 7
  posctl demo code --dir .demo --signed --carrier decimal --scan`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			action := "mint"
			if signed {
				action = "sign " + carrier
			} else if cmd.Flags().Changed("carrier") {
				return usage("--carrier is for signed codes: add --signed")
			}
			var minted shown
			if err := demo.Order(cmd.Context(), t.demoDir(), "code", action, customer, &minted); err != nil {
				return err
			}
			if err := into.draw(minted.Code); err != nil {
				return err
			}
			if scan {
				if err := show(t.demoDir(), minted.Code); err != nil {
					return err
				}
			}
			return t.print(minted, func() { fmt.Fprintln(t.out, minted.Code) })
		},
	}
	cmd.Flags().StringVar(&customer, "customer", "", "`NAME` of who shows it (default: the first customer)")
	cmd.Flags().BoolVar(&signed, "signed", false, "one that the phone has signed")
	cmd.Flags().StringVar(&carrier, "carrier", "base45", "`CARRIER` of a signed code: base45, base64 or decimal")
	cmd.Flags().BoolVar(&scan, "scan", false, "also show it to the virtual scanner")
	into.flags(cmd)
	return cmd
}

func (t *tool) demoScan() *cobra.Command {
	return &cobra.Command{
		Use:   "scan CODE",
		Short: "Show a code to the scanner, such as the one on the phone's page",
		Example: `  posctl demo scan 97023456789012345678 --dir .demo
  posctl demo scan "9702 3456 7890 1234 5678" --dir .demo`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			code := strings.Join(strings.Fields(args[0]), "") // as a page groups digits
			if strings.HasPrefix(args[0], "OP1:") {
				code = args[0] // a blank is one of its characters
			}
			if err := show(t.demoDir(), code); errors.Is(err, demo.ErrNone) {
				return &ended{code: exitUnreachable, err: err}
			} else if err != nil {
				return err
			}
			return t.print(map[string]string{"shown": code}, func() { fmt.Fprintln(t.out, "the scanner has read it") })
		},
	}
}

// spoken is what a charge stands for after its customer has spoken.
type spoken struct {
	Key    string `json:"key"`
	Status string `json:"status"`
	Amount int64  `json:"amount"`
}

func (t *tool) demoConfirm() *cobra.Command {
	var key string
	var no bool
	cmd := &cobra.Command{
		Use:   "confirm [--key KEY] [--no]",
		Short: "A customer confirms a charge on the phone",
		Long: `confirm says yes to the newest charge that waits for its customer, as charges
do after ` + "`posctl demo wallet fault confirm`" + `. A charge waits for a minute.`,
		Example: `  posctl demo confirm --dir .demo
  posctl demo confirm --dir .demo --no`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			action := "yes"
			if no {
				action = "no"
			}
			var said spoken
			if err := demo.Order(cmd.Context(), t.demoDir(), "confirm", action, key, &said); err != nil {
				return err
			}
			return t.print(said, func() { fmt.Fprintln(t.out, said.Key, said.Status) })
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the charge's `KEY` (default: the newest that waits)")
	cmd.Flags().BoolVar(&no, "no", false, "the customer refuses")
	return cmd
}

func draw(path, code string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := picture.PNG(code, 8, f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// show writes a code to the virtual scanner, as a visitor would.
func show(dir, code string) error {
	facts, err := demo.ReadFacts(dir)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(facts.ScannerPath, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(code + "\r"); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func (t *tool) demoWallet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wallet",
		Short: "Stop or start the wallet, or let it play a trouble",
		Example: `  posctl demo wallet stop --dir .demo
  posctl demo wallet fault slow --dir .demo
  posctl demo wallet stop-switch pay on --dir .demo
  posctl demo wallet fault none --dir .demo`,
	}
	for _, action := range []string{"stop", "start"} {
		cmd.AddCommand(&cobra.Command{
			Use: action, Short: strings.ToUpper(action[:1]) + action[1:] + " the wallet", Args: cobra.NoArgs,
			Example: "  posctl demo wallet " + action + " --dir .demo",
			RunE: func(cmd *cobra.Command, _ []string) error {
				return t.order(cmd.Context(), "wallet", action, "")
			},
		})
	}
	cmd.AddCommand(t.demoFault(), t.demoStopSwitch())
	return cmd
}

func (t *tool) demoFault() *cobra.Command {
	return &cobra.Command{
		Use:   "fault TROUBLE",
		Short: "What the wallet does with the next charges, refunds and top-ups",
		Long: `fault is TROUBLE until it is set to none:

  slow       answers after 2 s
  silent     takes the money and never answers
  reset      takes the money and resets the connection
  duplicate  gets every request twice, as over a network that repeats
  late       answers after 5 s, when nobody waits any more
  nonsense   takes the money and answers something that is no answer
  refuse     answers 503 to everything
  hold       does nothing for 5 s and then takes the money
  confirm    asks the customer on the phone first: see posctl demo confirm`,
		Example:   "  posctl demo wallet fault silent --dir .demo",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"slow", "silent", "reset", "duplicate", "late", "nonsense", "refuse", "hold", "confirm", "none"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.order(cmd.Context(), "wallet", "fault", args[0])
		},
	}
}

func (t *tool) demoStopSwitch() *cobra.Command {
	functions, ways := []string{"pay", "topup", "refund", "offline", "signup"}, []string{"on", "off"}
	return &cobra.Command{
		Use:   "stop-switch FUNCTION on|off",
		Short: "The wallet stops a function in its signed bulletin, or lifts the stop",
		Long: `stop-switch changes what the wallet's bulletin says. While pay, topup, refund,
offline or signup is on, registers ask for nothing new of it, and the wallet
declines it itself. What is under way comes to its end.`,
		Example: "  posctl demo wallet stop-switch pay on --dir .demo\n  posctl demo wallet stop-switch pay off --dir .demo",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 || !slices.Contains(functions, args[0]) || !slices.Contains(ways, args[1]) {
				return fmt.Errorf("it takes one of %s and on or off, but got %q", strings.Join(functions, ", "), args)
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return map[int][]string{0: functions, 1: ways}[len(args)], cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.order(cmd.Context(), "wallet", "stop-switch "+args[1], args[0])
		},
	}
}

func (t *tool) demoDevice() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "device",
		Short:   "Pull a virtual device's plug, take the paper away, open the drawer",
		Example: "  posctl demo device unplug scanner0 --dir .demo\n  posctl demo device paper-out printer0 --dir .demo",
	}
	for _, a := range demo.Troubles() {
		cmd.AddCommand(&cobra.Command{
			Use: a.Action + " DEVICE", Short: a.Short, Args: cobra.ExactArgs(1), ValidArgs: a.On,
			Example: "  posctl demo device " + a.Action + " " + a.On[0] + " --dir .demo",
			RunE: func(cmd *cobra.Command, args []string) error {
				return t.order(cmd.Context(), "device", a.Action, args[0])
			},
		})
	}
	return cmd
}

func (t *tool) order(ctx context.Context, what, action, name string) error {
	if err := demo.Order(ctx, t.demoDir(), what, action, name, nil); err != nil {
		return err
	}
	done := map[string]string{"action": action, "name": name}
	return t.print(done, func() { fmt.Fprintln(t.out, "done:", what, action, name) })
}
