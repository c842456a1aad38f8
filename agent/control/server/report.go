package server

import (
	"cmp"
	"slices"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

// mostListed is how many differences an answer lists, of all wallets together:
// a register that lost its books may have tens of thousands, and the answer
// must stay well below what a client reads.
const mostListed = 1000

func (s *Server) shapeReport(r agent.Report) control.Reconciliation {
	out := control.Reconciliation{
		Date: r.Day.Date, From: r.Day.From, To: r.Day.To, At: r.At, Left: r.Left(), Equal: r.Left() == 0, Wallets: []control.WalletDay{},
	}
	if r.Restored != nil {
		out.Restored = &control.Restored{Why: r.Restored.Why, Since: r.Restored.Since, Days: append([]string{}, r.Restored.Days...)}
	}
	for _, w := range r.Wallets {
		day := control.WalletDay{Wallet: w.Wallet, Answered: w.Err == nil, Totals: []control.Total{}, Differences: []control.Difference{}}
		day.WalletName, day.WalletNameE = s.Register.WalletName(w.Wallet)
		if w.Err != nil {
			day.Problem = w.Err.Error()
		}
		for _, t := range w.Totals {
			day.Totals = append(day.Totals, control.Total{
				Kind: string(t.Kind), State: string(t.State), Currency: string(t.Currency), Ours: shapeSum(closing.Sum(t.Ours)), Theirs: shapeSum(closing.Sum(t.Theirs)),
				OursAfter: shapeSum(closing.Sum(t.OursAfter)), TheirsAfter: shapeSum(closing.Sum(t.TheirsAfter)),
			})
		}
		for _, d := range listed(w.Differences, mostListed/len(r.Wallets)) {
			day.Differences = append(day.Differences, shapeDifference(d))
		}
		day.Left, day.Unlisted = w.Left(), len(w.Differences)-len(day.Differences)
		out.Wallets = append(out.Wallets, day)
	}
	return out
}

// listed are the differences that are listed where there is room for so many:
// those that are left come before those that are dealt with.
func listed(all []agent.Difference, room int) []agent.Difference {
	if len(all) <= room {
		return all
	}
	first := slices.Clone(all)
	slices.SortStableFunc(first, func(a, b agent.Difference) int {
		switch {
		case a.Left == b.Left:
			return 0
		case a.Left:
			return -1
		}
		return 1
	})
	return first[:room]
}

func shapeSum(s closing.Sum) control.Sum { return control.Sum{Count: s.Count, Amount: s.Minor} }

func shapeDifference(d agent.Difference) control.Difference {
	what, did := health.Lookup("difference."+string(d.What)), health.Lookup("done."+string(d.Done))
	out := control.Difference{
		Key: string(d.Key), What: string(d.What), Done: string(d.Done), After: string(d.After), Left: d.Left, Note: d.Note,
		Title: what.Title, TitleE: what.TitleEN, DoneT: did.Title, DoneTE: did.TitleEN, Text: what.Advice(), TextE: what.AdviceEN(),
	}
	switch d.Done {
	case agent.Confirmed, agent.Unanswered, agent.Moved, agent.OutOfTime: // what there is to do follows from this, not from what it looked like
		out.Text, out.TextE = did.Advice(), did.AdviceEN()
	}
	if d.Ours != nil {
		out.Ours = &control.Side{
			Kind: string(cmp.Or(d.Ours.Kind, charge.Payment)), State: string(d.Ours.State),
			Amount: d.Ours.Amount.Minor, Currency: string(d.Ours.Amount.Currency), At: d.Ours.PreparedAt,
		}
	}
	if d.Theirs != nil {
		out.Theirs = &control.Side{
			Kind: string(d.Theirs.Kind), State: string(d.Theirs.State),
			Amount: d.Theirs.Amount.Minor, Currency: string(d.Theirs.Amount.Currency), At: d.Theirs.At,
		}
	}
	return out
}
