package oda_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/offline/oda"
)

func verify(raw []byte, tr oda.Trust, cache *oda.Cache) error {
	_, err := oda.Verify(raw, noon, 1200, tr, cache)
	return err
}

// refused fails unless the error is one of the words.
func refused(t rapid.TB, err error) {
	t.Helper()
	if r := oda.Reason(""); !errors.As(err, &r) || r == "" {
		t.Fatalf("%v, want a reason", err)
	}
}

// Every single bit matters, also when the certificate is known.
func TestEveryBitFlipIsRefused(t *testing.T) {
	tr := trust(t)
	for _, alg := range algorithms {
		raw, cache := good(alg).raw(), oda.NewCache(4)
		if err := verify(raw, tr, cache); err != nil {
			t.Fatal(err)
		}
		for bit := range 8 * len(raw) {
			raw[bit/8] ^= 1 << (bit % 8)
			refused(t, verify(raw, tr, cache))
			raw[bit/8] ^= 1 << (bit % 8)
		}
		if err := verify(raw, tr, cache); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnyDamageIsRefused(t *testing.T) {
	tr, cache := trust(t), oda.NewCache(4)
	rapid.Check(t, func(t *rapid.T) {
		alg := rapid.SampledFrom(algorithms).Draw(t, "algorithm")
		whole := good(alg).raw()
		raw := append([]byte(nil), whole...)
		for range rapid.IntRange(1, 5).Draw(t, "bytes") {
			raw[rapid.IntRange(0, len(raw)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "to")
		}
		if cut := rapid.IntRange(-3, len(raw)).Draw(t, "cut"); cut > 0 && cut < 8 {
			raw = raw[:len(raw)-cut]
		}
		if bytes.Equal(raw, whole) {
			return
		}
		refused(t, verify(raw, tr, cache))
	})
}

// What the package signs it verifies, in all carriers, with all its fields.
func TestWhatIsSignedIsVerified(t *testing.T) {
	tr := trust(t)
	rapid.Check(t, func(t *rapid.T) {
		alg := rapid.SampledFrom(algorithms).Draw(t, "algorithm")
		now := noon.Add(time.Duration(rapid.Int64Range(-80*86400, 80*86400).Draw(t, "now")) * time.Second)
		back := func(name string, most int64) time.Time {
			return now.Add(-time.Duration(rapid.Int64Range(0, most).Draw(t, name)) * time.Second)
		}
		secret := rapid.SliceOfN(rapid.ByteRange(1, 254), 32, 32).Draw(t, "secret")
		device, err := oda.RestoreDevice(alg, secret)
		if err != nil {
			t.Fatal(err)
		}
		cert := oda.Certificate{
			Issuer: issuerID(alg, own), Algorithm: alg, DeviceKey: device.PublicKey(), NotBefore: back("not before", 71*3600),
			PerChargeMax: rapid.Int64Range(1, math.MaxUint32).Draw(t, "per charge"), CumulativeMax: rapid.Int64Range(0, math.MaxUint32).Draw(t, "cumulative"),
		}
		binary.BigEndian.PutUint64(cert.Serial[:], rapid.Uint64Range(0, 1<<63).Draw(t, "serial"))
		binary.BigEndian.PutUint64(cert.WalletToken[:], rapid.Uint64Range(0, 1<<63).Draw(t, "token"))
		cert.NotAfter = cert.NotBefore.Add(oda.MaxLifetime)
		offer := oda.Offer{
			IssuedAt: back("issued", 31).Add(oda.Skew), TTL: time.Duration(rapid.Int64Range(1, 60).Draw(t, "ttl")) * time.Second,
			Counter: rapid.Uint32().Draw(t, "counter"), MaxAmount: rapid.Int64Range(1, math.MaxUint32).Draw(t, "maximum"),
		}
		certificate, err := oda.IssueCertificate(issuerKey(cert.Issuer), cert)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := oda.SignCode(device, certificate, offer)
		if err != nil {
			t.Fatal(err)
		}
		raw, _, err := oda.Decode(oda.Encode(signed, rapid.SampledFrom(carriers).Draw(t, "carrier")))
		if err != nil {
			t.Fatal(err)
		}
		amount := rapid.Int64Range(1, min(cert.PerChargeMax, offer.MaxAmount)).Draw(t, "amount")
		v, err := oda.Verify(raw, now, amount, tr, nil)
		if err != nil {
			t.Fatal(err)
		}
		if v.Counter != offer.Counter || v.Serial != cert.Serial || v.WalletToken != cert.WalletToken || v.PerChargeMax != cert.PerChargeMax ||
			v.CumulativeMax != cert.CumulativeMax || v.MaxAmount != offer.MaxAmount || !v.NotAfter.Equal(cert.NotAfter) ||
			!v.IssuedAt.Equal(offer.IssuedAt) || !v.Expires.Equal(offer.IssuedAt.Add(offer.TTL+oda.Skew)) {
			t.Fatalf("verified %+v", v)
		}
		code, err := oda.Parse(raw)
		if err != nil || code.Offer != offer || fmt.Sprint(code.Certificate) != fmt.Sprint(utc(cert)) {
			t.Fatalf("parsed %v, %v", code, err)
		}
	})
}

func utc(c oda.Certificate) oda.Certificate {
	c.NotBefore, c.NotAfter = c.NotBefore.UTC(), c.NotAfter.UTC()
	return c
}

// The last second in which a code is taken is the one that Verified names, and
// a fraction of a second changes nothing.
func TestExpiresIsTheLastSecond(t *testing.T) {
	tr, raw := trust(t), good(oda.P256).raw()
	v, err := oda.Verify(raw, noon, 1200, tr, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := oda.Verify(raw, v.Expires.Add(time.Second-1), 1200, tr, nil); err != nil {
		t.Errorf("in its last second: %v", err)
	}
	if _, err := oda.Verify(raw, v.Expires.Add(time.Second), 1200, tr, nil); err != oda.Expired {
		t.Errorf("after its last second: %v", err)
	}
	for _, now := range []time.Time{{}, time.Unix(math.MinInt64, 0), time.Unix(math.MaxInt64, 0), time.Unix(1<<32, 0), time.Unix(-1, 0)} {
		if _, err := oda.Verify(raw, now, 1200, tr, nil); err == nil {
			t.Errorf("taken at %v", now)
		}
	}
}

// One phone has one identity whatever certificate and carrier it comes with.
func TestTheDeviceIsTheSameUnderAnotherCertificate(t *testing.T) {
	tr := trust(t)
	f := good(oda.Ed25519)
	a, err := oda.Verify(f.raw(), noon, 1, tr, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.serial[3], f.token[3] = 9, 9
	b, err := oda.Verify(f.raw(), noon, 1, tr, nil)
	if err != nil || a.DeviceKey != b.DeviceKey || a.Counter != b.Counter || a.Serial == b.Serial {
		t.Errorf("%v; %x and %x", err, a.DeviceKey, b.DeviceKey)
	}
}

// A key of small order lets anybody sign. This shows it with the library's own
// verification, and that the package takes none of them, in none of its forms.
func TestSmallOrderKeysAreRefused(t *testing.T) {
	tr := trust(t)
	signature := make([]byte, 64)
	signature[0] = 1
	dangerous := 0
	for _, y := range smallOrder() {
		for _, sign := range []byte{0, 0x80} {
			f := good(oda.Ed25519)
			f.key = append([]byte(nil), y...)
			f.key[31] |= sign
			f.proofBytes = func(s []byte) { copy(s, signature) }
			fits := false
			for f.counter = 0; f.counter < 100 && !fits; f.counter++ {
				raw := f.raw()
				fits = ed25519.Verify(f.key, append([]byte("OP1\x00"), raw[:152]...), signature)
				if err := verify(raw, tr, nil); err != oda.WrongDeviceKey {
					t.Fatalf("%x: %v", f.key, err)
				}
			}
			if fits {
				dangerous++
			}
		}
	}
	if dangerous < 10 {
		t.Errorf("only %d of the keys let anybody sign: are they the right ones?", dangerous)
	}
}

// smallOrder are the y coordinates of the points of small order, and those of
// them that fit below 2²⁵⁵ once more with the prime added.
func smallOrder() [][]byte {
	y := func(first, rest, last byte) []byte {
		return append(append([]byte{first}, bytes.Repeat([]byte{rest}, 30)...), last)
	}
	out := [][]byte{y(0, 0, 0), y(1, 0, 0), y(0xEC, 0xFF, 0x7F), y(0xED, 0xFF, 0x7F), y(0xEE, 0xFF, 0x7F)}
	return append(out,
		[]byte("\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05"),
		[]byte("\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a"))
}

// Many lanes may share a trust list and a cache.
func TestVerifyFromManyGoroutines(t *testing.T) {
	tr, cache := trust(t), oda.NewCache(3)
	var codes [][]byte
	for i := range 8 {
		f := good(algorithms[i%2])
		f.serial[4] = byte(i)
		codes = append(codes, f.raw())
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 40 {
				if err := verify(codes[rand.IntN(len(codes))], tr, cache); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
