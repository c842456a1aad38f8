package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
)

// allPage is how many findings come with one call when all are wanted.
const allPage = 500

func (t *tool) journalSearch() *cobra.Command {
	want := control.Search{}
	var sheet string
	cmd := &cobra.Command{
		Use:   "search",
		Short: "Find charges by date, amount, counterparty and more",
		Long: `search finds charges, newest first: by business day, by amount, by the wallet
that is the counterparty, and by whatever else is in the books. What is given holds
together: a range of days, of it the amounts of a range, of them one wallet.

It shows the newest --limit of them. With --csv all that were found go into a new
file for Excel, and nothing is left out.

` + stateText,
		Example: `  posctl journal search --from 2026-04-01 --to 2027-03-31 --min 50000
  posctl journal search --wallet サンプルペイ --from 2026-11-25 --to 2026-11-25 --csv day.csv
  posctl journal search --reference A-0042
  posctl journal search --state owed,unpaid --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			if sheet != "" {
				return t.searchAll(cmd.Context(), client, want, sheet)
			}
			page, err := fullPage(cmd.Context(), client, want)
			if err != nil {
				return err
			}
			return t.print(page, func() { t.findings(page) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&want.From, "from", "", "first business `DAY`, such as 2026-04-01")
	f.StringVar(&want.To, "to", "", "last business `DAY`")
	f.Int64Var(&want.Min, "min", 0, "least `AMOUNT` in minor units")
	f.Int64Var(&want.Max, "max", 0, "greatest `AMOUNT` in minor units; 0: no bound")
	f.StringSliceVar(&want.Wallets, "wallet", nil, "the counterparty: `ID` or name of a wallet; several with commas")
	f.StringSliceVar(&want.States, "state", nil, "only these `STATES`, separated by commas")
	f.StringSliceVar(&want.Kinds, "kind", nil, "only these `KINDS`: charge, refund, topup")
	f.StringVar(&want.Operator, "operator", "", "only what this operator asked for: an `ID`")
	f.StringVar(&want.Key, "key", "", "the charge with this `KEY`")
	f.StringVar(&want.Reference, "reference", "", "the POS software's `NUMBER` of the sale")
	f.StringVar(&want.Text, "text", "", "`TEXT` in the key, the wallet's own number or the masked code")
	f.StringVar(&want.After, "after", "", "continue a list: the `PLACE` after \"more:\" at its end")
	f.IntVar(&want.Limit, "limit", 50, "how many at most, 1 to 500")
	f.StringVar(&sheet, "csv", "", "write all that is found to a new `FILE`, for Excel")
	offer(cmd, "kind", "charge", "refund", "topup")
	offer(cmd, "state", "open", "prepared", "sent", "pending", "indoubt", "queued", "forwarding", "approved", "reversing", "owed", "unpaid", "declined", "abandoned", "reversed")
	return cmd
}

// fullPage asks on until a page is full or there is no more: one that the agent
// gives may be short, because it looks at so many charges only.
func fullPage(ctx context.Context, client *control.Client, want control.Search) (control.Findings, error) {
	all := control.Findings{Found: []control.Finding{}}
	for limit := want.Limit; ; {
		page, err := client.Search(ctx, want)
		if err != nil {
			return all, err
		}
		all.Found, all.Next = append(all.Found, page.Found...), page.Next
		if want.After, want.Limit = page.Next, limit-len(all.Found); page.Next == "" || want.Limit <= 0 {
			return all, nil
		}
	}
}

func (t *tool) findings(page control.Findings) {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "DATE\tTIME\tAMOUNT\tWALLET\tKIND\tSTATE\tREFERENCE\tOPERATOR\tKEY")
	for _, h := range page.Found {
		fmt.Fprintf(w, "%s\t%s\t%d %s\t%s\t%s\t%s\t%s\t%s\t%s\n", h.Date, h.At.In(t.place()).Format("15:04:05"), h.Amount, h.Currency, or(or(h.WalletNameE, h.Wallet), "-"), h.Kind, h.State, or(h.Reference, "-"), or(h.Operator, "-"), h.Key)
	}
	_ = w.Flush()
	if page.Next != "" {
		fmt.Fprintf(t.out, "more: --after %s\n", page.Next)
	}
	if len(page.Found) == 0 {
		fmt.Fprintln(t.out, "nothing was found")
	}
}

// written is what a search into a file says.
type written struct {
	File  string `json:"file"`
	Found int    `json:"found"`
}

func (t *tool) searchAll(ctx context.Context, client *control.Client, want control.Search, path string) error {
	found, err := t.ledger(ctx, client, path, want)
	if err != nil {
		return err
	}
	done := written{File: path, Found: found}
	return t.print(done, func() { fmt.Fprintf(t.out, "%d charges are in %s\n", done.Found, path) })
}

func eachFinding(ctx context.Context, client *control.Client, want control.Search, each func(control.Finding) error) error {
	for want.Limit = allPage; ; {
		page, err := client.Search(ctx, want)
		if err != nil {
			return err
		}
		for _, h := range page.Found {
			if err := each(h); err != nil {
				return err
			}
		}
		if want.After = page.Next; page.Next == "" {
			return nil
		}
	}
}

// ledgerHead are the columns that the books of a shop want: when, how much, from
// whom, and then the rest.
var ledgerHead = []string{"date", "time", "amount", "currency", "wallet", "name", "kind", "state", "reason", "reference", "receipt", "operator", "key", "of", "sale"}

func (t *tool) ledgerRow(h control.Finding) []any {
	return []any{h.Date, h.At.In(t.place()).Format("2006-01-02 15:04:05"), h.Amount, h.Currency, h.Wallet, h.WalletName, h.Kind, h.State, h.Reason, h.Reference, h.Receipt, h.Operator, h.Key, h.Of, h.SaleID}
}
