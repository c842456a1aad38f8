// Package oda is offline data authentication: it proves from bytes and keys
// alone that a payment code was signed by a phone which a wallet has certified
// (OP1, docs/reference/op1.md). It reads the three carriers of a code, verifies
// it, and has the signing side for wallets, demo phones and tests. It keeps no
// books, so it does not know whether a code was used before and what a terminal
// or a store may take: that is the caller's. It asks no clock and no network.
//
// Invariant: one code is one string of bytes, which has one text per carrier.
// Whatever differs from it in a bit is refused, no input panics, and no error
// repeats a byte of the code.
package oda

import (
	"fmt"
	"log/slog"
	"time"
)

// Algorithm says with what a code is signed. Certificates are signed with
// Ed25519 under both.
type Algorithm uint8

const (
	Ed25519 Algorithm = 1 // the phone signs with Ed25519
	P256    Algorithm = 2 // the phone signs with ECDSA on P-256 over SHA-256, which secure elements can
)

// The limits of the format, which no issuer can widen.
const (
	MaxTTL      = 60 * time.Second // a code may live as long by its own word
	Skew        = 30 * time.Second // how far the clocks of phone and register may differ
	MaxLifetime = 72 * time.Hour   // of a certificate: a stolen phone's key is worth nothing after it
)

type (
	KeyID    [4]byte  // names an issuer's key and its algorithm
	Token    [8]byte  // stands for the customer's wallet account
	Serial   [8]byte  // names a certificate of one wallet
	DeviceID [32]byte // SHA-256 of the phone's public key: with the counter, what may pay once
)

// Certificate is what a wallet says of a phone: for whom, for how long and up
// to what its key may pay. Amounts are yen.
type Certificate struct {
	Issuer        KeyID
	Algorithm     Algorithm
	WalletToken   Token
	DeviceKey     []byte // Ed25519: 32 bytes; P-256: the compressed point, 33 bytes
	NotBefore     time.Time
	NotAfter      time.Time
	PerChargeMax  int64 // of one charge
	CumulativeMax int64 // of all that a register takes under it; kept by the register's books
	Serial        Serial
	Flags         uint8 // none has a meaning yet: zero
}

// Offer is what the phone says in one code.
type Offer struct {
	IssuedAt  time.Time
	TTL       time.Duration // whole seconds, up to MaxTTL
	Counter   uint32        // rises with each code of this key
	Nonce     [4]byte
	MaxAmount int64
}

// Code is a code taken apart. The signatures stay in its Raw, so a Code can be
// shown and stored without being money.
type Code struct {
	Certificate Certificate
	Offer       Offer
}

// Raw is a code as bytes, the same for all carriers. While it is fresh it is
// money, so it shows only its length.
type Raw []byte

// String is the length only.
func (r Raw) String() string { return fmt.Sprintf("(%d bytes)", len(r)) }

// GoString is the length only, for %#v.
func (r Raw) GoString() string { return r.String() }

// Format is the length only, for every verb.
func (r Raw) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue is the length only, for slog.
func (r Raw) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText is the length only, for JSON. Who stores a code stores []byte.
func (r Raw) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
