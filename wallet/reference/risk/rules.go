package risk

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// prefix keeps a signature of rules from being one of anything else.
const prefix = "posagent-risk-1\x00"

// ErrRules means that rules are not taken.
var ErrRules = errors.New("these risk rules are not taken")

// Signed are rules on their way: a file that is watched, or a call.
type Signed struct {
	Payload   []byte `json:"payload"`   // JSON of Envelope
	Signature []byte `json:"signature"` // Ed25519 over the prefix and the payload
}

// Envelope is what is signed.
type Envelope struct {
	Wallet   string    `json:"wallet"`
	NotAfter time.Time `json:"not_after"`
	Rules    Rules     `json:"rules"`
}

// Sign is for whoever keeps the key.
func Sign(key ed25519.PrivateKey, e Envelope) (Signed, error) {
	payload, err := json.Marshal(e)
	return Signed{Payload: payload, Signature: ed25519.Sign(key, append([]byte(prefix), payload...))}, err
}

// Open takes rules of a wallet whose version is above another: rules that were
// replaced do not come back.
func (s Signed) Open(key ed25519.PublicKey, wallet string, above int64, now time.Time) (Envelope, error) {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, append([]byte(prefix), s.Payload...), s.Signature) {
		return Envelope{}, fmt.Errorf("%w: the signature is not of the key that is pinned", ErrRules)
	}
	var e Envelope
	d := json.NewDecoder(bytes.NewReader(s.Payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return Envelope{}, fmt.Errorf("%w: %w", ErrRules, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Envelope{}, fmt.Errorf("%w: something follows the rules", ErrRules)
	}
	switch {
	case e.Wallet != wallet:
		return Envelope{}, fmt.Errorf("%w: they are of wallet %q", ErrRules, e.Wallet)
	case !now.Before(e.NotAfter):
		return Envelope{}, fmt.Errorf("%w: they ended at %s", ErrRules, e.NotAfter.Format(time.RFC3339))
	case e.Rules.Version <= above:
		return Envelope{}, fmt.Errorf("%w: version %d is not above %d", ErrRules, e.Rules.Version, above)
	}
	return e, e.Rules.check()
}

// check refuses rules that would let everything through by a slip.
func (r Rules) check() error {
	for name, n := range map[string]int64{
		"list_fails": int64(r.ListFails), "fails": int64(r.Fails), "new": int64(r.New), "new_fresh": r.NewFresh, "recover": int64(r.Recover), "recover_hold": int64(r.RecoverHold), "recover_most": r.RecoverMost,
		"top_ups": int64(r.TopUps), "top_up_day": r.TopUpDay, "top_up_most": r.TopUpMost, "unusual_times": r.UnusualTimes, "unusual_from": r.UnusualFrom,
		"abroad_most": r.AbroadMost, "resale_most": r.ResaleMost, "victims": int64(r.Victims), "refunds": int64(r.Refunds),
	} {
		if n <= 0 {
			return fmt.Errorf("%w: %s is %d, but must be above 0", ErrRules, name, n)
		}
	}
	if !(r.ListRatio > 0) || !(r.TravelSpeed > 0) || !(r.TravelFrom > 0) {
		return fmt.Errorf("%w: list_ratio, travel_speed and travel_from must be above 0", ErrRules)
	}
	return nil
}
