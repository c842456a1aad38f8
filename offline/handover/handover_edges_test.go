package handover_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/posagent/posagent/offline/handover"
)

// A file from a stranger takes no more memory than one of ours: with the work
// factor that age allows by itself it is 4 GiB, and the agent is killed.
func TestAFileThatAsksForMuchMemory(t *testing.T) {
	r, err := age.NewScryptRecipient("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(20) // 1 GiB; 22 goes through as well
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	secret, err := handover.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = handover.Unseal(out.Bytes(), secret, "any other passphrase")
	runtime.ReadMemStats(&after)
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 300 {
		t.Errorf("a file of %d bytes takes %d MiB to refuse (%v)", out.Len(), took, err)
	}
}

// The name of a file comes into the journal with each of its charges, and onto
// terminals.
func TestAnyNameIsTaken(t *testing.T) {
	secret, err := handover.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := handover.Recipient(secret)
	if err != nil {
		t.Fatal(err)
	}
	for what, id := range map[string]string{"control characters": "Q-T01\x1b[2J\x00\n", "a megabyte": strings.Repeat("Q", 1<<20)} {
		sealed, err := handover.Seal(handover.File{ID: id, Store: "S1", Terminal: "T1", Made: time.Unix(1, 0).UTC()}, []string{to}, "")
		if err != nil {
			continue
		}
		if f, err := handover.Unseal(sealed, secret, ""); err == nil {
			t.Errorf("%s: a file's name of %d bytes is taken", what, len(f.ID))
		}
	}
}

// Twelve characters are not four.
func TestFourCharactersAreNoPassphrase(t *testing.T) {
	if handover.CheckReceivers(nil, "あいうえ") == nil {
		t.Error("a passphrase of four characters is taken, where at least twelve are asked for")
	}
}
