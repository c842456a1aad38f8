package agent_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// Faults of what stands before a wallet's books: they are not asked.
const (
	forbade fault = "forbade" // 403 of the wallet's door
	invalid fault = "invalid" // 400 of the wallet's door
	busy    fault = "busy"    // 503 of the wallet's door
	strange fault = "strange" // 404 of something on the way, without a word of the wallet's
)

// atTheDoor is what is answered before the wallet's books are asked, if
// anything is.
func (f fault) atTheDoor(nonce string) (authorize.Evidence, bool) {
	p := wire.Problem{Nonce: nonce}
	switch f {
	case forbade:
		p.Type, p.Status = wire.ProblemForbidden, http.StatusForbidden
	case invalid:
		p.Type, p.Status = wire.ProblemInvalid, http.StatusBadRequest
	case busy:
		p.Type, p.Status = wire.ProblemBusy, http.StatusServiceUnavailable
	case strange:
		return authorize.Evidence{Bytes: 300, Status: http.StatusNotFound}, true
	default:
		return authorize.Evidence{}, false
	}
	return authorize.Evidence{Bytes: 300, Status: p.Status, Problem: &p}, true
}

// The first attempt gave the money back and its answer was lost; the door
// refuses the second one. That is no word about the first: the refund stays
// open under its key, and its amount is not free for another.
func TestADoorsNoEndsNoRefund(t *testing.T) {
	for _, no := range []fault{forbade, invalid} {
		t.Run(string(no), func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				of := s.paid("a", 1000)
				s.line.will("refunds", mute, no, no, no, no, no, fine)
				back, err := s.refund(of.Key, 600)
				must(t, err)
				time.Sleep(10 * time.Second)
				s.is(back.Key, charge.Forwarding)
				_, err = s.refund(of.Key, 600)
				s.wants(err, "refund.too_much")
				time.Sleep(2 * time.Minute)
				s.is(back.Key, charge.Approved)
				s.has(400)
				if n := s.line.count("refunds"); n != 7 {
					t.Errorf("sent %d times, want 7", n)
				}
			})
		})
	}
}

// A key counts as unknown to the wallet only when the wallet itself says so. A
// bare 404 may be of a proxy that has lost its way, and takes no yes back.
func TestABare404MakesNothingUnpaid(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		key := s.here("a", 500, charge.Approved)
		time.Sleep(time.Second)
		s.line.will("inquiry", strange)
		s.only(s.reconcile(), key, agent.MissingThere, agent.Unanswered, charge.Approved, true)
		s.line.will("inquiry")
		s.only(s.reconcile(), key, agent.MissingThere, agent.Corrected, charge.Unpaid, false)
	})
}
