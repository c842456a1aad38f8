package oda_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
)

// Whatever is scanned is refused with a word, or is the one text of its bytes.
func FuzzDecode(f *testing.F) {
	vectors, _ := read(f)
	for _, v := range vectors {
		for _, text := range v.Texts {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoded(t, text)
		// Most mutations lose the prefix or the length; these have both.
		for _, c := range carriers {
			whole := oda.Encode(make([]byte, 216+len(text)%2), c)
			if len(text) < len(whole)-7 {
				decoded(t, whole[:7]+text+whole[7+len(text):])
			}
		}
	})
}

func decoded(t *testing.T, text string) {
	t.Helper()
	raw, carrier, err := oda.Decode(text)
	if err != nil {
		refused(t, err)
		if raw != nil {
			t.Fatal("bytes beside an error")
		}
		return
	}
	if oda.Encode(raw, carrier) != text || encode(raw, carrier) != text {
		t.Fatalf("%s: not the one text of its bytes", carrier)
	}
	for _, c := range carriers {
		if again, _, err := oda.Decode(oda.Encode(raw, c)); err != nil || !bytes.Equal(again, raw) {
			t.Fatalf("%s and %s disagree: %v", carrier, c, err)
		}
	}
}

// A fuzzer has no key, so it must not find a code that is taken and was not
// among those that it began with.
func FuzzVerify(f *testing.F) {
	vectors, tr := read(f)
	signed := map[string]bool{} // right at some time and for some amount
	for _, v := range vectors {
		for _, text := range v.Texts {
			raw, _, err := oda.Decode(text)
			if err != nil {
				continue
			}
			f.Add([]byte(raw), v.Now, v.Amount)
			switch oda.Reason(v.Verdict) {
			case "accepted", oda.CertificateNotYet, oda.CertificateExpired, oda.Future, oda.Expired, oda.WrongAmount, oda.OverCodeMax, oda.OverChargeMax, oda.IssuerNotYet, oda.IssuerExpired:
				signed[string(raw)] = true
			}
		}
	}
	cache := oda.NewCache(100)
	f.Fuzz(func(t *testing.T, raw []byte, now, amount int64) {
		v, err := oda.Verify(raw, time.Unix(now, 0), amount, tr, cache)
		if err != nil {
			refused(t, err)
			return
		}
		if !signed[string(raw)] {
			t.Fatal("a code that nobody signed is taken")
		}
		if amount <= 0 || amount > v.MaxAmount || amount > v.PerChargeMax || now > v.Expires.Unix() || now < v.IssuedAt.Unix()-30 || now > v.NotAfter.Unix() {
			t.Fatalf("taken at %d for %d: %+v", now, amount, v)
		}
	})
}
