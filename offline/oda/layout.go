package oda

import (
	"encoding/binary"
	"time"
)

// The layout: big endian, no lengths, no options. The certificate comes first
// and what follows the device key moves by one byte with the algorithm.
const (
	version = 1

	algorithmAt = 1
	issuerAt    = 2
	tokenAt     = 6
	keyAt       = 14

	termsSize     = 25 // not before, not after, two maxima, serial, flags
	offerSize     = 17 // issued at, ttl, counter, nonce, maximum
	signatureSize = 64

	rawSizeEd25519 = keyAt + 32 + termsSize + signatureSize + offerSize + signatureSize
	rawSizeP256    = rawSizeEd25519 + 1
)

// What is signed begins with these, so that no signature of one kind can be
// shown as the other.
const (
	certificatePrefix = "OP1C\x00"
	codePrefix        = "OP1\x00"
)

// keySize is the length of a device key, or zero for an unknown algorithm.
func (a Algorithm) keySize() int {
	switch a {
	case Ed25519:
		return 32
	case P256:
		return 33
	}
	return 0
}

func (a Algorithm) certificateSize() int {
	return keyAt + a.keySize() + termsSize + signatureSize
}

func sizeOfRaw(n int) bool { return n == rawSizeEd25519 || n == rawSizeP256 }

// parts are the pieces of a code that are signed or sign. They share its
// memory.
type parts struct {
	code        Code
	signed      []byte // of the certificate, without its signature
	signature   []byte // of the issuer
	certificate []byte // both
	offered     []byte // certificate and offer: what the device signs
	proof       []byte // of the device
}

// Parse takes a code apart and proves nothing. It checks the form only.
func Parse(raw Raw) (Code, error) {
	p, err := split(raw)
	return p.code, err
}

func split(raw Raw) (parts, error) {
	if !sizeOfRaw(len(raw)) {
		return parts{}, WrongLength
	}
	cert, err := certificateForm(raw)
	if err != nil {
		return parts{}, err
	}
	size := cert.Algorithm.certificateSize()
	end := size + offerSize
	if len(raw) != end+signatureSize {
		return parts{}, WrongLength
	}
	if cert.Flags != 0 {
		return parts{}, UnknownFlags
	}
	return parts{
		code:        Code{Certificate: cert, Offer: readOffer(raw[size:end])},
		signed:      raw[:size-signatureSize],
		signature:   raw[size-signatureSize : size],
		certificate: raw[:size],
		offered:     raw[:end],
		proof:       raw[end:],
	}, nil
}

// certificateForm reads the certificate that data begins with.
func certificateForm(data []byte) (Certificate, error) {
	if len(data) < keyAt {
		return Certificate{}, WrongLength
	}
	if data[0] != version {
		return Certificate{}, WrongVersion
	}
	alg := Algorithm(data[algorithmAt])
	if alg.keySize() == 0 {
		return Certificate{}, UnknownAlgorithm
	}
	if len(data) < alg.certificateSize() {
		return Certificate{}, WrongLength
	}
	terms := data[keyAt+alg.keySize():]
	return Certificate{
		Issuer:        KeyID(data[issuerAt:tokenAt]),
		Algorithm:     alg,
		WalletToken:   Token(data[tokenAt:keyAt]),
		DeviceKey:     append([]byte(nil), data[keyAt:keyAt+alg.keySize()]...),
		NotBefore:     seconds(terms[0:]),
		NotAfter:      seconds(terms[4:]),
		PerChargeMax:  int64(binary.BigEndian.Uint32(terms[8:])),
		CumulativeMax: int64(binary.BigEndian.Uint32(terms[12:])),
		Serial:        Serial(terms[16:24]),
		Flags:         terms[24],
	}, nil
}

func readOffer(data []byte) Offer {
	return Offer{
		IssuedAt:  seconds(data),
		TTL:       time.Duration(data[4]) * time.Second,
		Counter:   binary.BigEndian.Uint32(data[5:]),
		Nonce:     [4]byte(data[9:13]),
		MaxAmount: int64(binary.BigEndian.Uint32(data[13:])),
	}
}

func seconds(data []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint32(data)), 0).UTC()
}

// append32 appends a number of four bytes and says whether it was one.
func append32(out []byte, n int64) ([]byte, bool) {
	return binary.BigEndian.AppendUint32(out, uint32(n)), n >= 0 && n < 1<<32
}
