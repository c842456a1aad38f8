package identity

import (
	"errors"
	"time"
)

// SignedIn is what a browser gets: the token as a cookie, and the second secret,
// which it sends in a header.
type SignedIn struct {
	Token  string
	Secret string
	Member string

	strange string // the network, when none of the member's sessions came from there
}

// unknown is checked in place of a password that is not there.
const unknown = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// SignIn takes password and code at once, so that nobody hears which was wrong:
// a list of stolen passwords is no use even for finding out which still hold.
func (s *Service) SignIn(contact, password, code string, from From) (SignedIn, error) {
	contact, err := Contact(contact)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.mayTry(contact, from); err != nil {
		return SignedIn{}, err
	}
	m, err := s.memberBy(contact)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return SignedIn{}, err
	}
	hash := m.Password
	if hash == "" {
		hash = unknown
	}
	right := s.verify(hash, password) // the same work for everybody
	if _, ok := s.step(m.TOTP, code, m.Step); !right || !ok || m.ID == "" {
		return SignedIn{}, errors.Join(ErrWrong, s.wrong(contact, from))
	}
	var out SignedIn
	err = s.o.Store.Update(func(tx Tx) error {
		if m, err = tx.Member(m.ID); err != nil {
			return err
		}
		step, ok := s.step(m.TOTP, code, m.Step) // meanwhile the code may have been used
		if !ok {
			return ErrWrong
		}
		m.Step = step
		if err := errors.Join(tx.PutMember(m), s.right(tx, contact, from)); err != nil {
			return err
		}
		out, err = s.begin(tx, m, from)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	s.welcome(m.Contact, out, from)
	return out, s.o.Accounts.Open(m.Customer)
}

func (s *Service) memberBy(contact string) (m Member, err error) {
	err = s.o.Store.View(func(tx Tx) error {
		m, err = tx.MemberBy(contact)
		return err
	})
	return m, err
}

// welcome tells the member of a session from a network that is new, once it is
// kept.
func (s *Service) welcome(contact string, in SignedIn, from From) {
	if in.strange != "" {
		s.letter(contact, "signin", "from", in.strange, "agent", clip(from.Agent))
	}
}

// begin makes a session of somebody who has just given a second factor.
func (s *Service) begin(tx Tx, m Member, from From) (SignedIn, error) {
	return s.session(tx, m, from, s.now())
}

// beginWeak makes one that has to give it yet.
func (s *Service) beginWeak(tx Tx, m Member, from From) (SignedIn, error) {
	return s.session(tx, m, from, time.Time{})
}

func (s *Service) session(tx Tx, m Member, from From, strong time.Time) (SignedIn, error) {
	now := s.now()
	out := SignedIn{Token: s.random(32), Secret: s.random(32), Member: m.ID}
	row := Session{
		ID: s.random(8), Hash: digest(out.Token), Secret: digest(out.Secret), Member: m.ID,
		Agent: clip(from.Agent), From: network(from.Addr), At: now, Seen: now, Strong: strong,
	}
	others, err := tx.Sessions(m.ID)
	if err != nil {
		return SignedIn{}, err
	}
	known := len(others) == 0
	for _, o := range others {
		known = known || o.From == row.From
	}
	if !known {
		if err := tx.AddNotice(Notice{Member: m.ID, Kind: "signin", Text: row.From, At: now}); err != nil {
			return SignedIn{}, err
		}
		out.strange = row.From
	}
	return out, tx.PutSession(row)
}

// clip is a text of somebody else, short enough to be shown.
func clip(text string) string {
	const longest = 120
	r := []rune(text)
	return string(r[:min(len(r), longest)])
}

// Who is the session of a token and its second secret.
func (s *Service) Who(token, secret string) (Session, Member, error) {
	var row Session
	var m Member
	err := s.o.Store.View(func(tx Tx) (err error) {
		if row, err = tx.Session(digest(token)); err != nil {
			return err
		}
		m, err = tx.Member(row.Member)
		return err
	})
	now := s.now()
	switch {
	case errors.Is(err, ErrNotFound), err == nil && (row.Secret != digest(secret) || now.Sub(row.Seen) > idle || now.Sub(row.At) > sessionLife):
		return Session{}, Member{}, ErrSession
	case err != nil:
		return Session{}, Member{}, err
	}
	if now.Sub(row.Seen) > time.Hour { // often enough, and no write at every look
		row.Seen = now
		err = s.o.Store.Update(func(tx Tx) error { return tx.PutSession(row) })
	}
	return row, m, err
}

// Sessions are those of a member, newest first.
func (s *Service) Sessions(member string) (all []Session, err error) {
	err = s.o.Store.View(func(tx Tx) error {
		all, err = tx.Sessions(member)
		return err
	})
	return all, err
}

// SignOut ends a session of a member by its id.
func (s *Service) SignOut(member, id string) error {
	return s.o.Store.Update(func(tx Tx) error {
		all, err := tx.Sessions(member)
		if err != nil {
			return err
		}
		for _, row := range all {
			if row.ID == id {
				return tx.DropSession(id)
			}
		}
		return ErrNotFound
	})
}

// Prove is a second factor once more, for acts that need one now.
func (s *Service) Prove(row Session, password, code string, from From) error {
	m, err := s.member(row.Member)
	if err != nil {
		return err
	}
	if err := s.mayTry(m.Contact, from); err != nil {
		return err
	}
	if _, ok := s.step(m.TOTP, code, m.Step); !s.verify(m.Password, password) || !ok {
		return errors.Join(ErrWrong, s.wrong(m.Contact, from))
	}
	return s.o.Store.Update(func(tx Tx) error {
		m, err := tx.Member(m.ID)
		if err != nil {
			return err
		}
		step, ok := s.step(m.TOTP, code, m.Step)
		if !ok {
			return ErrWrong
		}
		m.Step, row.Strong = step, s.now()
		return errors.Join(tx.PutMember(m), tx.PutSession(row))
	})
}

func (s *Service) member(id string) (m Member, err error) {
	err = s.o.Store.View(func(tx Tx) error {
		m, err = tx.Member(id)
		return err
	})
	return m, err
}

// Strong is nil when a second factor was given in this session a short time ago,
// and else ErrProve.
func (s *Service) Strong(row Session) error { return s.strong(row) }

func (s *Service) strong(row Session) error {
	if since := s.now().Sub(row.Strong); since > strongFor || since < -strongFor {
		return ErrProve
	}
	return nil
}
