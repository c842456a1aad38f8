package operator

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of one PIN: argon2id with 2 passes over 19 MiB in one lane (OWASP
// Password Storage Cheat Sheet; RFC 9106 for the function). It takes some
// 40 ms on a register and needs 19 MiB while it runs.
const (
	passes = 2
	memory = 19 * 1024 // KiB
	lanes  = 1
)

// Bounds of what a hash from a settings file may ask for, so that a mistyped
// one cannot take the register's memory.
const (
	maxPasses = 10
	maxMemory = 256 * 1024 // KiB
	maxLanes  = 4
)

// Hash makes the hash of a new PIN in the PHC string format, such as
// "$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>". It fails when the PIN is not
// good enough for the role; see CheckPIN.
func Hash(r Role, pin string) (string, error) {
	if err := CheckPIN(r, pin); err != nil {
		return "", err
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // crypto/rand.Read never fails: it ends the program instead
	p := phc{passes: passes, memory: memory, lanes: lanes, salt: salt, want: make([]byte, 32)}
	p.want = p.of(pin)
	return p.String(), nil
}

// Verify tells whether pin is the PIN of this hash. The comparison takes the
// same time wherever the first difference is. It fails only when the hash
// itself cannot be read.
func Verify(hash, pin string) (bool, error) {
	p, err := parse(hash)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(p.of(pin), p.want) == 1, nil
}

// CheckHash tells why a hash cannot be read or is too costly, without running
// it.
func CheckHash(hash string) error {
	_, err := parse(hash)
	return err
}

// phc is a hash in parts.
type phc struct {
	passes, memory uint32
	lanes          uint8
	salt, want     []byte
}

func (p phc) of(pin string) []byte {
	return argon2.IDKey([]byte(pin), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.want)))
}

func (p phc) String() string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.memory, p.passes, p.lanes, enc.EncodeToString(p.salt), enc.EncodeToString(p.want))
}

// errHash never shows the hash: it may end up in a log.
var errHash = errors.New("the PIN hash is not $argon2id$v=19$m=…,t=…,p=…$salt$hash: make a new one")

// parse reads the PHC string format strictly: a string that would be written
// differently again is refused.
func parse(hash string) (phc, error) {
	parts := strings.Split(hash, "$")
	if len(hash) > 256 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return phc{}, errHash
	}
	var p phc
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); n != 3 || err != nil {
		return phc{}, errHash
	}
	enc := base64.RawStdEncoding.Strict()
	var err error
	if p.salt, err = enc.DecodeString(parts[4]); err != nil {
		return phc{}, errHash
	}
	if p.want, err = enc.DecodeString(parts[5]); err != nil {
		return phc{}, errHash
	}
	if p.String() != hash {
		return phc{}, errHash
	}
	return p, p.bounds()
}

// bounds: RFC 9106, 3.1 asks for at least 8 KiB per lane, 8 bytes of salt and
// one pass; the upper ones are ours.
func (p phc) bounds() error {
	switch {
	case p.passes < 1 || p.passes > maxPasses:
		return fmt.Errorf("the PIN hash asks for %d passes, but 1 to %d are taken", p.passes, maxPasses)
	case p.lanes < 1 || p.lanes > maxLanes:
		return fmt.Errorf("the PIN hash asks for %d lanes, but 1 to %d are taken", p.lanes, maxLanes)
	case p.memory < 8*uint32(p.lanes) || p.memory > maxMemory:
		return fmt.Errorf("the PIN hash asks for %d KiB, but 8 per lane to %d are taken", p.memory, maxMemory)
	case len(p.salt) < 8 || len(p.salt) > 64 || len(p.want) < 16 || len(p.want) > 64:
		return errors.New("the PIN hash has a salt or a value of an unusual length: make a new one")
	}
	return nil
}
