package oda

// Reason is why a code is refused, or why one cannot be made. It is the error
// itself: one word of docs/reference/op1.md and nothing of the code.
type Reason string

// Of the text.
const (
	NoCarrier    Reason = "carrier"   // begins like none of the three carriers
	WrongLength  Reason = "length"    // a text or bytes of another length than the layout has
	NotBase45    Reason = "base45"    // a character or a group that base45 does not have
	NotBase64    Reason = "base64"    // a character, stray bits or padding that base64 does not have
	NotDecimal   Reason = "decimal"   // no digit, or a group that is more than its bytes
	NotContainer Reason = "container" // base64, but not the one container of these bytes
)

// Of the form.
const (
	WrongVersion     Reason = "version"
	UnknownAlgorithm Reason = "algorithm"
	UnknownFlags     Reason = "flags" // a flag may narrow what a certificate allows, so none is passed over
)

// Of who certified it, and when.
const (
	UnknownIssuer       Reason = "unknown_issuer"
	IssuerAlgorithm     Reason = "issuer_algorithm" // another algorithm than the trust list has for this issuer
	IssuerNotYet        Reason = "issuer_not_yet"
	IssuerExpired       Reason = "issuer_expired"
	CertificateNotYet   Reason = "certificate_not_yet"
	CertificateExpired  Reason = "certificate_expired"
	CertificateLifetime Reason = "certificate_lifetime" // longer than MaxLifetime
)

// Of the offer.
const (
	WrongTTL      Reason = "ttl"     // zero, or more than MaxTTL
	Future        Reason = "future"  // issued more than Skew ahead
	Expired       Reason = "expired" // more than Skew after its end
	WrongAmount   Reason = "amount"  // zero or less
	OverCodeMax   Reason = "over_code_max"
	OverChargeMax Reason = "over_charge_max"
)

// Of what is stopped, and of the proofs.
const (
	DeniedSerial         Reason = "denied_serial"
	DeniedWallet         Reason = "denied_wallet"
	CertificateSignature Reason = "certificate_signature"
	WrongDeviceKey       Reason = "device_key" // no point, or one under which anybody can sign
	HighS                Reason = "high_s"     // the second form of an ECDSA signature
	DeviceSignature      Reason = "device_signature"
)

// Of what was to be made; Verify never answers with these.
const (
	OutOfRange Reason = "range"      // a value does not fit its field
	WrongKey   Reason = "issuer_key" // an issuer's key that is none
	TwoIssuers Reason = "two_issuers"
	NoWallet   Reason = "no_wallet" // an issuer or a deny list that is nobody's
)

// Error is the word with what it is about.
func (r Reason) Error() string { return "offline code: " + string(r) }
