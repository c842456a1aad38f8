package identity

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The cost of one password: argon2id, as OWASP has it; some 40 ms and 19 MiB.
const (
	passes = 2
	memory = 19 * 1024 // KiB
	lanes  = 1

	shortest = 12
	longest  = 256 // characters
)

// Thieves try these first: passwords of 12 characters and more that many people
// have had. A wallet of real people sets Options.Breached to a list of millions.
//
//go:embed common.txt
var commonList string

func common(password string) bool {
	password = strings.ToLower(password)
	for line := range strings.Lines(commonList) {
		if strings.TrimSpace(line) == password {
			return true
		}
	}
	return false
}

// checkPassword: long enough, no list has it, and not the contact itself. There
// are no rules of kinds of characters: they make passwords worse.
func (s *Service) checkPassword(password, contact string) error {
	n := utf8.RuneCountInString(password)
	name, _, _ := strings.Cut(contact, "@")
	switch {
	case n > longest || !utf8.ValidString(password):
		return fmt.Errorf("%w: a password has at most %d characters", ErrInvalid, longest)
	case n < shortest || s.o.Breached(password) || strings.Contains(strings.ToLower(password), strings.ToLower(name)) && len(name) >= 6 || oneCharacter(password):
		return ErrWeak
	}
	return nil
}

func oneCharacter(password string) bool {
	kinds := map[rune]bool{}
	for _, r := range password {
		kinds[r] = true
	}
	return len(kinds) < 4
}

// hash is salt and argon2id of a password, in its one form of Unicode.
func (s *Service) hash(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails: it ends the program instead
	return base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(s.argon(password, salt))
}

// verify takes the same work for a hash, for none, and for one that is broken.
func (s *Service) verify(hash, password string) bool {
	left, right, _ := strings.Cut(hash, "$")
	salt, err1 := base64.RawStdEncoding.DecodeString(left)
	want, err2 := base64.RawStdEncoding.DecodeString(right)
	if err1 != nil || err2 != nil || len(salt) != 16 {
		salt, want = make([]byte, 16), nil
	}
	return subtle.ConstantTimeCompare(s.argon(password, salt), want) == 1
}

// argon lets only a few run at once: each takes 19 MiB.
func (s *Service) argon(password string, salt []byte) []byte {
	s.hashes <- struct{}{}
	defer func() { <-s.hashes }()
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, passes, memory, lanes, 32)
}
