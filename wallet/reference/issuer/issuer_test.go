package issuer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/issuer"
)

// What the issuer certifies, a register that trusts its two entries takes;
// after a restart the key is the same, and nobody else may read it.
func TestPhonesOfBothKinds(t *testing.T) {
	dir := t.TempDir()
	first, err := issuer.Open(dir, "own")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, issuer.KeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key's file is %v, %v", info, err)
	}
	second, err := issuer.Open(dir, "own")
	if err != nil {
		t.Fatal(err)
	}
	trust, err := oda.NewTrust(second.Issuers())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, alg := range []oda.Algorithm{oda.Ed25519, oda.P256} {
		phone, err := oda.NewDevice(alg)
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := first.Certify(oda.Certificate{
			Algorithm: alg, DeviceKey: phone.PublicKey(), NotBefore: now, NotAfter: now.Add(time.Hour), PerChargeMax: 100, CumulativeMax: 100,
		})
		if err != nil {
			t.Fatal(err)
		}
		code, err := oda.SignCode(phone, certificate, oda.Offer{IssuedAt: now, TTL: time.Minute, Counter: 1, MaxAmount: 100})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := oda.Verify(code, now, 100, trust, nil); err != nil || got.Wallet != "own" {
			t.Errorf("algorithm %d: %+v, %v", alg, got, err)
		}
	}
	if _, err := first.Certify(oda.Certificate{Algorithm: 9}); err == nil {
		t.Error("an unknown algorithm is certified")
	}
	if text := fmt.Sprintf("%v %+v %#v", first, first, first); strings.Contains(text, "[") {
		t.Errorf("it shows its key: %s", text)
	}
}
