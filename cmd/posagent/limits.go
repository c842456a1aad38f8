package main

import (
	"slices"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/bulletin"
)

// ownLimits are those of the settings.
func ownLimits(o configs.Offline) charge.Limits {
	return charge.Limits{PerCharge: int64(o.PerCharge), PerToken: int64(o.PerCustomer), Outstanding: int64(o.Outstanding), Count: o.Count, Age: o.Age}
}

// rulesOf are the rules of the settings as the register knows them.
func rulesOf(o configs.Offline) agent.OfflineRules {
	rules := agent.OfflineRules{Take: o.Take, Limits: ownLimits(o)}
	for _, name := range o.Override {
		if limit, is := charge.LimitOf(name); is { // the settings know no others
			rules.Lift = append(rules.Lift, limit)
		}
	}
	return rules
}

// caps are the limits that a wallet has narrowed, by name; 0 for none.
func caps(theirs bulletin.Limits) map[charge.Limit]int64 {
	return map[charge.Limit]int64{
		charge.PerCharge: theirs.OfflineCharge, charge.PerToken: theirs.OfflineToken, charge.Outstanding: theirs.OfflineTerminal,
	}
}

// inForce are the limits as they hold: the lower one of each, and the wallet's
// alone where a manager lifts the register's own. lifted are those that no
// number of the wallet takes the place of.
func inForce(own charge.Limits, theirs bulletin.Limits, over []charge.Limit) (limits charge.Limits, lifted []charge.Limit) {
	limits, lifted = own, slices.Clone(over)
	for limit, most := range map[charge.Limit]*int64{charge.PerCharge: &limits.PerCharge, charge.PerToken: &limits.PerToken, charge.Outstanding: &limits.Outstanding} {
		hard := caps(theirs)[limit]
		switch {
		case hard == 0:
		case slices.Contains(over, limit):
			*most = hard
			lifted = slices.DeleteFunc(lifted, func(l charge.Limit) bool { return l == limit })
		default:
			*most = min(*most, hard)
		}
	}
	return limits, lifted
}
