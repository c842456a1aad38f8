package oda_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/posagent/posagent/offline/oda"
)

// A verifier that was written from the specification, in another language and
// on another library of cryptography, says the same of every text.
func TestAnotherVerifierAgrees(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIP: node is not installed")
	}
	cmd := exec.Command(node, "testdata/verify.mjs", vectorPath)
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
	vectors, tr := read(t)
	texts := 0
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
			if proved != nil && (their.Verified == nil || *their.Verified != *proved) {
				t.Errorf("%s: the other verifier proves %+v, ours %+v", name, their.Verified, proved)
			}
		}
	}
	if texts != len(theirs) {
		t.Errorf("%d texts, the other verifier judged %d", texts, len(theirs))
	}
	t.Log(texts, "texts")
}
