package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// After a power cut the register goes on where it was: the sale stands, the
// code is shown, and its payment is found.
func TestACrashWhileACodeIsShown(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.shows("a")
		s.crash()
		now, standing := s.Standing()
		if !standing || now.Sale.ID != "a" || now.Charge.Key != v.Charge.Key {
			t.Fatalf("on the desk: %+v, %v", now.Sale, standing)
		}
		s.refused(s.scan(code(1)), "register.code_shown")
		time.Sleep(time.Second)
		if now, _ = s.Standing(); now.Shown == nil || now.Shown.Text != v.Shown.Text {
			t.Fatalf("shown again: %+v", now.Shown)
		}
		s.own.pay(v.Charge.Key)
		time.Sleep(3 * time.Second)
		s.is("a", charge.Approved)
		s.even()
	})
}

// A crash while the code is asked for: what the books know to be sent is asked
// about, and then shown; what they do not know to be sent was shown to nobody,
// and is undone.
func TestACrashWhileTheCodeIsAskedFor(t *testing.T) {
	for after, want := range map[time.Duration]charge.State{time.Second: charge.Pending, time.Millisecond: charge.Reversed} {
		bubble(t, func(t *testing.T, s *shop) {
			key := s.sells("a").Charge.Key
			s.own.will("present", play{after: 2 * time.Second})
			reg := s.Register
			go func() { _, _ = reg.Present("a", "own", "hanako") }()
			time.Sleep(after)
			s.crash()
			time.Sleep(30 * time.Second)
			if rec := s.is("a", want); rec.Key != key {
				t.Errorf("%+v", rec)
			}
			s.own.pay(key)
			time.Sleep(3 * time.Minute)
			s.even()
		})
	}
}

// A register that was away until after the code's time asks before it takes
// anything back: the customer has paid, and stands there.
func TestPaidWhileTheRegisterWasAway(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.shows("a")
		s.Leave()
		s.own.pay(v.Charge.Key)
		time.Sleep(time.Hour)
		s.start()
		_, err := s.Recover()
		must(t, err)
		time.Sleep(3 * time.Second)
		s.is("a", charge.Approved)
		s.even()
	})
}
