package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// dropped wants exactly one entry in the journal of a charge that moved
// nothing, with this event and note.
func (s *shop) dropped(key charge.Key, event charge.Event, note string) {
	s.t.Helper()
	links, err := s.books.Links(key)
	must(s.t, err)
	found := 0
	for _, l := range links {
		if !l.Moved && l.Step.Event == event && strings.Contains(l.Note, note) {
			found++
		}
	}
	if found != 1 {
		s.t.Errorf("%d entries of a dropped %s (%q) in %s", found, event, note, story(links))
	}
}

func story(links []book.Link) string {
	var b strings.Builder
	for _, l := range links {
		b.WriteString(string(l.From) + " " + string(l.Step.Event) + " " + string(l.To) + " " + l.Note + "\n")
	}
	return b.String()
}

// The wallet's yes comes after the reversal was confirmed: the reversal is the
// newer word, so the yes is written down and dropped.
func TestALateReplyIsDropped(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.own.will("charge", play{after: 2500 * ms})
		walked := make(chan error, 1)
		go func() { walked <- s.scan(code(1)) }()
		time.Sleep(time.Second)
		s.cancels("a")
		time.Sleep(time.Second)
		s.is("a", charge.Reversed)
		must(t, <-walked)
		if rec := s.is("a", charge.Reversed); rec.Alarms != 0 || len(s.press.papers()) != 0 || rec.Receipt != "" {
			t.Errorf("after the late yes: %d alarms, %d papers, receipt %q", rec.Alarms, len(s.press.papers()), rec.Receipt)
		}
		s.dropped(key, charge.Approve, "late reply")
		s.even()
	})
}

// One wallet's confirmation comes a second time, through the other wallet's
// line: it does not count for that one.
func TestADuplicateConfirmationCountsOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.paypay.will("reverse", play{after: 500 * ms, event: charge.Confirm, as: "own", deaf: true}, honest)
		s.crash() // nobody knows which wallet it was: both
		time.Sleep(1200 * ms)
		if rec := s.is("a", charge.Reversing); len(rec.Confirmed) != 1 || rec.Confirmed[0] != "own" {
			t.Errorf("confirmed by %v", rec.Confirmed)
		}
		time.Sleep(5 * time.Second)
		s.is("a", charge.Reversed)
		links, err := s.books.Links(key)
		must(t, err)
		waits := 0
		for _, l := range links {
			if l.Note == "1 more wallets must confirm" && !l.Moved {
				waits++
			}
		}
		if waits != 2 || s.paypay.count("reverse") != 2 {
			t.Errorf("%d entries wait for the other wallet, which was asked %d times:\n%s", waits, s.paypay.count("reverse"), story(links))
		}
	})
}

// The confirmation of a wallet that was never asked proves nothing about the
// one that was.
func TestASwappedConfirmationIsDropped(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.own.will("charge", lost)
		s.own.will("reverse", play{after: 100 * ms, event: charge.Confirm, as: "paypay", deaf: true}, honest)
		s.pays(code(1))
		s.cancels("a")
		time.Sleep(500 * ms)
		s.is("a", charge.Reversing)
		time.Sleep(5 * time.Second)
		s.is("a", charge.Reversed)
		s.dropped(key, charge.Confirm, "was not asked")
		s.even()
	})
}

// The answer to somebody else's charge is no answer: the charge is in doubt,
// says why, and the truth comes by asking again.
func TestASwappedAnswerIsADoubt(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", play{after: 300 * ms, event: charge.Lose, reason: charge.ReasonAnswerOther, verdict: charge.Declined})
		s.pays(code(1))
		if rec := s.is("a", charge.InDoubt); rec.Reason != charge.ReasonAnswerOther {
			t.Errorf("in doubt because of %q", rec.Reason)
		}
		time.Sleep(2 * time.Second)
		s.is("a", charge.Declined)
		s.even()
	})
}

// The answer to an earlier request is played once more after the charge was
// settled. Only a request that was made since can prove anything against it.
func TestAReplayedAnswerIsDropped(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.doubt("x", lost)
		key := s.sells("a").Charge.Key
		s.own.will("charge", play{after: 300 * ms, verdict: charge.Declined})
		s.pays(code(77))
		s.is("a", charge.Declined)
		s.own.will("inquire", missed)
		s.own.will("reverse", missed)
		time.Sleep(time.Minute) // the wallet is paused by now, and its newest key is asked about
		s.own.will("inquire", play{after: 100 * ms, event: charge.Approve, stale: time.Hour, deaf: true})
		time.Sleep(10 * time.Second)
		if rec := s.is("a", charge.Declined); rec.Alarms != 0 {
			t.Errorf("%d alarms", rec.Alarms)
		}
		s.dropped(key, charge.Approve, "late reply")
		s.own.will("reverse", honest)
		time.Sleep(time.Minute)
		s.even()
	})
}
