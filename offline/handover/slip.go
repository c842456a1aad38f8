package handover

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline/oda"
)

// ErrSlip means that a text is no slip: it is another code, or it was not read
// or typed to its end.
var ErrSlip = errors.New("not the code of a store copy")

// The layout of docs/reference/slip.md: big endian, no options, no padding.
const (
	slipVersion   = 1
	slipDomain    = "PSL1\x00" // what the check begins with
	checkSize     = 4
	maxWallet     = 32
	maxSlip       = len(paycode.SlipPrefix) + (1+1+1+charge.MaxKey+1+maxWallet+3+8+4+1+217+signatureSize+checkSize+1)/2*3
	signatureSize = 64
)

// carriers are the carriers of a code, by their byte.
var carriers = []oda.Carrier{1: oda.Base45, 2: oda.Base64, 3: oda.Decimal}

// EncodeSlip is the one text of a charge, for a QR code on paper. Its errors
// name the part of the charge that no slip can hold, and no part of the code.
func EncodeSlip(c Charge) (string, error) {
	fail := func(format string, args ...any) (string, error) {
		return "", fmt.Errorf("no slip can be made of charge %s: %w", c.Key, fmt.Errorf(format, args...))
	}
	if err := formed(c); err != nil {
		return fail("%w", err)
	}
	raw, carrier, err := oda.Decode(c.Code.Reveal())
	if err == nil {
		_, err = oda.Parse(raw)
	}
	if err != nil {
		return fail("its code is no signed one: %w", err)
	}
	kind, signature, err := flat(c.Signature)
	if err != nil {
		return fail("%w", err)
	}
	out := []byte{slipVersion, byte(kind)}
	out = append(append(out, byte(len(c.Key))), c.Key...)
	out = append(append(out, byte(len(c.Wallet))), c.Wallet...)
	out = append(out, c.Amount.Currency...)
	out = binary.BigEndian.AppendUint64(out, uint64(c.Amount.Minor))
	out = binary.BigEndian.AppendUint32(out, uint32(c.Accepted.Unix()))
	for i, each := range carriers {
		if each == carrier {
			out = append(out, byte(i))
		}
	}
	out = append(append(out, raw...), signature...)
	return string(oda.AppendBase45([]byte(paycode.SlipPrefix), append(out, check(out)...))), nil
}

// DecodeSlip takes a text only if EncodeSlip would write just that; every other
// text is ErrSlip. That a charge could be read says nothing of whether it is
// genuine: code and signature are still to be verified.
func DecodeSlip(text string) (Charge, error) {
	body, ours := strings.CutPrefix(text, paycode.SlipPrefix)
	if !ours || len(text) > maxSlip {
		return Charge{}, ErrSlip
	}
	data, err := oda.DecodeBase45(body)
	if err != nil || len(data) < checkSize {
		return Charge{}, ErrSlip
	}
	data, sum := data[:len(data)-checkSize], data[len(data)-checkSize:]
	if !bytes.Equal(check(data), sum) {
		return Charge{}, ErrSlip
	}
	c, ok := read(data)
	if !ok {
		return Charge{}, ErrSlip
	}
	if again, err := EncodeSlip(c); err != nil || again != text {
		return Charge{}, ErrSlip
	}
	return c, nil
}

// read takes a slip's bytes apart. Whether they are the bytes that would be
// written is seen by writing them again.
func read(data []byte) (Charge, bool) {
	r := reader{left: data, ok: true}
	version, kind := r.number(1), r.number(1)
	c := Charge{
		Key:    charge.Key(r.bytes(int(r.number(1)))),
		Wallet: string(r.bytes(int(r.number(1)))),
	}
	c.Amount.Currency = money.Currency(r.bytes(3))
	c.Amount.Minor = int64(r.number(8))
	c.Accepted = time.Unix(int64(r.number(4)), 0).UTC()
	carrier := r.number(1)
	if version != slipVersion || carrier == 0 || carrier >= uint64(len(carriers)) || len(r.left) < signatureSize {
		return c, false
	}
	raw := r.bytes(len(r.left) - signatureSize)
	c.Code = paycode.Secret(oda.Encode(raw, carriers[carrier]))
	c.Signature = unflat(signatureKind(kind), r.bytes(signatureSize))
	return c, r.ok
}

// reader takes fields off the front. Once something is missing nothing of it
// counts.
type reader struct {
	left []byte
	ok   bool
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.left) {
		r.left, r.ok = nil, false
		return nil
	}
	var out []byte
	out, r.left = r.left[:n], r.left[n:]
	return out
}

func (r *reader) number(n int) (out uint64) {
	for _, b := range r.bytes(n) {
		out = out<<8 | uint64(b)
	}
	return out
}

// formed tells whether every field is what a charge of ours has.
func formed(c Charge) error {
	if _, _, _, _, err := c.Key.Parts(); err != nil {
		return err
	}
	switch unix := c.Accepted.Unix(); {
	case !isWallet(c.Wallet):
		return errors.New("its wallet's id is not 1 to 32 of a-z, 0-9 and _")
	case !isCurrency(string(c.Amount.Currency)):
		return errors.New("its currency is not three capital letters")
	case c.Amount.Minor <= 0:
		return errors.New("its amount is not above 0")
	case unix <= 0 || unix >= 1<<32 || c.Accepted.Nanosecond() != 0:
		return errors.New("the time at which it was taken is not in whole seconds of after 1970")
	}
	return nil
}

func isWallet(id string) bool {
	for _, b := range []byte(id) {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '_' {
			return false
		}
	}
	return id != "" && len(id) <= maxWallet
}

func isCurrency(code string) bool {
	for _, b := range []byte(code) {
		if b < 'A' || b > 'Z' {
			return false
		}
	}
	return len(code) == 3
}

// check catches what was typed or cut off wrongly. It proves nothing.
func check(data []byte) []byte {
	sum := sha256.Sum256(append([]byte(slipDomain), data...))
	return sum[:checkSize]
}
