package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/bulletin"
)

// taker takes charges without a network (agent.Offline): it proves a code with
// the issuers and the deny list of the wallet's last bulletin, seals it, and
// lets the books judge the limits.
type taker struct {
	*book.Book
	rules configs.Offline
	said  func(wallet string) bulletin.Bulletin
	seal  *offline.Sealer
	cache *oda.Cache
	log   *slog.Logger

	mu     sync.Mutex
	trusts map[string]trusted // by wallet
}

// trusted is the trust list of one bulletin.
type trusted struct {
	content [32]byte
	list    oda.Trust
}

// customers is how many certificates are remembered as verified: those who come
// back in an evening.
const customers = 1024

func newTaker(rules configs.Offline, key offline.Key, books *book.Book, said func(string) bulletin.Bulletin, log *slog.Logger) (*taker, error) {
	sealer, err := offline.NewSealer(key.Bytes)
	if err != nil {
		return nil, err
	}
	return &taker{
		Book: books, rules: rules, said: said, seal: sealer, cache: oda.NewCache(customers),
		log: log, trusts: make(map[string]trusted),
	}, nil
}

// Prove is the code as a proof; see agent.Offline. The log has the word of the
// reason and nothing of the code.
func (t *taker) Prove(code paycode.Code, amount money.Amount, now time.Time) (charge.Proof, error) {
	var none charge.Proof
	said := t.said(code.Wallet)
	if !t.rules.Take || amount.Currency != money.JPY { // OP1 knows no other money
		return none, &agent.Refused{Why: "offline.stopped"}
	}
	proved, err := t.verify(code, amount.Minor, now, said)
	if err != nil {
		t.log.Warn("a signed code is not taken", "wallet", code.Wallet, "reason", err)
		return none, &agent.Refused{Why: "offline.code"}
	}
	return charge.Proof{
		Device: hex.EncodeToString(proved.DeviceKey[:]), Counter: int64(proved.Counter),
		Token: idOf(code.Wallet, proved.WalletToken[:]), Serial: idOf(code.Wallet, proved.Serial[:]),
		Affords: proved.CumulativeMax, Until: proved.NotAfter,
		Sealed: t.seal.Seal(proven, []byte(code.Text.Reveal())),
	}, nil
}

// idOf is a wallet's number of a customer or a certificate, unlike any other
// wallet's.
func idOf(wallet string, number []byte) string { return wallet + "/" + hex.EncodeToString(number) }

// proven is what a code is sealed for until it has a charge.
const proven = "proven"

func (t *taker) verify(code paycode.Code, minor int64, now time.Time, said bulletin.Bulletin) (oda.Verified, error) {
	var none oda.Verified
	raw, _, err := oda.Decode(code.Text.Reveal())
	if err != nil {
		return none, err
	}
	trust, err := t.trust(said)
	if err != nil {
		return none, err
	}
	proved, err := oda.Verify(raw, now, minor, trust, t.cache)
	if err == nil && proved.Wallet != code.Wallet {
		err = oda.UnknownIssuer
	}
	return proved, err
}

// trust is a bulletin's trust list.
func (t *taker) trust(said bulletin.Bulletin) (oda.Trust, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.trusts[said.Wallet]; ok && known.content == said.Content && len(said.Issuers) > 0 {
		return known.list, nil
	}
	list, err := trustOf(said)
	if err == nil {
		t.trusts[said.Wallet] = trusted{content: said.Content, list: list}
	}
	return list, err
}

// trustOf passes over issuers of algorithms that this program does not know: a
// wallet may bring in a new one before all registers have it.
func trustOf(said bulletin.Bulletin) (oda.Trust, error) {
	var issuers []oda.Issuer
	for _, i := range said.Issuers {
		kid, err := hex.DecodeString(i.Kid)
		if err != nil || len(kid) != len(oda.KeyID{}) || len(i.PublicKey) != ed25519.PublicKeySize {
			continue
		}
		if alg := oda.Algorithm(i.Alg); alg == oda.Ed25519 || alg == oda.P256 {
			issuers = append(issuers, oda.Issuer{
				ID: oda.KeyID(kid), Algorithm: alg, PublicKey: i.PublicKey, Wallet: said.Wallet, ValidFrom: i.ValidFrom, ValidUntil: i.ValidUntil,
			})
		}
	}
	denied := oda.Denied{Wallet: said.Wallet}
	for _, text := range said.Denied.Serials {
		id, err := eight(text)
		if err != nil {
			return oda.Trust{}, err
		}
		denied.Serials = append(denied.Serials, id)
	}
	for _, text := range said.Denied.Tokens {
		id, err := eight(text)
		if err != nil {
			return oda.Trust{}, err
		}
		denied.Tokens = append(denied.Tokens, id)
	}
	return oda.NewTrust(issuers, denied)
}

func eight(text string) (out [8]byte, err error) {
	if n, err := hex.Decode(out[:], []byte(text)); err != nil || n != len(out) {
		return out, fmt.Errorf("%.20q on the deny list is not 8 bytes in hex", text)
	}
	return out, nil
}

// Accept takes the charge within the lower ones of this register's limits and
// the wallet's; see agent.Offline. over lifts the register's own alone.
func (t *taker) Accept(key charge.Key, step charge.Step, proof charge.Proof, over ...charge.Limit) (charge.Record, error) {
	text, err := t.seal.Open(proven, proof.Sealed)
	if err != nil {
		return charge.Record{}, err
	}
	proof.Sealed = t.seal.Seal(string(key), text)
	theirs := t.said(step.Wallet).Limits
	limits, over := inForce(ownLimits(t.rules), theirs, over)
	rec, err := t.Book.Accept(key, step, proof, limits, over...)
	var reached *charge.OverLimit
	if errors.As(err, &reached) {
		reached.Cap = caps(theirs)[reached.Limit]
	}
	return rec, err
}

// Evidence is the code of a charge that is to be collected; see agent.Offline.
func (t *taker) Evidence(key charge.Key) (paycode.Secret, error) {
	sealed, err := t.Book.Evidence(key)
	if err != nil {
		return "", err
	}
	text, err := t.seal.Open(string(key), sealed)
	if err != nil {
		return "", fmt.Errorf("the code of charge %s: %w", key, err)
	}
	return paycode.Secret(text), nil
}
