package alert

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// last is how long a trouble must last before people are told. What is not
// here is for the screen alone: it is over before anybody could come, or the
// cashier who reads it is the one who acts.
var last = map[string]time.Duration{
	"certificate.expires": 0,
	"charge.doubt_long":   0, // its age is its rule
	"charge.alarm":        0,
	"charge.owed":         0,
	"topup.owed":          0,
	"refund.owed":         0,
	"charge.unpaid":       0,

	"charge.collecting_long": 0, // these have lasted when they are seen
	"refund.long":            0,
	"offline.queue_old":      0,
	"offline.waiting":        0,
	"offline.moved":          0,
	"offline.rejected":       0,
	"offline.unsigned":       0,
	"offline.unreadable":     0,

	"journal.dead":   0,
	"books.restored": 0,
	"disk.full":      0,
	"disk.low":       0,
	"clock.off":      2 * time.Minute, // one answer that was under way for long
	"clock.back":     0,
	"offline.clock":  10 * time.Minute, // at a start it is not trusted before the first answer

	"wallet.unreachable": 5 * time.Minute,
	"wallet.paused":      5 * time.Minute,
	"wallet.stopped":     0,
	"wallet.missing":     0,
	"bulletin.refused":   10 * time.Minute,
	"bulletin.old":       10 * time.Minute,
	"webhook.off":        0,
	"alert.mail":         0,
	"hardware.stranger":  2 * time.Minute,
}

// device is how long a device must be unable to work, or near the end of its
// paper: somebody who changes a roll needs no mail.
const device = 2 * time.Minute

func waits(code string) (time.Duration, bool) {
	if strings.HasPrefix(code, "device.") {
		return device, true
	}
	d, ok := last[code]
	return d, ok
}

// Codes are the troubles that people are told of, sorted, beside those of
// devices ("device.…").
func Codes() []string { return slices.Sorted(maps.Keys(last)) }

// Days is how bad it is that a certificate ends in so long: 0 for more than 30
// days, 1 within 30, 2 within 7, 3 within one, 4 when it has ended.
func Days(left time.Duration) int {
	const day = 24 * time.Hour
	level := 0
	for _, within := range []time.Duration{30 * day, 7 * day, day, 0} {
		if left <= within {
			level++
		}
	}
	return level
}

// Tenfold is the level of a count: it rises each time that there are ten times
// as many, so that a hundred troubles of one kind are three messages.
func Tenfold(count int) int {
	level := 0
	for ; count > 0; count /= 10 {
		level++
	}
	return level
}
