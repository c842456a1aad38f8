package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// A day without a network fills no journal, for what was taken here and for
// what was brought here alike.
func TestADayWithoutANetworkFillsNoJournal(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		own := s.queued(1)[0]
		store, _, _, _, err := own.Parts()
		must(t, err)
		brought, err := charge.NewKey(store, "T9", 1, 4)
		must(t, err)
		s.brings(brought, "taro")
		time.Sleep(24 * time.Hour)
		for _, key := range []charge.Key{own, brought} {
			links, err := s.books.Links(key)
			must(t, err)
			if len(links) > 10 {
				t.Errorf("%s has %d entries in the journal after a day in which nothing left", key, len(links))
			}
		}
	})
}

// leaving lets a charge leave with a queue file between the reading of a page
// of the queue and the collecting of it.
type leaving struct {
	*taker
	out func()
}

func (l *leaving) Due(wallet string, after charge.Due, most int) ([]charge.Due, error) {
	list, err := l.taker.Due(wallet, after, most)
	if len(list) > 0 && l.out != nil {
		l.out()
		l.out = nil
	}
	return list, err
}

// From the moment that a charge is in the books as moved, this register sends
// it no more.
func TestWhatJustLeftIsNotSent(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		keys := s.queued(1)
		l := &leaving{taker: c}
		s.offline = l
		s.again()
		sent := s.own.count("forward")
		l.out = func() {
			_, err := s.books.MoveOut(keys, "Q1", false, charge.ByManager, "m")
			must(t, err)
		}
		s.away(false)
		s.Collect()
		time.Sleep(time.Hour)
		if n := s.own.count("forward") - sent; n != 0 {
			t.Errorf("it was sent %d times after it had left", n)
		}
	})
}

// Who is told of a moved charge only when the wallet pays it no more is told
// too late.
func TestMovedIsToldWhileItCanBeCollected(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		keys := s.queued(1)
		time.Sleep(50 * time.Hour)
		_, err := s.books.MoveOut(keys, "Q1", false, charge.ByManager, "m")
		must(t, err)
		s.away(false)
		time.Sleep(21*time.Hour + 50*time.Minute)
		told := false
		for _, c := range s.codes() {
			told = told || c == "offline.moved"
		}
		if !told {
			t.Error("ten minutes before the 72 hours are over nobody was told that what left is not collected")
		}
	})
}
