package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// over wants a scan to be refused over a limit, and to be told whether a
// manager may let the sale pass.
func (s *shop) over(code string, limit charge.Limit, liftable bool) {
	s.t.Helper()
	err := s.scan(code)
	s.refused(err, "offline."+string(limit))
	v, _ := s.Standing()
	want := charge.Limit("")
	if liftable {
		want = limit
	}
	if v.Refusal == nil || v.Refusal.Lift != want {
		s.t.Fatalf("refused with %+v, want the limit to lift %q", v.Refusal, want)
	}
}

// costing opens a sale of an amount.
func (s *shop) costing(id string, yen int64) {
	s.t.Helper()
	_, err := s.Open(aSale(id, yen), charge.ByCashier)
	must(s.t, err)
}

// lifts lets the sale pass a limit.
func (s *shop) lifts(id string, limit charge.Limit, leave agent.Leave) {
	s.t.Helper()
	_, err := s.Lift(id, limit, leave)
	must(s.t, err)
}

// noted is what the journal says of the acceptance of a sale's charge.
func (s *shop) noted(id string) (note, operator string) {
	s.t.Helper()
	v, err := s.Look(id)
	must(s.t, err)
	links, err := s.books.Links(v.Charge.Key)
	must(s.t, err)
	for _, l := range links {
		if l.Step.Event == charge.Queue {
			return l.Note, l.Step.Operator
		}
	}
	s.t.Fatalf("charge %s was never taken", v.Charge.Key)
	return "", ""
}

var taro = agent.Leave{Who: "taro", Asked: true}

// The code that was refused is shown again and pays, once, for this sale
// alone; the journal tells who let it pass, and whose sale it was.
func TestAManagerLetsOneSalePass(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		s.costing("a", 3001)
		s.over("OP1:taro/1", charge.PerCharge, true)
		s.lifts("a", charge.PerCharge, taro)
		s.lifts("a", charge.PerCharge, taro)
		if v, _ := s.Standing(); v.Refusal != nil || len(v.Lifted) != 1 || v.Lifted[0] != charge.PerCharge {
			t.Errorf("after the leave: %+v", v)
		}
		s.pays("OP1:taro/1")
		s.is("a", charge.Queued)
		if note, who := s.noted("a"); note != "limit per_charge lifted by taro" || who != "hanako" {
			t.Errorf("the journal says %q, of %s", note, who)
		}
		if v, _ := s.Standing(); len(v.Lifted) != 0 {
			t.Errorf("the leave is there after it was used: %+v", v.Lifted)
		}
		s.costing("b", 3001)
		s.over("OP1:hanako/1", charge.PerCharge, true)
		s.away(false)
		time.Sleep(time.Hour)
		s.is("a", charge.Approved)
		s.even()
	})
}

// Each limit wants a leave of its own, and both stand in the journal.
func TestALeaveIsForOneLimit(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		s.costing("a", 5001)
		s.over("OP1:taro/1", charge.PerCharge, true)
		_, err := s.Lift("a", charge.PerToken, taro)
		s.refused(err, "override.not_reached")
		s.lifts("a", charge.PerCharge, taro)
		s.over("OP1:taro/1", charge.PerToken, true)
		s.lifts("a", charge.PerToken, agent.Leave{Who: "jiro", Asked: true})
		s.pays("OP1:taro/1")
		if note, _ := s.noted("a"); note != "limit per_charge lifted by taro; limit per_customer lifted by jiro" {
			t.Errorf("the journal says %q", note)
		}
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// The oldest waits for too long: also that may be lifted for one sale.
func TestTheAgeIsLifted(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		s.away(true)
		s.costing("a", 100)
		s.pays("OP1:taro/1")
		time.Sleep(25 * time.Hour)
		s.costing("b", 100)
		s.over("OP1:taro/2", charge.Age, true)
		s.lifts("b", charge.Age, taro)
		s.pays("OP1:taro/2")
		s.is("b", charge.Queued)
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// A leave ends with its sale, is for the sale that stands there, and for what
// has refused a code of it.
func TestALeaveEndsWithItsSale(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		_, err := s.Lift("a", charge.PerCharge, taro)
		s.refused(err, "register.not_standing")
		s.costing("a", 3001)
		_, err = s.Lift("a", charge.PerCharge, taro)
		s.refused(err, "override.not_reached")
		s.over("OP1:taro/1", charge.PerCharge, true)
		_, err = s.Lift("b", charge.PerCharge, taro)
		s.refused(err, "register.not_standing")
		s.lifts("a", charge.PerCharge, taro)
		s.costing("b", 3001)
		_, err = s.Lift("a", charge.PerCharge, taro)
		s.refused(err, "register.not_standing")
		_, err = s.Lift("b", charge.PerCharge, taro)
		s.refused(err, "override.not_reached")
		s.over("OP1:taro/1", charge.PerCharge, true)
		s.away(false)
	})
}

