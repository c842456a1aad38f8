package handover_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/handover"
)

// aFile is a file with three charges, the same at every run.
func aFile() handover.File {
	f := handover.File{
		ID: "Q-T01-1", Store: "S0001", Terminal: "T01", Made: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC),
		Certificates: map[string][]byte{"own": []byte("certificate")},
	}
	for _, key := range []charge.Key{"S0001-T01-7-1", "S0001-T01-7-2", "S0001-T01-7-3"} {
		f.Charges = append(f.Charges, handover.Charge{
			Key: key, Wallet: "own", Amount: money.Yen(700), Accepted: f.Made.Add(-time.Hour), Code: "OP1:ABC", Signature: []byte("signed " + key),
		})
	}
	return f
}

func newIdentity(t testing.TB) (secret, recipient string) {
	t.Helper()
	secret, err := handover.NewIdentity()
	if err == nil {
		recipient, err = handover.Recipient(secret)
	}
	if err != nil {
		t.Fatal(err)
	}
	return secret, recipient
}

// The form of a file is part of what registers of different versions must
// share, so it is written out here.
func TestTheFormOfAFile(t *testing.T) {
	got, err := handover.Encode(aFile())
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/file.jsonl")
	if err != nil || string(got) != string(want) {
		t.Errorf("it is\n%s\nwant\n%s (%v)", got, want, err)
	}
}

// What goes in comes out, for the register that it is sealed for and for
// whoever knows the passphrase, and for nobody else. The sealed file shows
// nothing of a code.
func TestAFileIsSealed(t *testing.T) {
	secret, recipient := newIdentity(t)
	other, _ := newIdentity(t)
	want := aFile()
	sealed, err := handover.Seal(want, []string{recipient}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := handover.Unseal(sealed, secret, ""); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := handover.Unseal(sealed, other, ""); !errors.Is(err, handover.ErrNotForUs) {
		t.Errorf("another register opens it: %v", err)
	}
	if bytes.Contains(sealed, []byte("OP1:")) || bytes.Contains(sealed, []byte("S0001")) {
		t.Error("the file can be read without a key")
	}
	const passphrase = "correct horse battery"
	if sealed, err = handover.Seal(want, nil, passphrase); err != nil {
		t.Fatal(err)
	}
	if got, err := handover.Unseal(sealed, other, passphrase); err != nil || len(got.Charges) != 3 {
		t.Errorf("with the passphrase: %+v, %v", got, err)
	}
	for _, wrong := range []string{"", "correct horse bottery"} {
		if _, err := handover.Unseal(sealed, other, wrong); !errors.Is(err, handover.ErrNotForUs) {
			t.Errorf("with passphrase %q: %v", wrong, err)
		}
	}
}

func TestWhoAFileIsSealedFor(t *testing.T) {
	_, recipient := newIdentity(t)
	for name, to := range map[string]struct {
		recipients []string
		passphrase string
	}{
		"nobody":              {},
		"both":                {[]string{recipient}, "correct horse battery"},
		"a short passphrase":  {nil, "short"},
		"no register's name":  {[]string{"age1nobody"}, ""},
		"one of two is wrong": {[]string{recipient, recipient[1:]}, ""},
	} {
		if err := handover.CheckReceivers(to.recipients, to.passphrase); !errors.Is(err, handover.ErrReceiver) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A sealed file that was changed in any byte, or cut off anywhere, is refused
// whole.
func TestADamagedFileIsRefused(t *testing.T) {
	secret, recipient := newIdentity(t)
	sealed, err := handover.Seal(aFile(), []string{recipient}, "")
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, data []byte) {
		t.Helper()
		f, err := handover.Unseal(data, secret, "")
		if !errors.Is(err, handover.ErrDamaged) && !errors.Is(err, handover.ErrNotForUs) || len(f.Charges) != 0 {
			t.Errorf("%s: %+v, %v", what, f, err)
		}
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		refused("a bit is changed", changed)
		refused("cut off", sealed[:i])
	}
	refused("longer", append(bytes.Clone(sealed), 'x'))
	refused("nothing", nil)
}

// Whoever has the register's name can seal a file anew. What was left out, put
// in, moved or written otherwise in it is refused by the file's own last line,
// before any signature is looked at.
func TestAFilePutTogetherAnewIsRefused(t *testing.T) {
	whole, err := handover.Encode(aFile())
	if err != nil {
		t.Fatal(err)
	}
	l := strings.SplitAfter(string(whole), "\n")[:5]
	for what, lines := range map[string][]string{
		"a charge is left out":  {l[0], l[1], l[3], l[4]},
		"two change places":     {l[0], l[2], l[1], l[3], l[4]},
		"one comes twice":       {l[0], l[1], l[1], l[2], l[3], l[4]},
		"the end is missing":    l[:4],
		"it begins with none":   l[1:],
		"two ends":              {l[0], l[1], l[2], l[3], l[4], l[4]},
		"another amount":        {l[0], strings.Replace(l[1], "700", "701", 1), l[2], l[3], l[4]},
		"a name twice":          {l[0], strings.Replace(l[1], `"amount":700`, `"amount":701,"amount":700`, 1), l[2], l[3], l[4]},
		"a name that is new":    {l[0], strings.Replace(l[1], `"amount"`, `"tip":1,"amount"`, 1), l[2], l[3], l[4]},
		"another form":          {strings.Replace(l[0], "queue-1", "queue-2", 1), l[1], l[2], l[3], l[4]},
		"an empty line":         {l[0], "\n", l[1], l[2], l[3], l[4]},
		"a very long line":      {l[0], strings.Repeat("x", 2<<20)},
		"something follows":     {string(whole), "x"},
		"nothing":               nil,
		"lines as in Windows":   {strings.ReplaceAll(string(whole), "\n", "\r\n")},
		"no last line feed":     {strings.TrimSuffix(string(whole), "\n")},
		"the store is another":  {strings.Replace(l[0], "S0001", "S0002", 1), l[1], l[2], l[3], l[4]},
		"a fraction of seconds": {l[0], strings.Replace(l[1], "00Z", "00.5Z", 1), l[2], l[3], l[4]},
	} {
		if f, err := handover.Decode([]byte(strings.Join(lines, ""))); !errors.Is(err, handover.ErrDamaged) || len(f.Charges) != 0 {
			t.Errorf("%s: %+v, %v", what, f, err)
		}
	}
	many := aFile()
	for len(many.Charges) <= handover.MostInFile {
		many.Charges = append(many.Charges, many.Charges[0])
	}
	if _, err := handover.Encode(many); err == nil {
		t.Error("a file of any length was made")
	}
}

// What one register writes another reads, whatever the charges are.
func TestEveryFileReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := aFile()
		f.Charges = rapid.SliceOfNDistinct(rapid.Custom(charges), 0, 5, func(c handover.Charge) charge.Key { return c.Key }).Draw(t, "charges")
		data, err := handover.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := handover.Decode(data)
		if len(f.Charges) == 0 {
			f.Charges = nil
		}
		if err != nil || !reflect.DeepEqual(got, f) {
			t.Fatalf("%+v, %v; want %+v", got, err, f)
		}
	})
}

// Whatever is read is no file, or the one text of what it says.
func FuzzDecodeFile(f *testing.F) {
	whole, err := handover.Encode(aFile())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-10])
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := handover.Decode(data)
		if err != nil {
			if !errors.Is(err, handover.ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		if again, err := handover.Encode(file); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q is written as %q, %v", data, again, err)
		}
	})
}
