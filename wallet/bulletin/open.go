package bulletin

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// domain stands before the payload when it is signed, so that a signature of
// anything else is none of a bulletin.
const domain = "posagent-bulletin-1\x00"

// Why is why a bulletin is not taken.
type Why string

const (
	TooLarge      Why = "too_large"      // more than MaxSize
	Malformed     Why = "malformed"      // not what a bulletin looks like
	NotSigned     Why = "signature"      // by none of the pinned keys
	OtherWallet   Why = "other_wallet"   // another wallet's
	OtherAudience Why = "other_audience" // for other stores
	Older         Why = "older"          // a lower version than one that was taken
	OtherContent  Why = "other_content"  // the version that was taken says something else
)

// Refused means that a bulletin is not taken.
type Refused struct {
	Why    Why
	Detail string // what about it, for an engineer
}

func (r *Refused) Error() string { return "the bulletin is not taken: " + r.Detail }

func refuse(why Why, format string, a ...any) *Refused {
	return &Refused{Why: why, Detail: fmt.Sprintf(format, a...)}
}

// envelope is a bulletin on its way.
type envelope struct {
	Payload   string `json:"payload"`   // base64 of the bulletin as JSON
	Signature string `json:"signature"` // base64 of Ed25519 over domain and payload
}

// Sign makes the envelope of a bulletin.
func Sign(b Bulletin, key ed25519.PrivateKey) ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("sign a bulletin: %w", err)
	}
	b.Issuers, b.Hints = some(b.Issuers), some(b.Hints)
	b.Denied.Serials, b.Denied.Tokens = some(b.Denied.Serials), some(b.Denied.Tokens)
	payload, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	signature := ed25519.Sign(key, append([]byte(domain), payload...))
	data, err := json.Marshal(envelope{base64.StdEncoding.EncodeToString(payload), base64.StdEncoding.EncodeToString(signature)})
	if err == nil && len(data) > MaxSize {
		err = refuse(TooLarge, "it would have %d bytes, and may have %d", len(data), MaxSize)
	}
	return data, err
}

// some is a list that JSON writes as a list, also when it is empty.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Open reads an envelope that one of the keys has signed, for this wallet and
// this store. Its error is a *Refused. Whether a bulletin is old, and whether
// it follows the one before, is for whoever keeps them.
func Open(data []byte, keys []ed25519.PublicKey, wallet, store string) (Bulletin, error) {
	payload, signature, err := unwrap(data)
	if err != nil {
		return Bulletin{}, err
	}
	if !signed(payload, signature, keys) {
		return Bulletin{}, refuse(NotSigned, "it is signed by none of the %d keys that are pinned for wallet %s", len(keys), wallet)
	}
	b, err := read(payload)
	switch {
	case err != nil:
		return Bulletin{}, err
	case b.Wallet != wallet:
		return Bulletin{}, refuse(OtherWallet, "it is of wallet %s, and not of %s", b.Wallet, wallet)
	case b.Audience != Everybody && b.Audience != store:
		return Bulletin{}, refuse(OtherAudience, "it is for store %s, and not for %s", b.Audience, store)
	}
	return b, nil
}

// Peek reads an envelope without asking who has signed it. It is for what was
// opened before and kept since, and for finding out whose bulletin a file is.
func Peek(data []byte) (Bulletin, error) {
	payload, _, err := unwrap(data)
	if err != nil {
		return Bulletin{}, err
	}
	return read(payload)
}

func unwrap(data []byte) (payload, signature []byte, err error) {
	if len(data) > MaxSize {
		return nil, nil, refuse(TooLarge, "it has more than %d bytes", MaxSize)
	}
	var e envelope
	if err := strict(data, &e); err != nil {
		return nil, nil, refuse(Malformed, "%s", err.Error())
	}
	payload, bad := decode(e.Payload)
	signature, worse := decode(e.Signature)
	if err := errors.Join(bad, worse); err != nil || len(signature) != ed25519.SignatureSize {
		return nil, nil, refuse(Malformed, "payload and signature must be base64, and the signature %d bytes", ed25519.SignatureSize)
	}
	return payload, signature, nil
}

// decode takes canonical base64 only; the standard decoder skips line breaks.
func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("base64 on more than one line")
	}
	return base64.StdEncoding.Strict().DecodeString(text)
}

func signed(payload, signature []byte, keys []ed25519.PublicKey) bool {
	message := append([]byte(domain), payload...)
	for _, key := range keys {
		if CheckKey(key) == nil && ed25519.Verify(key, message, signature) {
			return true
		}
	}
	return false
}

func read(payload []byte) (Bulletin, error) {
	var b Bulletin
	if err := strict(payload, &b); err != nil {
		return Bulletin{}, refuse(Malformed, "%s", err.Error())
	}
	if err := b.check(); err != nil {
		return Bulletin{}, refuse(Malformed, "%s", err.Error())
	}
	b.Content = sha256.Sum256(payload)
	return b, nil
}
