package oda_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/offline/oda"
)

// A verifier that was written from the specification, in another language and
// on another library of cryptography, says the same of every text: of the
// file, and of codes that are damaged at random.
func TestAnotherVerifierAgrees(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIP: node is not installed")
	}
	vectors, tr := read(t)
	t.Run("vectors", func(t *testing.T) { agree(t, node, vectorPath, vectors, tr) })
	t.Run("damage", func(t *testing.T) {
		damaged := damage(t)
		path := filepath.Join(t.TempDir(), "damage.json")
		data, err := json.Marshal(vectorFile{Trust: trustEntries(), Vectors: damaged})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		agree(t, node, path, damaged, tr)
	})
}

// damage are codes with bytes changed before or after they were signed, and
// texts with characters changed.
func damage(t *testing.T) []vector {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var out []vector
	for i := range 600 {
		f := good(algorithms[i%2])
		f.iat += r.Int64N(200) - 100
		f.ttl = byte(r.IntN(70))
		f.notAfter += r.Int64N(3) * 86400
		f.max = uint32(r.IntN(3000))
		raw := f.raw()
		if r.IntN(2) == 0 {
			raw[r.IntN(len(raw))] ^= 1 << r.IntN(8)
		}
		c := carriers[r.IntN(3)]
		text := []byte(oda.Encode(raw, c))
		if r.IntN(3) == 0 {
			text[r.IntN(len(text))] = byte(32 + r.IntN(95))
		}
		out = append(out, vector{Name: fmt.Sprint(i), Now: noon.Unix() + r.Int64N(30), Amount: 900, Texts: map[oda.Carrier]string{c: string(text)}})
	}
	return out
}

// agree compares what the two say of each text of the file at path.
func agree(t *testing.T, node, path string, vectors []vector, tr oda.Trust) {
	cmd := exec.Command(node, "testdata/verify.mjs", path)
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, trouble.String())
	}
	type verdict struct {
		Name     string
		Carrier  oda.Carrier
		Verdict  string
		Verified *proof
	}
	theirs := map[string]verdict{}
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		var v verdict
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		theirs[v.Name+", "+string(v.Carrier)] = v
	}
	texts, taken := 0, 0
	for _, v := range vectors {
		for carrier, text := range v.Texts {
			texts++
			name := v.Name + ", " + string(carrier)
			their, ok := theirs[name]
			ours, proved := judge(text, v.Now, v.Amount, tr, nil)
			if !ok || their.Verdict != ours {
				t.Errorf("%s: the other verifier says %q, ours says %q", name, their.Verdict, ours)
				continue
			}
			if proved != nil {
				taken++
			}
			if proved != nil && (their.Verified == nil || *their.Verified != *proved) {
				t.Errorf("%s: the other verifier proves %+v, ours %+v", name, their.Verified, proved)
			}
		}
	}
	if texts != len(theirs) {
		t.Errorf("%d texts, the other verifier judged %d", texts, len(theirs))
	}
	t.Logf("%d texts, %d of them taken", texts, taken)
}