// Nobody approves their own request; a manager who is signed in asks nobody.
func TestNobodyApprovesTheirOwnRequest(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		s.costing("a", 3001) // by hanako
		s.over("OP1:taro/1", charge.PerCharge, true)
		_, err := s.Lift("a", charge.PerCharge, agent.Leave{Who: "hanako", Asked: true})
		s.refused(err, "override.own")
		s.over("OP1:taro/1", charge.PerCharge, true)
		s.lifts("a", charge.PerCharge, agent.Leave{Who: "hanako"})
		s.pays("OP1:taro/1")
		if note, who := s.noted("a"); note != "limit per_charge lifted by hanako" || who != "hanako" {
			t.Errorf("the journal says %q, of %s", note, who)
		}
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}

// What the wallet says, what the phone affords, a customer who did not pay and
// a limit that the settings do not name are never lifted.
func TestWhatNobodyLifts(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		s.away(true)
		no := func(id string, yen int64, code string, limit charge.Limit) {
			t.Helper()
			s.costing(id, yen)
			s.over(code, limit, false)
			_, err := s.Lift(id, limit, taro)
			s.refused(err, "override.not_reached")
			s.over(code, limit, false)
		}
		c.theirs = 3000
		no("wallet", 3001, "OP1:a/1", charge.PerCharge)
		c.theirs = 3100
		no("wallet beyond", 3101, "OP1:a/2", charge.PerCharge)
		c.theirs = 0
		c.affords = 1000
		no("certificate", 1001, "OP1:b/1", charge.Certificate)
		c.affords = 0
		c.limits.Count = 0
		no("settings", 100, "OP1:c/1", charge.Count)
		c.limits.Count = 500
		s.costing("unpaid", 100)
		s.pays("OP1:d/1")
		v, _ := s.Standing()
		_, err := s.Resolve(v.Charge.Key, agent.WriteOff, "taro")
		must(t, err)
		no("denied", 100, "OP1:d/2", charge.Denied)
		s.away(false)
	})
}

// Neither a stop, nor an old bulletin, nor a code that proves nothing becomes
// a limit by a leave.
func TestALeaveIsForNothingElse(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		s.costing("a", 3001)
		s.over("OP1:taro/1", charge.PerCharge, true)
		s.lifts("a", charge.PerCharge, taro)
		s.refused(s.scan("OP1:forger/1"), "offline.code")
		s.Obey(agent.Bulletin{Wallet: "own", Version: 2, Expires: time.Now().Add(time.Hour), Stops: agent.Stops{Offline: true}})
		s.refused(s.scan("OP1:taro/1"), "offline.stopped")
		s.Obey(agent.Bulletin{Wallet: "own", Version: 3, Expires: time.Now().Add(time.Minute)})
		time.Sleep(2 * time.Minute)
		s.refused(s.scan("OP1:taro/1"), "offline.stopped")
		s.Obey(agent.Bulletin{Wallet: "own", Version: 4, Expires: time.Now().Add(time.Hour)})
		s.pays("OP1:taro/1")
		if note, _ := s.noted("a"); !strings.Contains(note, "per_charge lifted by taro") {
			t.Errorf("the journal says %q", note)
		}
		s.away(false)
		time.Sleep(time.Hour)
		s.even()
	})
}
