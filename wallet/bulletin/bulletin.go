// Package bulletin is the signed word of a wallet to its registers: which keys
// issue offline codes, whose codes are not taken any more, which functions are
// stopped, and how far limits are narrowed. It makes and opens that word, and
// neither fetches, keeps nor obeys it.
//
// Invariant: what Open returns was signed by a pinned key, for this wallet and
// this store, as JSON that can be read in one way only. It can take something
// away from a register, and never give it anything.
package bulletin

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"time"
)

// Limits of a bulletin. The size is that of the envelope, in bytes.
const (
	MaxSize    = 1 << 20
	MaxDenied  = 20_000 // serials and tokens together
	MaxIssuers = 64
	MaxHints   = 100
	MaxLife    = 31 * 24 * time.Hour // from Issued to Expires
	maxVersion = 1<<53 - 1           // the largest that every reader of JSON reads alike
	maxAmount  = 1_000_000_000_000
)

// Everybody is the audience of a bulletin that is for all stores.
const Everybody = "*"

// Bulletin is what a wallet says. All fields but Content are in the payload.
type Bulletin struct {
	Wallet   string    `json:"wallet"`   // as registers name it
	Audience string    `json:"audience"` // a store's id, or Everybody
	Version  int64     `json:"version"`  // only rises; two bulletins of one version are the same
	Issued   time.Time `json:"issued"`
	Expires  time.Time `json:"expires"`
	Issuers  []Issuer  `json:"issuers"`
	Denied   Denied    `json:"denied"`
	Stops    Stops     `json:"stops"`
	Limits   Limits    `json:"limits"`
	Hints    []Hint    `json:"hints"`

	Content [32]byte `json:"-"` // SHA-256 of the payload
}

// Issuer is a key that signs the certificates of offline codes.
type Issuer struct {
	Kid        string    `json:"kid"` // 4 bytes in lower-case hex, as the certificates carry it
	Alg        int       `json:"alg"` // as the certificates number it
	PublicKey  []byte    `json:"public_key"`
	ValidFrom  time.Time `json:"valid_from"`
	ValidUntil time.Time `json:"valid_until"`
}

// Denied are those whose offline codes are not taken: 8 bytes each, in
// lower-case hex.
type Denied struct {
	Serials []string `json:"serials"` // of certificates
	Tokens  []string `json:"tokens"`  // of customers
}

// Stops are the functions that are stopped until a higher version lifts it.
type Stops struct {
	Pay     bool `json:"pay"`
	TopUp   bool `json:"top_up"`
	Refund  bool `json:"refund"`
	Offline bool `json:"offline"`
	SignUp  bool `json:"sign_up"`
}

// Limits are in minor units of the shop's currency; 0 narrows nothing. The
// lower one of these and of the register's own holds.
type Limits struct {
	Pay             int64 `json:"pay"`              // of one payment
	TopUp           int64 `json:"top_up"`           // of one top-up
	OfflineCharge   int64 `json:"offline_charge"`   // of one payment that is taken offline
	OfflineToken    int64 `json:"offline_token"`    // of all such payments of one customer
	OfflineTerminal int64 `json:"offline_terminal"` // of all such payments at one register
}

// Hint is how the wallet's newest codes begin. It tells nobody what is a code
// of this wallet: that is for the rules of the register.
type Hint struct {
	Prefix string `json:"prefix"`
	Length int    `json:"length"` // of the whole code; 0: not said
}

// Expired tells that the wallet wanted to be asked again before now.
func (b Bulletin) Expired(now time.Time) bool { return now.After(b.Expires) }

var (
	walletForm   = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	audienceForm = regexp.MustCompile(`^(\*|[0-9A-Za-z]{1,8})$`)
	prefixForm   = regexp.MustCompile(`^[0-9A-Za-z:=+/$]{1,32}$`)
)

