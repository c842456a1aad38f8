package charge_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/charge"
)

// What is made of parts comes apart into the same parts, fits every wallet,
// and begins with the register's prefix.
func TestKeysRoundTrip(t *testing.T) {
	alphabet := regexp.MustCompile(`^[0-9A-Za-z-]{1,32}$`)
	rapid.Check(t, func(t *rapid.T) {
		store := rapid.StringMatching(`[0-9A-Za-z]{1,8}`).Draw(t, "store")
		terminal := rapid.StringMatching(`[0-9A-Za-z]{1,4}`).Draw(t, "terminal")
		epoch := rapid.Int64Range(0, 9_999_999_999).Draw(t, "epoch") // seconds since 2020 until the year 2336
		seq := rapid.Int64Range(1, 9_999_999).Draw(t, "seq")
		key, err := charge.NewKey(store, terminal, epoch, seq)
		if err != nil {
			t.Fatal(err)
		}
		if !alphabet.MatchString(string(key)) {
			t.Fatalf("key %q does not fit a wallet", key)
		}
		if prefix := charge.Prefix(store, terminal); !strings.HasPrefix(string(key), prefix) {
			t.Fatalf("key %q does not begin with %q", key, prefix)
		}
		s, r, e, n, err := key.Parts()
		if s != store || r != terminal || e != epoch || n != seq || err != nil {
			t.Fatalf("%s came apart as %s %s %d %d, %v", key, s, r, e, n, err)
		}
	})
}

// One register's prefix is never the beginning of another one's: "1-1" and
// "1-11" must not mix.
func TestPrefixesDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[0-9A-Za-z]{1,4}`)
		a := charge.Prefix(id.Draw(t, "store"), id.Draw(t, "terminal"))
		b := charge.Prefix(id.Draw(t, "other store"), id.Draw(t, "other terminal"))
		if a != b && strings.HasPrefix(a, b) {
			t.Fatalf("%s begins with %s", a, b)
		}
	})
}

func TestNewKeyRefuses(t *testing.T) {
	for _, c := range []struct {
		store, terminal string
		epoch, seq      int64
		says            string
	}{
		{"12345678", "1234", 1_000_000_000_000, 1_000_000, "shorten"},
		{"", "01", 1, 1, "store"},
		{"tokyo1", "", 1, 1, "terminal"},
		{"to-kyo", "01", 1, 1, "store"},
		{"tokyo1", "0 1", 1, 1, "terminal"},
		{"東京", "01", 1, 1, "store"},
		{"tokyo1", "01", -1, 1, "epoch"},
		{"tokyo1", "01", 1, 0, "sequence"},
	} {
		if key, err := charge.NewKey(c.store, c.terminal, c.epoch, c.seq); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %q, %v; want a complaint with %q", c, key, err, c.says)
		}
	}
	const longest = "12345678-1234-999999999-99999999"
	if key, err := charge.NewKey("12345678", "1234", 999_999_999, 99_999_999); string(key) != longest || len(key) != charge.MaxKey || err != nil {
		t.Errorf("%q of %d characters, %v; want %q, just within the limit", key, len(key), err, longest)
	}
}

// A key arrives from outside in the path of a request. Two spellings of one
// key would be two charges.
func TestPartsRefuses(t *testing.T) {
	for _, key := range []charge.Key{
		"", "-", "---", "tokyo1", "tokyo1-01-5", "tokyo1-01-5-1-1", "-01-5-1", "tokyo1--5-1", "tokyo1-01--1", "tokyo1-01-5-",
		"tokyo1-01-5-0", "tokyo1-01-5-+1", "tokyo1-01-05-1", "tokyo1-01-5-01", "tokyo1-01-5-１", "tokyo1-01-5-1 ", " tokyo1-01-5-1",
		"tokyo1-01-5-x", "tokyo1-01-5-99999999999999999999", "東京-01-5-1", "tok/o1-01-5-1", "tokyo1-01-5-1\x00",
		"tokyo123456789012345678-01-5-12345",
	} {
		if s, r, e, n, err := key.Parts(); err == nil {
			t.Errorf("%q came apart as %s %s %d %d", key, s, r, e, n)
		}
	}
}

func FuzzKeyParts(f *testing.F) {
	for _, key := range []string{"tokyo1-01-216950400-42", "a-b-0-1", "tokyo1-01-5-+1", "----", "tokyo1-01-5-01", "\xff-\x00-1-1"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, text string) {
		store, terminal, epoch, seq, err := charge.Key(text).Parts()
		if err != nil {
			return
		}
		again, err := charge.NewKey(store, terminal, epoch, seq)
		if err != nil || string(again) != text {
			t.Errorf("%q comes apart, but is made again as %q, %v", text, again, err)
		}
	})
}
