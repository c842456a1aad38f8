package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/find"
)

// found is a device that find tells of, with what to write for it.
type found struct {
	find.Guest
	Ways []way `json:"ways"`
}

// way is one way to set a device up.
type way struct {
	Address  string      `json:"address"`
	Kind     string      `json:"kind"`     // "scanner" or "printer"
	Profiles []string    `json:"profiles"` // that may fit, the best first
	By       string      `json:"by"`       // by what the first was chosen
	Says     find.Answer `json:"says,omitzero"`
	Note     string      `json:"note,omitempty"`

	offer find.Offer
}

type findOptions struct {
	now, ask bool
	count    int
	wait     time.Duration
}

func (t *tool) deviceFind() *cobra.Command {
	var o findOptions
	cmd := &cobra.Command{
		Use:   "find",
		Short: "Tell what is plugged in, its lasting address, and the profile that fits",
		Long: `find says "plug it in now" and tells what came: what it is, an address by which it
is found again whatever number the system gives it, which profile fits, and the
section to write into the configuration. It needs no agent; run it as root or as
a member of the group pos, so that devices may be asked.

Profiles are chosen by USB ids and by what the device says of itself. A USB
printer's own description is read without sending anything to it. With --ask
printers are asked in ESC/POS (GS I) as well, those on serial lines at the usual
speeds; one that speaks another language may print two letters. Devices on the
network are not searched for. With --json each line is one JSON object.`,
		Example: "  posctl devices find\n  posctl devices find --now --ask",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.count < 0 || o.wait < 0 {
				return usage("--count and --wait are 0 or above")
			}
			return t.find(cmd.Context(), t.finder(), o)
		},
	}
	cmd.Flags().BoolVar(&o.now, "now", false, "tell what is plugged in already, and end")
	cmd.Flags().BoolVar(&o.ask, "ask", false, "ask printers in ESC/POS who they are")
	cmd.Flags().IntVar(&o.count, "count", 1, "end after `N` devices; 0: go on until Ctrl-C")
	cmd.Flags().DurationVar(&o.wait, "wait", 0, "end after this `TIME` without a device, such as 1m (default: wait)")
	return cmd
}

// finder looks at this machine, or at the one that a test made up.
func (t *tool) finder() find.Finder {
	if t.machine != nil {
		return *t.machine
	}
	return find.Here(slog.New(slog.DiscardHandler))
}

func (t *tool) find(ctx context.Context, finder find.Finder, o findOptions) error {
	profiles, err := configs.Profiles()
	if err != nil {
		return err
	}
	tell := func(g find.Guest) error { return t.tellFound(t.meet(ctx, g, profiles, o.ask)) }
	if o.now {
		guests, err := finder.Now()
		if err != nil {
			return err
		}
		for _, g := range guests {
			if err := tell(g); err != nil {
				return err
			}
		}
		if len(guests) == 0 {
			fmt.Fprintln(t.errOut, "nothing is plugged in that could be a device of a register")
		}
		return nil
	}
	return t.findNext(ctx, finder, o, tell)
}

// findNext tells of devices as they are plugged in.
func (t *tool) findNext(ctx context.Context, finder find.Finder, o findOptions, tell func(find.Guest) error) error {
	waiting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	late := errors.New("nothing was plugged in; posctl devices find --now tells what is there already")
	again := func() {}
	if o.wait > 0 {
		timer := time.AfterFunc(o.wait, func() { stop(late) })
		defer timer.Stop()
		again = func() { timer.Reset(o.wait) }
	}
	came, failed := 0, error(nil)
	begun := func() {
		fmt.Fprintln(t.errOut, "plug the device in now, or pull it out and plug it in again; Ctrl-C ends …")
	}
	err := finder.Wait(waiting, begun, func(g find.Guest) bool {
		again()
		came++
		failed = tell(g)
		return failed == nil && came != o.count
	})
	switch {
	case failed != nil:
		return failed
	case errors.Is(context.Cause(waiting), late):
		return late
	case ctx.Err() != nil:
		return nil
	}
	return err
}

// meet finds out what can be done with a device.
func (t *tool) meet(ctx context.Context, g find.Guest, profiles []configs.ProfileInfo, ask bool) found {
	out := found{Guest: g}
	for i, o := range g.Offers {
		says, err := find.Ask(ctx, o.Node, ask)
		w := propose(g, o, says, profiles)
		if err != nil {
			w.Note = strings.TrimSpace(w.Note + " It could not be asked: " + err.Error())
		}
		out.Guest.Offers[i].Says = says
		out.Ways = append(out.Ways, w)
	}
	return out
}

