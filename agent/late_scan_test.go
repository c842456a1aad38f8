package agent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/scanner"
)

// A code that was read for a sale, and is looked at when another one stands
// there already, pays neither: the customer saw another amount.
func TestACodeOfTheSaleBeforePaysNothing(t *testing.T) {
	armory(t, func(t *testing.T, s *shop, g *gun) {
		s.sells("a")
		g.is(t, true, "with a sale")
		read := scanner.Scan{Data: []byte(code(1)), Device: "scanner", At: time.Now()}
		time.Sleep(time.Millisecond)
		s.sells("b")
		g.scans <- read
		time.Sleep(5 * time.Second)
		synctest.Wait()
		s.is("a", charge.Abandoned)
		s.is("b", charge.Prepared)
		if no := s.LastRefusal(); no == nil || no.Why != "register.busy" {
			t.Errorf("the cashier was told %+v", no)
		}
		g.is(t, true, "for the sale that stands there")
		g.shoots(code(2))
		time.Sleep(time.Second)
		s.is("b", charge.Approved)
	})
}
