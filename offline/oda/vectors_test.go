package oda_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
)

var update = flag.Bool("update", false, "write testdata/op1.json anew")

// judge is what the package says of a text.
func judge(text string, now, amount int64, trust oda.Trust, cache *oda.Cache) (string, *proof) {
	raw, _, err := oda.Decode(text)
	var v oda.Verified
	if err == nil {
		v, err = oda.Verify(raw, time.Unix(now, 0), amount, trust, cache)
	}
	if err == nil {
		return "accepted", proofOf(v)
	}
	if r := oda.Reason(""); errors.As(err, &r) {
		return string(r), nil
	}
	return "no reason: " + err.Error(), nil
}

// made are all vectors, from the cases that are written by hand.
func made(t testing.TB) []vector {
	var out []vector
	tr := trust(t)
	for _, alg := range algorithms {
		for _, k := range kases(alg) {
			out = append(out, k.vector(alg, tr))
		}
		for _, b := range badTexts(t, alg) {
			out = append(out, vector{Name: fmt.Sprintf("algorithm %d, %s: %s", alg, b.carrier, b.name), Now: noon.Unix(), Amount: 1200,
				Verdict: string(b.verdict), Texts: map[oda.Carrier]string{b.carrier: b.text}})
		}
	}
	for _, o := range []struct{ name, text string }{{"an empty text", ""}, {"goods", "4901234567894"}, {"digits of another code", "28012345678901234567"}, {"a shop's code", "00020101021126"}, {"the prefix alone, in digits", "97"}} {
		v := vector{Name: o.name, Now: noon.Unix(), Amount: 1200, Verdict: string(oda.NoCarrier), Texts: map[oda.Carrier]string{oda.Decimal: o.text}}
		if o.text == "97" {
			v.Verdict = string(oda.WrongLength)
		}
		out = append(out, v)
	}
	return out
}

func (k kase) vector(alg oda.Algorithm, tr oda.Trust) vector {
	f := good(alg)
	if k.change != nil {
		k.change(&f)
	}
	raw := f.raw()
	if k.flip != nil {
		k.flip(raw)
	}
	v := vector{Name: fmt.Sprintf("algorithm %d: %s", alg, k.name), Now: noon.Unix() + k.after, Amount: k.amount,
		Verdict: string(k.verdict), Texts: map[oda.Carrier]string{}}
	switch v.Amount {
	case 0:
		v.Amount = 1200
	case nothing:
		v.Amount = 0
	}
	for _, c := range carriers {
		v.Texts[c] = encode(raw, c)
	}
	if v.Verdict == "" {
		v.Verdict, v.Raw = "accepted", hex.EncodeToString(raw)
		_, v.Verified = judge(v.Texts[oda.Base45], v.Now, v.Amount, tr, nil)
	}
	return v
}

// file is the text of testdata/op1.json: one vector a line.
func file(t testing.TB) []byte {
	keys := map[string]string{}
	for _, i := range issuers() {
		keys["issuer "+hex.EncodeToString(i.ID[:])] = hex.EncodeToString(issuerKey(i.ID).Seed())
	}
	for _, alg := range algorithms {
		keys[fmt.Sprintf("phone of algorithm %d", alg)] = hex.EncodeToString(seed(fmt.Sprintf("phone %d", alg)))
	}
	f := vectorFile{
		Note:  "Vectors of OP1, docs/reference/op1.md. The keys are for tests and public; trust them nowhere. ECDSA signatures have the nonce of RFC 6979. All texts of a vector have its verdict.",
		Keys:  keys,
		Trust: trustEntries(),
	}
	head, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	out.Write(bytes.TrimSuffix(head, []byte("null\n}")))
	for i, v := range made(t) {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			out.WriteString("[\n  ")
		} else {
			out.WriteString(",\n  ")
		}
		out.Write(line)
	}
	out.WriteString("\n ]\n}\n")
	return out.Bytes()
}

const vectorPath = "testdata/op1.json"

// The file is what the cases make, to the byte, so a change of the format
// cannot pass unseen.
func TestTheFileOfVectorsIsWhatTheCasesMake(t *testing.T) {
	want := file(t)
	if *update {
		if err := os.WriteFile(vectorPath, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(vectorPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error(vectorPath + " is not what the cases make; if the format was meant to change: go test ./offline/oda -update")
	}
}

// Each verdict of the file was written by hand; the package must agree, cold
// and with a cache that has seen everything.
func TestVerdictsOfTheVectors(t *testing.T) {
	vectors, tr := read(t)
	cache := oda.NewCache(16)
	seen := map[string]int{}
	for round := range 2 {
		for _, v := range vectors {
			for carrier, text := range v.Texts {
				verdict, verified := judge(text, v.Now, v.Amount, tr, cache)
				if verdict != v.Verdict {
					t.Errorf("round %d, %s, %s: %s, want %s", round, v.Name, carrier, verdict, v.Verdict)
				}
				if v.Verified != nil && (verified == nil || *verified != *v.Verified) {
					t.Errorf("%s, %s: verified %+v, want %+v", v.Name, carrier, verified, v.Verified)
				}
				seen[verdict]++
			}
		}
	}
	for _, r := range refusals() {
		if seen[string(r)] == 0 {
			t.Errorf("no vector is refused as %s", r)
		}
	}
	t.Log(len(vectors), "vectors:", seen)
}
