package offline_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

func TestTheBestKeeperThereIs(t *testing.T) {
	t.Run("file", func(t *testing.T) {
		m := newMachine(t)
		first := m.mustHave(t, offline.AnyKeeper, offline.FileKeeper)
		same(t, first, m.mustHave(t, offline.AnyKeeper, offline.FileKeeper))
		if secret, err := offline.Secret(m.dir, "offline.key"); err != nil || !bytes.Equal(secret, first.Bytes) || !first.Plain {
			t.Errorf("the file has %x, %v", secret, err)
		}
		m.plugIn(t) // it came later, and what is there stays
		same(t, first, m.mustHave(t, offline.AnyKeeper, offline.FileKeeper))
	})
	t.Run("tpm", func(t *testing.T) {
		m := newMachine(t)
		v := m.plugIn(t)
		first := m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper)
		v.Stop()
		m.plugIn(t)
		same(t, first, m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper))
		for name, text := range m.files(t) {
			if strings.Contains(text, string(first.Bytes)) || name == secretName || first.Plain {
				t.Errorf("the key lies in %s", name)
			}
		}
	})
	t.Run("credential", func(t *testing.T) {
		m := newMachine(t)
		m.plugIn(t)
		m.give(t, bytes.Repeat([]byte{7}, 32))
		if k := m.mustHave(t, offline.AnyKeeper, offline.CredentialKeeper); k.Bytes[0] != 7 {
			t.Error("it is another key")
		}
		if files := m.files(t); len(files) != 1 || files[recordName] == "" {
			t.Errorf("there are %v", files)
		}
	})
}

// A register from before there was a choice has a file and nothing written down.
func TestAnOlderRegister(t *testing.T) {
	m := newMachine(t)
	secret, err := offline.Secret(m.dir, "offline.key")
	must(t, err)
	m.takes(t, offline.Key{Bytes: secret})
	m.plugIn(t)
	same(t, offline.Key{Bytes: secret}, m.mustHave(t, offline.AnyKeeper, offline.FileKeeper))
}

// Only what was asked for is taken, and the sentence says what to do.
func TestTheConfiguredKeeper(t *testing.T) {
	m := newMachine(t)
	m.refuses(t, offline.CredentialKeeper, `key = "credential"`, "is not given", "LoadCredentialEncrypted=posagent.offline.key")
	m.refuses(t, offline.TPMKeeper, `key = "tpm"`, "no TPM answers", "none", "tss")
	kept := m.mustHave(t, offline.FileKeeper, offline.FileKeeper)
	m.refuses(t, offline.CredentialKeeper, `key = "credential"`, "the file", secretName, `set key = "file"`, "--forget-offline-key")
	m.refuses(t, offline.TPMKeeper, "no TPM answers") // it would take over the file's key
	m.give(t, make([]byte, 32))
	m.refuses(t, offline.AnyKeeper, "the credential", "is not the key", secretName, "take this one away")
	same(t, kept, m.mustHave(t, offline.FileKeeper, offline.FileKeeper))

	sealed := newMachine(t)
	sealed.plugIn(t)
	sealed.mustHave(t, offline.AnyKeeper, offline.TPMKeeper)
	sealed.refuses(t, offline.FileKeeper, `key = "file"`, blobName, `set key = "tpm"`)
}

// The same key may move into a credential or a TPM: nothing that is sealed is
// lost by it.
func TestTheKeyMoves(t *testing.T) {
	m := newMachine(t)
	kept := m.mustHave(t, offline.AnyKeeper, offline.FileKeeper)
	m.takes(t, kept)
	m.plugIn(t)
	moved := m.mustHave(t, offline.TPMKeeper, offline.TPMKeeper)
	same(t, kept, moved)
	if !moved.Plain {
		t.Error("it does not say that the key lies in the file as well")
	}
	putBack := m.move(t, secretName)
	if same(t, kept, m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper)); m.mustHave(t, offline.TPMKeeper, offline.TPMKeeper).Plain {
		t.Error("it says that the key lies in the file")
	}
	m.give(t, kept.Bytes)
	same(t, kept, m.mustHave(t, offline.AnyKeeper, offline.CredentialKeeper))
	m.credentials = ""
	m.refuses(t, offline.AnyKeeper, "is gone", "the credential posagent.offline.key", "name it in the unit", "merchant slips")
	same(t, kept, m.mustHave(t, offline.TPMKeeper, offline.TPMKeeper))
	_ = m.move(t, blobName) // a new mainboard, and the copy of the file from the safe
	m.refuses(t, offline.AnyKeeper, "is gone", blobName, "backup")
	putBack()
	same(t, kept, m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper))
}

