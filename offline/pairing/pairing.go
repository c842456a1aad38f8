// Package pairing remembers which programs on other machines may call this
// register, and proves them: a small authority of the register's own, a client
// certificate for each, and a list of who has one, in files beside the books.
// It listens nowhere, and it knows no call that anybody may make.
//
// Invariant: a certificate opens the door only while it is in the list, not
// revoked and not run out, whoever signed it; and no key of a client is kept.
package pairing

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

// What a pairing may fail with.
var (
	ErrTaken   = errors.New("a pairing of this name is in use: revoke it first")
	ErrUnknown = errors.New("no pairing in use has this name")
	ErrMany    = errors.New("too many pairings are in use: revoke those that nobody needs")
	ErrName    = errors.New("a name is 1 to 32 of 0-9, A-Z, a-z, _ and -")
	ErrLife    = errors.New("a pairing lasts from a day to 825 days")
)

const (
	most     = 100
	maxLife  = 825 * 24 * time.Hour
	listFile = "pairings.json"
	maxKept  = 1000 // in the list, with those that are over
)

// Pairing is a program on another machine.
type Pairing struct {
	Name        string    `json:"name"`
	Scopes      []string  `json:"scopes"`
	Fingerprint string    `json:"fingerprint"` // SHA-256 of the certificate, lower-case hex
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires"`
	By          string    `json:"by"`
	Revoked     time.Time `json:"revoked,omitzero"`
}

// Stands tells whether it opens the door at that moment.
func (p Pairing) Stands(at time.Time) bool { return p.Revoked.IsZero() && at.Before(p.Expires) }

// Pairings are all of one register.
type Pairings struct {
	dir    string
	holder string // what the authority is called
	now    func() time.Time

	mu   sync.Mutex
	list []Pairing
	over map[string]chan struct{} // closed at the revocation, by fingerprint
	ca   *authority               // nil: nobody was paired yet
}

// Open reads what there is in a folder, which need not exist. holder names the
// register, such as S0001-T01. It makes nothing.
func Open(dir, holder string, now func() time.Time) (*Pairings, error) {
	p := &Pairings{dir: dir, holder: holder, now: now, over: map[string]chan struct{}{}}
	data, err := os.ReadFile(p.at(listFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return nil, fmt.Errorf("read who was paired: %w", err)
	}
	if err := json.Unmarshal(data, &p.list); err != nil {
		return nil, fmt.Errorf("%s is broken: %w; put it back from a copy, or remove the folder and pair anew", p.at(listFile), err)
	}
	p.ca, err = readAuthority(p.at(certFile), p.at(keyFile))
	return p, err
}

func (p *Pairings) at(name string) string { return filepath.Join(p.dir, name) }

// List is everybody, the oldest first, with those that are over.
func (p *Pairings) List() []Pairing {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.list)
}

// New pairs a program. bundle is its certificate, its key and the authority's
// certificate in PEM; the key is nowhere else. The first one makes the
// authority.
func (p *Pairings) New(name string, scopes []string, life time.Duration, by string) (made Pairing, bundle []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	standing := 0
	for _, old := range p.list {
		if old.Stands(now) {
			standing++
			if old.Name == name {
				return made, nil, ErrTaken
			}
		}
	}
	switch {
	case !plain(name):
		return made, nil, ErrName
	case life < 24*time.Hour || life > maxLife:
		return made, nil, ErrLife
	case standing >= most:
		return made, nil, ErrMany
	}
	if p.ca == nil {
		if p.ca, err = p.newAuthority(); err != nil {
			return made, nil, err
		}
	}
	cert, key, err := p.ca.client(name, now, life)
	if err != nil {
		return made, nil, err
	}
	made = Pairing{Name: name, Scopes: slices.Clone(scopes), Fingerprint: Fingerprint(cert), Created: now, Expires: cert.NotAfter, By: by}
	next := append(slices.Clone(p.list), made)
	if err := p.save(next[max(0, len(next)-maxKept):]); err != nil {
		return made, nil, err
	}
	return made, slices.Concat(pemOf("CERTIFICATE", cert.Raw), key, pemOf("CERTIFICATE", p.ca.cert.Raw)), nil
}

// Revoke ends a pairing at once.
func (p *Pairings) Revoke(name string) (Pairing, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	i := slices.IndexFunc(p.list, func(old Pairing) bool { return old.Name == name && old.Stands(now) })
	if i < 0 {
		return Pairing{}, ErrUnknown
	}
	next := slices.Clone(p.list)
	next[i].Revoked = now
	if err := p.save(next); err != nil {
		return Pairing{}, err
	}
	if over := p.over[next[i].Fingerprint]; over != nil {
		close(over)
		delete(p.over, next[i].Fingerprint)
	}
	return next[i], nil
}

// Who is whose certificate this is, and a channel that is closed here alone, when the
// pairing is revoked; false when it opens nothing.
func (p *Pairings) Who(cert *x509.Certificate) (who Pairing, over chan struct{}, ok bool) {
	print := Fingerprint(cert)
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.list, func(one Pairing) bool { return one.Fingerprint == print })
	if i < 0 || !p.list[i].Stands(p.now()) {
		return Pairing{}, nil, false
	}
	if p.over[print] == nil {
		p.over[print] = make(chan struct{})
	}
	return p.list[i], p.over[print], true
}

// save writes the list, whole or not at all; p.mu is held.
func (p *Pairings) save(list []Pairing) error {
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(p.at(listFile), append(data, '\n'), 0o600, renameio.WithTempDir(p.dir)); err != nil {
		return fmt.Errorf("write down who is paired: %w", err)
	}
	p.list = list
	return nil
}

// Fingerprint names a certificate.
func Fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}

func plain(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") == ""
}
