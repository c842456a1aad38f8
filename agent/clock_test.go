package agent_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// clockTrouble tells whether somebody reads that the clock is not trusted.
func (s *shop) clockTrouble() bool { return slices.Contains(s.codes(), "offline.clock") }

// refusesOver wants a signed code to be refused because of the clock.
func (s *shop) refusesOver(code string) {
	s.t.Helper()
	s.refused(s.scan(code), "offline.clock")
}

// running runs the shop's register, with its ticks, until the test has ended.
func (s *shop) running() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { s.Run(ctx, nil); close(ended) }()
	return func() { cancel(); <-ended }
}

// A clock that is set back stops what is taken on its word, and somebody reads
// so before a customer meets it. Set right, it is trusted again.
func TestAClockThatIsSetBack(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		defer s.running()()
		s.set(-90 * time.Second) // as a time server does
		s.sells("a")
		s.pays("OP1:taro/1")
		s.set(-10 * time.Minute)
		time.Sleep(time.Minute + time.Second) // nobody scans
		if v := s.offlineNow(); !s.clockTrouble() || v.Taking || v.Count != 1 {
			t.Errorf("troubles %v, %+v", s.codes(), v)
		}
		s.sells("b")
		s.refusesOver("OP1:hanako/1")
		s.is("b", charge.Prepared)
		s.set(10*time.Minute + 90*time.Second)
		time.Sleep(time.Minute + time.Second)
		if v := s.offlineNow(); s.clockTrouble() || !v.Taking {
			t.Errorf("troubles %v, %+v", s.codes(), v)
		}
		s.pays("OP1:hanako/1")
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// A time server sets a clock right that was ahead: the first answer of a wallet
// confirms it, and nothing has to be started again.
func TestAStepBackThatAWalletConfirms(t *testing.T) {
	for what, confirm := range map[string]func(*shop){
		"an answer at a sale":            func(s *shop) { s.sells("online"); s.pays(code(1)); s.is("online", charge.Approved) },
		"an answer at the wallet's line": func(s *shop) { s.ClockHeard(time.Now()) },
		"the answer to a forward":        func(s *shop) { s.Collect(); time.Sleep(time.Minute); s.is("a", charge.Approved) },
	} {
		counting(t, func(t *testing.T, s *shop, _ *taker) {
			s.set(20 * time.Minute)
			s.Leave()
			s.start()
			s.Obey(agent.Bulletin{Wallet: "own", Version: 1, Expires: time.Now().Add(48 * time.Hour)})
			s.away(true)
			s.sells("a")
			s.pays("OP1:taro/1")
			s.set(-20 * time.Minute)
			s.sells("b")
			s.refusesOver("OP1:hanako/1")
			if !s.clockTrouble() {
				t.Fatalf("%s: troubles %v", what, s.codes())
			}
			s.away(false)
			confirm(s)
			if s.clockTrouble() {
				t.Errorf("%s: the clock agrees with the wallet's, and the troubles are %v", what, s.codes())
			}
			s.away(true)
			s.sells("c")
			s.pays("OP1:hanako/1")
			s.is("c", charge.Queued)
			s.away(false)
			time.Sleep(time.Hour)
			s.even()
		})
	}
}

// A clock that a wallet contradicts is not confirmed by it.
func TestAWalletThatSaysItIsLater(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.set(-time.Hour)
		s.sells("online")
		s.pays(code(1))
		s.is("online", charge.Approved)
		if !s.clockTrouble() {
			t.Errorf("troubles %v", s.codes())
		}
		s.away(true)
		s.sells("a")
		s.refusesOver("OP1:taro/1")
		s.set(time.Hour)
		s.pays("OP1:taro/1")
		if s.clockTrouble() {
			t.Errorf("it is right again: %v", s.codes())
		}
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// Behind at the start: by the books, or by the bulletin that they kept. A
// wallet's answer ends the first; the second ends with the clock.
func TestAClockThatIsBehindAtTheStart(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.ClockBack("the clock is behind the last start")
		s.away(true)
		s.sells("a")
		s.refusesOver("OP1:taro/1")
		if !s.clockTrouble() || s.offlineNow().Taking {
			t.Errorf("troubles %v", s.codes())
		}
		s.ClockHeard(time.Now().Add(-3 * time.Minute)) // an old word
		s.refusesOver("OP1:taro/1")
		s.ClockHeard(time.Now())
		s.pays("OP1:taro/1")
		s.set(-time.Hour)
		s.Obey(agent.Bulletin{Wallet: "own", Version: 2, Issued: time.Now().Add(-time.Minute), Expires: time.Now().Add(48 * time.Hour)})
		if !s.clockTrouble() {
			t.Errorf("behind the bulletin: %v", s.codes())
		}
		s.sells("b")
		s.refusesOver("OP1:hanako/1")
		s.set(time.Hour)
		s.pays("OP1:hanako/1")
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// A register that takes nothing without a network is not troubled by a clock
// that nothing depends on.
func TestAClockThatDoesNotMatter(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.rules.Take = false
		s.Leave()
		s.start()
		s.ClockBack("the clock is behind the last start")
		if codes := s.codes(); !slices.Equal(codes, []string{"clock.back"}) {
			t.Errorf("troubles %v", codes)
		}
	})
}