// What the key of a TPM cannot survive is told apart, with the next step.
func TestATPMThatDoesNotGiveTheKey(t *testing.T) {
	m := newMachine(t)
	v := m.plugIn(t)
	kept := m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper)
	m.takes(t, kept)
	v.Stop()
	m.refuses(t, offline.AnyKeeper, "no TPM answers")
	other := newMachine(t)
	other.plugIn(t)
	m.device = other.device
	m.refuses(t, offline.AnyKeeper, blobName, "another TPM sealed it", "cleared", "back into its machine", "merchant slips", "--lose-codes")
	m.plugIn(t)
	whole, err := os.ReadFile(m.at(blobName))
	must(t, err)
	for name, text := range map[string][]byte{"short": whole[:60], "spoilt": append(bytes.Clone(whole[:60]), bytes.Repeat([]byte{1}, len(whole)-60)...), "empty": nil} {
		must(t, os.WriteFile(m.at(blobName), text, 0o600))
		if m.refuses(t, offline.AnyKeeper, "it is damaged", "backup"); t.Failed() {
			t.Fatal(name)
		}
	}
	must(t, os.WriteFile(m.at(blobName), append([]byte("posagent-tpm-9"), whole[14:]...), 0o600))
	m.refuses(t, offline.AnyKeeper, "a newer version", "install that version")
	must(t, os.WriteFile(m.at(blobName), whole, 0o600))
	must(t, os.Chmod(m.at(blobName), 0o640))
	if _, err := m.key(offline.AnyKeeper); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("it says %v", err)
	}
	must(t, os.Chmod(m.at(blobName), 0o600))
	same(t, kept, m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper))
}

func TestCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(path string) error
		says  string
	}{
		"in hex":      {func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("ab"), 32), 0o400) }, "has 64 bytes: it must be 32 random bytes as they are, not in hex"},
		"with a line": {func(p string) error { return os.WriteFile(p, append(make([]byte, 32), '\n'), 0o400) }, "has 33 bytes"},
		"empty":       {func(p string) error { return os.WriteFile(p, nil, 0o400) }, "has 0 bytes"},
		"for all":     {func(p string) error { return os.Chmod(p, 0o444) }, "of this service's alone"},
		"a folder": {func(p string) error {
			return errors.Join(os.Remove(p), os.Mkdir(p, 0o700))
		}, "no plain file"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.give(t, make([]byte, 32))
			path := filepath.Join(m.credentials, offline.CredentialName)
			must(t, os.Chmod(path, 0o600))
			must(t, c.spoil(path))
			m.refuses(t, offline.AnyKeeper, c.says)
		})
	}
}

// Without what is written down, the codes that wait tell the right key.
func TestNothingIsWrittenDown(t *testing.T) {
	m := newMachine(t)
	kept := m.mustHave(t, offline.AnyKeeper, offline.FileKeeper)
	m.takes(t, kept)
	m.codes = append([]offline.SealedCode{{Charge: "S1-T1-1-2", Sealed: []byte{1, 2, 3}}}, m.codes...) // a bad sector
	must(t, os.Remove(m.at(recordName)))
	same(t, kept, m.mustHave(t, offline.AnyKeeper, offline.FileKeeper))
	must(t, os.Remove(m.at(recordName)))
	putBack := m.move(t, secretName)
	m.refuses(t, offline.AnyKeeper, "lie sealed in the books", "their key is not here", secretName, offline.CredentialName, "--lose-codes")
	m.refuses(t, offline.FileKeeper, "their key is not here")
	m.give(t, make([]byte, 32))
	m.refuses(t, offline.AnyKeeper, "does not open the customers' codes", "put back the right key")
	m.codes = nil
	putBack()
	m.refuses(t, offline.AnyKeeper, "two keys", "the credential", secretName, "move away")
	must(t, os.WriteFile(m.at(recordName), []byte("{"), 0o600))
	m.refuses(t, offline.FileKeeper, recordName, "is damaged", "move the file away")
}

