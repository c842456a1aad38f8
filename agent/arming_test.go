package agent_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/health"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/scanner"
)

// gun is a scanner with the manners of the real one: each Arm gives one scan.
type gun struct {
	armed atomic.Bool
	scans chan scanner.Scan
}

func (g *gun) Arm()    { g.armed.Store(true) }
func (g *gun) Disarm() { g.armed.Store(false) }

// shoots reads a code, and tells whether it was delivered. It waits until
// everything that comes of it has come.
func (g *gun) shoots(text string) bool {
	synctest.Wait()
	was := g.armed.Swap(false)
	if was {
		g.scans <- scanner.Scan{Data: []byte(text), Device: "scanner", At: time.Now()}
	}
	synctest.Wait()
	return was
}

// armory is a shop with a scanner that has to be armed.
func armory(t *testing.T, do func(*testing.T, *shop, *gun)) {
	t.Helper()
	bubble(t, func(t *testing.T, s *shop) {
		g := &gun{scans: make(chan scanner.Scan)}
		s.Leave()
		s.gun = g
		s.devices = []agent.Device{{Role: "scanner", Health: func() device.Health {
			return device.Health{ID: "scanner0", Kind: "scanner", State: device.Ready}
		}}}
		s.start()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); s.Run(ctx, g.scans) }()
		do(t, s, g)
		cancel()
		<-ended
		if g.armed.Load() {
			t.Error("the register has left, and the scanner is still armed")
		}
	})
}

func (g *gun) is(t *testing.T, armed bool, when string) {
	t.Helper()
	synctest.Wait()
	if got := g.armed.Load(); got != armed {
		t.Errorf("%s: armed is %v", when, got)
	}
}

func TestTheScannerIsArmedForASale(t *testing.T) {
	armory(t, func(t *testing.T, s *shop, g *gun) {
		g.is(t, false, "without a sale")
		s.sells("a")
		g.is(t, true, "with a sale")
		for _, bad := range []string{"4901234567894", "hello", "135056725249518813"} {
			if !g.shoots(bad) || s.LastRefusal() == nil {
				t.Errorf("%q was not refused by the register: %+v", bad, s.LastRefusal())
			}
			g.is(t, true, "after a refusal")
		}
		s.own.will("charge", lost)
		s.own.will("inquire", lost)
		if !g.shoots(code(1)) {
			t.Error("a code of the standing sale was not delivered")
		}
		g.is(t, false, "while the wallet is asked")
		time.Sleep(5 * time.Second)
		g.is(t, false, "while in doubt")
		time.Sleep(time.Minute)
		s.own.will("charge")
		s.sells("b")
		g.is(t, true, "with the next sale")
		g.shoots(code(2))
		time.Sleep(time.Second)
		s.is("b", charge.Approved)
		g.is(t, false, "after the approval")
		if g.shoots(code(3)) {
			t.Error("a code after the approval was delivered")
		}
		s.even()
	})
}

func TestTheScannerIsDisarmedByACancel(t *testing.T) {
	armory(t, func(t *testing.T, s *shop, g *gun) {
		s.sells("a")
		_, err := s.Cancel("a", charge.ByCashier, "hanako")
		must(t, err)
		g.is(t, false, "after the cancel")
	})
}

func TestTheScannerIsArmedForStoreCopies(t *testing.T) {
	armory(t, func(t *testing.T, s *shop, g *gun) {
		got := make(chan string)
		go func() { got <- s.NextSlip(context.Background(), time.Minute).Reveal() }()
		g.is(t, true, "while store copies are read")
		g.shoots("PSL1:ONE")
		if text := <-got; text != "PSL1:ONE" {
			t.Errorf("read %q", text)
		}
		g.is(t, true, "between two store copies")
		g.shoots("PSL1:TWO")
		time.Sleep(4 * time.Second)
		g.is(t, false, "after the import")
	})
}

// What the scanner drops because nobody waits is told in the words of the
// desk, as if the code had come to it.
func TestUnwantedCodesAreRefusedInWords(t *testing.T) {
	armory(t, func(t *testing.T, s *shop, g *gun) {
		unwanted := func(why string) {
			t.Helper()
			synctest.Wait()
			s.Unwanted()
			if r := s.LastRefusal(); r == nil || r.Why != why {
				t.Errorf("the cashier reads %+v, want %s", r, why)
			}
		}
		unwanted("register.no_sale")
		s.sells("a")
		unwanted("register.busy") // the scanner was not armed again yet
		s.own.will("charge", lost)
		s.own.will("inquire", lost)
		g.shoots(code(1))
		unwanted("register.busy")
		time.Sleep(5 * time.Second)
		unwanted("register.in_doubt")
		time.Sleep(time.Minute)
	})
}

// Whatever a scanner's driver drops has words for the cashier, but for what
// needs none or is told in those of the desk.
func TestEveryDropHasWords(t *testing.T) {
	for _, kind := range scanner.DropKinds() {
		untold := kind == scanner.Duplicate || kind == scanner.NotWanted
		if health.Known("scan."+string(kind)) == untold {
			t.Errorf("scan.%s: words are there: %v", kind, !untold)
		}
	}
}

// A test lets the scanner read one code, of which nothing comes: the same code
// pays afterwards. A sale has the scanner first.
func TestAScannerIsTested(t *testing.T) {
	armory(t, func(t *testing.T, s *shop, g *gun) {
		came := make(chan string)
		test := func() {
			code, err := s.TestDevice(t.Context(), "scanner0")
			must(t, err)
			came <- code
		}
		go test()
		g.is(t, true, "while it is tested")
		g.shoots(code(1))
		if got := <-came; got != "scan.test_good" || s.LastRefusal() != nil {
			t.Errorf("it came to %s, the cashier reads %+v", got, s.LastRefusal())
		}
		g.is(t, false, "after the test")
		go test()
		if got := <-came; got != "scan.test_none" {
			t.Errorf("without a code it came to %s", got)
		}
		go test()
		g.is(t, true, "while it is tested again")
		s.sells("a")
		g.shoots(code(1))
		time.Sleep(time.Second)
		s.is("a", charge.Approved)
		if got := <-came; got != "scan.test_none" {
			t.Errorf("when a sale had the scanner it came to %s", got)
		}
		go test()
		g.is(t, true, "while it is tested after a sale")
		g.shoots(code(3))
		if got := <-came; got != "scan.test_good" {
			t.Errorf("after a sale it came to %s", got)
		}
		s.sells("b")
		if got, err := s.TestDevice(t.Context(), "scanner0"); err != nil || got != "scan.test_busy" {
			t.Errorf("with a sale it came to %s (%v)", got, err)
		}
		g.shoots(code(2))
		time.Sleep(time.Second)
		s.even()
	})
}
