package oda_test

import (
	"crypto/elliptic"
	"math"
	"math/big"
	"slices"

	"github.com/posagent/posagent/offline/oda"
)

// A kase is a code and what is to be said of it, by hand.
type kase struct {
	name    string
	change  func(*forged) // before it is signed
	flip    func([]byte)  // after
	after   int64         // seconds after noon
	amount  int64         // 0: 1200 yen
	verdict oda.Reason    // empty: accepted
}

// nothing is an amount of zero.
const nothing = math.MinInt64

// kases are the cases of one algorithm.
func kases(alg oda.Algorithm) []kase {
	return slices.Concat(goodKases(), clockKases(), termsKases(alg), forgedKases(alg), keyKases(alg), flippedKases(alg))
}

func goodKases() []kase {
	return []kase{
		{name: "good"},
		{name: "the last second of a code", after: 56},
		{name: "as far ahead as may be", change: func(f *forged) { f.iat += 34 }},
		{name: "the first second of a certificate", change: func(f *forged) { f.notBefore += 300 }},
		{name: "the last second of a certificate", change: func(f *forged) { f.notAfter -= 48*3600 - 300 }},
		{name: "the longest certificate", change: func(f *forged) { f.notAfter += 24 * 3600 }},
		{name: "the shortest ttl", change: func(f *forged) { f.ttl = 1 }},
		{name: "the longest ttl", change: func(f *forged) { f.ttl = 60 }, after: 86},
		{name: "counter 0", change: func(f *forged) { f.counter = 0 }},
		{name: "the last counter", change: func(f *forged) { f.counter = 1<<32 - 1 }},
		{name: "one yen", amount: 1},
		{name: "the whole per-charge maximum", amount: 3000},
		{name: "the whole of the code's maximum", amount: 900, change: func(f *forged) { f.max = 900 }},
		{name: "the greatest maxima", amount: 1<<32 - 1, change: func(f *forged) { f.max, f.perCharge, f.cumulative = 1<<32-1, 1<<32-1, 1<<32-1 }},
	}
}

func clockKases() []kase {
	return []kase{
		{name: "a second too late", after: 57, verdict: oda.Expired},
		{name: "an hour too late", after: 3600, verdict: oda.Expired},
		{name: "a second too far ahead", change: func(f *forged) { f.iat += 35 }, verdict: oda.Future},
		{name: "a day ahead", change: func(f *forged) { f.iat += 86400 }, verdict: oda.Future},
		{name: "a second before the certificate", change: func(f *forged) { f.notBefore += 301 }, verdict: oda.CertificateNotYet},
		{name: "a second after the certificate", change: func(f *forged) { f.notAfter -= 48*3600 - 299 }, verdict: oda.CertificateExpired},
		{name: "a certificate that ends before it begins", change: func(f *forged) { f.notAfter = f.notBefore - 1 }, verdict: oda.CertificateExpired},
		{name: "a certificate for a second too long", change: func(f *forged) { f.notAfter += 24*3600 + 1 }, verdict: oda.CertificateLifetime},
		{name: "a certificate for ever", change: func(f *forged) { f.notBefore, f.notAfter = 0, 1<<32-1 }, verdict: oda.CertificateLifetime},
		{name: "ttl 0", change: func(f *forged) { f.ttl = 0 }, verdict: oda.WrongTTL},
		{name: "ttl 61", change: func(f *forged) { f.ttl = 61 }, verdict: oda.WrongTTL},
		{name: "ttl 255", change: func(f *forged) { f.ttl = 255 }, verdict: oda.WrongTTL},
	}
}

