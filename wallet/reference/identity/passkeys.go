package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// rite is a ceremony of a passkey that was begun, as the browser keeps it.
type rite struct {
	Data   webauthn.SessionData `json:"data"`
	Ticket string               `json:"ticket,omitempty"` // digest, for an enrolment
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

// keep gives a rite to the browser, sealed.
func (s *Service) keep(r rite) (string, error) {
	r.Data.Expires = time.Time{} // the library would ask another clock
	text, err := json.Marshal(r)
	return s.once.seal("rite", text, s.now().Add(nonceLife)), err
}

// take reads a rite that comes back.
func (s *Service) take(sealed string) (r rite, err error) {
	text, ours := s.once.open("rite", sealed, s.now())
	if !ours || json.Unmarshal(text, &r) != nil {
		return rite{}, ErrSession
	}
	return r, nil
}

// BeginPasskey has an authenticator make a passkey for a ticket. Of a new member
// nothing is kept before it has come.
func (s *Service) BeginPasskey(ticket string) (sealed string, options *protocol.CredentialCreation, err error) {
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
	sealed, err = s.keep(rite{Data: *data, Ticket: t.Hash})
	return sealed, options, err
}

// FinishPasskey takes the new passkey in, and signs its owner in.
func (s *Service) FinishPasskey(sealed, ticket string, r *http.Request, from From) (SignedIn, error) {
	t, err := s.ticket(ticket)
	if err != nil {
		return SignedIn{}, err
	}
	begun, err := s.take(sealed)
	if err != nil || begun.Ticket != t.Hash {
		return SignedIn{}, ErrSession
	}
	who := owner{id: string(begun.Data.UserID), name: t.Contact}
	made, err := s.o.WebAuthn.FinishRegistration(who, begun.Data, r)
	if err != nil {
		s.o.Log.Warn("a new passkey was refused", "error", why(err))
		return SignedIn{}, errors.Join(ErrWrong, s.wrong("ticket"+t.Hash, from))
	}
	if !s.once.spend(sealed, s.now()) {
		return SignedIn{}, ErrSession
	}
	return s.enter(t, from, func(m *Member) { m.ID = who.id }, func(tx Tx, m Member) error { return s.putPasskey(tx, m.ID, *made) })
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
func (s *Service) BeginSignIn() (sealed string, options *protocol.CredentialAssertion, err error) {
	if s.o.WebAuthn == nil {
		return "", nil, fmt.Errorf("%w: this wallet has no passkeys", ErrInvalid)
	}
	options, data, err := s.o.WebAuthn.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, fmt.Errorf("begin a sign-in: %w", err)
	}
	sealed, err = s.keep(rite{Data: *data})
	return sealed, options, err
}

// FinishSignIn signs in by passkey. With a session, it proves once more who has
// it and makes no other.
func (s *Service) FinishSignIn(sealed string, r *http.Request, from From, proving *Session) (SignedIn, error) {
	begun, err := s.take(sealed)
	if err != nil {
		return SignedIn{}, err
	}
	if begun.Ticket != "" {
		return SignedIn{}, ErrSession
	}
	member := ""
	used, err := s.o.WebAuthn.FinishDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		member = string(handle)
		return s.owner(member)
	}, begun.Data, r)
	if err != nil || used.Authenticator.CloneWarning {
		s.o.Log.Warn("a passkey was refused", "member", member, "cloned", err == nil, "error", why(err))
		return SignedIn{}, errors.Join(ErrWrong, s.wrong("passkey", from))
	}
	if proving != nil && proving.Member != member {
		return SignedIn{}, ErrWrong
	}
	if !s.once.spend(sealed, s.now()) {
		return SignedIn{}, ErrSession
	}
	var out SignedIn
	contact := ""
	err = s.o.Store.Update(func(tx Tx) error {
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		contact = m.Contact
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
	if err == nil {
		s.welcome(contact, out, from)
	}
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

// why is what the library says to the people of the wallet.
func why(err error) string {
	var p *protocol.Error
	if errors.As(err, &p) {
		return p.Error() + ": " + p.DevInfo
	}
	return fmt.Sprint(err)
}
