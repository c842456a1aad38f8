package main

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/agent/practice"
)

func (t *tool) training() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "training",
		Short: "Practise at the register, with books of its own and no real wallet",
		Long: `In training the register sells on its true screens and devices, but with books of
its own and a wallet that is none: the last two digits of an amount choose what
becomes of a payment ("posctl training table"), and customers are codes that
"posctl training code" draws. Receipts say that they are none. A manager begins
and ends it; it lasts over a restart. While something is not settled it does not
begin, because no wallet is asked meanwhile.`,
		Example: "  posctl training on\n  posctl training code\n  posctl training off",
	}
	group(cmd)
	cmd.AddCommand(t.switchTraining("on", "Begin the training", true), t.switchTraining("off", "End the training: the register sells again", false), t.trainingStatus(), t.trainingCode(), t.trainingTable())
	return cmd
}

func (t *tool) switchTraining(use, short string, on bool) *cobra.Command {
	return &cobra.Command{
		Use:     use,
		Short:   short,
		Example: "  posctl training " + use,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			now, err := client.SwitchTraining(cmd.Context(), on)
			if err != nil {
				return err
			}
			return t.print(now, func() {
				if on {
					fmt.Fprintln(t.out, "the training begins in a moment: sign in again; nothing is real until posctl training off")
				} else {
					fmt.Fprintln(t.out, "the training ends in a moment: sign in again; from then on everything is real")
				}
			})
		},
	}
}

func (t *tool) trainingStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Tell whether the register is in training",
		Example: "  posctl training status",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.client(cmd)
			if err != nil {
				return err
			}
			now, err := client.Training(cmd.Context())
			if err != nil {
				return err
			}
			return t.print(now, func() {
				if now.On {
					fmt.Fprintln(t.out, "in training: nothing is real")
				} else {
					fmt.Fprintln(t.out, "not in training: everything is real")
				}
			})
		},
	}
}

// trainingCode needs no agent: any such code is a customer of the training.
func (t *tool) trainingCode() *cobra.Command {
	return &cobra.Command{
		Use:     "code",
		Short:   "Draw the code of a customer of the training",
		Example: "  posctl training code",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil))
			if err != nil {
				return err
			}
			code := fmt.Sprintf("9900%020d", n)
			m, err := picture.QR(code, picture.Medium)
			if err != nil {
				return err
			}
			return t.print(struct {
				Code string `json:"code"`
			}{code}, func() { fmt.Fprintf(t.out, "%s%s\n", m.Blocks(false), code) })
		},
	}
}

func (t *tool) trainingTable() *cobra.Command {
	return &cobra.Command{
		Use:     "table",
		Short:   "List which amounts choose what",
		Example: "  posctl training table",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			type row struct {
				Ends    string `json:"ends"`
				Outcome string `json:"outcome"`
				JA      string `json:"text"`
				EN      string `json:"text_en"`
			}
			var rows []row
			for _, r := range practice.Table {
				rows = append(rows, row{fmt.Sprintf("%02d", r.Ends), string(r.Outcome), r.JA, r.EN})
			}
			return t.print(rows, func() {
				w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "AMOUNT ENDS WITH\tWHAT HAPPENS")
				for _, r := range rows {
					fmt.Fprintf(w, "%s\t%s\n", r.Ends, r.EN)
				}
				fmt.Fprintln(w, "anything else\tpaid at once")
				_ = w.Flush()
			})
		},
	}
}
