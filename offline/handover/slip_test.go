package handover_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
)

// What is written is what was given, whichever charge it is.
func TestEveryChargeReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := charges(t)
		text, err := handover.EncodeSlip(c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := handover.DecodeSlip(text)
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Fatalf("%+v, %v; want %+v", got, err, c)
		}
		if len(text) > paycode.MaxLength {
			t.Fatalf("a scanner's code of %d characters is not looked at", len(text))
		}
	})
}

// charges draws a charge that a register could have taken.
func charges(t *rapid.T) handover.Charge {
	id := rapid.StringMatching(`[0-9A-Za-z]{1,4}`)
	key, err := charge.NewKey(id.Draw(t, "store"), id.Draw(t, "terminal"), rapid.Int64Range(0, 999_999_999_999).Draw(t, "epoch"), rapid.Int64Range(1, 999_999_999).Draw(t, "seq"))
	if err != nil {
		t.Fatal(err)
	}
	alg := rapid.SampledFrom([]oda.Algorithm{oda.Ed25519, oda.P256}).Draw(t, "algorithm")
	raw := rapid.SliceOfN(rapid.Byte(), 215+int(alg), 215+int(alg)).Draw(t, "raw")
	raw[0], raw[1], raw[69+int(alg)] = 1, byte(alg), 0 // version, algorithm, flags
	return handover.Charge{
		Key: key, Wallet: rapid.StringMatching(`[a-z0-9_]{1,32}`).Draw(t, "wallet"),
		Amount:    money.Amount{Minor: rapid.Int64Range(1, 1<<62).Draw(t, "amount"), Currency: money.Currency(rapid.StringMatching(`[A-Z]{3}`).Draw(t, "currency"))},
		Accepted:  time.Unix(rapid.Int64Range(1, 1<<32-1).Draw(t, "accepted"), 0).UTC(),
		Code:      paycode.Secret(oda.Encode(raw, rapid.SampledFrom([]oda.Carrier{oda.Base45, oda.Base64, oda.Decimal}).Draw(t, "carrier"))),
		Signature: rapid.OneOf(rapid.Custom(points), rapid.SliceOfN(rapid.Byte(), 64, 64)).Draw(t, "signature"),
	}
}

