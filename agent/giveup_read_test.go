package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// The books cannot be read in the very moment in which a doubt is given up. It
// is given up a little later: nobody else looks after the charge.
func TestAReadErrorDoesNotEndTheGivingUp(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("inquire", missed)
		s.pays(code(1)) // in doubt after 3 s, given up 30 s later
		time.Sleep(28 * time.Second)
		s.disk.blinds(true)
		time.Sleep(5 * time.Second)
		s.disk.blinds(false)
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		s.even()
	})
}
