package pki

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// SigningKeyFile is the name of the file of the bulletins' key in the wallet's
// folder.
const SigningKeyFile = "bulletin.key"

// SigningKey reads a key that a wallet signs with (Ed25519, PKCS #8 in PEM), as
// that of its bulletins, and makes it when there is no such file. It is neither
// the authority's nor the server's: whoever gets hold of those can stop nothing
// and lift nothing.
func SigningKey(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newSigningKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read a signing key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key in PEM form: put it back from a backup; with another key registers must be told first", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if own, ok := key.(ed25519.PrivateKey); ok && err == nil {
		return own, nil
	}
	return nil, fmt.Errorf("%s holds no Ed25519 key: put it back from a backup; with another key registers must be told first", path)
}

func newSigningKey(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	return key, writeNew(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
