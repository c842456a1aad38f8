package offline

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// Sealer seals customers' codes at rest: each under a key of its own, which
// lies beside it, sealed under the register's. Whoever has the database alone
// has nothing, and a code whose row was wiped is gone for whoever has the
// register's key as well.
type Sealer struct{ master cipher.AEAD }

// ErrSealed means that something cannot be unsealed: it was sealed with another
// key or for another charge, or it is damaged.
var ErrSealed = errors.New("it was sealed with another key or for another charge, or it is damaged")

// NewSealer seals with a key of SecretSize bytes.
func NewSealer(key []byte) (*Sealer, error) {
	master, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("the key of sealed codes: %w", err)
	}
	return &Sealer{master: master}, nil
}

// sealedVersion is the first byte of what is sealed.
const sealedVersion = 1

const wrapped = chacha20poly1305.NonceSizeX + chacha20poly1305.KeySize + chacha20poly1305.Overhead

// Seal seals a text for whatever is called so: it opens under that name only.
func (s *Sealer) Seal(name string, text []byte) []byte {
	key := make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	own, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(err) // the key has the right size
	}
	out := []byte{sealedVersion}
	out = seal(s.master, out, key, name)
	return seal(own, out, text, name)
}

// Open is what was sealed under a name.
func (s *Sealer) Open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+wrapped || sealed[0] != sealedVersion {
		return nil, ErrSealed
	}
	key, err := open(s.master, sealed[1:1+wrapped], name)
	if err != nil {
		return nil, err
	}
	own, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, ErrSealed
	}
	return open(own, sealed[1+wrapped:], name)
}

func seal(with cipher.AEAD, out, text []byte, name string) []byte {
	nonce := make([]byte, with.NonceSize())
	_, _ = rand.Read(nonce)
	return with.Seal(append(out, nonce...), nonce, text, []byte(name))
}

func open(with cipher.AEAD, sealed []byte, name string) ([]byte, error) {
	n := with.NonceSize()
	if len(sealed) < n {
		return nil, ErrSealed
	}
	text, err := with.Open(nil, sealed[:n], sealed[n:], []byte(name))
	if err != nil {
		return nil, ErrSealed
	}
	return text, nil
}
