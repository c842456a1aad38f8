package agent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// till is a register's clock beside the true time: at the uptime up it is
// noon + up, and the clock shows that and off.
type till struct {
	timekeeping
	up  time.Duration
	off time.Duration
}

func (t *till) truth() time.Time  { return noon.Add(t.up) }
func (t *till) shows() time.Time  { return t.truth().Add(t.off) }
func (t *till) trusted() bool     { return t.wrong(t.shows(), t.up) == "" }
func (t *till) word(at time.Time) { t.hears(at, t.up) }
func (t *till) answer() bool {
	t.word(t.truth())
	return t.confirms(t.truth(), t.shows(), t.up)
}

func started(off time.Duration) *till {
	t := &till{off: off}
	t.start(t.shows(), 0)
	return t
}

func TestAClockIsTrustedUntilSomethingSpeaksAgainstIt(t *testing.T) {
	const small, much = 2 * time.Minute, 2*time.Minute + time.Second
	for name, c := range map[string]struct {
		off  time.Duration // at the start
		do   func(*till)
		want bool
	}{
		"nothing is known":                    {0, func(*till) {}, true},
		"hours later":                         {0, func(t *till) { t.up += 30 * time.Hour }, true},
		"a small step back":                   {0, func(t *till) { t.off = -small }, true},
		"a step back":                         {0, func(t *till) { t.off = -much }, false},
		"small steps back":                    {0, func(t *till) { t.off = -small; t.trusted(); t.off = -much }, false},
		"back and right again":                {0, func(t *till) { t.off = -time.Hour; t.trusted(); t.off = 0 }, true},
		"forward":                             {0, func(t *till) { t.off = time.Hour }, true},
		"forward and back":                    {0, func(t *till) { t.off = time.Hour; t.trusted(); t.off = 0 }, false},
		"a step back that a wallet confirms":  {0, func(t *till) { t.off = time.Hour; t.trusted(); t.off = 0; t.answer() }, true},
		"back, and the wallet says otherwise": {0, func(t *till) { t.off = -time.Hour; t.answer() }, false},
		"behind a bulletin":                   {-time.Hour, func(t *till) { t.word(noon.Add(-57 * time.Minute)) }, false},
		"a little behind a bulletin":          {-time.Hour, func(t *till) { t.word(noon.Add(-58 * time.Minute)) }, true},
		"a bulletin of yesterday":             {0, func(t *till) { t.word(noon.AddDate(0, 0, -1)) }, true},
		"behind what a wallet said hours ago": {0, func(t *till) { t.answer(); t.up += 5 * time.Hour; t.off = -much }, false},
		"wrong at the start":                  {0, func(t *till) { t.behind = "why" }, false},
		"wrong at the start, and set right":   {-time.Hour, func(t *till) { t.behind = "why"; t.off = 0; t.answer() }, true},
		"wrong at the start, and still wrong": {-time.Hour, func(t *till) { t.behind = "why"; t.answer() }, false},
		"an old word does not confirm the clock": {0, func(t *till) {
			t.answer()
			t.up += 3 * time.Hour
			t.off = -3 * time.Hour
			t.confirms(noon, t.shows(), t.up)
		}, false},
		"not after a restart either":   {-3 * time.Hour, func(t *till) { t.behind = "why"; t.word(noon); t.confirms(noon.Add(-3*time.Hour), t.shows(), t.up) }, false},
		"nor one that is nearly right": {-90 * time.Second, func(t *till) { t.behind = "why"; t.word(noon); t.confirms(noon.Add(-150*time.Second), t.shows(), t.up) }, false},
		"a wallet that is ahead":       {0, func(t *till) { t.word(noon.Add(time.Hour)) }, false},
		"a wallet that is ahead confirms nothing": {-time.Hour, func(t *till) {
			t.behind = "why"
			if t.confirms(noon, t.shows(), t.up) {
				t.behind = ""
			}
		}, false},
	} {
		it := started(c.off)
		c.do(it)
		if got := it.trusted(); got != c.want {
			t.Errorf("%s: trusted %v (%s)", name, got, it.wrong(it.shows(), it.up))
		}
	}
}

// A monotonic reading that stayed would hide that the clock is set.
func TestNoMonotonicReadingStays(t *testing.T) {
	now := time.Now()
	var it timekeeping
	keeps := func(what string) {
		t.Helper()
		for _, at := range []time.Time{it.wall, it.began} {
			if at != at.Round(0) {
				t.Errorf("%s: %s", what, at)
			}
		}
	}
	it.start(now, 0)
	keeps("at the start")
	it.wrong(now.Add(time.Hour), 0)
	keeps("set forward")
	it.confirms(now.Add(time.Hour), now.Add(time.Hour), 0)
	keeps("confirmed")
	it.hears(now.Add(2*time.Hour), 0)
	keeps("heard")
}

// Whatever is done to the clock, and whatever old words are said again: as long
// as wallets say the truth, a clock that is trusted is not behind by more than the
// slack once one has said it, and one that is right is trusted as soon as one
// says so.
func TestATrustedClockIsNotBehind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := started(time.Duration(rapid.Int64Range(-600, 600).Draw(t, "off")) * time.Second)
		var heard []time.Time // words, which somebody may repeat
		told := false
		for range rapid.IntRange(1, 40).Draw(t, "n") {
			it.up += time.Duration(rapid.Int64Range(0, 7200).Draw(t, "passes")) * time.Second
			switch rapid.SampledFrom([]string{"set", "answer", "again", "right", "kept"}).Draw(t, "what") {
			case "set":
				it.off += time.Duration(rapid.Int64Range(-7200, 7200).Draw(t, "by")) * time.Second
			case "answer":
				heard, told = append(heard, it.truth()), true
				it.answer()
			case "again":
				if len(heard) > 0 {
					it.confirms(rapid.SampledFrom(heard).Draw(t, "word"), it.shows(), it.up)
				}
			case "kept":
				it.word(it.truth().Add(-time.Duration(rapid.Int64Range(0, 7200).Draw(t, "age")) * time.Second))
			case "right":
				it.off = 0
				heard, told = append(heard, it.truth()), true
				if !it.answer() || !it.trusted() {
					t.Fatalf("the clock is right, a wallet says so, and it is not trusted: %s", it.wrong(it.shows(), it.up))
				}
			}
			if told && it.trusted() && it.off < -clockSlack {
				t.Fatalf("it is trusted and %s behind", -it.off)
			}
		}
	})
}
