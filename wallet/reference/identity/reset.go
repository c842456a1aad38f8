package identity

import (
	"errors"
	"fmt"
	"time"
)

// Forgot sends a code to the contact of a member who has lost the way in. It
// goes to what was verified and nowhere else: no request can name another
// address, and nothing that others know (a birthday, a number) is asked for.
func (s *Service) Forgot(contact string, from From) error {
	contact, err := Contact(contact)
	if err != nil {
		return err
	}
	return s.prove(contact, ProofReset, from)
}

// reset takes all credentials, sessions and phones from a member, stops
// top-ups for a day, and tells all that is known of the member. The money stays.
// A new phone then waits for a person of the wallet: whoever reads the letters of
// somebody else has no other phone that could agree.
func (s *Service) reset(tx Tx, m *Member) (letters []func(), err error) {
	m.Password, m.TOTP, m.Step = "", "", 0
	m.NoTopUp = s.now().Add(TopUpStop)
	sessions, err := tx.Sessions(m.ID)
	if err != nil {
		return nil, err
	}
	for _, row := range sessions {
		if err := tx.DropSession(row.ID); err != nil {
			return nil, err
		}
	}
	phones, err := tx.Phones(m.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range phones {
		if p.State != PhoneEnded {
			p.State = PhoneEnded
			if err := tx.PutPhone(p); err != nil {
				return nil, err
			}
		}
	}
	contact := m.Contact
	letters = append(letters, func() { s.letter(contact, "reset") })
	return letters, errors.Join(tx.DropPasskeys(m.ID), tx.DropLinks(m.ID, ""), tx.AddNotice(Notice{Member: m.ID, Kind: "reset", At: s.now()}))
}

// moveDelay is how long the old contact has to stop a move to another.
const moveDelay = 72 * time.Hour

// Move begins the change of a member's contact: a code goes to the new one, and
// the old one is told at once and may stop it for three days.
func (s *Service) Move(row Session, contact string, from From) error {
	if err := s.strong(row); err != nil {
		return err
	}
	contact, err := Contact(contact)
	if err != nil {
		return err
	}
	m, err := s.member(row.Member)
	if err != nil {
		return err
	}
	s.letter(m.Contact, "move", "to", mask(contact))
	return s.prove(contact, ProofMove, from)
}

// Moved is the code from the new contact. The old one stays the member's until
// the time to stop it is over.
func (s *Service) Moved(row Session, contact, code string, from From) error {
	if err := s.strong(row); err != nil {
		return err
	}
	contact, err := Contact(contact)
	if err != nil {
		return err
	}
	ok := false
	err = s.o.Store.Update(func(tx Tx) error {
		ok = false
		found, err := s.spendProof(tx, contact, code, ProofMove)
		if err != nil || found == nil {
			return err
		}
		m, err := tx.Member(row.Member)
		if err != nil {
			return err
		}
		ok, m.NewTo, m.NewAt = true, contact, s.now().Add(moveDelay)
		return errors.Join(tx.PutMember(m), tx.AddNotice(Notice{Member: m.ID, Kind: "move", Text: mask(contact), At: s.now()}))
	})
	if err == nil && !ok {
		err = errors.Join(ErrWrong, s.wrong(contact, from))
	}
	return err
}

// StopMove keeps the contact that is there.
func (s *Service) StopMove(row Session) error {
	return s.o.Store.Update(func(tx Tx) error {
		m, err := tx.Member(row.Member)
		if err != nil {
			return err
		}
		m.NewTo, m.NewAt = "", time.Time{}
		return tx.PutMember(m)
	})
}

// Tidy is what time brings: contacts move, and what has run out goes. It is
// called now and then.
func (s *Service) Tidy() error {
	now := s.now()
	return s.o.Store.Update(func(tx Tx) error {
		moving, err := tx.Moving(now)
		if err != nil {
			return err
		}
		for _, m := range moving {
			if _, err := tx.MemberBy(m.NewTo); errors.Is(err, ErrNotFound) {
				m.Contact = m.NewTo
			} else if err != nil {
				return err
			} // else it has become somebody else's
			m.NewTo, m.NewAt = "", time.Time{}
			if err := tx.PutMember(m); err != nil {
				return err
			}
		}
		return tx.Sweep(now)
	})
}

// mask is enough of a contact for its owner.
func mask(contact string) string {
	r := []rune(contact)
	if len(r) < 6 {
		return "…"
	}
	return fmt.Sprintf("%s…%s", string(r[:2]), string(r[len(r)-4:]))
}
