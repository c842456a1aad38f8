package oda_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
)

// fields are the certificate and the offer of good.
func fields(alg oda.Algorithm) (oda.Certificate, oda.Offer) {
	f := good(alg)
	return oda.Certificate{Issuer: f.issuer, Algorithm: alg, WalletToken: f.token, DeviceKey: f.key,
			NotBefore: time.Unix(f.notBefore, 0), NotAfter: time.Unix(f.notAfter, 0),
			PerChargeMax: int64(f.perCharge), CumulativeMax: int64(f.cumulative), Serial: f.serial},
		oda.Offer{IssuedAt: time.Unix(f.iat, 0), TTL: time.Duration(f.ttl) * time.Second, Counter: f.counter, Nonce: f.nonce, MaxAmount: int64(f.max)}
}

func device(t testing.TB, alg oda.Algorithm) *oda.Device {
	t.Helper()
	d, err := oda.RestoreDevice(alg, seed(fmt.Sprintf("phone %d", alg)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The signing side writes what the tests write by hand, to the bit.
func TestSigningMakesTheCodesOfTheVectors(t *testing.T) {
	for _, alg := range algorithms {
		cert, offer := fields(alg)
		certificate, err := oda.IssueCertificate(issuerKey(cert.Issuer), cert)
		if err != nil || !bytes.Equal(certificate, good(alg).certificate()) {
			t.Fatalf("algorithm %d: another certificate, %v", alg, err)
		}
		raw, err := oda.SignCode(device(t, alg), certificate, offer)
		if err != nil || !bytes.Equal(raw, good(alg).raw()) {
			t.Fatalf("algorithm %d: another code, %v", alg, err)
		}
	}
}

func TestIssueCertificateRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*oda.Certificate)
		want   oda.Reason
	}{
		{"an unknown algorithm", func(c *oda.Certificate) { c.Algorithm = 7 }, oda.UnknownAlgorithm},
		{"a key of the other algorithm", func(c *oda.Certificate) { c.Algorithm = 3 - c.Algorithm }, oda.WrongDeviceKey},
		{"no key", func(c *oda.Certificate) { c.DeviceKey = nil }, oda.WrongDeviceKey},
		{"a key that is none", func(c *oda.Certificate) { c.DeviceKey = make([]byte, len(c.DeviceKey)) }, oda.WrongDeviceKey},
		{"a long life", func(c *oda.Certificate) { c.NotAfter = c.NotBefore.Add(oda.MaxLifetime + time.Second) }, oda.CertificateLifetime},
		{"an end before the beginning", func(c *oda.Certificate) { c.NotAfter = c.NotBefore.Add(-1) }, oda.CertificateLifetime},
		{"a flag", func(c *oda.Certificate) { c.Flags = 0x80 }, oda.UnknownFlags},
		{"a time before 1970", func(c *oda.Certificate) { c.NotBefore, c.NotAfter = time.Unix(-1, 0), time.Unix(9, 0) }, oda.OutOfRange},
		{"a time after 2106", func(c *oda.Certificate) { c.NotBefore, c.NotAfter = time.Unix(1<<32-1, 0), time.Unix(1<<32, 0) }, oda.OutOfRange},
		{"less than nothing", func(c *oda.Certificate) { c.PerChargeMax = -1 }, oda.OutOfRange},
		{"more than fits", func(c *oda.Certificate) { c.CumulativeMax = 1 << 32 }, oda.OutOfRange},
	} {
		for _, alg := range algorithms {
			cert, _ := fields(alg)
			c.change(&cert)
			if out, err := oda.IssueCertificate(issuerKey(cert.Issuer), cert); err != c.want || out != nil {
				t.Errorf("%s, algorithm %d: %v, want %v", c.name, alg, err, c.want)
			}
		}
	}
	cert, _ := fields(oda.Ed25519)
	if _, err := oda.IssueCertificate(nil, cert); err != oda.WrongKey {
		t.Errorf("without a key: %v", err)
	}
}

