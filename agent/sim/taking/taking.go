// Package taking is how the registers of both tiers take charges without a
// network and let them change hands: in the place of cmd/posagent's taker and
// queue files, which a program keeps to itself. The proofs, the books and the
// signatures are the real ones; sealing, bulletins and files are the program's
// own and tested there.
package taking

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/oda"
)

// Sealer keeps codes from who has the database alone.
type Sealer interface {
	Seal(name string, text []byte) []byte
	Open(name string, sealed []byte) ([]byte, error)
}

// Open seals nothing: for books that are no files.
type Open struct{}

// Seal is the text.
func (Open) Seal(_ string, text []byte) []byte { return text }

// Open is the text.
func (Open) Open(_ string, sealed []byte) ([]byte, error) { return sealed, nil }

// Taker takes charges without a network: an agent.Offline.
type Taker struct {
	*book.Book
	Trust  oda.Trust
	Cache  *oda.Cache
	Limits charge.Limits
	Sealer Sealer
}

// Prove verifies a signed code; see agent.Offline.
func (t *Taker) Prove(code paycode.Code, amount money.Amount, now time.Time) (charge.Proof, error) {
	raw, _, err := oda.Decode(code.Text.Reveal())
	if err != nil {
		return charge.Proof{}, &agent.Refused{Why: "offline.code"}
	}
	proved, err := oda.Verify(raw, now, amount.Minor, t.Trust, t.Cache)
	if err != nil || proved.Wallet != code.Wallet {
		return charge.Proof{}, &agent.Refused{Why: "offline.code"}
	}
	return charge.Proof{
		Device: hex.EncodeToString(proved.DeviceKey[:]), Counter: int64(proved.Counter),
		Token: idOf(code.Wallet, proved.WalletToken[:]), Serial: idOf(code.Wallet, proved.Serial[:]),
		Affords: proved.CumulativeMax, Until: proved.NotAfter,
		Sealed: t.Sealer.Seal(proven, []byte(code.Text.Reveal())),
	}, nil
}

// idOf is a wallet's number of a customer or a certificate.
func idOf(wallet string, number []byte) string { return wallet + "/" + hex.EncodeToString(number) }

// proven is what a code is sealed for until it has a charge.
const proven = "proven"

// Accept takes a charge within the limits; see agent.Offline.
func (t *Taker) Accept(key charge.Key, step charge.Step, proof charge.Proof, over ...charge.Limit) (charge.Record, error) {
	text, err := t.Sealer.Open(proven, proof.Sealed)
	if err != nil {
		return charge.Record{}, err
	}
	proof.Sealed = t.Sealer.Seal(string(key), text)
	return t.Book.Accept(key, step, proof, t.Limits, over...)
}

// Evidence is the code of a charge that is to be collected; see agent.Offline.
func (t *Taker) Evidence(key charge.Key) (paycode.Secret, error) {
	sealed, err := t.Book.Evidence(key)
	if err != nil {
		return "", err
	}
	text, err := t.Sealer.Open(string(key), sealed)
	if err != nil {
		return "", fmt.Errorf("the code of charge %s: %w", key, err)
	}
	return paycode.Secret(text), nil
}

// HashCode is what is kept of a code: of a signed one, its phone and counter.
func HashCode(code paycode.Secret) string {
	said := []byte(code.Reveal())
	if raw, _, err := oda.Decode(code.Reveal()); err == nil {
		if c, err := oda.Parse(raw); err == nil {
			said = fmt.Appendf(nil, "op1 %x %d", c.Certificate.DeviceKey, c.Offer.Counter)
		}
	}
	h := sha256.Sum256(said)
	return hex.EncodeToString(h[:16])
}
