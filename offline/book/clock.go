package book

import (
	"time"

	"github.com/posagent/posagent/agent/planted"
)

// ClockBehind tells that the clock shows a time well before the last start, or
// before the newest entry of the journal. The
// epoch still rises, but a copy of the books from before this run could then
// issue the same keys: somebody must set the clock.
func (b *Book) ClockBehind() bool { return b.behind }

// maxFallBack is how far the clock may be set back while the agent runs, as
// time servers do in small steps: less than what a code lives.
const maxFallBack = 30 * time.Second

// ClockWentBack tells that a time by the clock is no time to judge a code or a
// certificate by: the clock went back before this start or since, and what has
// ended would be good again.
func (b *Book) ClockWentBack(now time.Time) bool {
	if planted.Has(planted.ClockRollbackIgnored) {
		return false
	}
	wall := now.Round(0).Sub(b.born.Round(0)) // without the monotonic clock
	return b.behind || now.Sub(b.born)-wall > maxFallBack
}
