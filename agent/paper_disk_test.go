package agent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// The disk fails while it is written down what became of a receipt. The next
// customer's code is not sent: the outcome could not be written either.
func TestNothingIsSentAfterAReceiptCouldNotBeWrittenDown(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.press.takes = 2 * time.Second
		s.sells("a")
		s.pays(code(1))
		s.is("a", charge.Approved)
		s.sells("b")
		s.disk.breaks(true)
		time.Sleep(3 * time.Second)
		s.refused(s.scan(code(2)), "journal.dead")
		if n := s.own.count("charge"); n != 1 || !slices.Contains(s.codes(), "journal.dead") {
			t.Errorf("%d requests, troubles %v", n, s.codes())
		}
		s.disk.breaks(false)
		s.is("b", charge.Prepared)
		s.even()
	})
}
