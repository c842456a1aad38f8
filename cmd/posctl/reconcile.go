package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

func (t *tool) reconcile() *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:   "reconcile [--date DATE]",
		Short: "Compare a business day with the wallets, and correct what a rule knows",
		Long: `reconcile asks every wallet for its list of a business day and compares it with
the books of this register, key by key. Where a rule knows what is true the
books follow it: money that a wallet holds for a sale that does not stand is
given back, a payment that no wallet knows counts as unpaid, a payment that the
books have lost is adopted. All else is listed, with what to do next. Doing it
again changes nothing more.

It ends with 0 when both sides are equal, and with 1 when differences are left
or a wallet did not answer.`,
		Example: "  posctl reconcile\n  posctl reconcile --date 2026-11-25 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			r, err := client.Reconcile(cmd.Context(), date)
			if err != nil {
				return err
			}
			if err := t.print(r, func() { t.showReconciliation(r) }); err != nil {
				return err
			}
			if !r.Equal {
				return &ended{code: exitFailed}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "business `DATE`, such as 2026-11-25 (default today)")
	return cmd
}

func (t *tool) showReconciliation(r control.Reconciliation) {
	const minute = "2006-01-02 15:04"
	fmt.Fprintf(t.out, "Business day %s, from %s to %s\n", r.Date, r.From.In(t.place()).Format(minute), r.To.In(t.place()).Format(minute))
	for _, w := range r.Wallets {
		t.showWallet(w)
	}
	if len(r.Wallets) == 0 {
		fmt.Fprintln(t.out, "\nno wallet is configured")
	}
	if r.Restored != nil {
		fmt.Fprintf(t.out, "\nThis register's database is an older copy: %s\nIts newest entry is of %s.\n", r.Restored.Why, r.Restored.Since.In(t.place()).Format(minute))
		if len(r.Restored.Days) > 0 {
			fmt.Fprintf(t.out, "  next: reconcile these days until each is equal: %s\n", strings.Join(r.Restored.Days, " "))
		} else {
			fmt.Fprintln(t.out, "  All days since then are equal now, and it counts as whole again.")
		}
	}
	if r.Equal {
		fmt.Fprintln(t.out, "\nequal")
	} else {
		fmt.Fprintf(t.out, "\n%d left\n", r.Left)
	}
}

func (t *tool) showWallet(w control.WalletDay) {
	name := named(w.Wallet, w.WalletNameE)
	switch {
	case !w.Answered:
		fmt.Fprintf(t.out, "\n%s: NOT COMPARED\n  %s\n  next: reconcile again when the wallet can be reached; posctl doctor tells whether it can\n", name, w.Problem)
		return
	case len(w.Differences)+w.Unlisted == 0:
		fmt.Fprintf(t.out, "\n%s: equal\n", name)
	default:
		fmt.Fprintf(t.out, "\n%s: %d differed, %d left\n", name, len(w.Differences)+w.Unlisted, w.Left)
	}
	t.showTotals(w.Totals)
	for _, d := range w.Differences {
		t.showDifference(d)
	}
	if w.Unlisted > 0 {
		fmt.Fprintf(t.out, "\n  and %d more, which are not listed; those that are left come first\n", w.Unlisted)
	}
}

