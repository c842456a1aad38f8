package wire

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// forwardPrefix keeps the signature of a forward from passing for any other
// that the same key makes, as in the handshakes of its connections.
const forwardPrefix = "posagent-forward-1"

// ErrTerminalKey means that a register's key is of a kind that forwards are
// not signed with.
var ErrTerminalKey = errors.New("forwards are signed with ECDSA on P-256 or with Ed25519")

// forwardText is what the register says of a charge that it took without a
// network. No field can hold the zero byte that separates them.
func (r ChargeRequest) forwardText() []byte {
	return []byte(strings.Join([]string{
		forwardPrefix, r.Key, fmt.Sprint(r.Amount), r.Currency, fmt.Sprint(r.AcceptedAt.Unix()), r.Code,
	}, "\x00"))
}

// SignForward makes the request a forward that was accepted at a time, whose
// fraction of a second is dropped, signed with the key of the register's
// client certificate. It is done when it is sent or handed over and not when
// the code was taken: the key may have been renewed since. Who holds the signed
// request may bring it in from another register of the store.
func (r ChargeRequest) SignForward(acceptedAt time.Time, key crypto.Signer) (ChargeRequest, error) {
	r.Mode, r.AcceptedAt = Forwarded, acceptedAt.UTC().Truncate(time.Second)
	public := key.Public()
	if !SignsForwards(public) {
		return r, ErrTerminalKey
	}
	message, how := r.forwardText(), crypto.Hash(0)
	if _, ok := public.(*ecdsa.PublicKey); ok {
		digest := sha256.Sum256(message)
		message, how = digest[:], crypto.SHA256
	}
	signature, err := key.Sign(rand.Reader, message, how)
	if err != nil {
		return r, fmt.Errorf("sign the forward of %s: %w", r.Key, err)
	}
	r.TerminalSignature = base64.StdEncoding.EncodeToString(signature)
	return r, nil
}

// SignsForwards tells whether a public key is of a kind that forwards are
// signed with.
func SignsForwards(key crypto.PublicKey) bool {
	switch public := key.(type) {
	case ed25519.PublicKey:
		return true
	case *ecdsa.PublicKey:
		return public.Curve == elliptic.P256()
	}
	return false
}

// ForwardSignedBy tells whether the register with this public key has signed
// the forward as it is.
func (r ChargeRequest) ForwardSignedBy(key crypto.PublicKey) bool {
	signature, err := base64.StdEncoding.DecodeString(r.TerminalSignature)
	if err != nil || r.AcceptedAt.Nanosecond() != 0 {
		return false
	}
	switch public := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(public, r.forwardText(), signature)
	case *ecdsa.PublicKey:
		digest := sha256.Sum256(r.forwardText())
		return public.Curve == elliptic.P256() && ecdsa.VerifyASN1(public, digest[:], signature)
	}
	return false
}