func termsKases(alg oda.Algorithm) []kase {
	by := func(id oda.KeyID) func(*forged) {
		return func(f *forged) { f.issuer, f.signer = id, issuerKey(id) }
	}
	return []kase{
		{name: "version 2", change: func(f *forged) { f.version = 2 }, verdict: oda.WrongVersion},
		{name: "algorithm 0", change: func(f *forged) { f.alg = 0 }, verdict: oda.UnknownAlgorithm},
		{name: "algorithm 3", change: func(f *forged) { f.alg = 3 }, verdict: oda.UnknownAlgorithm},
		{name: "the length of the other algorithm", change: func(f *forged) { f.alg = 3 - f.alg }, verdict: oda.WrongLength},
		{name: "a flag", change: func(f *forged) { f.flags = 1 }, verdict: oda.UnknownFlags},
		{name: "an unknown issuer", change: by(issuerID(alg, unknown)), verdict: oda.UnknownIssuer},
		{name: "an issuer of the other algorithm", change: by(issuerID(3-alg, own)), verdict: oda.IssuerAlgorithm},
		{name: "an issuer that is over", change: by(issuerID(alg, ended)), verdict: oda.IssuerExpired},
		{name: "an issuer that is to come", change: by(issuerID(alg, coming)), verdict: oda.IssuerNotYet},
		{name: "an issuer in its only second", change: by(issuerID(alg, brief))},
		{name: "a serial that another wallet revoked", change: func(f *forged) { by(issuerID(alg, foreign))(f); f.serial = [8]byte{0xDD, 1}; f.token[0]++ }},
		{name: "a wallet token that another wallet revoked", change: func(f *forged) { by(issuerID(alg, foreign))(f); f.token = [8]byte{0xDD, 2}; f.serial[1]++ }},
		{name: "a serial that the other wallet revoked itself", change: by(issuerID(alg, foreign)), verdict: oda.DeniedSerial},
		{name: "a wallet token that the other wallet revoked itself", change: func(f *forged) { by(issuerID(alg, foreign))(f); f.serial[1]++ }, verdict: oda.DeniedWallet},
		{name: "zero yen", amount: nothing, verdict: oda.WrongAmount},
		{name: "less than zero yen", amount: -1, verdict: oda.WrongAmount},
		{name: "a yen over the code's maximum", amount: 901, change: func(f *forged) { f.max = 900 }, verdict: oda.OverCodeMax},
		{name: "a yen over the per-charge maximum", amount: 3001, verdict: oda.OverChargeMax},
		{name: "a revoked serial", change: func(f *forged) { f.serial = [8]byte{0xDD, 1} }, verdict: oda.DeniedSerial},
		{name: "a revoked wallet token", change: func(f *forged) { f.token = [8]byte{0xDD, 2} }, verdict: oda.DeniedWallet},
	}
}

func forgedKases(alg oda.Algorithm) []kase {
	other := newPhone(alg, "another phone")
	return []kase{
		{name: "a certificate of a wrong issuer", change: func(f *forged) { f.signer = issuerKey(issuerID(alg, unknown)) }, verdict: oda.CertificateSignature},
		{name: "a certificate signed without its prefix", change: func(f *forged) { f.certificatePrefix = "" }, verdict: oda.CertificateSignature},
		{name: "a certificate signed with the code's prefix", change: func(f *forged) { f.certificatePrefix = f.prefix }, verdict: oda.CertificateSignature},
		{name: "a certificate signed by nobody", change: func(f *forged) { f.certificateBytes = func(s []byte) { clear(s) } }, verdict: oda.CertificateSignature},
		{name: "a certificate's signature with S+L", change: func(f *forged) { f.certificateBytes = addOrder }, verdict: oda.CertificateSignature},
		{name: "a code of another phone", change: func(f *forged) { f.device = other }, verdict: oda.DeviceSignature},
		{name: "a code signed without its prefix", change: func(f *forged) { f.prefix = "" }, verdict: oda.DeviceSignature},
		{name: "a code signed with the certificate's prefix", change: func(f *forged) { f.prefix = f.certificatePrefix }, verdict: oda.DeviceSignature},
		{name: "a code signed by nobody", change: func(f *forged) { f.proofBytes = func(s []byte) { clear(s) } }, verdict: oda.DeviceSignature},
		{name: "a code under another certificate of the same phone", flip: func(raw []byte) {
			f := good(alg)
			f.perCharge = 100000
			copy(raw, f.certificate())
		}, verdict: oda.DeviceSignature},
	}
}

