package agent_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
)

// A store copy is no payment code: without an import it is refused in its own
// words, and the sale goes on; with one it goes there, and no sale hears of it.
func TestAStoreCopyAtTheScanner(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.refused(s.scan("PSL1:ABC"), "code.store_copy")
		s.refused(s.Pay("a", "", []byte("PSL1:ABC"), "till"), "code.store_copy")
		got := make(chan paycode.Secret)
		ask := func(wait time.Duration) { got <- s.NextSlip(context.Background(), wait) }
		go ask(30 * time.Second)
		synctest.Wait()
		s.pays("PSL1:ONE\r")
		if text := <-got; text.Reveal() != "PSL1:ONE" {
			t.Errorf("read %q", text.Reveal())
		}
		s.pays("PSL1:TWO") // before the importer asks again
		s.pays("PSL1:THREE")
		for i, want := range []string{"PSL1:TWO", "PSL1:THREE", ""} {
			go ask(time.Duration(i) * time.Second)
			if text := <-got; text.Reveal() != want {
				t.Errorf("read %q, want %q", text.Reveal(), want)
			}
		}
		if v, _ := s.Standing(); v.Charge.State != charge.Prepared || v.Refusal == nil || !strings.HasPrefix(v.Refusal.Why, "code.") {
			t.Errorf("the sale is %+v", v)
		}
		s.pays(code(1)) // payment codes are what they were
		s.is("a", charge.Approved)
		time.Sleep(4 * time.Second)
		s.sells("b")
		s.refused(s.scan("PSL1:FOUR"), "code.store_copy")
		s.even()
	})
}

// What was scanned for an import that then nobody asked for any more is told
// to the cashier, and nothing is kept without end.
func TestASlipThatNobodyTakes(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		if text := s.NextSlip(context.Background(), time.Second); text != "" {
			t.Fatalf("read %q", text.Reveal())
		}
		for n := range 16 {
			s.pays(fmt.Sprintf("PSL1:%d", n))
		}
		s.refused(s.scan("PSL1:MORE"), "code.store_copy")
		before := s.LastRefusal().At
		time.Sleep(4 * time.Second)
		if r := s.LastRefusal(); r.Why != "code.store_copy" || !r.At.After(before) {
			t.Errorf("the cashier reads %+v", r)
		}
		if text := s.NextSlip(context.Background(), time.Second); text != "" {
			t.Errorf("read %q, of an import that was over", text.Reveal())
		}
	})
}

// Who went away while a slip was read takes it not along.
func TestAnImporterThatWentAway(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		ctx, cancel := context.WithCancel(context.Background())
		got := make(chan paycode.Secret)
		go func() { got <- s.NextSlip(ctx, time.Minute) }()
		synctest.Wait()
		cancel()
		s.pays("PSL1:ONE")
		if text := <-got; text != "" {
			t.Errorf("read %q", text.Reveal())
		}
		if text := s.NextSlip(context.Background(), 0); text.Reveal() != "PSL1:ONE" {
			t.Errorf("then %q", text.Reveal())
		}
	})
}

func TestASlipInAPicture(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		if text, err := s.SlipInPicture(context.Background(), strings.NewReader("PSL1:ABC")); err != nil || text.Reveal() != "PSL1:ABC" {
			t.Errorf("read %q, %v", text.Reveal(), err)
		}
	})
}
