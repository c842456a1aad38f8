package offline

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"

	"github.com/posagent/posagent/agent/charge"
)

// Keeper is what keeps the key of sealed codes.
type Keeper string

// The keepers; see docs/adr/0014.
const (
	AnyKeeper        Keeper = "auto" // the one that has the key, or the best that there is
	CredentialKeeper Keeper = "credential"
	TPMKeeper        Keeper = "tpm"
	FileKeeper       Keeper = "file"
)

// Key is the key of sealed codes, for NewSealer.
type Key struct {
	Bytes  []byte
	KeptBy Keeper
	Plain  bool // a key lies in the file as well
}

// KeySource is where the key of sealed codes comes from. It is made once; which
// one it is and who keeps it is written down, and another one is refused,
// because it would not open what is sealed.
type KeySource struct {
	Dir         string // the data directory
	Credentials string // systemd's $CREDENTIALS_DIRECTORY; empty: it gives none
	Device      string // of the TPM
	Want        Keeper // as configured
	Sealed      func() ([]SealedCode, error)
	Log         *slog.Logger
}

// SealedCode is a customer's code as it lies in the books.
type SealedCode struct {
	Charge charge.Key
	Sealed []byte
}

// Key is the key. An error says what to do, and no key was made then.
func (s KeySource) Key() (Key, error) {
	known, err := readKeyRecord(s.Dir)
	if err != nil {
		return Key{}, err
	}
	from, to, err := s.plan(known)
	if err != nil {
		return Key{}, err
	}
	var key []byte
	if from == "" {
		key, to, err = s.make(known, to)
	} else {
		key, err = s.take(known, from, to)
	}
	if err != nil {
		return Key{}, err
	}
	if now := (keyRecord{KeptBy: to, ID: keyID(key)}); now != known {
		if err := now.write(s.Dir); err != nil {
			return Key{}, err
		}
	}
	plain, err := s.keeper(FileKeeper).there()
	return Key{Bytes: key, KeptBy: to, Plain: plain}, err
}

// plan tells who has the key and who is to keep it; nobody has it when one is to
// be made. Only a TPM takes over a key from another keeper, the file.
func (s KeySource) plan(known keyRecord) (from, to Keeper, err error) {
	order := []Keeper{s.Want}
	to = s.Want
	switch {
	case s.Want == AnyKeeper && known.named():
		order, to = []Keeper{CredentialKeeper, known.KeptBy}, known.KeptBy
	case s.Want == AnyKeeper:
		order = []Keeper{CredentialKeeper, TPMKeeper, FileKeeper}
	}
	if from, err = s.first(order); from != "" || err != nil {
		return from, from, err
	}
	has, err := s.first([]Keeper{FileKeeper, TPMKeeper})
	switch {
	case err != nil:
		return "", "", err
	case to == TPMKeeper && has == FileKeeper:
		return has, to, nil
	case known.named() && known.KeptBy == to:
		return "", "", fmt.Errorf("the key of customers' codes is gone, which was %s: %s. %s", s.keeper(to), s.keeper(to).back(), whenLost)
	case known.named():
		return "", "", s.keptBy(known.KeptBy)
	case has != "" && to != AnyKeeper:
		return "", "", s.keptBy(has)
	}
	return "", to, nil
}

// first is the first of some keepers that has something.
func (s KeySource) first(of []Keeper) (Keeper, error) {
	for _, k := range of {
		if there, err := s.keeper(k).there(); there || err != nil {
			return k, err
		}
	}
	return "", nil
}

// take is the key that a keeper has, when it is the right one.
func (s KeySource) take(known keyRecord, from, to Keeper) ([]byte, error) {
	key, err := s.keeper(from).read()
	switch {
	case err != nil:
		return nil, err
	case known.named() && known.ID != keyID(key):
		return nil, fmt.Errorf("%s is not the key that customers' codes are sealed with, which was %s: put that one back, or take this one away. %s; %s", s.keeper(from), s.keeper(known.KeptBy), toChange, whenLost)
	case known == keyRecord{}:
		err = s.prove(from, key)
	}
	if err == nil && from != to {
		err = s.handOver(to, key)
	}
	return key, err
}

// prove makes sure of a key of which nothing is written down.
func (s KeySource) prove(from Keeper, key []byte) error {
	sealed, err := s.Sealed()
	if err != nil {
		return err
	}
	if len(sealed) > 0 {
		if opensOne(key, sealed) {
			return nil
		}
		return fmt.Errorf("%s does not open the customers' codes that lie in the books: put back the right key. %s", s.keeper(from), whenLost)
	}
	for _, k := range []Keeper{TPMKeeper, FileKeeper} {
		there, err := s.keeper(k).there()
		if err != nil {
			return err
		}
		if k == from || !there {
			continue
		}
		if other, err := s.keeper(k).read(); err != nil || !bytes.Equal(other, key) {
			return errors.Join(fmt.Errorf("there are two keys of customers' codes, %s and %s: move away the one that is not used", s.keeper(from), s.keeper(k)), err)
		}
	}
	return nil
}

// opensOne tells whether a key opens any of some codes: a single one may be
// damaged.
func opensOne(key []byte, sealed []SealedCode) bool {
	sealer, err := NewSealer(key)
	if err != nil {
		return false
	}
	for _, code := range sealed {
		if _, err := sealer.Open(string(code.Charge), code.Sealed); err == nil {
			return true
		}
	}
	return false
}

// keptBy refuses what is configured: another keeper has the key.
func (s KeySource) keptBy(has Keeper) error {
	return fmt.Errorf("[offline] key = %q, but the key of customers' codes is %s: set key = %q. %s", s.Want, s.keeper(has), has, toChange)
}

// What to do about the key that codes are sealed with.
const (
	whenLost = "When it is lost for good, the codes that wait cannot be read here any more: run posagent --forget-offline-key --lose-codes as the service's user, and collect these payments from the merchant slips (or a queue file, if one was made)"
	toChange = "To change to another key, collect what waits (posctl queue forward), stop the agent, and run posagent --forget-offline-key as the service's user"
)
