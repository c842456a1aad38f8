package agent

import (
	"testing"
	"time"
)

// One answer whose Date is ahead keeps the clock untrusted for as long as the
// agent runs, however often wallets confirm it afterwards.
func TestOneAnswerFromAWrongClock(t *testing.T) {
	it := started(0)
	it.answer()
	it.up += time.Minute
	it.word(it.truth().Add(24 * time.Hour)) // one wallet's node is a day ahead, once
	it.confirms(it.truth().Add(24*time.Hour), it.shows(), it.up)
	for range 24 * 30 {
		it.up += 55 * time.Minute
		it.answer()
	}
	if !it.trusted() {
		t.Fatalf("the clock is right, wallets have said so 720 times in 27 days: %s", it.wrong(it.shows(), it.up))
	}
}

// A monotonic clock that is not disciplined runs 30 ppm fast; the clock itself is
// kept right. Wallets confirm it every hour.
func TestAMonotonicClockThatRunsFast(t *testing.T) {
	var it timekeeping
	it.start(noon, 0)
	for hours := range 24 * 90 {
		truth := noon.Add(time.Duration(hours) * time.Hour)
		up := time.Duration(hours) * time.Hour
		up += up / 1_000_000 * 30
		it.hears(truth, up)
		confirmed := it.confirms(truth, truth, up)
		if why := it.wrong(truth, up); why != "" {
			t.Fatalf("after %d days, confirmed by the wallet: %v: %s", hours/24, confirmed, why)
		}
	}
}
