package configs

import "time"

// People is what the register asks of its operators. Money is in minor units.
type People struct {
	SecondAbove int64 // refunds; 0: none
	TwoAbove    int64 // refunds; 0: none
	Require     bool
	IdleCashier time.Duration
	IdleManager time.Duration // and engineers
}

func (p *People) settings() []setting {
	const most = 1_000_000_000
	return []setting{
		{key: "refund_second_factor_above", value: whole(&p.SecondAbove, 10_000, 0, most),
			about: "A refund above it needs the second factor of a manager who has one; a program needs a manager's\napproval for it. In yen (minor units of other currencies). 0: none does.\nこの金額を超える返金には、店長の二段階認証が必要です。"},
		{key: "refund_two_people_above", value: whole(&p.TwoAbove, 100_000, 0, most),
			about: "A refund above it needs a second manager's approval. 0: none does.\nこの金額を超える返金には、もう一人の店長の承認が必要です。"},
		{key: "require_second_factor", value: flag(&p.Require, false),
			about: "Whether a manager without a second factor may do nothing that is guarded by one. false: it is\nasked of those who have one."},
		{key: "idle_cashier", value: wait(&p.IdleCashier, 10*time.Minute), about: "A cashier who does nothing for so long signs in again."},
		{key: "idle_manager", value: wait(&p.IdleManager, 3*time.Minute), about: "The same for managers and engineers."},
	}
}
