package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/printer"
)

// The code goes on paper for who cannot read the display, and only while it is
// open; a printer that fails does not touch the charge.
func TestAShownCodeOnPaper(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.refused(s.PrintShown("a"), "show.nothing")
		v, err := s.Present("a", "own", "hanako")
		must(t, err)
		s.refused(s.PrintShown("b"), "register.not_standing")
		must(t, s.PrintShown("a"))
		if papers := s.press.papers(); len(papers) != 1 || !strings.Contains(papers[0], v.Shown.Text) || !strings.Contains(papers[0], "not a receipt") {
			t.Errorf("printed: %q", papers)
		}
		s.press.out = printer.Outcome{Result: printer.Failed}
		s.refused(s.PrintShown("a"), "printer.unprinted")
		s.is("a", charge.Pending)
		_, err = s.Cancel("a", charge.ByCashier, "hanako")
		must(t, err)
		s.refused(s.PrintShown("a"), "show.nothing")
		time.Sleep(time.Minute)
		s.even()
	})
}