func TestSignCodeRefuses(t *testing.T) {
	for _, alg := range algorithms {
		certificate := good(alg).certificate()
		_, offer := fields(alg)
		sign := func(d *oda.Device, certificate []byte, change func(*oda.Offer), want oda.Reason) {
			t.Helper()
			o := offer
			change(&o)
			if out, err := oda.SignCode(d, certificate, o); err != want || out != nil {
				t.Errorf("algorithm %d: %v, want %v", alg, err, want)
			}
		}
		same, d := func(*oda.Offer) {}, device(t, alg)
		sign(nil, certificate, same, oda.WrongDeviceKey)
		sign(&oda.Device{}, certificate, same, oda.WrongDeviceKey)
		sign(device(t, 3-alg), certificate, same, oda.WrongDeviceKey)
		sign(d, nil, same, oda.WrongLength)
		sign(d, certificate[:40], same, oda.WrongLength)
		sign(d, append(certificate, 0), same, oda.WrongLength)
		sign(d, append([]byte{2}, certificate[1:]...), same, oda.WrongVersion)
		sign(d, append([]byte{1, 3}, certificate[2:]...), same, oda.UnknownAlgorithm)
		sign(d, certificate, func(o *oda.Offer) { o.TTL = 0 }, oda.WrongTTL)
		sign(d, certificate, func(o *oda.Offer) { o.TTL = 61 * time.Second }, oda.WrongTTL)
		sign(d, certificate, func(o *oda.Offer) { o.TTL = 1500 * time.Millisecond }, oda.WrongTTL)
		sign(d, certificate, func(o *oda.Offer) { o.IssuedAt = time.Unix(-1, 0) }, oda.OutOfRange)
		sign(d, certificate, func(o *oda.Offer) { o.MaxAmount = 1 << 32 }, oda.OutOfRange)
	}
}

func TestDevicesAreMadeAndRestored(t *testing.T) {
	for _, alg := range algorithms {
		d, err := oda.NewDevice(alg)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := d.Secret()
		if err != nil {
			t.Fatal(err)
		}
		again, err := oda.RestoreDevice(alg, secret)
		if err != nil || !bytes.Equal(again.PublicKey(), d.PublicKey()) || again.Algorithm() != alg {
			t.Errorf("algorithm %d: %v", alg, err)
		}
		other, err := oda.NewDevice(alg)
		if err != nil || bytes.Equal(other.PublicKey(), d.PublicKey()) {
			t.Errorf("algorithm %d: two devices of one key, %v", alg, err)
		}
		if _, err := oda.RestoreDevice(alg, secret[1:]); err != oda.WrongDeviceKey {
			t.Errorf("algorithm %d, a short secret: %v", alg, err)
		}
	}
	if _, err := oda.NewDevice(3); err != oda.UnknownAlgorithm {
		t.Error(err)
	}
	for _, secret := range [][]byte{make([]byte, 32), bytes.Repeat([]byte{0xFF}, 32)} {
		if _, err := oda.RestoreDevice(oda.P256, secret); err != oda.WrongDeviceKey {
			t.Errorf("no number of P-256: %v", err)
		}
	}
}

// A fresh code is money and a device's secret is more; neither is shown.
func TestCodesAndSecretsAreNotShown(t *testing.T) {
	raw := oda.Raw(good(oda.P256).raw())
	d := device(t, oda.P256)
	secret, err := d.Secret()
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(map[string]any{"raw": raw, "device": d})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "raw", raw, "device", d)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "raw", raw, "device", *d)
	shown := string(asJSON) + log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		shown += fmt.Sprintf(verb, raw) + fmt.Sprintf(verb, d) + fmt.Sprintf(verb, *d) + fmt.Sprintf(verb, struct{ R oda.Raw }{raw})
	}
	for _, hidden := range [][]byte{raw[140:], secret} {
		for _, form := range []string{hex.EncodeToString(hidden[:8]), fmt.Sprint(hidden[:8])[1:12], string(hidden[:8])} {
			if strings.Contains(strings.ToLower(shown), strings.ToLower(form)) {
				t.Errorf("shown: %s", form)
			}
		}
	}
	if fmt.Sprint(raw) != "(217 bytes)" {
		t.Error(fmt.Sprint(raw))
	}
}