// check tells the first thing that no bulletin says.
func (b Bulletin) check() error {
	switch {
	case !walletForm.MatchString(b.Wallet):
		return fmt.Errorf("wallet %.40q must be 1 to 32 of a-z, 0-9 and _", b.Wallet)
	case !audienceForm.MatchString(b.Audience):
		return fmt.Errorf(`audience %.40q must be a store's id, or "*" for all`, b.Audience)
	case b.Version < 1 || b.Version > maxVersion:
		return fmt.Errorf("version %d must be 1 to %d", b.Version, int64(maxVersion))
	case !written(b.Issued) || !written(b.Expires) || !b.Expires.After(b.Issued):
		return fmt.Errorf("it must expire after it was issued, but says %s and %s", b.Expires.UTC().Format(time.RFC3339), b.Issued.UTC().Format(time.RFC3339))
	case b.Expires.Sub(b.Issued) > MaxLife:
		return fmt.Errorf("it must expire within %d days of being issued", MaxLife/(24*time.Hour))
	case len(b.Denied.Serials)+len(b.Denied.Tokens) > MaxDenied:
		return fmt.Errorf("it denies %d, but may deny %d", len(b.Denied.Serials)+len(b.Denied.Tokens), MaxDenied)
	case len(b.Issuers) > MaxIssuers:
		return fmt.Errorf("it names %d issuers, but may name %d", len(b.Issuers), MaxIssuers)
	case len(b.Hints) > MaxHints:
		return fmt.Errorf("it has %d hints, but may have %d", len(b.Hints), MaxHints)
	}
	for _, check := range []func() error{b.checkIssuers, b.checkDenied, b.checkLimits, b.checkHints} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (b Bulletin) checkIssuers() error {
	seen := map[string]bool{}
	for _, i := range b.Issuers {
		switch {
		case !isHex(i.Kid, 4):
			return fmt.Errorf("kid %.40q of an issuer must be 4 bytes in lower-case hex", i.Kid)
		case seen[i.Kid]:
			return fmt.Errorf("issuer %s stands twice", i.Kid)
		case i.Alg < 1 || i.Alg > 255:
			return fmt.Errorf("issuer %s has the algorithm %d, which must be 1 to 255", i.Kid, i.Alg)
		case len(i.PublicKey) < 32 || len(i.PublicKey) > 133:
			return fmt.Errorf("issuer %s has a public key of %d bytes, which must be 32 to 133", i.Kid, len(i.PublicKey))
		case !written(i.ValidFrom) || !written(i.ValidUntil) || !i.ValidUntil.After(i.ValidFrom):
			return fmt.Errorf("issuer %s must be valid until later than it is valid from", i.Kid)
		}
		seen[i.Kid] = true
	}
	return nil
}

func (b Bulletin) checkDenied() error {
	for _, list := range [][]string{b.Denied.Serials, b.Denied.Tokens} {
		for _, id := range list {
			if !isHex(id, 8) {
				return fmt.Errorf("%.40q on the deny list must be 8 bytes in lower-case hex", id)
			}
		}
	}
	return nil
}

func (b Bulletin) checkLimits() error {
	l := b.Limits
	for _, n := range []int64{l.Pay, l.TopUp, l.OfflineCharge, l.OfflineToken, l.OfflineTerminal} {
		if n < 0 || n > maxAmount {
			return fmt.Errorf("a limit is %d, but must be 0 (none) to %d", n, int64(maxAmount))
		}
	}
	return nil
}

func (b Bulletin) checkHints() error {
	for _, h := range b.Hints {
		if !prefixForm.MatchString(h.Prefix) || h.Length < 0 || h.Length > 1024 {
			return fmt.Errorf("hint %.40q of length %d: a code begins with 1 to 32 letters, digits or : = + / $, and has at most 1024", h.Prefix, h.Length)
		}
	}
	return nil
}

// written tells that a moment is one of this project's times.
func written(t time.Time) bool { return t.Year() >= 2000 && t.Year() <= 2200 }

func isHex(s string, bytes int) bool {
	if len(s) != 2*bytes {
		return false
	}
	raw, err := hex.DecodeString(s)
	return err == nil && hex.EncodeToString(raw) == s
}
