package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// rite is a ceremony of a passkey that was begun.
type rite struct {
	data   webauthn.SessionData
	ticket string // digest, for an enrolment
}

// owner is a member as the library sees one.
type owner struct {
	id   string
	name string
	keys []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return []byte(o.id) }
func (o owner) WebAuthnName() string                       { return o.name }
func (o owner) WebAuthnDisplayName() string                { return o.name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// keep remembers a rite under a name that the browser gives back.
func (s *Service) keep(r rite) string {
	name := s.random(16)
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, old := range s.rites {
		if s.now().After(old.data.Expires) {
			delete(s.rites, other)
		}
	}
	s.rites[name] = r
	return name
}

// take gives a rite, once.
func (s *Service) take(name string) (rite, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, known := s.rites[name]
	delete(s.rites, name)
	if !known || s.now().After(r.data.Expires) {
		return rite{}, ErrSession
	}
	return r, nil
}

// BeginPasskey has an authenticator make a passkey for a ticket. Of a new member
// nothing is kept before it has come.
func (s *Service) BeginPasskey(ticket string) (rite_ string, options *protocol.CredentialCreation, err error) {
	t, err := s.ticket(ticket)
	if err != nil {
		return "", nil, err
	}
	if s.o.WebAuthn == nil {
		return "", nil, fmt.Errorf("%w: this wallet has no passkeys", ErrInvalid)
	}
	id := t.Member
	if id == "" {
		id = s.random(16)
	}
	options, data, err := s.o.WebAuthn.BeginRegistration(owner{id: id, name: t.Contact},
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}))
	if err != nil {
		return "", nil, fmt.Errorf("begin a passkey: %w", err)
	}
	data.Expires = s.now().Add(nonceLife)
	return s.keep(rite{data: *data, ticket: t.Hash}), options, nil
}

// FinishPasskey takes the new passkey in, and signs its owner in.
func (s *Service) FinishPasskey(name, ticket string, r *http.Request, from From) (SignedIn, error) {
	t, err := s.ticket(ticket)
	if err != nil {
		return SignedIn{}, err
	}
	begun, err := s.take(name)
	if err != nil || begun.ticket != t.Hash {
		return SignedIn{}, ErrSession
	}
	who := owner{id: string(begun.data.UserID), name: t.Contact}
	made, err := s.o.WebAuthn.FinishRegistration(who, begun.data, r)
	if err != nil {
		return SignedIn{}, errors.Join(ErrWrong, s.wrong("ticket"+t.Hash, from))
	}
	return s.enter(t, from, func(tx Tx, m *Member) error {
		if t.Member == "" {
			m.ID = who.id
		}
		return s.putPasskey(tx, m.ID, *made)
	})
}

func (s *Service) putPasskey(tx Tx, member string, c webauthn.Credential) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.PutPasskey(Passkey{ID: c.ID, Member: member, Data: data, At: s.now()})
}

// BeginSignIn asks for any passkey of this wallet: who it is comes with it, so
// that nobody is named before.
func (s *Service) BeginSignIn() (name string, options *protocol.CredentialAssertion, err error) {
	if s.o.WebAuthn == nil {
		return "", nil, fmt.Errorf("%w: this wallet has no passkeys", ErrInvalid)
	}
	options, data, err := s.o.WebAuthn.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, fmt.Errorf("begin a sign-in: %w", err)
	}
	data.Expires = s.now().Add(nonceLife)
	return s.keep(rite{data: *data}), options, nil
}

// FinishSignIn signs in by passkey. With a session, it proves once more who has
// it and makes no other.
func (s *Service) FinishSignIn(name string, r *http.Request, from From, proving *Session) (SignedIn, error) {
	begun, err := s.take(name)
	if err != nil {
		return SignedIn{}, err
	}
	if begun.ticket != "" {
		return SignedIn{}, ErrSession
	}
	member := ""
	used, err := s.o.WebAuthn.FinishDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		member = string(handle)
		return s.owner(member)
	}, begun.data, r)
	if err != nil || used.Authenticator.CloneWarning {
		return SignedIn{}, errors.Join(ErrWrong, s.wrong("passkey", from))
	}
	if proving != nil && proving.Member != member {
		return SignedIn{}, ErrWrong
	}
	var out SignedIn
	err = s.o.Store.Update(func(tx Tx) error {
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		if err := s.putPasskey(tx, member, *used); err != nil { // with its counter
			return err
		}
		if proving != nil {
			again := *proving
			again.Strong = s.now()
			return tx.PutSession(again)
		}
		out, err = s.begin(tx, m, from)
		return err
	})
	return out, err
}

// owner is a member with the passkeys.
func (s *Service) owner(member string) (webauthn.User, error) {
	o := owner{id: member}
	err := s.o.Store.View(func(tx Tx) error {
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		o.name = m.Contact
		rows, err := tx.Passkeys(member)
		for _, row := range rows {
			var c webauthn.Credential
			if err := json.Unmarshal(row.Data, &c); err != nil {
				return err
			}
			o.keys = append(o.keys, c)
		}
		return err
	})
	return o, err
}
