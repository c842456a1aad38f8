package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/pquerna/otp/totp"
)

// SignUp sends a code to a contact that is to become a member's. Whoever asks
// for somebody else's is answered the same: the member is told by a letter.
func (s *Service) SignUp(contact string, from From) error {
	contact, err := Contact(contact)
	if err != nil {
		return err
	}
	if s.o.Stopped != nil && s.o.Stopped() {
		return ErrStopped
	}
	return s.prove(contact, ProofSignUp, from)
}

// prove sends a code, or tells a member what somebody wanted; the same rows are
// written in both cases. So often for one contact that nobody is flooded.
func (s *Service) prove(contact string, kind ProofKind, from From) error {
	if err := s.mayTry(string(kind)+contact, from); err != nil {
		return err
	}
	if err := s.wrong(string(kind)+contact, from); err != nil { // each letter is a try
		return err
	}
	n, err := rand.Int(s.o.Random, big.NewInt(100_000_000))
	if err != nil {
		return err
	}
	code := fmt.Sprintf("%08d", n)
	known, dud := false, false
	err = s.o.Store.Update(func(tx Tx) error {
		_, err := tx.MemberBy(contact)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		known = err == nil
		dud = known == (kind != ProofReset)
		p := Proof{Contact: contact, Kind: kind, Code: digest(contact + code), Left: proofTries, Until: s.now().Add(proofLife)}
		if dud { // nobody's code: it proves nothing
			p.Code = digest(s.random(32))
		}
		return tx.PutProof(p)
	})
	switch {
	case err != nil:
		return err
	case !dud:
		s.letter(contact, "code", "code", code, "for", string(kind))
	case known:
		s.letter(contact, "member")
	default:
		s.letter(contact, "stranger")
	}
	return nil
}

// Verify is the code that was sent. It gives a ticket to enrol a second factor
// with, and nothing else: who has it is not signed in.
func (s *Service) Verify(contact, code string, kind ProofKind, from From) (ticket string, err error) {
	if contact, err = Contact(contact); err != nil {
		return "", err
	}
	if kind != ProofSignUp && kind != ProofReset {
		return "", ErrInvalid
	}
	ok := false
	err = s.o.Store.Update(func(tx Tx) error {
		ok = false
		member, err := s.spendProof(tx, contact, code, kind)
		if err != nil || member == nil {
			return err
		}
		ok, ticket = true, s.random(32)
		t := Ticket{Hash: digest(ticket), Contact: contact, Until: s.now().Add(ticketLife), Member: *member}
		return tx.PutTicket(t)
	})
	if err == nil && !ok {
		err = errors.Join(ErrWrong, s.wrong(contact, from))
	}
	return ticket, err
}

// spendProof is the member of a right code (empty for a sign-up), and nil for a
// wrong one, which costs a try.
func (s *Service) spendProof(tx Tx, contact, code string, kind ProofKind) (*string, error) {
	p, err := tx.Proof(contact, kind)
	if errors.Is(err, ErrNotFound) || err == nil && (s.now().After(p.Until) || p.Left <= 0) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(p.Code), []byte(digest(contact+code))) != 1 {
		p.Left--
		return nil, tx.PutProof(p)
	}
	if err := tx.DropProof(contact, kind); err != nil {
		return nil, err
	}
	member := ""
	if kind == ProofReset {
		m, err := tx.MemberBy(contact)
		if err != nil {
			return nil, err
		}
		member = m.ID
	}
	return &member, nil
}

// Enrolment is a second factor that waits for its first code.
type Enrolment struct {
	Secret string // base32
	URL    string // otpauth://, for a QR code
}

// Password takes a password for a ticket, and begins the second factor that
// goes with it: without one, it opens nothing.
func (s *Service) Password(ticket, password string) (Enrolment, error) {
	t, err := s.ticket(ticket)
	if err != nil {
		return Enrolment{}, err
	}
	if err := s.checkPassword(password, t.Contact); err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.o.Name, AccountName: t.Contact, Rand: s.o.Random})
	if err != nil {
		return Enrolment{}, fmt.Errorf("make a second factor: %w", err)
	}
	t.Password, t.TOTP = s.hash(password), key.Secret()
	err = s.o.Store.Update(func(tx Tx) error {
		if _, err := tx.Ticket(t.Hash); err != nil { // meanwhile used up
			return ErrSession
		}
		return tx.PutTicket(t)
	})
	return Enrolment{Secret: key.Secret(), URL: key.URL()}, err
}

