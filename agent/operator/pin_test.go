package operator_test

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/posagent/posagent/agent/operator"
)

func TestCheckPIN(t *testing.T) {
	for _, c := range []struct {
		role operator.Role
		pin  string
		says string // part of the complaint; empty: it is good
	}{
		{operator.Cashier, "4071", ""},
		{operator.Cashier, "407193", ""},
		{operator.Manager, "407193", ""},
		{operator.Manager, "112358132134", ""},
		{operator.Cashier, "407", "at least 4"},
		{operator.Manager, "40719", "at least 6"},
		{operator.Manager, "1123581321345", "at most 12"},
		{operator.Cashier, "", "at least 4"},
		{operator.Cashier, "40a1", "digits"},
		{operator.Cashier, "４０７１", "digits"}, // full-width, as an input method writes them
		{operator.Cashier, "0000", "repeats"},
		{operator.Manager, "777777", "repeats"},
		{operator.Cashier, "1212", "repeats"},
		{operator.Manager, "407407", "repeats"},
		{operator.Cashier, "1234", "counts"},
		{operator.Cashier, "9876", "counts"},
		{operator.Cashier, "8901", "counts"},
		{operator.Manager, "210987", "counts"},
		{"owner", "407193", "role"},
	} {
		err := operator.CheckPIN(c.role, c.pin)
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s %q: %v, but it is a good PIN", c.role, c.pin, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s %q: %v, but want a complaint with %q", c.role, c.pin, err, c.says)
		}
	}
}

func TestHashRefusesWhatCheckPINRefuses(t *testing.T) {
	if hash, err := operator.Hash(operator.Cashier, "1234"); err == nil {
		t.Errorf("1234 became %s", hash)
	}
}

func TestHashAndVerify(t *testing.T) {
	hash := mustHash(t, operator.Cashier, "4071")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %s", hash)
	}
	if again := mustHash(t, operator.Cashier, "4071"); again == hash {
		t.Error("the same PIN has the same hash twice: there is no fresh salt")
	}
	for pin, want := range map[string]bool{"4071": true, "4072": false, "04071": false, "": false, "4071\x00": false} {
		if got, err := operator.Verify(hash, pin); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", pin, got, err, want)
		}
	}
}

// The vectors are those of the function's reference implementation
// (P-H-C/phc-winner-argon2, src/test.c), not of ours.
func TestVerifyAgainstTheReferenceVectors(t *testing.T) {
	const (
		oneLane  = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
		twoLanes = "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
	)
	for _, hash := range []string{oneLane, twoLanes} {
		if ok, err := operator.Verify(hash, "password"); !ok || err != nil {
			t.Errorf("%s: %v, %v", hash, ok, err)
		}
		if ok, _ := operator.Verify(hash, "passwore"); ok {
			t.Errorf("%s takes another password", hash)
		}
	}
}

func TestCheckHashRefuses(t *testing.T) {
	const salt, sum = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for name, hash := range map[string]string{
		"empty":          "",
		"a PIN":          "4071",
		"argon2i":        "$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + sum,
		"old version":    "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + sum,
		"no passes":      "$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + sum,
		"too many lanes": "$argon2id$v=19$m=19456,t=2,p=9$" + salt + "$" + sum,
		"4 TB":           "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum,
		"leading zero":   "$argon2id$v=19$m=019456,t=2,p=1$" + salt + "$" + sum,
		"more after it":  "$argon2id$v=19$m=19456,t=2,p=1x$" + salt + "$" + sum,
		"short salt":     "$argon2id$v=19$m=19456,t=2,p=1$c29t$" + sum,
		"padding":        "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "=$" + sum,
		"no sum":         "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$",
	} {
		err := operator.CheckHash(hash)
		if err == nil {
			t.Errorf("%s: %q is taken", name, hash)
		} else if strings.Contains(err.Error(), sum) {
			t.Errorf("%s: the complaint shows the hash: %v", name, err)
		}
	}
}

// A settings file comes from outside: whatever stands there, reading it must
// not panic, and what is taken must be a hash that can be run.
func FuzzCheckHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJH")
	f.Add("$argon2id$v=19$m=-1,t=256,p=256$$")
	f.Add("$$$$$")
	form := regexp.MustCompile(`^\$argon2id\$v=19\$m=([1-9][0-9]*),t=([1-9]|10),p=[1-4]\$[0-9A-Za-z+/]{11,86}\$[0-9A-Za-z+/]{22,86}$`)
	f.Fuzz(func(t *testing.T, hash string) {
		if operator.CheckHash(hash) != nil {
			return
		}
		m := form.FindStringSubmatch(hash)
		if m == nil {
			t.Fatalf("%q is taken", hash)
		}
		if len(m[1]) < 4 { // under 1 MiB: cheap enough to run here
			if _, err := operator.Verify(hash, satosPIN); err != nil {
				t.Errorf("%q is taken, but cannot be run: %v", hash, err)
			}
		}
	})
}

// cheap is a hash that costs next to nothing, for tests that sign in often.
func cheap(pin string) string {
	salt := []byte("a test's salt")
	enc := base64.RawStdEncoding.EncodeToString
	return "$argon2id$v=19$m=8,t=1,p=1$" + enc(salt) + "$" + enc(argon2.IDKey([]byte(pin), salt, 1, 8, 1, 32))
}

func mustHash(t *testing.T, r operator.Role, pin string) string {
	t.Helper()
	hash, err := operator.Hash(r, pin)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