// A key is given up in so many words only, and can be put back.
func TestAKeyIsForgotten(t *testing.T) {
	m := newMachine(t)
	m.plugIn(t)
	kept := m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper)
	m.takes(t, kept)
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	moved, err := offline.ForgetKey(m.dir, at)
	must(t, err)
	if len(moved) != 1 || moved[0] != m.at(blobName+".forgotten-20261125T090000Z") {
		t.Fatalf("moved %v", moved)
	}
	must(t, os.Rename(moved[0], m.at(blobName)))
	same(t, kept, m.mustHave(t, offline.AnyKeeper, offline.TPMKeeper))
	if _, err = offline.ForgetKey(m.dir, at); err != nil {
		t.Fatal(err)
	}
	next := m.mustHave(t, offline.FileKeeper, offline.FileKeeper)
	if bytes.Equal(next.Bytes, kept.Bytes) {
		t.Error("the key was not forgotten")
	}
	same(t, next, m.mustHave(t, offline.AnyKeeper, offline.FileKeeper)) // although the codes that wait do not open
}

// Whatever becomes of the machine and its files: while a code lies sealed there
// is the key that opens it, or none, and no key is overwritten.
func TestTheKeyNeverChanges(t *testing.T) {
	v := newMachine(t)
	v.plugIn(t)
	again, refused := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		m := newMachine(t)
		none := m.device
		if rapid.Bool().Draw(r, "TPM") {
			m.device = v.device
		}
		key, err := m.key(offline.AnyKeeper)
		must(t, err)
		m.takes(t, key)
		away := map[string]string{} // what somebody has moved away
		name := rapid.SampledFrom([]string{blobName, secretName, recordName})
		r.Repeat(map[string]func(*rapid.T){
			"start": func(r *rapid.T) {
				before := m.files(t)
				k, err := m.key(rapid.SampledFrom([]offline.Keeper{offline.AnyKeeper, offline.FileKeeper, offline.TPMKeeper, offline.CredentialKeeper}).Draw(r, "want"))
				for name, text := range m.files(t) {
					if old, had := before[name]; had && old != text && name != recordName {
						r.Fatalf("%s was overwritten", name)
					}
					delete(before, name)
				}
				switch {
				case len(before) > 0:
					r.Fatalf("removed: %v", before)
				case err != nil:
					refused++
				case !bytes.Equal(k.Bytes, key.Bytes):
					r.Fatalf("another key, kept by %s instead of %s", k.KeptBy, key.KeptBy)
				default:
					again++
				}
			},
			"move away": func(r *rapid.T) {
				name := name.Draw(r, "name")
				if text, err := os.ReadFile(m.at(name)); err == nil {
					away[name] = string(text)
					must(t, os.Remove(m.at(name)))
				}
			},
			"put back": func(r *rapid.T) {
				name := name.Draw(r, "name")
				if text, ok := away[name]; ok {
					must(t, os.WriteFile(m.at(name), []byte(text), 0o600))
				}
			},
			"TPM":           func(*rapid.T) { m.device = v.device },
			"no TPM":        func(*rapid.T) { m.device = none },
			"credential":    func(r *rapid.T) { m.give(t, rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(r, "key")) },
			"its own key":   func(*rapid.T) { m.give(t, key.Bytes) },
			"no credential": func(*rapid.T) { m.credentials = "" },
		})
	})
	if again < 20 || refused < 20 {
		t.Errorf("only %d starts with codes in the books had the key, and %d were refused", again, refused)
	}
	t.Logf("%d starts with codes in the books had the key, %d were refused", again, refused)
}

// The sealed codes of the books come with their charges, the newest first.
func TestSealedCodesOfTheBooks(t *testing.T) {
	s := openBooks(t, filled(t))
	if codes, err := s.Sealed(); err != nil || len(codes) != 0 {
		t.Errorf("%v, %v", codes, err)
	}
	var row book.Row
	must(t, s.Update(func(tx book.Tx) error {
		rows, err := tx.Charges(book.Filter{})
		if err != nil {
			return err
		}
		row = rows[0]
		return tx.AddProof(row, charge.Proof{Device: "phone", Counter: 1, Token: "t", Serial: "s", Sealed: []byte("sealed")})
	}))
	if codes, err := s.Sealed(); err != nil || len(codes) != 1 || codes[0].Charge != row.Key || string(codes[0].Sealed) != "sealed" {
		t.Errorf("%v, %v, want that of %s", codes, err, row.Key)
	}
	must(t, s.Update(func(tx book.Tx) error { return tx.WipeProof(row.Seq) }))
	if codes, err := s.Sealed(); err != nil || len(codes) != 0 {
		t.Errorf("%v, %v", codes, err)
	}
}