// keyKases are second forms of signatures, and keys that are none.
func keyKases(alg oda.Algorithm) []kase {
	key := func(b ...byte) func(*forged) {
		return func(f *forged) {
			f.key = append(b, make([]byte, len(f.key)-len(b))...)
			// R of order 1 and S of 0: right for every message under the key of order 1.
			f.proofBytes = func(s []byte) { clear(s); s[0] = 1 }
		}
	}
	if alg == oda.Ed25519 {
		return []kase{
			{name: "a code's signature with S+L", change: func(f *forged) { f.proofBytes = addOrder }, verdict: oda.DeviceSignature},
			{name: "a device key of order 1", change: key(1), verdict: oda.WrongDeviceKey},
			{name: "a device key of order 4", change: key(0), verdict: oda.WrongDeviceKey},
			{name: "a device key above the prime", change: key(append([]byte{0xF0}, append(slices.Repeat([]byte{0xFF}, 30), 0x7F)...)...), verdict: oda.WrongDeviceKey},
		}
	}
	order := elliptic.P256().Params().N
	second := func(f *forged) {
		f.proofBytes = func(s []byte) {
			new(big.Int).Sub(order, new(big.Int).SetBytes(s[32:])).FillBytes(s[32:])
		}
	}
	return []kase{
		{name: "high S", change: second, verdict: oda.HighS},
		{name: "an S that is the order", change: func(f *forged) { f.proofBytes = func(s []byte) { order.FillBytes(s[32:]) } }, verdict: oda.HighS},
		{name: "an R that is the order", change: func(f *forged) { f.proofBytes = func(s []byte) { order.FillBytes(s[:32]) } }, verdict: oda.DeviceSignature},
		{name: "a device key off the curve", change: key(2, 0xFF, 0xFF, 0xFF, 0xFF), verdict: oda.WrongDeviceKey},
		{name: "a device key with an unknown first byte", change: func(f *forged) { f.key = append([]byte{4}, f.key[1:]...) }, verdict: oda.WrongDeviceKey},
	}
}

// addOrder makes the second form of an Ed25519 signature.
func addOrder(signature []byte) {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(signature[32:])
	slices.Reverse(s)
	new(big.Int).Add(order, new(big.Int).SetBytes(s)).FillBytes(s)
	slices.Reverse(s)
	copy(signature[32:], s)
}

// flippedKases have one bit of each field turned after everything was signed.
func flippedKases(alg oda.Algorithm) []kase {
	shift := int(alg) - 1
	var out []kase
	for _, f := range []struct {
		field   string
		at      int // in algorithm 1
		verdict oda.Reason
	}{
		{"version", 0, oda.WrongVersion},
		{"issuer", 4, oda.UnknownIssuer},
		{"wallet token", 13, oda.CertificateSignature},
		{"device key", 30, oda.CertificateSignature},
		{"not before", 49, oda.CertificateSignature},
		{"not after", 53, oda.CertificateSignature},
		{"per-charge maximum", 57, oda.CertificateSignature},
		{"cumulative maximum", 61, oda.CertificateSignature},
		{"serial", 69, oda.CertificateSignature},
		{"flags", 70, oda.UnknownFlags},
		{"issuer's R", 71, oda.CertificateSignature},
		{"issuer's S", 103, oda.CertificateSignature},
		{"issued at", 138, oda.DeviceSignature},
		{"ttl", 139, oda.DeviceSignature},
		{"counter", 143, oda.DeviceSignature},
		{"nonce", 144, oda.DeviceSignature},
		{"code's maximum", 151, oda.DeviceSignature},
		{"device's first number", 152, oda.DeviceSignature},
		{"device's second number", 215, oda.DeviceSignature},
	} {
		if f.at > 13 {
			f.at += shift
		}
		out = append(out, kase{name: "a bit of the " + f.field, flip: func(raw []byte) { raw[f.at] ^= 1 << (f.at % 2) }, verdict: f.verdict})
	}
	return out
}
