package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/posagent/posagent/offline/oda"
)

// Nonce is what a phone signs next, once, within two minutes.
func (s *Service) Nonce() string {
	return s.once.seal("nonce", []byte(s.random(16)), s.now().Add(nonceLife))
}

// Signed is an act that a phone has signed with its key: proof that it is the
// phone, and not somebody who has its session.
type Signed struct {
	Phone     string // its id
	Nonce     string
	Signature []byte // 64 bytes: of Ed25519, or r and the lower s of ECDSA on P-256 over SHA-256
}

// Text is what the phone signs: the act, what it is about, and the nonce.
func (g Signed) Text(act, about string) []byte {
	return []byte("posagent phone 1\n" + act + "\n" + about + "\n" + g.Nonce)
}

// check verifies the signature with a key, and spends the nonce.
func (s *Service) check(g Signed, act, about string, alg oda.Algorithm, key []byte) error {
	if _, ours := s.once.open("nonce", g.Nonce, s.now()); !ours || oda.CheckSignature(alg, key, g.Text(act, about), g.Signature) != nil || !s.once.spend(g.Nonce, s.now()) {
		return ErrWrong
	}
	return nil
}

// PhoneID is the id of a phone by its key.
func PhoneID(key []byte) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:])
}

// AddPhone takes a phone in, which proves that it has its key. The first one of
// a member pays at once; every other waits, and all that is known of the member
// is told.
func (s *Service) AddPhone(row Session, alg oda.Algorithm, key []byte, label string, g Signed) (Phone, error) {
	if err := s.strong(row); err != nil {
		return Phone{}, err
	}
	if err := s.check(g, "add", label, alg, key); err != nil {
		return Phone{}, err
	}
	p := Phone{ID: PhoneID(key), Member: row.Member, Key: key, Algorithm: alg, Label: clip(label), State: PhoneWaiting, At: s.now()}
	contact := ""
	err := s.o.Store.Update(func(tx Tx) error {
		contact = ""
		old, err := tx.Phone(p.ID)
		switch {
		case err == nil && (old.Member != row.Member || old.State == PhoneEnded):
			return fmt.Errorf("%w: this key was a phone before: make a new one", ErrInvalid)
		case err == nil:
			p = old
			return nil
		case !errors.Is(err, ErrNotFound):
			return err
		}
		m, err := tx.Member(row.Member)
		if err != nil {
			return err
		}
		if !m.HadPhone {
			p.State, m.HadPhone = PhoneActive, true
			return errors.Join(tx.PutMember(m), tx.PutPhone(p))
		}
		if err := s.waitsAlone(tx, m.ID); err != nil {
			return err
		}
		contact = m.Contact
		return errors.Join(tx.PutPhone(p), tx.AddNotice(Notice{Member: m.ID, Kind: "phone", Text: p.Label, At: p.At}))
	})
	if err == nil && contact != "" {
		s.letter(contact, "phone", "label", p.Label)
	}
	return p, err
}

