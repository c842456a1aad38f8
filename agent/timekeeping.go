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
	signed time.Time     // the latest that wallets have said; zero before the first
	heard  time.Duration // the uptime when they said it
	agreed int           // fresh answers in a row by which it cannot be so late
	wall   time.Time     // what the clock showed when it was last known to be right, or furthest ahead
	up     time.Duration // the uptime then
	behind string        // why the clock was wrong at the start; empty once a wallet has confirmed it
}

// start takes the clock as it is.
func (t *timekeeping) start(now time.Time, up time.Duration) { t.wall, t.up = now.Round(0), up }

// drift is how much faster than the time a clock may run that nobody sets.
const drift = 500 // parts in a million

// unanimous is how many fresh answers in a row must agree with the clock before
// they count for more than a later time that was said once: by a wallet whose
// own clock was wrong.
const unanimous = 5

// least is the time that it is at least, zero while no wallet has said
// anything.
func (t *timekeeping) least(up time.Duration) time.Time {
	if t.signed.IsZero() {
		return time.Time{}
	}
	since := up - t.heard
	return t.signed.Add(since - since/1_000_000*drift)
}

// hears takes a wallet's word that it is not earlier than this. It only rises.
func (t *timekeeping) hears(signed time.Time, up time.Duration) {
	if signed = signed.Round(0); signed.After(t.least(up)) {
		t.signed, t.heard, t.agreed = signed, up, 0
	}
}

// confirms takes a wallet's word on what time it is right now, said afresh over
// its own line, and tells whether the clock agrees with it.
func (t *timekeeping) confirms(signed, now time.Time, up time.Duration) bool {
	signed, now = signed.Round(0), now.Round(0)
	if now.Sub(signed).Abs() > clockSlack {
		t.agreed = 0
		return false
	}
	if signed.Before(t.least(up).Add(-clockSlack)) {
		if t.agreed++; t.agreed < unanimous {
			return false
		}
		t.signed, t.heard = signed, up
	}
	t.agreed = 0
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

// TimeSaid is the latest time that wallets have said, zero for none.
func (r *Register) TimeSaid() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.time.signed
}

// TimeWasSaid is told what wallets had said before this start.
func (r *Register) TimeWasSaid(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !at.IsZero() {
		r.time.hears(at, r.parts.Uptime())
		r.clockWrong()
	}
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
