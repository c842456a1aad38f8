// Package paycode recognises what a customer showed: whose wallet it is, or
// why it is no payment code at all. It does not ask a wallet and it never
// tries a second one: the first rule that matches decides.
//
// Invariant: no input makes it panic, nothing longer than MaxLength is looked
// at, and the text of a code leaves only through Secret.Reveal.
package paycode

import (
	"fmt"
	"log/slog"
	"strings"
)

// MaxLength is the longest code that is looked at, in bytes. EMVCo asks
// readers for at least 512 (QRCPS-CPM 1.1, 4.1).
const MaxLength = 1024

// SlipPrefix is what the code of a slip begins with, docs/reference/slip.md: a
// charge that waits to be collected, and no code of a customer.
const SlipPrefix = "PSL1:"

// Secret is the text of a customer's code. A live one-time code is money, so
// the type shows itself masked to fmt, slog, JSON and text encoders.
type Secret string

// Reveal is the text itself: for the wallet's request and nothing else.
func (s Secret) Reveal() string { return string(s) }

// Masked is the first six and the last two characters, or only a length when
// the code is too short to hide behind that.
func (s Secret) Masked() string {
	if len(s) < 12 {
		return fmt.Sprintf("(%d characters)", len(s))
	}
	return clean(string(s[:6])) + "…" + clean(string(s[len(s)-2:]))
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '.'
		}
		return r
	}, s)
}

// String is Masked, so that a format verb cannot leak a code.
func (s Secret) String() string { return s.Masked() }

// GoString is Masked, for %#v.
func (s Secret) GoString() string { return s.Masked() }

// Format is Masked for every verb, %x and %q included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.Masked())) }

// LogValue is Masked, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.Masked()) }

// MarshalText is Masked, for JSON and TOML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.Masked()), nil }

// Code is a payment code of one wallet.
type Code struct {
	Text   Secret // as it goes to the wallet, without AIM id and control characters
	AIM    string // "]Q1", "]C0", …; empty when the scanner does not tell
	Wallet string // who is asked for the money
	Kind   string // "emv_cpm", "jpqr_cpm", "digits", "signed"
	Rule   string // the rule that recognised it
	Signed bool   // the phone has signed it: it can be proved without a network
}

// Refusal says why something that was scanned is not taken. It is an error;
// its Why is one of the words below, whose sentences for the cashier are in
// agent/health under "code." + Why.
type Refusal struct {
	Why    Why
	Rule   string // the rule that refused it, if one did
	Wallet string // of NoWallet: whose code it is, as far as a rule knows
	Cause  error  // of BadCode: what is damaged, and where (*FormatError); it names no digit of the code
}

// Why is the kind of a refusal.
type Why string

const (
	Empty        Why = "empty"         // nothing but control characters
	TooLong      Why = "too_long"      // over MaxLength
	NotText      Why = "not_text"      // NUL, control or invalid bytes inside
	MerchantCode Why = "merchant_code" // a shop's own code: the customer must open the pay screen
	WebAddress   Why = "web_address"
	Product      Why = "product"      // JAN/EAN of goods
	Bill         Why = "bill"         // a payment slip of a utility
	Offline      Why = "offline_code" // a signed offline code, which this register does not take
	BadCode      Why = "bad_code"     // looks like a payment code, but is damaged
	NoWallet     Why = "no_wallet"    // a payment code of a wallet that this store does not take
	StoreCopy    Why = "store_copy"   // a slip of this store, of a charge that was taken without a network
	Unknown      Why = "unknown"      // no rule knows it
)

func (r *Refusal) Error() string {
	text := "code refused: " + string(r.Why)
	if r.Rule != "" {
		text += " by rule " + r.Rule
	}
	if r.Wallet != "" {
		text += ", wallet " + r.Wallet
	}
	if r.Cause != nil {
		text += ": " + r.Cause.Error()
	}
	return text
}

// Unwrap is the Cause.
func (r *Refusal) Unwrap() error { return r.Cause }
