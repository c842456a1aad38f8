package handover

import (
	"bytes"
	"crypto/elliptic"
	"encoding/asn1"
	"errors"
	"math/big"
)

// signatureKind is with what a register has signed. Both kinds are 64 bytes on
// a slip.
type signatureKind byte

const (
	edwards signatureKind = 1 // Ed25519, as it is
	point   signatureKind = 2 // ECDSA on P-256: r and s instead of their ASN.1
)

var errSignature = errors.New("its register's signature is neither one of ECDSA on P-256 nor one of Ed25519")

// flat is a signature as it stands on a slip. What reads as ASN.1 is of ECDSA:
// so each signature has one form, which unflat turns back into the same bytes.
func flat(signature []byte) (signatureKind, []byte, error) {
	if r, s, ok := parsePoint(signature); ok {
		out := make([]byte, signatureSize)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return point, out, nil
	}
	if len(signature) == signatureSize {
		return edwards, signature, nil
	}
	return 0, nil, errSignature
}

// unflat is a signature as the wallet is shown it, nil when there is none such.
func unflat(kind signatureKind, flat []byte) []byte {
	switch kind {
	case edwards:
		return bytes.Clone(flat)
	case point:
		r, s := new(big.Int).SetBytes(flat[:len(flat)/2]), new(big.Int).SetBytes(flat[len(flat)/2:])
		out, err := asn1.Marshal(pair{r, s})
		if err != nil {
			return nil
		}
		return out
	}
	return nil
}

type pair struct{ R, S *big.Int }

// parsePoint takes r and s out of their one ASN.1 form (X.690, 10).
func parsePoint(signature []byte) (r, s *big.Int, ok bool) {
	var p pair
	rest, err := asn1.Unmarshal(signature, &p)
	if err != nil || len(rest) > 0 || !inRange(p.R) || !inRange(p.S) {
		return nil, nil, false
	}
	again, err := asn1.Marshal(p)
	return p.R, p.S, err == nil && bytes.Equal(again, signature)
}

func inRange(n *big.Int) bool {
	return n.Sign() > 0 && n.Cmp(elliptic.P256().Params().N) < 0
}
