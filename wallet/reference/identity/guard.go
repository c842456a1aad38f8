package identity

import (
	"errors"
	"fmt"
	"time"
)

// Guard is what the ledger asks about a customer before it takes money.
type Guard struct {
	Frozen  bool
	NoTopUp time.Time // nothing is topped up before
	DayMost int64     // in 24 hours, in yen; 0: no more than others
	Until   time.Time // when DayMost ends
	Since   time.Time // since when the phone pays; zero: for longer than WatchFor
	Agreed  bool      // another phone, or a person, has agreed to it
	Reset   time.Time // of the way in; zero: not within WatchFor
}

// WatchFor is how long a phone is new, and a reset is fresh.
const WatchFor = 72 * time.Hour

// Guard is asked inside the ledger's transaction: it looks at memory alone.
func (s *Service) Guard(customer string) Guard {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guards[customer]
	if s.now().After(g.Until) {
		g.DayMost = 0
	}
	return g
}

// learn reads whom there is something to guard of.
func (s *Service) learn() error {
	guards := map[string]Guard{}
	err := s.o.Store.View(func(tx Tx) error {
		now := s.now()
		held, fresh, err := tx.Guarded(now.Add(-WatchFor))
		for _, m := range held {
			g := Guard{Frozen: !m.Frozen.IsZero(), NoTopUp: m.NoTopUp}
			if at := m.NoTopUp.Add(-TopUpStop); !m.NoTopUp.IsZero() && now.Sub(at) < WatchFor {
				g.Reset = at
			}
			guards[m.Customer] = g
		}
		for _, p := range fresh {
			m, err := tx.Member(p.Member)
			if err != nil {
				return err
			}
			g := guards[m.Customer]
			g.Since, g.Agreed = p.At, !p.Cool.IsZero()
			if p.Cool.After(now) {
				g.DayMost, g.Until = CoolMost, p.Cool
			}
			guards[m.Customer] = g
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read who is frozen, and which phones are new: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guards = guards
	return nil
}

// Freeze stops all payments of a member at once. Any session may, also one
// without a phone: who has lost it has nothing else.
func (s *Service) Freeze(member, by string) error {
	return s.ice(member, by, s.now())
}

// Unfreeze needs a second factor.
func (s *Service) Unfreeze(row Session) error {
	if err := s.strong(row); err != nil {
		return err
	}
	return s.ice(row.Member, "member", time.Time{})
}

func (s *Service) ice(member, by string, at time.Time) error {
	if at.IsZero() {
		return s.iced(member, by, at)
	}
	return s.stilled(member, func() error { return s.iced(member, by, at) })
}

// stilled makes a change after which nothing may pay that a phone has signed by
// itself before. It is denied before the change, so that a crash between the two
// leaves nothing that pays, and after it for what was certified meanwhile. The
// change is made in any case: a customer who freezes does not wait for a ledger.
func (s *Service) stilled(member string, change func() error) error {
	m, err := s.member(member)
	if err != nil {
		return err
	}
	before := s.o.Accounts.Still(m.Customer)
	if err := change(); err != nil {
		return errors.Join(err, before)
	}
	return s.o.Accounts.Still(m.Customer)
}

func (s *Service) iced(member, by string, at time.Time) error {
	contact, kind := "", "frozen"
	if at.IsZero() {
		kind = "unfrozen"
	}
	err := s.o.Store.Update(func(tx Tx) error {
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		contact, m.Frozen = m.Contact, at
		return errors.Join(tx.PutMember(m), tx.AddNotice(Notice{Member: member, Kind: kind, Text: by, At: s.now()}))
	})
	if err != nil {
		return err
	}
	s.letter(contact, kind, "by", by)
	return s.learn()
}

// Notices are what a member should know, newest first.
func (s *Service) Notices(member string) (all []Notice, err error) {
	err = s.o.Store.View(func(tx Tx) error {
		all, err = tx.Notices(member, 50)
		return err
	})
	return all, err
}
