package agent

import (
	"slices"
	"strings"

	"github.com/posagent/posagent/agent/charge"
)

// BusinessDay is the business day with a date such as 2026-11-25; an empty one
// is today.
func (r *Register) BusinessDay(date string) (charge.Day, error) { return r.dayOf(date, r.parts.Now()) }

// WalletsCalled are the ids of the wallets that go by a name, in either
// language and whatever the case, and the name itself: charges may be of a
// wallet that this register has no more.
func (r *Register) WalletsCalled(name string) []string {
	ids := []string{name}
	for _, w := range r.parts.Wallets {
		if strings.EqualFold(w.Name, name) || strings.EqualFold(w.NameEN, name) || strings.EqualFold(w.ID, name) {
			ids = append(ids, w.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
