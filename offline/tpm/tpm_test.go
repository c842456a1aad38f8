package tpm_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-tpm/tpm2"

	"github.com/posagent/posagent/offline/tpm"
	"github.com/posagent/posagent/offline/tpm/tpmtest"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// machine is a folder with a TPM's state. Its path is short: a socket's is limited.
func machine(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tpm")
	check(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func power(t testing.TB, dir string) *tpmtest.TPM {
	t.Helper()
	return tpmtest.Start(t, dir, filepath.Join(dir, "sock"))
}

func open(t testing.TB, v *tpmtest.TPM) *tpm.Device {
	t.Helper()
	d, err := tpm.Open(v.Path)
	check(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// aKey is random: a key of zeros would be found anywhere.
func aKey(t testing.TB) []byte {
	t.Helper()
	key := make([]byte, 32)
	_, err := rand.Read(key)
	check(t, err)
	return key
}

// onDisk is a blob after it was written and read.
func onDisk(t testing.TB, b tpm.Blob) tpm.Blob {
	t.Helper()
	again, err := tpm.Parse(b.Bytes())
	check(t, err)
	if !bytes.Equal(again.Bytes(), b.Bytes()) {
		t.Fatal("a blob is not what it was")
	}
	return again
}

// The machine is switched off and on: the key comes back, and nobody who
// listens between the processor and the TPM has it.
func TestTheKeyComesBack(t *testing.T) {
	dir, key := machine(t), aKey(t)
	first := power(t, dir)
	d := open(t, first)
	blob, err := tpm.Seal(d, key)
	check(t, err)
	if bytes.Contains(blob.Bytes(), key) {
		t.Error("the key lies in the blob")
	}
	check(t, d.Close())
	first.Stop()
	second := power(t, dir)
	d = open(t, second)
	for range 5 { // nothing is left behind in the TPM, which has three places
		back, err := tpm.Unseal(d, onDisk(t, blob))
		check(t, err)
		if !bytes.Equal(back, key) {
			t.Fatal("another key came back")
		}
	}
	for name, v := range map[string]*tpmtest.TPM{"sealed": first, "unsealed": second} {
		wire := v.Heard()
		salted(t, wire)
		if len(wire) < 1000 {
			t.Errorf("only %d bytes went over the wire while it was %s", len(wire), name)
		}
		for i := range len(key) - 7 {
			if bytes.Contains(wire, key[i:i+8]) {
				t.Errorf("while it was %s, the key went over the wire in clear", name)
			}
		}
	}
}

// salted makes sure that each session on the wire has a key that only the TPM
// can know: without a salt, whoever listens could reckon it from what was said.
func salted(t *testing.T, wire []byte) {
	t.Helper()
	const startAuthSession, nothing = 0x176, 0x40000007 // TPM_CC_StartAuthSession, TPM_RH_NULL
	sessions := 0
	for at := 0; at < len(wire); at += int(binary.BigEndian.Uint32(wire[at+2:])) {
		if binary.BigEndian.Uint32(wire[at+6:]) != startAuthSession {
			continue
		}
		if sessions++; binary.BigEndian.Uint32(wire[at+10:]) == nothing {
			t.Error("a session has no salt")
		}
	}
	if sessions < 3 {
		t.Errorf("only %d sessions were begun", sessions)
	}
}

// The same search finds the key when the session is not encrypted, so it
// searches the right bytes.
func TestTheSearchOfTheWireFindsAKey(t *testing.T) {
	v, key := power(t, machine(t)), aKey(t)
	d := open(t, v)
	primary, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}.Execute(d)
	check(t, err)
	_, err = tpm2.Create{
		ParentHandle: tpm2.NamedHandle{Handle: primary.ObjectHandle, Name: primary.Name},
		InSensitive: tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{
			Data: tpm2.NewTPMUSensitiveCreate(&tpm2.TPM2BSensitiveData{Buffer: key}),
		}},
		InPublic: tpm2.New2B(tpm2.TPMTPublic{
			Type: tpm2.TPMAlgKeyedHash, NameAlg: tpm2.TPMAlgSHA256,
			ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, UserWithAuth: true, NoDA: true},
		}),
	}.Execute(d)
	check(t, err)
	if !bytes.Contains(v.Heard(), key) {
		t.Error("the key is not found although it went over the wire in clear")
	}
}

// Another machine's blob, and one from before the TPM was cleared, are told
// from damage.
func TestAnotherTPM(t *testing.T) {
	dir := machine(t)
	v := power(t, dir)
	d := open(t, v)
	blob, err := tpm.Seal(d, aKey(t))
	check(t, err)
	refuses := func(what string, c tpm.Channel) {
		t.Helper()
		if key, err := tpm.Unseal(c, onDisk(t, blob)); !errors.Is(err, tpm.ErrOtherTPM) || key != nil {
			t.Errorf("%s: %x, %v", what, key, err)
		}
	}
	refuses("another machine", open(t, power(t, machine(t))))
	_, err = tpm2.Clear{AuthHandle: tpm2.TPMRHLockout}.Execute(d)
	check(t, err)
	refuses("a TPM that was cleared", d)
	if _, err := tpm.Seal(d, aKey(t)); err != nil {
		t.Errorf("a TPM that was cleared does not seal: %v", err)
	}
}

// The owner's password is no wrong key: it has words of its own.
func TestAnOwnerWithAPassword(t *testing.T) {
	d := open(t, power(t, machine(t)))
	_, err := tpm2.HierarchyChangeAuth{AuthHandle: tpm2.TPMRHOwner, NewAuth: tpm2.TPM2BAuth{Buffer: []byte("secret")}}.Execute(d)
	check(t, err)
	if _, err := tpm.Seal(d, aKey(t)); err == nil || errors.Is(err, tpm.ErrOtherTPM) || !bytes.Contains([]byte(err.Error()), []byte("owner has a password")) {
		t.Errorf("it says %v", err)
	}
}

func TestSizesOfSecrets(t *testing.T) {
	d := open(t, power(t, machine(t)))
	for _, size := range []int{1, 32, tpm.MaxSecret} {
		secret := make([]byte, size)
		blob, err := tpm.Seal(d, secret)
		check(t, err)
		if back, err := tpm.Unseal(d, onDisk(t, blob)); err != nil || !bytes.Equal(back, secret) {
			t.Errorf("%d bytes came back as %x, %v", size, back, err)
		}
	}
	for _, size := range []int{0, tpm.MaxSecret + 1} {
		if _, err := tpm.Seal(d, make([]byte, size)); err == nil {
			t.Errorf("%d bytes were sealed", size)
		}
	}
}

// Whatever is wrong with the file is told before the TPM is asked; and what
// somebody made to look right is refused by the TPM.
func TestADamagedBlob(t *testing.T) {
	d := open(t, power(t, machine(t)))
	blob, err := tpm.Seal(d, aKey(t))
	check(t, err)
	whole := blob.Bytes()
	for n := range whole {
		if _, err := tpm.Parse(whole[:n]); !errors.Is(err, tpm.ErrDamaged) {
			t.Fatalf("its first %d bytes: %v", n, err)
		}
	}
	for bit := range len(whole) * 8 {
		spoilt := bytes.Clone(whole)
		spoilt[bit/8] ^= 1 << (bit % 8)
		if _, err := tpm.Parse(spoilt); !errors.Is(err, tpm.ErrDamaged) && !errors.Is(err, tpm.ErrNewer) {
			t.Fatalf("with bit %d the other way: %v", bit, err)
		}
	}
	if _, err := tpm.Parse(append(bytes.Clone(whole), 0)); !errors.Is(err, tpm.ErrDamaged) {
		t.Errorf("with a byte more: %v", err)
	}
	if _, err := tpm.Parse(bytes.Replace(whole, []byte("tpm-1\n"), []byte("tpm-2\n"), 1)); !errors.Is(err, tpm.ErrNewer) {
		t.Errorf("of another version: %v", err)
	}
	const privateAt = len("posagent-tpm-1\n") + 34 + 46 + 2
	forged := bytes.Clone(whole[:len(whole)-sha256.Size])
	forged[privateAt+20] ^= 1
	sum := sha256.Sum256(forged)
	if key, err := tpm.Unseal(d, parsed(t, append(forged, sum[:]...))); !errors.Is(err, tpm.ErrDamaged) || key != nil {
		t.Errorf("forged: %x, %v", key, err)
	}
}

func parsed(t testing.TB, data []byte) tpm.Blob {
	t.Helper()
	b, err := tpm.Parse(data)
	check(t, err)
	return b
}

// sample is a blob that no TPM has made.
func sample() []byte {
	out := append([]byte("posagent-tpm-1\n"), 0, 0x0b)
	out = append(out, make([]byte, 32)...)
	public := tpm2.Marshal(tpm2.TPMTPublic{
		Type: tpm2.TPMAlgKeyedHash, NameAlg: tpm2.TPMAlgSHA256,
		ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, UserWithAuth: true, NoDA: true},
		Unique:           tpm2.NewTPMUPublicID(tpm2.TPMAlgKeyedHash, &tpm2.TPM2BDigest{Buffer: make([]byte, 32)}),
	})
	out = append(out, public...)
	out = binary.BigEndian.AppendUint16(out, 100)
	return append(out, make([]byte, 100)...)
}

// FuzzParse: what is read is refused with a word, or is the one text of a blob.
// Most mutations break the sum, so each is tried with the right one as well.
func FuzzParse(f *testing.F) {
	sum := sha256.Sum256(sample())
	f.Add(sample())
	f.Add(append(sample(), sum[:]...))
	f.Add([]byte("posagent-tpm-12\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sum := sha256.Sum256(data)
		for _, text := range [][]byte{data, append(bytes.Clone(data), sum[:]...)} {
			b, err := tpm.Parse(text)
			if err == nil && !bytes.Equal(b.Bytes(), text) {
				t.Fatalf("%x is another text of %x", text, b.Bytes())
			}
			if err != nil && !errors.Is(err, tpm.ErrDamaged) && !errors.Is(err, tpm.ErrNewer) {
				t.Fatalf("%v is no word of ours", err)
			}
		}
	})
}
