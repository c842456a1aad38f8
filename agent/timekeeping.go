package agent

import (
	"fmt"
	"time"
)

// clockSlack is how far the clock may be behind what wallets have said, and how
// far it may be set back, as time servers do: the allowance that the wallets
// themselves make.
const clockSlack = 2 * time.Minute

// timekeeping is what is known of the time beside what the clock shows. With a
// clock that is behind, a code or a certificate that has ended would be good
// again. Only a wallet's word counts, and the time since it was heard is
// measured by a clock that nobody sets.
type timekeeping struct {
	began  time.Time     // the uptime began not before it, by what wallets have said; zero before the first
	wall   time.Time     // what the clock showed when it was last known to be right, or furthest ahead
	up     time.Duration // the uptime then
	behind string        // why the clock was wrong at the start; empty once a wallet has confirmed it
}

// start takes the clock as it is.
func (t *timekeeping) start(now time.Time, up time.Duration) { t.wall, t.up = now.Round(0), up }

// least is the time that it is at least, zero while no wallet has said
// anything.
func (t *timekeeping) least(up time.Duration) time.Time {
	if t.began.IsZero() {
		return time.Time{}
	}
	return t.began.Add(up)
}

// hears takes a wallet's word that it is not earlier than this. It only rises.
func (t *timekeeping) hears(signed time.Time, up time.Duration) {
	if began := signed.Round(0).Add(-up); began.After(t.began) {
		t.began = began
	}
}

// confirms takes a wallet's word on what time it is right now, and tells
// whether the clock agrees with it. A word that is older than what is known is
// an old one that somebody says again.
func (t *timekeeping) confirms(signed, now time.Time, up time.Duration) bool {
	signed, now = signed.Round(0), now.Round(0)
	if now.Sub(signed).Abs() > clockSlack || signed.Before(t.least(up).Add(-clockSlack)) {
		return false
	}
	t.hears(signed, up)
	t.wall, t.up, t.behind = now, up, ""
	return true
}

// wrong tells why the clock is not trusted, empty when it is. One that was set
// forward is measured from there on.
func (t *timekeeping) wrong(now time.Time, up time.Duration) string {
	now = now.Round(0) // its own monotonic reading would tell nothing of a clock that was set
	back := (up - t.up) - now.Sub(t.wall)
	if back < 0 {
		t.wall, t.up = now, up
	}
	least := t.least(up)
	switch {
	case !least.IsZero() && now.Before(least.Add(-clockSlack)):
		return fmt.Sprintf("the clock shows %s, and by what wallets have said it is %s or later", now.UTC().Format(time.RFC3339), least.UTC().Format(time.RFC3339))
	case back > clockSlack:
		return fmt.Sprintf("the clock was set back by %s", back.Round(time.Second))
	}
	return t.behind
}

// clockWrong tells why nothing may be taken on the clock's word, empty when it
// may, and keeps the trouble that says so; r.mu is held.
func (r *Register) clockWrong() string {
	why := r.time.wrong(r.parts.Now(), r.parts.Uptime())
	_, told := r.troubles[troubleKey("offline.clock", "")]
	switch {
	case why == "":
		r.cleared("offline.clock", "")
	case !told && r.parts.Offline != nil && r.parts.Rules.Take:
		r.log.Error("nothing is taken without a network: the clock is not trusted", "why", why)
		r.troubled("offline.clock", "", why)
	}
	return why
}

// clockTrusted is clockWrong for whoever does not hold r.mu.
func (r *Register) clockTrusted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clockWrong() == ""
}

// timeSigned takes the time of a wallet's answer; r.mu is held.
func (r *Register) timeSigned(at time.Time) {
	if at.IsZero() {
		return
	}
	r.time.hears(at, r.parts.Uptime())
	r.confirmed(at)
}

// confirmed lets a wallet's clock confirm ours; r.mu is held.
func (r *Register) confirmed(at time.Time) {
	was := r.time.wrong(r.parts.Now(), r.parts.Uptime())
	if r.time.confirms(at, r.parts.Now(), r.parts.Uptime()) && was != "" {
		r.log.Warn("a wallet's clock confirms ours", "theirs", at, "it was not trusted because", was)
	}
	r.clockWrong()
}

// ClockHeard is told what a wallet's clock shows at this moment, by whoever has
// just heard that over the wallet's own line. It can only confirm ours.
func (r *Register) ClockHeard(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.confirmed(at)
}

// ClockBack is told when the clock shows an earlier time than at the last
// start.
func (r *Register) ClockBack(detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.troubled("clock.back", "", detail)
	r.time.behind = detail
	r.clockWrong()
}
