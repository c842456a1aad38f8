package oda_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
)

// noon is when the vectors are verified.
var noon = time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)

// seed is the secret of a test's key. Anybody can make it, so nobody may trust it.
func seed(name string) []byte {
	s := sha256.Sum256([]byte("posagent test key, trust it nowhere: " + name))
	return s[:]
}

func issuerKey(id oda.KeyID) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(seed(fmt.Sprintf("issuer %x", id)))
}

// The ids of issuers: the third byte is the algorithm.
func issuerID(alg oda.Algorithm, n byte) oda.KeyID { return oda.KeyID{'O', 'P', byte(alg), n} }

const (
	own, ended, coming, brief, foreign, unknown = 1, 2, 3, 4, 5, 9
)

// forged is a code of which everything can be said, also what the package
// refuses to say. It writes the layout a second time.
type forged struct {
	version, alg, flags          byte
	issuer                       oda.KeyID
	token, serial                [8]byte
	key                          []byte
	notBefore, notAfter          int64
	perCharge, cumulative        uint32
	iat                          int64
	ttl                          byte
	counter                      uint32
	nonce                        [4]byte
	max                          uint32
	signer                       ed25519.PrivateKey
	device                       phone
	certificatePrefix, prefix    string
	certificateBytes, proofBytes func([]byte) // may change a signature before it is used
}

// phone signs 64 bytes.
type phone struct {
	public []byte
	sign   func(message []byte) []byte
}

func newPhone(alg oda.Algorithm, name string) phone {
	if alg == oda.Ed25519 {
		key := ed25519.NewKeyFromSeed(seed(name))
		return phone{key.Public().(ed25519.PublicKey), func(m []byte) []byte { return ed25519.Sign(key, m) }}
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed(name))
	if err != nil {
		panic(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	public := append([]byte{2 | point[64]&1}, point[1:33]...)
	return phone{public, func(m []byte) []byte {
		digest := sha256.Sum256(m)
		der, err := key.Sign(nil, digest[:], crypto.SHA256) // without randomness: RFC 6979
		if err != nil {
			panic(err)
		}
		var pair struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &pair); err != nil {
			panic(err)
		}
		if n := elliptic.P256().Params().N; new(big.Int).Lsh(pair.S, 1).Cmp(n) > 0 {
			pair.S.Sub(n, pair.S)
		}
		return append(pair.R.FillBytes(make([]byte, 32)), pair.S.FillBytes(make([]byte, 32))...)
	}}
}

// good is a code that is right at noon for up to 3000 yen.
func good(alg oda.Algorithm) forged {
	p := newPhone(alg, fmt.Sprintf("phone %d", alg))
	return forged{
		version: 1, alg: byte(alg), issuer: issuerID(alg, own),
		token: [8]byte{0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, byte(alg)}, serial: [8]byte{0xA0, 0, 0, 0, 0, 0, 0, byte(alg)},
		key: p.public, notBefore: noon.Unix() - 300, notAfter: noon.Unix() - 300 + 48*3600,
		perCharge: 3000, cumulative: 10000,
		iat: noon.Unix() - 4, ttl: 30, counter: 41, nonce: [4]byte{0xDE, 0xAD, 0xBE, 0xEF}, max: 5000,
		signer: issuerKey(issuerID(alg, own)), device: p,
		certificatePrefix: "OP1C\x00", prefix: "OP1\x00",
	}
}

func (f forged) certificate() []byte {
	out := slices.Concat([]byte{f.version, f.alg}, f.issuer[:], f.token[:], f.key)
	for _, n := range []uint32{uint32(f.notBefore), uint32(f.notAfter), f.perCharge, f.cumulative} {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	out = append(append(out, f.serial[:]...), f.flags)
	signature := ed25519.Sign(f.signer, append([]byte(f.certificatePrefix), out...))
	if f.certificateBytes != nil {
		f.certificateBytes(signature)
	}
	return append(out, signature...)
}

func (f forged) raw() []byte { return f.under(f.certificate()) }

// under makes the phone's part under a certificate.
func (f forged) under(certificate []byte) []byte {
	out := binary.BigEndian.AppendUint32(certificate, uint32(f.iat))
	out = append(out, f.ttl)
	out = binary.BigEndian.AppendUint32(out, f.counter)
	out = append(out, f.nonce[:]...)
	out = binary.BigEndian.AppendUint32(out, f.max)
	signature := f.device.sign(append([]byte(f.prefix), out...))
	if f.proofBytes != nil {
		f.proofBytes(signature)
	}
	return append(out, signature...)
}

// The trust list of the tests. The other wallet's deny list names what the
// good codes are made of.
func issuers() []oda.Issuer {
	var out []oda.Issuer
	for _, alg := range []oda.Algorithm{oda.Ed25519, oda.P256} {
		for _, n := range []byte{own, ended, coming, brief, foreign} {
			id := issuerID(alg, n)
			i := oda.Issuer{ID: id, Algorithm: alg, PublicKey: issuerKey(id).Public().(ed25519.PublicKey), Wallet: "own",
				ValidFrom: noon.AddDate(-1, 0, 0), ValidUntil: noon.AddDate(1, 0, 0)}
			switch n {
			case ended:
				i.ValidUntil = noon.Add(-time.Second)
			case coming:
				i.ValidFrom = noon.Add(time.Second)
			case brief:
				i.ValidFrom, i.ValidUntil = noon, noon
			case foreign:
				i.Wallet = "other"
			}
			out = append(out, i)
		}
	}
	return out
}

func denied() []oda.Denied {
	return []oda.Denied{
		{Wallet: "own", Serials: []oda.Serial{{0xDD, 1}}, Tokens: []oda.Token{{0xDD, 2}}},
		{Wallet: "other", Serials: []oda.Serial{good(1).serial, good(2).serial}, Tokens: []oda.Token{good(1).token, good(2).token}},
	}
}

func trust(t testing.TB) oda.Trust {
	t.Helper()
	tr, err := oda.NewTrust(issuers(), denied()...)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// encode writes a carrier a second time, plainly and for any length.
func encode(raw []byte, carrier oda.Carrier) string {
	switch carrier {
	case oda.Base45:
		const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
		var out strings.Builder
		out.WriteString("OP1:")
		for pair := range slices.Chunk(raw, 2) {
			n, digits := int(pair[0]), 2
			if len(pair) == 2 {
				n, digits = n*256+int(pair[1]), 3
			}
			for range digits {
				out.WriteByte(alphabet[n%45])
				n /= 45
			}
		}
		return out.String()
	case oda.Base64:
		tlv := func(tag string, value ...string) string {
			v := strings.Join(value, "")
			if len(v) < 0x80 {
				return tag + string([]byte{byte(len(v))}) + v
			}
			return tag + string([]byte{0x81, byte(len(v))}) + v
		}
		return b64(tlv("\x85", "CPV01") + tlv("\x61", tlv("\x4F", "\xF0\x4F\x46\x51\x31"), tlv("\x5A", string(raw[6:14])), tlv("\x63", tlv("\xDF\x01", string(raw)))))
	}
	var out strings.Builder
	out.WriteString("97")
	for group := range slices.Chunk(raw, 15) {
		digits := len(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(8*len(group))), big.NewInt(1)).String())
		fmt.Fprintf(&out, "%0*s", digits, new(big.Int).SetBytes(group))
	}
	return out.String()
}

func b64(data string) string { return base64.StdEncoding.EncodeToString([]byte(data)) }

var (
	algorithms = []oda.Algorithm{oda.Ed25519, oda.P256}
	carriers   = []oda.Carrier{oda.Base45, oda.Base64, oda.Decimal}
)
