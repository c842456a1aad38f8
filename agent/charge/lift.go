package charge

// lifts are the limits that a manager may let one sale pass, by their names in
// the settings. What the phone's certificate affords and a customer who did
// not pay are none: nobody at a register knows more about them than the wallet.
var lifts = []struct {
	limit   Limit
	setting string
}{
	{PerCharge, "per_charge"}, {PerToken, "per_customer"}, {Outstanding, "outstanding"}, {Count, "count"}, {Age, "age"},
}

// Setting is the name of a limit in the settings and to people, who know
// customers and no tokens; empty for one that nobody sets.
func (l Limit) Setting() string {
	for _, each := range lifts {
		if each.limit == l {
			return each.setting
		}
	}
	return ""
}

// Liftable tells that a manager may let one sale pass this limit, where the
// settings allow it.
func (l Limit) Liftable() bool { return l.Setting() != "" }

// LimitOf is the limit with that name in the settings, and false for none that
// can be lifted.
func LimitOf(setting string) (Limit, bool) {
	for _, each := range lifts {
		if each.setting == setting {
			return each.limit, true
		}
	}
	return "", false
}

// Liftable tells that a charge of so many minor units would pass this limit
// with a manager's leave: what the wallet has narrowed it to stays.
func (e *OverLimit) Liftable(minor int64) bool {
	used := e.Most - e.Left // at least
	return e.Limit.Liftable() && (e.Cap == 0 || minor <= e.Cap-used)
}
