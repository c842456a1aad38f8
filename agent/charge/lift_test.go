package charge_test

import (
	"testing"

	"github.com/posagent/posagent/agent/charge"
)

func TestWhichLimitsAreLifted(t *testing.T) {
	for limit, setting := range map[charge.Limit]string{
		charge.PerCharge: "per_charge", charge.PerToken: "per_customer", charge.Outstanding: "outstanding", charge.Count: "count", charge.Age: "age",
		charge.Certificate: "", charge.Denied: "", "moon": "",
	} {
		if limit.Setting() != setting || limit.Liftable() != (setting != "") {
			t.Errorf("%s is %q to people, lifted: %v", limit, limit.Setting(), limit.Liftable())
		}
		if back, is := charge.LimitOf(setting); is != (setting != "") || is && back != limit {
			t.Errorf("%q is %q", setting, back)
		}
	}
}

// The wallet's own number holds whatever a manager lifts.
func TestTheWalletsNumberHolds(t *testing.T) {
	reached := func(most, left, theirs int64) *charge.OverLimit {
		return &charge.OverLimit{Limit: charge.PerToken, Most: most, Left: left, Cap: theirs}
	}
	for _, c := range []struct {
		over  *charge.OverLimit
		minor int64
		want  bool
	}{
		{reached(5000, 1000, 0), 1_000_000, true},
		{reached(5000, 1000, 5000), 1001, false}, // the wallet's number is the one that is reached
		{reached(4000, 0, 4000), 1, false},
		{reached(5000, 1000, 6000), 2000, true},
		{reached(5000, 1000, 6000), 2001, false},
		{&charge.OverLimit{Limit: charge.Certificate}, 1, false},
	} {
		if got := c.over.Liftable(c.minor); got != c.want {
			t.Errorf("%+v with %d: %v", c.over, c.minor, got)
		}
	}
}
