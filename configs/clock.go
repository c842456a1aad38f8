package configs

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
)

// timeOfDay is a time on the clock, written as "05:00", kept as the time since
// midnight.
func timeOfDay(into *time.Duration, standard time.Duration) value {
	*into = standard
	want := `a time of day from "00:00" to "23:59"`
	fits := form(`([01]\d|2[0-3]):[0-5]\d`)
	show := func() string { return quote(fmt.Sprintf("%02d:%02d", *into/time.Hour, *into%time.Hour/time.Minute)) }
	return value{want: want, show: show, read: func(n *node, no no) {
		switch {
		case n.kind == dateKind: // TOML has times of its own, written without quotes
			no(n, wrongKind(n, want+", in quotes"), "")
		case n.kind != textKind:
			no(n, wrongKind(n, want), "")
		case !fits(n.text):
			no(n, fmt.Sprintf("%s is not taken; wanted: %s", quote(n.text), want), "")
		default:
			t, _ := time.Parse("15:04", n.text) // fits says that it parses
			*into = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
		}
	}}
}

// knownZone refuses "Local" and "": they mean another time on each machine.
func knownZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return fmt.Errorf("%s is no time zone; wanted: a name of the IANA time zone database, such as \"Asia/Tokyo\"", quote(name))
	}
	return nil
}

func knownCurrency(code string) error {
	if _, known := money.Currency(code).Exponent(); !known {
		return fmt.Errorf("%s is no currency that is known here; wanted: an ISO 4217 code in capitals, such as \"JPY\"", quote(code))
	}
	return nil
}
