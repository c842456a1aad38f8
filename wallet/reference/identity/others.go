package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Other is somebody else's service that says who somebody is, as by OpenID
// Connect. It judges what comes back; a subject is one of that service for ever.
type Other interface {
	Begin(ctx context.Context, state, nonce, verifier string) (url string, err error)
	Finish(ctx context.Context, code, nonce, verifier string) (subject string, err error)
}

// Link is that a subject of another service is a member.
type Link struct {
	Other   string // the service's short name
	Subject string
	Member  string
	At      time.Time
}

// visit is a way to another service and back, as the browser keeps it: what comes
// back with somebody else's browser is nobody's.
type visit struct {
	Other    string `json:"other"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Member   string `json:"member,omitempty"` // who links; empty for a sign-in
}

// visitLife is how long somebody may take at the other service.
const visitLife = 10 * time.Minute

// BeginOther sends a browser to another service: to sign in, or with a session to
// link what it is called there, which wants a second factor now.
func (s *Service) BeginOther(ctx context.Context, name string, row *Session) (sealed, url string, err error) {
	other := s.o.Others[name]
	if other == nil {
		return "", "", fmt.Errorf("%w: nobody signs in by %q here", ErrInvalid, name)
	}
	v := visit{Other: name, Nonce: s.random(32), Verifier: s.random(32)}
	if row != nil {
		if err := s.strong(*row); err != nil {
			return "", "", err
		}
		v.Member = row.Member
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", "", err
	}
	sealed = s.once.seal("other", text, s.now().Add(visitLife))
	url, err = other.Begin(ctx, digest(sealed), v.Nonce, v.Verifier)
	return sealed, url, err
}

// comesBack is a visit that ended, and who the other service says it was. Whatever
// does not fit is ErrWrong.
func (s *Service) comesBack(ctx context.Context, sealed, state, code string, from From) (v visit, subject string, err error) {
	if err := s.mayTry("other "+digest(sealed), from); err != nil { // by address and network: one who fails slows nobody else down
		return v, "", err
	}
	text, ours := s.once.open("other", sealed, s.now())
	if !ours || json.Unmarshal(text, &v) != nil || s.o.Others[v.Other] == nil {
		return v, "", ErrSession
	}
	if state != digest(sealed) || !s.once.spend(sealed, s.now()) {
		return v, "", errors.Join(ErrWrong, s.wrong("other "+digest(sealed), from))
	}
	subject, err = s.o.Others[v.Other].Finish(ctx, code, v.Nonce, v.Verifier)
	if err != nil || subject == "" {
		s.o.Log.Warn("a sign-in by another service was refused", "other", v.Other, "error", err)
		return v, "", errors.Join(ErrWrong, s.wrong("other "+digest(sealed), from))
	}
	return v, subject, nil
}

// FinishOther signs in who comes back. Such a session looks and freezes: all that
// wants a second factor wants one of this wallet, which the other service cannot
// give. Who is linked to nobody is ErrWrong, as anything else is.
func (s *Service) FinishOther(ctx context.Context, sealed, state, code string, from From) (SignedIn, error) {
	v, subject, err := s.comesBack(ctx, sealed, state, code, from)
	if err != nil {
		return SignedIn{}, err
	}
	if v.Member != "" {
		return SignedIn{}, ErrSession
	}
	var out SignedIn
	contact := ""
	err = s.o.Store.Update(func(tx Tx) error {
		link, err := tx.Link(v.Other, subject)
		if err != nil {
			return err
		}
		m, err := tx.Member(link.Member)
		if err != nil {
			return err
		}
		contact = m.Contact
		out, err = s.beginWeak(tx, m, from)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return SignedIn{}, errors.Join(ErrWrong, s.wrong("other "+digest(sealed), from))
	}
	if err == nil {
		s.welcome(contact, out, from)
	}
	return out, err
}

// LinkOther links who comes back to the member who went: it is the same session,
// and its second factor still holds.
func (s *Service) LinkOther(ctx context.Context, row Session, sealed, state, code string, from From) error {
	if err := s.strong(row); err != nil {
		return err
	}
	v, subject, err := s.comesBack(ctx, sealed, state, code, from)
	if err != nil {
		return err
	}
	if v.Member != row.Member {
		return ErrSession
	}
	contact := ""
	err = s.o.Store.Update(func(tx Tx) error {
		m, err := tx.Member(row.Member)
		if err != nil {
			return err
		}
		contact = m.Contact
		old, err := tx.Link(v.Other, subject)
		switch {
		case err == nil && old.Member == m.ID:
			return nil
		case err == nil:
			return ErrWrong // it is somebody else here, of whom nothing is said
		case !errors.Is(err, ErrNotFound):
			return err
		}
		return errors.Join(
			tx.DropLinks(m.ID, v.Other), // what the member was there before
			tx.PutLink(Link{Other: v.Other, Subject: subject, Member: m.ID, At: s.now()}),
			tx.AddNotice(Notice{Member: m.ID, Kind: "linked", Text: v.Other, At: s.now()}))
	})
	if err == nil {
		s.letter(contact, "linked", "other", v.Other)
	}
	return err
}

// OtherNames are the services by which somebody may sign in.
func (s *Service) OtherNames() []string {
	return append([]string{}, slices.Sorted(maps.Keys(s.o.Others))...)
}

// Links are what a member is linked to.
func (s *Service) Links(member string) (all []Link, err error) {
	err = s.o.Store.View(func(tx Tx) error {
		all, err = tx.Links(member)
		return err
	})
	return all, err
}

// Unlink ends what a member is at another service.
func (s *Service) Unlink(member, other string) error {
	return s.o.Store.Update(func(tx Tx) error { return tx.DropLinks(member, other) })
}