// points draws an ECDSA signature, short numbers among them.
func points(t *rapid.T) []byte {
	number := func(name string) *big.Int {
		b := rapid.SliceOfN(rapid.Byte(), 1, 32).Draw(t, name)
		b[0] &= 0x7F // below the order of the curve
		return new(big.Int).Add(new(big.Int).SetBytes(b), big.NewInt(1))
	}
	out, err := asn1.Marshal(struct{ R, S *big.Int }{number("r"), number("s")})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A signature of Ed25519 that reads as one of ECDSA comes back all the same.
func TestASignatureOfBothForms(t *testing.T) {
	c := vectors(t)[0].charge(t)
	c.Signature = bothForms()
	text, err := handover.EncodeSlip(c)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := handover.DecodeSlip(text); err != nil || !bytes.Equal(got.Signature, c.Signature) {
		t.Errorf("%x, %v", got.Signature, err)
	}
}

func bothForms() []byte {
	return slices.Concat([]byte{0x30, 62, 0x02, 29}, bytes.Repeat([]byte{1}, 29), []byte{0x02, 29}, bytes.Repeat([]byte{2}, 29))
}

// A charge with a part that no slip can hold has none, and the error tells
// which, but nothing of the code.
func TestWhatNoSlipHolds(t *testing.T) {
	for name, change := range map[string]func(*handover.Charge){
		"key":        func(c *handover.Charge) { c.Key = "S0001-T01-1-01" },
		"no key":     func(c *handover.Charge) { c.Key = "" },
		"no wallet":  func(c *handover.Charge) { c.Wallet = "" },
		"wallet":     func(c *handover.Charge) { c.Wallet = "Own" },
		"long":       func(c *handover.Charge) { c.Wallet = strings.Repeat("w", 33) },
		"currency":   func(c *handover.Charge) { c.Amount.Currency = "yen" },
		"amount":     func(c *handover.Charge) { c.Amount.Minor = 0 },
		"fraction":   func(c *handover.Charge) { c.Accepted = c.Accepted.Add(time.Millisecond) },
		"time":       func(c *handover.Charge) { c.Accepted = time.Time{} },
		"2106":       func(c *handover.Charge) { c.Accepted = time.Unix(1<<32, 0) },
		"plain code": func(c *handover.Charge) { c.Code = "97012345678901234567" },
		"damaged":    func(c *handover.Charge) { c.Code = c.Code[:len(c.Code)-1] },
		"flags": func(c *handover.Charge) {
			c.Code = paycode.Secret(oda.Encode(bytes.Repeat([]byte{1}, 216), oda.Base45))
		},
		"unsigned": func(c *handover.Charge) { c.Signature = nil },
		"short":    func(c *handover.Charge) { c.Signature = make([]byte, 63) },
		"zero":     func(c *handover.Charge) { c.Signature = []byte{0x30, 6, 2, 1, 0, 2, 1, 1} },
		"tail":     func(c *handover.Charge) { c.Signature = append(bytes.Clone(c.Signature), 0) },
	} {
		c := vectors(t)[0].charge(t)
		change(&c)
		text, err := handover.EncodeSlip(c)
		if err == nil || text != "" {
			t.Errorf("%s: %q", name, text)
			continue
		}
		if said := err.Error(); strings.Contains(said, c.Code.Reveal()[:20]) && c.Code != "" {
			t.Errorf("%s: the error shows the code: %s", name, said)
		}
	}
}

// Whatever was read wrongly is refused: one character changed, lost, doubled
// or swapped with its neighbour, or the end missing.
func TestASlipReadWrongly(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	for _, v := range vectors(t) {
		tries := []string{"", v.Text + "\r", " " + v.Text, v.Text + v.Text, strings.ToLower(v.Text)}
		for i := range v.Text {
			other := alphabet[(strings.IndexByte(alphabet, v.Text[i])+1+i%44)%45]
			tries = append(tries, v.Text[:i]+string(other)+v.Text[i+1:], v.Text[:i]+v.Text[i+1:], v.Text[:i], v.Text[:i]+v.Text[i:i+1]+v.Text[i:])
			if i > 0 {
				tries = append(tries, v.Text[:i-1]+v.Text[i:i+1]+v.Text[i-1:i]+v.Text[i+1:])
			}
		}
		for _, text := range tries {
			if c, err := handover.DecodeSlip(text); text != v.Text && !errors.Is(err, handover.ErrSlip) {
				t.Errorf("%s: %.40q is charge %s, %v", v.Name, text, c.Key, err)
			}
		}
	}
}

// Bytes with a right check are taken only in the one form that is written.
func TestASlipHasOneForm(t *testing.T) {
	v := vectors(t)[0]
	body, err := hex.DecodeString(v.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if text := sealed(body); text != v.Text {
		t.Fatal("the test does not write what is written")
	}
	key, sig := 3+int(body[2]), len(body)-64
	for name, change := range map[string]func([]byte) []byte{
		"version 0":               set(0, 0),
		"version 2":               set(0, 2),
		"unknown signature":       set(1, 3),
		"no signature":            set(1, 0),
		"an r of 0":               func(b []byte) []byte { clear(b[sig : sig+32]); return b },
		"an s beyond the curve":   func(b []byte) []byte { copy(b[sig+32:], bytes.Repeat([]byte{0xFF}, 32)); return b },
		"ASN.1 as Ed25519":        func(b []byte) []byte { b[1] = 1; return append(b[:sig], bothForms()...) },
		"carrier 0":               set(key+1+int(body[key])+15, 0),
		"carrier 4":               set(key+1+int(body[key])+15, 4),
		"a longer key":            set(2, body[2]+1),
		"a key beyond the end":    set(2, 255),
		"a wallet beyond the end": set(key, 255),
		"a negative amount":       set(key+1+int(body[key])+3, 0x80),
		"a byte behind":           func(b []byte) []byte { return append(b, 0) },
		"a byte before the end":   func(b []byte) []byte { return append(b[:sig:sig], append([]byte{0}, b[sig:]...)...) },
		"cut off":                 func(b []byte) []byte { return b[:len(b)-1] },
		"a head alone":            func(b []byte) []byte { return b[:20] },
		"nothing":                 func([]byte) []byte { return nil },
	} {
		changed := change(bytes.Clone(body))
		if c, err := handover.DecodeSlip(sealed(changed)); !errors.Is(err, handover.ErrSlip) {
			t.Errorf("%s: charge %s, %v", name, c.Key, err)
		}
	}
}

func set(at int, to byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = to; return b }
}

// sealed writes bytes as the text of a slip, with a right check.
func sealed(body []byte) string {
	sum := sha256.Sum256(append([]byte("PSL1\x00"), body...))
	return string(oda.AppendBase45([]byte("PSL1:"), append(bytes.Clone(body), sum[:4]...)))
}

// A slip is read with a phone and with an old scanner: on the narrowest paper a
// module has at least 3 dots, on the usual one 5, whatever ids a store has, and
// even if the printer's own encoder knows no alphanumeric mode.
func TestASlipFitsOnPaper(t *testing.T) {
	longest := vectors(t)[0].charge(t)
	longest.Key, longest.Wallet = "ABCDEFGH-12345678-217000000-1234", strings.Repeat("w", 32)
	for name, c := range map[string]handover.Charge{"usual": vectors(t)[0].charge(t), "longest": longest} {
		text, err := handover.EncodeSlip(c)
		if err != nil {
			t.Fatal(err)
		}
		for mode, text := range map[string]string{"alphanumeric": text, "bytes": strings.Repeat("z", len(text))} {
			for level, word := range map[picture.Level]string{picture.Low: "L", picture.Medium: "M"} {
				m, err := picture.QR(text, level)
				if err != nil {
					t.Fatal(err)
				}
				narrow, wide := 384/(m.Size+2*picture.QuietZone), 576/(m.Size+2*picture.QuietZone)
				t.Logf("%s, %d characters, %s, level %s: version %d, %d modules, %d and %d dots", name, len(text), mode, word, (m.Size-17)/4, m.Size, narrow, wide)
				if narrow < 3 || wide < 5 {
					t.Errorf("%s, %s, level %s: %d and %d dots a module", name, mode, word, narrow, wide)
				}
			}
		}
	}
}
