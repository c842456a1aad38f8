package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// A carried charge was written off while its yes was lost on the way. The list
// of the day is another register's, so nothing heals it by itself: bringing it
// once more does, and takes no money twice. A wallet that says no leaves it as
// it is.
func TestAChargeThatWasWrittenOffIsSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		first play
		then  charge.State
	}{
		"it was paid":     {lost, charge.Approved},
		"it was declined": {play{event: charge.Lose, reason: charge.ReasonTimeout, verdict: charge.Declined}, charge.Unpaid},
	} {
		t.Run(name, func(t *testing.T) {
			counting(t, func(t *testing.T, s *shop, _ *taker) {
				key := s.elsewhere()
				s.own.will("forward", c.first, missed)
				s.brings(key, "taro")
				time.Sleep(10 * time.Second)
				rec, err := s.Resolve(key, agent.WriteOff, "m")
				if err != nil || rec.State != charge.Unpaid {
					t.Fatalf("%s, %v", rec.State, err)
				}
				s.own.will("forward")
				time.Sleep(time.Hour)
				if rec, err = s.books.Charge(key); err != nil || rec.State != charge.Unpaid {
					t.Fatalf("by itself it is %s, %v", rec.State, err)
				}
				s.SendAgain(charge.Due{Record: rec, Signature: []byte("theirs")}, "OP1:taro")
				time.Sleep(time.Minute)
				if rec, err = s.books.Charge(key); err != nil || rec.State != c.then || s.own.took(key) > 1 {
					t.Errorf("then it is %s, %v, debited %d times", rec.State, err, s.own.took(key))
				}
			})
		})
	}
}
