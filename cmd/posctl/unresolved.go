package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

// unresolvedCharge is one charge that waits for a person, and what they do next.
type unresolvedCharge struct {
	control.Finding
	What string   `json:"what"`
	Next []string `json:"next"`
}

// toDecide are the states in which a person has something to decide or to do,
// with what they mean. What is queued the register collects by itself.
var toDecide = []struct{ state, what string }{
	{"owed", "the wallet holds the customer's money, and no sale stands: give it back"},
	{"unpaid", "the goods are gone, and no money came: ask the customer, or bear it"},
	{"indoubt", "nobody knows yet whether it is paid; the register asks on: decide if the customer cannot wait"},
	{"pending", "the customer has not confirmed it on the phone yet; the register asks on"},
	{"reversing", "it is being undone, and the wallet has not confirmed it: wait, or write it off"},
}

func (t *tool) unresolved() *cobra.Command {
	return &cobra.Command{
		Use:   "unresolved",
		Short: "List what waits for a manager, each with the command that goes on",
		Long: `unresolved lists the charges that the register cannot end alone, or not yet: money
that is owed to customers, goods that are gone without money, and results that
nobody knows. Below each stands what a manager does next. It changes nothing.

It ends with 0, also when something is listed: --json tells a script.`,
		Example: "  posctl unresolved\n  posctl unresolved --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			list, err := waiting(cmd.Context(), client)
			if err != nil {
				return err
			}
			return t.print(map[string]any{"unresolved": list}, func() { t.showUnresolved(list) })
		},
	}
}

func waiting(ctx context.Context, client *control.Client) ([]unresolvedCharge, error) {
	list := []unresolvedCharge{}
	for _, each := range toDecide {
		err := eachFinding(ctx, client, control.Search{States: []string{each.state}}, func(f control.Finding) error {
			list = append(list, unresolvedCharge{f, each.what, nextOf(f)})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// nextOf are the commands that go on with a charge, the usual one first.
func nextOf(f control.Finding) []string {
	resolve := func(decision string) string {
		return fmt.Sprintf("posctl charges resolve %s --decision %s", f.Key, decision)
	}
	switch {
	case f.State == "owed" && f.Kind == "charge":
		return []string{fmt.Sprintf("posctl refund %s --amount %d", f.Key, f.Amount), resolve("gave_back")}
	case f.State == "owed":
		return []string{resolve("gave_back")}
	case f.State == "unpaid":
		return []string{"posctl charges show " + f.Key, "posctl reconcile --date " + f.Date}
	case f.State == "indoubt" && f.Kind == "charge":
		return []string{resolve("shown_paid"), resolve("not_paid")}
	case f.State == "reversing":
		return []string{"posctl charges show " + f.Key, resolve("write_off")}
	}
	return []string{"posctl charges show " + f.Key, resolve("not_paid")}
}

func (t *tool) showUnresolved(list []unresolvedCharge) {
	if len(list) == 0 {
		fmt.Fprintln(t.out, "nothing waits for a manager")
		return
	}
	for _, u := range list {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "%s\t%s\t%s\t%d %s\t%s\t%s\n", u.State, u.At.In(t.place()).Format(time.DateTime), u.Kind, u.Amount, u.Currency, or(or(u.WalletNameE, u.Wallet), "-"), u.Key)
		_ = w.Flush()
		fmt.Fprintf(t.out, "  %s\n", u.What)
		for i, next := range u.Next {
			fmt.Fprintf(t.out, "  %s %s\n", []string{"next:", "or:  "}[min(i, 1)], next)
		}
	}
	fmt.Fprintf(t.out, "%d wait\n", len(list))
}