func (s *Service) ticket(ticket string) (t Ticket, err error) {
	err = s.o.Store.View(func(tx Tx) error {
		t, err = tx.Ticket(digest(ticket))
		return err
	})
	if errors.Is(err, ErrNotFound) || err == nil && s.now().After(t.Until) {
		return Ticket{}, ErrSession
	}
	return t, err
}

// Confirm is the first code of the second factor. It makes the member, or gives
// one who has lost all a new way in, and signs in.
func (s *Service) Confirm(ticket, code string, from From) (SignedIn, error) {
	t, err := s.ticket(ticket)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.mayTry("ticket"+t.Hash, from); err != nil {
		return SignedIn{}, err
	}
	step, ok := s.step(t.TOTP, code, 0)
	if t.TOTP == "" || !ok {
		return SignedIn{}, errors.Join(ErrWrong, s.wrong("ticket"+t.Hash, from))
	}
	return s.enter(t, from, func(m *Member) { m.Password, m.TOTP, m.Step = t.Password, t.TOTP, step }, nil)
}

// enter makes a member of a ticket, or resets the one that it is of, with the
// credentials that with puts there, and rows of them that rest adds.
func (s *Service) enter(t Ticket, from From, with func(*Member), rest func(Tx, Member) error) (out SignedIn, err error) {
	if t.Member == "" {
		return s.entered(t, from, with, rest)
	}
	err = s.stilled(t.Member, func() error {
		out, err = s.entered(t, from, with, rest)
		return err
	})
	return out, err
}

func (s *Service) entered(t Ticket, from From, with func(*Member), rest func(Tx, Member) error) (SignedIn, error) {
	var out SignedIn
	var letters []func()
	customer := ""
	err := s.o.Store.Update(func(tx Tx) error {
		letters = nil
		if _, err := tx.Ticket(t.Hash); err != nil {
			return ErrSession
		}
		if err := tx.DropTicket(t.Hash); err != nil {
			return err
		}
		m, err := s.memberOf(tx, t)
		if err != nil {
			return err
		}
		if t.Member != "" {
			if letters, err = s.reset(tx, &m); err != nil {
				return err
			}
		}
		with(&m)
		if err := tx.PutMember(m); err != nil {
			return err
		}
		if rest != nil {
			if err := rest(tx, m); err != nil {
				return err
			}
		}
		customer = m.Customer
		out, err = s.begin(tx, m, from)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	for _, send := range letters {
		send()
	}
	if t.Member != "" {
		if err := s.learn(); err != nil {
			return SignedIn{}, err
		}
	}
	// After the member: an account of nobody would be worse than a member whose
	// account is opened at the next sign-in.
	return out, s.o.Accounts.Open(customer)
}

func (s *Service) memberOf(tx Tx, t Ticket) (Member, error) {
	if t.Member != "" {
		return tx.Member(t.Member)
	}
	if _, err := tx.MemberBy(t.Contact); err == nil { // another ticket was quicker
		return Member{}, ErrSession
	} else if !errors.Is(err, ErrNotFound) {
		return Member{}, err
	}
	return Member{ID: s.random(16), Customer: s.newCustomer(), Contact: t.Contact, CreatedAt: s.now()}, nil
}

// step is the step of a code of TOTP that is later than the last used one, at
// most one beside the clock's.
func (s *Service) step(secret, code string, after int64) (int64, bool) {
	const period = 30
	now := s.now().Unix() / period
	for _, at := range []int64{now, now - 1, now + 1} {
		want, err := totp.GenerateCode(secret, time.Unix(at*period, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && at > after {
			return at, true
		}
	}
	return 0, false
}