// propose chooses the profiles that may fit one way to use a device.
func propose(g find.Guest, o find.Offer, says find.Answer, profiles []configs.ProfileInfo) way {
	w := way{Address: o.Address, Says: says, offer: o}
	if says.Baud != 0 && strings.Contains(w.Address, "?") {
		w.Address += fmt.Sprintf("&baud=%d", says.Baud)
	}
	answered := says.Maker != "" || says.Model != ""
	fits := func(p configs.ProfileInfo) int { return match(p, g, says) }
	best := slices.DeleteFunc(slices.Clone(profiles), func(p configs.ProfileInfo) bool {
		return fits(p) == 0 || !readBy(p, o) || answered && p.Kind != "printer"
	})
	slices.SortStableFunc(best, func(a, b configs.ProfileInfo) int { return fits(b) - fits(a) })
	for _, p := range best {
		w.Profiles = append(w.Profiles, p.Name)
	}
	switch {
	case len(best) > 0:
		w.Kind, w.By = best[0].Kind, reasons[fits(best[0])]
	case o.Node.Kind == "lp" || answered:
		w.Kind, w.Profiles, w.By = "printer", generic(profiles, "printer", o), "its being a printer; choose the width of its paper"
	default:
		w.Kind, w.Profiles, w.By = "scanner", generic(profiles, "scanner", o), "nothing that it tells: it may be another device"
	}
	if o.Node.Kind == "evdev" {
		w.Note = "It types what it reads, as a keyboard does: make sure that it is the scanner. Set to USB serial or HID-POS it reads without mistakes of keyboard layouts."
	}
	if len(w.Profiles) == 0 {
		w.Note = strings.TrimSpace(w.Note + " No profile reads it this way: set the device to another interface, or write a profile.")
	}
	return w
}

// reasons are what the grades of match mean.
var reasons = map[int]string{3: "its USB ids", 2: "its model", 1: "its maker's USB id"}

// match is how well a profile fits: 3 by the ids of the model, 2 by what the
// device calls itself, 1 by the id of its maker, 0 not.
func match(p configs.ProfileInfo, g find.Guest, says find.Answer) int {
	if g.Vendor != "" && slices.Contains(p.USB, g.Vendor+":"+g.Product) {
		return 3
	}
	words := strings.Fields(p.Model)
	if len(words) > 1 {
		if name := letters(words[len(words)-1]); len(name) >= 4 && strings.Contains(letters(says.Model+" "+g.Model), name) {
			return 2
		}
	}
	if g.Vendor != "" && slices.Contains(p.USB, g.Vendor) {
		return 1
	}
	return 0
}

// letters are a name without spaces, signs and case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(name))
}

// generic are the profiles for devices that nobody knows.
func generic(profiles []configs.ProfileInfo, kind string, o find.Offer) []string {
	var out []string
	for _, p := range profiles {
		if p.Kind == kind && strings.Contains(p.Name, "generic") && readBy(p, o) {
			out = append(out, p.Name)
		}
	}
	return out
}

// readBy tells whether the driver of a profile uses such a device file.
func readBy(p configs.ProfileInfo, o find.Offer) bool {
	if p.Kind == "printer" {
		profile, err := configs.PrinterProfile(p.Name)
		return err == nil && slices.Contains(all.PrinterKinds(profile), o.Node.Kind)
	}
	profile, err := configs.ScannerProfile(p.Name)
	return err == nil && slices.Contains(all.ScannerKinds(profile), o.Node.Kind)
}

func (t *tool) tellFound(f found) error {
	if t.asJSON {
		return t.line(f, "")
	}
	name := strings.TrimSpace(f.Maker + " " + f.Model)
	if f.Vendor != "" {
		name = fmt.Sprintf("%s (%s:%s%s) at socket %s", or(name, "a device without a name"), f.Vendor, f.Product, suffix(", serial number ", f.Serial), f.Socket)
	}
	fmt.Fprintf(t.out, "\n%s\n", or(name, "a device that is not on USB"))
	for _, w := range f.Ways {
		n := w.offer.Node
		fmt.Fprintf(t.out, "\n  # a %s, now %s\n", n.Kind.Word(), n.Dev)
		if said := strings.TrimSpace(w.Says.Maker + " " + w.Says.Model); said != "" {
			fmt.Fprintf(t.out, "  # it calls itself %s\n", said)
		}
		if w.Note != "" {
			fmt.Fprintf(t.out, "  # %s\n", w.Note)
		}
		if len(w.Profiles) == 0 {
			fmt.Fprintf(t.out, "  # address = %q\n", w.Address)
			continue
		}
		others := ""
		if len(w.Profiles) > 1 {
			others = "; or " + strings.Join(w.Profiles[1:], ", ")
		}
		fmt.Fprintf(t.out, "  [[device]]\n  id = \"%s0\"\n  kind = %q\n  profile = %q  # by %s%s\n  address = %q\n", w.Kind, w.Kind, w.Profiles[0], w.By, others, w.Address)
	}
	return nil
}