func (t *tool) showTotals(totals []control.Total) {
	if len(totals) == 0 {
		fmt.Fprintln(t.out, "  nothing on either side")
		return
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  KIND\tSTATE\tHERE\tAT THE WALLET")
	for _, total := range totals {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", total.Kind, total.State, sums(total.Ours, total.OursAfter, total.Currency), sums(total.Theirs, total.TheirsAfter, total.Currency))
	}
	_ = w.Flush()
}

// sums is a sum, and what it has become.
func sums(before, after control.Sum, currency string) string {
	text := fmt.Sprintf("%d: %d %s", before.Count, before.Amount, currency)
	if before != after {
		text += fmt.Sprintf(" (now %d: %d)", after.Count, after.Amount)
	}
	return text
}

func (t *tool) showDifference(d control.Difference) {
	fmt.Fprintf(t.out, "\n  %s  %s\n", d.Key, d.TitleE)
	fmt.Fprintf(t.out, "    here: %s; at the wallet: %s\n", t.side(d.Ours), t.side(d.Theirs))
	done := d.DoneTE
	if d.After != "" && (d.Ours == nil || d.After != d.Ours.State) {
		done += ": now " + d.After
	}
	fmt.Fprintf(t.out, "    done: %s\n", done)
	fmt.Fprintf(t.out, "    next: %s\n", d.TextE)
	if d.Note != "" {
		fmt.Fprintf(t.out, "    note: %s\n", d.Note)
	}
	if d.Left {
		fmt.Fprintf(t.out, "    see:  posctl charges --timeline %s\n", d.Key)
	}
}

func (t *tool) side(s *control.Side) string {
	if s == nil {
		return "nothing"
	}
	return fmt.Sprintf("%s, %s of %d %s, %s", s.State, s.Kind, s.Amount, s.Currency, s.At.In(t.place()).Format("01-02 15:04:05"))
}

func (t *tool) refund() *cobra.Command {
	var want control.NewRefund
	var manager string
	cmd := &cobra.Command{
		Use:   "refund KEY --amount YEN",
		Short: "Give money of a payment back, all of it or a part",
		Long: `refund gives money of a payment back to the customer's wallet. All of a payment
of today is voided while its wallet still does that: the payment itself is undone.
Everything else is a refund with a key of its own. --way takes one of the two or
fails. Either goes on until the wallet answers, also after a restart: never ask
for a second one because the first has no answer yet, and give no cash meanwhile.

It ends with 0 when the money is back, with 3 when the wallet declined, and with
4 while the wallet has not answered.`,
		Example: "  posctl refund S0001-T01-217000000-42 --amount 1280 --reason returned\n  posctl refund S0001-T01-217000000-42 --amount 1280 --way void",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if want.Amount <= 0 {
				return usage("--amount must be a whole number of yen above 0")
			}
			if want.Way != "auto" && want.Way != "void" && want.Way != "refund" {
				return usage("--way must be auto, void or refund")
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			want.ChargeKey = args[0]
			if want.Approval, err = t.approval(cmd, client, control.NewApproval{Kind: "refund", Key: args[0], Amount: want.Amount, Operator: manager}); err != nil {
				return err
			}
			rec, err := client.Refund(cmd.Context(), want)
			if err != nil {
				return err
			}
			return t.wentBack(rec)
		},
	}
	cmd.Flags().Int64Var(&want.Amount, "amount", 0, "`YEN` to give back (minor units of other currencies)")
	cmd.Flags().StringVar(&want.Reason, "reason", "", "`WHY`, for the books: returned, wrong_amount or charged_twice")
	approver(cmd, &manager)
	offer(cmd, "reason", "returned", "wrong_amount", "charged_twice")
	cmd.Flags().StringVar(&want.Way, "way", "auto", "`WAY` back: auto, void or refund")
	offer(cmd, "way", "auto", "void", "refund")
	return cmd
}

// wentBack tells what became of a refund or a void, as text and exit code.
func (t *tool) wentBack(rec control.Charge) error {
	if err := t.print(rec, func() {
		if rec.Way == "void" {
			fmt.Fprintf(t.out, "%s  void of %d %s  %s\n", rec.Key, rec.Amount, rec.Currency, rec.State)
			return
		}
		fmt.Fprintf(t.out, "%s  refund of %d %s of %s  %s\n", rec.Key, rec.Amount, rec.Currency, rec.Of, rec.State)
	}); err != nil {
		return err
	}
	switch rec.State {
	case "approved", "reversed":
		return nil
	case "owed":
		if rec.Way != "void" {
			break
		}
		return &ended{code: exitFailed, err: fmt.Errorf("the wallet does not undo it any more; it owes the money: posctl refund %s --amount %d", rec.Key, rec.Amount)}
	case "declined", "abandoned":
		return &ended{code: exitDeclined, err: errors.New(or(rec.ReasonTextE, "the wallet did not give the money back"))}
	}
	return &ended{code: exitUnknown, err: fmt.Errorf("the wallet has not answered yet; the register goes on by itself: posctl charges --timeline %s", rec.Key)}
}

func (t *tool) chargeResolve() *cobra.Command {
	var d control.Decision
	var manager string
	cmd := &cobra.Command{
		Use:   "resolve KEY --decision DECISION",
		Short: "Decide about a charge that the register cannot end alone",
		Long: `resolve is for the manager. Nobody can make a charge approved: only a wallet
does. The decisions are

  shown_paid  the customer's phone says paid: the goods go, the money is
              collected (for a charge in doubt)
  not_paid    nothing was paid: undo it, for sure (sent, pending, in doubt)
  write_off   wait no longer: for the money of goods that are gone, or for a
              wallet that does not confirm that a charge is undone
  gave_back   the customer has the money back by hand (for one that is owed)

The same decision once more changes nothing.`,
		Example: "  posctl charges resolve S0001-T01-217000000-42 --decision not_paid --note \"customer left\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch d.Decision {
			case "shown_paid", "not_paid", "write_off", "gave_back":
			default:
				return usage("--decision must be shown_paid, not_paid, write_off or gave_back")
			}
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			if d.Approval, err = t.approval(cmd, client, control.NewApproval{Kind: "resolve", Key: args[0], Detail: d.Decision, Operator: manager}); err != nil {
				return err
			}
			c, err := client.Resolve(cmd.Context(), args[0], d)
			if err != nil {
				return err
			}
			return t.print(c, func() {
				fmt.Fprintf(t.out, "%s  %d %s  %s  goods: %s\n", c.Key, c.Amount, c.Currency, c.State, c.Goods)
			})
		},
	}
	cmd.Flags().StringVar(&d.Decision, "decision", "", "`DECISION`: shown_paid, not_paid, write_off or gave_back")
	cmd.Flags().StringVar(&d.Note, "note", "", "`TEXT` for the journal")
	approver(cmd, &manager)
	offer(cmd, "decision", "shown_paid", "not_paid", "write_off", "gave_back")
	return cmd
}