// waitsAlone ends what waited before: of several one could be agreed to by
// mistake.
func (s *Service) waitsAlone(tx Tx, member string) error {
	phones, err := tx.Phones(member)
	if err != nil {
		return err
	}
	for _, p := range phones {
		if p.State == PhoneWaiting {
			p.State = PhoneEnded
			if err := tx.PutPhone(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// Phones are those of a member, oldest first.
func (s *Service) Phones(member string) (all []Phone, err error) {
	err = s.o.Store.View(func(tx Tx) error {
		all, err = tx.Phones(member)
		return err
	})
	return all, err
}

// Agree is the word of the phone that pays about one that waits: yes lets it
// take its place, and pay little for three days.
func (s *Service) Agree(row Session, waiting string, yes bool, g Signed) error {
	mine, err := s.paying(row.Member, g.Phone)
	if err != nil {
		return err
	}
	act := "refuse"
	if yes {
		act = "agree"
	}
	if err := s.check(g, act, waiting, mine.Algorithm, mine.Key); err != nil {
		return err
	}
	if !yes {
		return s.settlePhone(row.Member, waiting, false, "phone")
	}
	return s.stilled(row.Member, func() error { return s.settlePhone(row.Member, waiting, true, "phone") })
}

// Proved is the word of a person of the wallet who has seen who the member is.
// by is who; it is told and kept.
func (s *Service) Proved(member, waiting, by string) error {
	return s.stilled(member, func() error { return s.settlePhone(member, waiting, true, by) })
}

func (s *Service) settlePhone(member, waiting string, yes bool, by string) error {
	contact, label := "", ""
	err := s.o.Store.Update(func(tx Tx) error {
		p, err := tx.Phone(waiting)
		if errors.Is(err, ErrNotFound) || err == nil && (p.Member != member || p.State != PhoneWaiting) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		contact, label = m.Contact, p.Label
		if !yes {
			p.State = PhoneEnded
			return errors.Join(tx.PutPhone(p), tx.AddNotice(Notice{Member: member, Kind: "phone-refused", Text: p.Label, At: s.now()}))
		}
		if err := s.endPaying(tx, member); err != nil {
			return err
		}
		p.State, p.Cool = PhoneActive, s.now().Add(CoolFor)
		m.HadPhone = true
		return errors.Join(tx.PutPhone(p), tx.PutMember(m), tx.AddNotice(Notice{Member: member, Kind: "phone-active", Text: p.Label + " (" + by + ")", At: s.now()}))
	})
	if err != nil {
		return err
	}
	if yes {
		s.letter(contact, "phone-active", "label", label)
	}
	return s.learn()
}

func (s *Service) endPaying(tx Tx, member string) error {
	phones, err := tx.Phones(member)
	if err != nil {
		return err
	}
	for _, p := range phones {
		if p.State == PhoneActive {
			p.State = PhoneEnded
			if err := tx.PutPhone(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// EndPhone is a member who has lost one, or does not want it any more.
func (s *Service) EndPhone(row Session, id string) error {
	if err := s.strong(row); err != nil {
		return err // who has but a session could leave a member without a phone
	}
	if _, err := s.paying(row.Member, id); errors.Is(err, ErrNoPhone) {
		return s.endPhone(row, id) // one that does not pay has nothing to deny
	}
	return s.stilled(row.Member, func() error { return s.endPhone(row, id) })
}

func (s *Service) endPhone(row Session, id string) error {
	contact, label := "", ""
	err := s.o.Store.Update(func(tx Tx) error {
		p, err := tx.Phone(id)
		if errors.Is(err, ErrNotFound) || err == nil && p.Member != row.Member {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		m, err := tx.Member(row.Member)
		if err != nil {
			return err
		}
		contact, label = m.Contact, p.Label
		p.State = PhoneEnded
		return errors.Join(tx.PutPhone(p), tx.AddNotice(Notice{Member: row.Member, Kind: "phone-ended", Text: p.Label, At: s.now()}))
	})
	if err != nil {
		return err
	}
	s.letter(contact, "phone-ended", "label", label)
	return s.learn()
}

// paying is the phone of a member when it is the one that pays.
func (s *Service) paying(member, id string) (Phone, error) {
	phones, err := s.Phones(member)
	if err != nil {
		return Phone{}, err
	}
	i := slices.IndexFunc(phones, func(p Phone) bool { return p.ID == id && p.State == PhoneActive })
	if i < 0 {
		return Phone{}, ErrNoPhone
	}
	return phones[i], nil
}

// Acts is an act of the phone that pays, such as making a payment code, or the
// yes to a payment: it is the phone of this member, it has signed, and payments
// are not frozen. It gives the member and the phone.
func (s *Service) Acts(row Session, act, about string, g Signed) (Member, Phone, error) {
	m, err := s.member(row.Member)
	if err != nil {
		return Member{}, Phone{}, err
	}
	p, err := s.paying(m.ID, g.Phone)
	if err != nil {
		return Member{}, Phone{}, err
	}
	if err := s.check(g, act, about, p.Algorithm, p.Key); err != nil {
		return Member{}, Phone{}, err
	}
	if !m.Frozen.IsZero() {
		return Member{}, Phone{}, ErrFrozen
	}
	return m, p, nil
}
