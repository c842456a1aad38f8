package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/printer"
)

func (s *shop) codes() []string {
	var out []string
	for _, t := range s.Troubles() {
		out = append(out, t.Code)
	}
	return out
}

// Paper never touches a charge. What never reached paper is printed as the
// original whenever the printer is back; everything after that is a marked and
// counted copy.
func TestPaperNeverTouchesACharge(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.press.becomes(printer.Failed)
		s.pays(code(1))
		if rec := s.is("a", charge.Approved); rec.Paper != charge.PaperFailed || strings.Join(s.codes(), " ") != "printer.unprinted" {
			t.Errorf("paper %s, troubles %v", rec.Paper, s.codes())
		}
		if rec, err := s.Reprint(key); err != nil || rec.Paper != charge.PaperFailed || rec.Reprints != 0 {
			t.Errorf("still no paper: %+v, %v", rec, err)
		}
		s.press.becomes(printer.Confirmed)
		if rec, err := s.Reprint(key); err != nil || rec.Paper != charge.PaperDone || rec.Reprints != 0 || len(s.codes()) != 0 {
			t.Errorf("the original at last: %+v, %v, troubles %v", rec, err, s.codes())
		}
		for n := range 2 {
			if rec, err := s.Reprint(key); err != nil || rec.Reprints != n+1 || rec.State != charge.Approved {
				t.Errorf("copy %d: %+v, %v", n+1, rec, err)
			}
		}
		s.press.becomes(printer.Failed)
		if rec, err := s.Reprint(key); err != nil || rec.Reprints != 2 || rec.Paper != charge.PaperDone {
			t.Errorf("a copy that failed: %+v, %v", rec, err)
		}
		papers := s.press.papers()
		if len(papers) != 3 || strings.Contains(papers[0], "COPY") || !strings.Contains(papers[1], "COPY (reprint 1)") || !strings.Contains(papers[2], "COPY (reprint 2)") {
			t.Errorf("printed: %q", papers)
		}
		s.even()
	})
}

// Whoever cannot know whether a receipt came out prints no second original.
func TestAnUnknownPaperIsCopied(t *testing.T) {
	for _, result := range []printer.Result{printer.Unknown, printer.Sent} {
		bubble(t, func(t *testing.T, s *shop) {
			key := s.sells("a").Charge.Key
			s.press.becomes(result)
			s.pays(code(1))
			s.is("a", charge.Approved)
			if rec, err := s.Reprint(key); err != nil || rec.Reprints != 1 {
				t.Errorf("%s: %+v, %v", result, rec, err)
			}
			if papers := s.press.papers(); len(papers) != 2 || !strings.Contains(papers[1], "COPY (reprint 1)") {
				t.Errorf("%s: printed %q", result, papers)
			}
		})
	}
}

// There is one original, also for an impatient cashier, and no number of a
// copy is used twice.
func TestReprintsDoNotOvertake(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.press.takes = 2 * time.Second
		s.pays(code(1))
		time.Sleep(time.Second) // the original is being printed
		done := make(chan error)
		for range 3 {
			go func() { _, err := s.Reprint(key); done <- err }()
		}
		for range 3 {
			must(t, <-done)
		}
		papers := s.press.papers()
		if len(papers) != 4 || s.press.clash {
			t.Fatalf("%d papers, two at once %v", len(papers), s.press.clash)
		}
		for n, mark := range []string{"RECEIPT", "reprint 1", "reprint 2", "reprint 3"} {
			if !strings.Contains(papers[n], mark) || n == 0 && strings.Contains(papers[n], "COPY") {
				t.Errorf("paper %d is %q", n, papers[n])
			}
		}
		if rec := s.is("a", charge.Approved); rec.Reprints != 3 {
			t.Errorf("%d reprints are counted", rec.Reprints)
		}
	})
}

func TestNoReceiptWithoutPayment(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		_, err := s.Reprint(key)
		s.refused(err, "register.no_receipt")
		s.own.verdict = charge.Declined
		s.pays(code(1))
		_, err = s.Reprint(key)
		s.refused(err, "register.no_receipt")
		if len(s.press.papers()) != 0 {
			t.Errorf("printed %q", s.press.papers())
		}
	})
}

// A printer that never comes back holds up neither the next sale nor leaving.
func TestASlowPrinterHoldsNothingUp(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.press.takes = time.Hour
		s.sells("a")
		s.pays(code(1))
		s.sells("b")
		s.pays(code(2))
		s.is("a", charge.Approved)
		s.is("b", charge.Approved)
		before := time.Now()
		s.Leave()
		if took := time.Since(before); took > time.Minute+time.Second {
			t.Errorf("leaving took %s", took)
		}
		if rec := s.is("b", charge.Approved); rec.Paper != charge.PaperUnknown {
			t.Errorf("paper is %s", rec.Paper)
		}
	})
}
