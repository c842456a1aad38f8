package alert_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/alert"
	"github.com/posagent/posagent/agent/health"
	"pgregory.net/rapid"
)

const every = 30 * time.Second

// shop is a desk, its clock and what it has told.
type shop struct {
	*alert.Desk
	rules alert.Rules
	now   time.Time
	told  []string
	kept  map[int64]alert.Alert // as on a disk
	next  int64
}

func newShop() *shop {
	s := &shop{rules: alert.Rules{Remind: 24 * time.Hour, Calm: 10 * time.Minute}, now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), kept: map[int64]alert.Alert{}}
	s.restart()
	return s
}

// restart forgets all but the disk.
func (s *shop) restart() {
	var standing []alert.Alert
	for _, a := range s.kept {
		if a.Cleared.IsZero() {
			standing = append(standing, a)
		}
	}
	s.Desk = alert.New(s.rules, standing, s.now)
}

// look looks through d at what there is at each moment.
func (s *shop) look(d time.Duration, seen func(at time.Duration) []alert.Seen) {
	for at := time.Duration(0); at < d; at += every {
		s.now = s.now.Add(every)
		for _, c := range s.Look(s.now, seen(at)) {
			if c.ID == 0 {
				s.next++
				c.ID = s.next
			}
			s.kept[c.ID] = c.Alert
			s.Kept(c)
			s.told = append(s.told, fmt.Sprint(c.What, " ", c.Subject))
		}
	}
}

func (s *shop) says(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(s.told, want) {
		t.Errorf("it told %q, want %q", s.told, want)
	}
}

func always(seen ...alert.Seen) func(time.Duration) []alert.Seen {
	return func(time.Duration) []alert.Seen { return seen }
}

var gone = alert.Seen{Code: "device.unplugged", Subject: "printer0"}

// A trouble is told once when it has lasted, and once when it has stayed away.
func TestRaisedOnceClearedOnce(t *testing.T) {
	s := newShop()
	s.look(time.Minute, always(gone))
	s.says(t)
	s.look(2*time.Hour, always(gone))
	s.says(t, "raised printer0")
	s.look(5*time.Minute, always())
	s.says(t, "raised printer0")
	s.look(2*time.Hour, always())
	s.says(t, "raised printer0", "cleared printer0")
}

// A device that comes and goes all day is one message, not a hundred.
func TestFlappingIsOneAlert(t *testing.T) {
	s := newShop()
	s.look(8*time.Hour, func(at time.Duration) []alert.Seen {
		if at/every%3 == 0 {
			return nil
		}
		return []alert.Seen{gone}
	})
	s.says(t, "raised printer0")
	s = newShop()
	s.look(8*time.Hour, func(at time.Duration) []alert.Seen { // away for a moment each hour
		if at%time.Hour == 0 {
			return []alert.Seen{gone}
		}
		return nil
	})
	s.says(t)
}

// A restart neither forgets nor repeats: what stands is not raised again, and
// what was mended meanwhile is cleared.
func TestRestart(t *testing.T) {
	s := newShop()
	s.look(5*time.Minute, always(gone))
	for range 20 {
		s.restart()
		s.look(5*time.Minute, always(gone))
	}
	s.says(t, "raised printer0")
	s.restart()
	s.look(time.Hour, always())
	s.says(t, "raised printer0", "cleared printer0")
	s.restart()
	s.look(time.Hour, always())
	s.says(t, "raised printer0", "cleared printer0")
}

// What stands for days is told again each day, also over restarts.
func TestReminders(t *testing.T) {
	s := newShop()
	for range 50 {
		s.restart()
		s.look(time.Hour, always(gone))
	}
	s.says(t, "raised printer0", "reminded printer0", "reminded printer0")
}

// What somebody has acknowledged is not told again, but for its end.
func TestAcknowledgedIsQuiet(t *testing.T) {
	s := newShop()
	s.look(time.Hour, always(gone))
	s.Acknowledged(1)
	s.look(100*time.Hour, always(gone))
	s.look(time.Hour, always())
	s.says(t, "raised printer0", "cleared printer0")
}

// A certificate is told at 30, 7 and 1 days and when it has ended; a renewed
// one is cleared.
func TestCertificates(t *testing.T) {
	s := newShop()
	ends := s.now.Add(40 * 24 * time.Hour)
	s.rules.Remind = 0
	s.restart()
	var at []int
	for day := range 45 {
		before := len(s.told)
		seen := []alert.Seen{}
		if level := alert.Days(ends.Sub(s.now)); level > 0 {
			seen = append(seen, alert.Seen{Code: "certificate.expires", Subject: "own", Level: level})
		}
		s.look(time.Minute, always(seen...))
		if len(s.told) > before {
			at = append(at, 40-day)
		}
		s.now = s.now.Add(24*time.Hour - time.Minute)
	}
	s.says(t, "raised own", "worse own", "worse own", "worse own")
	if !slices.Equal(at, []int{30, 7, 1, 0}) {
		t.Errorf("it was told %v days before", at)
	}
	s.look(time.Hour, always())
	s.says(t, "raised own", "worse own", "worse own", "worse own", "cleared own")
}

// What could not be kept is not lost.
func TestNotKeptComesAgain(t *testing.T) {
	s := newShop()
	full := alert.Seen{Code: "disk.full"}
	for range 3 {
		s.now = s.now.Add(every)
		if got := s.Look(s.now, []alert.Seen{full}); len(got) != 1 || got[0].What != alert.Raised {
			t.Fatalf("it says %v", got)
		}
	}
	s.look(time.Hour, always(full))
	s.says(t, "raised ")
}

// What is for the screen alone is not told.
func TestOnlyWhatIsListed(t *testing.T) {
	s := newShop()
	s.look(time.Hour, always(alert.Seen{Code: "printer.unprinted", Subject: "K"}))
	s.says(t)
	for n, want := range map[int]int{0: 0, 1: 1, 9: 1, 10: 2, 99: 2, 100: 3} {
		if got := alert.Tenfold(n); got != want {
			t.Errorf("%d troubles are level %d, want %d", n, got, want)
		}
	}
}

// Everything that may be told has words.
func TestCodesHaveWords(t *testing.T) {
	for _, code := range alert.Codes() {
		if !health.Known(code) {
			t.Errorf("agent/health has no words for %s", code)
		}
	}
}

// Whatever comes, goes and restarts: a subject is raised, then perhaps worse or
// reminded, then cleared, and in ten minutes there are never two of these.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newShop()
		for range rapid.IntRange(1, 60).Draw(t, "moments") {
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				s.restart()
			}
			there := rapid.Bool().Draw(t, "there")
			s.look(time.Duration(rapid.IntRange(1, 40).Draw(t, "looks"))*every, func(time.Duration) []alert.Seen {
				if there {
					return []alert.Seen{gone}
				}
				return nil
			})
		}
		stands := false
		for _, what := range s.told {
			raised, cleared := strings.HasPrefix(what, "raised"), strings.HasPrefix(what, "cleared")
			if raised == stands && (raised || cleared) || cleared && !stands {
				t.Fatalf("out of order: %v", s.told)
			}
			stands = raised || stands && !cleared
		}
		for _, a := range s.kept {
			if !a.Cleared.IsZero() && a.Cleared.Sub(a.Raised) < s.rules.Calm {
				t.Fatalf("cleared too early: %+v", a)
			}
		}
	})
}
