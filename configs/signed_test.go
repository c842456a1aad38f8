package configs_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/configs"
)

const ownRules = "version = 4\n\n[[digits]]\nid = \"own\"\nmatch = '^97\\d{18}$'\nwallet = \"own\"\n"

// Whoever can write the file of rules decides whose money is asked for: a
// pinned key says who that is, and nothing of a file without its signature is read.
func TestSignedRules(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, _, _ := ed25519.GenerateKey(nil)
	good := configs.SignRules(key, []byte(ownRules))
	for name, c := range map[string]struct {
		keys      []ed25519.PublicKey
		rules     string
		signature string // none: the file is not there
		least     int
		want      string // none: it is taken
	}{
		"signed":                      {[]ed25519.PublicKey{public}, ownRules, good, 4, ""},
		"signed by the next key":      {[]ed25519.PublicKey{other, public}, ownRules, good, 0, ""},
		"no key is pinned":            {nil, ownRules, "", 0, ""},
		"no signature":                {[]ed25519.PublicKey{public}, ownRules, "", 0, "posctl code sign makes it"},
		"signed by another":           {[]ed25519.PublicKey{other}, ownRules, good, 0, "no key of [codes] keys has signed these rules"},
		"changed by a byte":           {[]ed25519.PublicKey{public}, strings.Replace(ownRules, "own", "owm", 1), good, 0, "no key of [codes] keys"},
		"changed, and no TOML at all": {[]ed25519.PublicKey{public}, "\x00", good, 0, "no key of [codes] keys"},
		"a signature of nothing":      {[]ed25519.PublicKey{public}, ownRules, "AAAA", 0, "not one of Ed25519"},
		"an older file":               {[]ed25519.PublicKey{public}, ownRules, good, 5, "an older file was put back"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "codes.toml")
			put := func(name, text string) {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			put(file, c.rules)
			if c.signature != "" {
				put(file+configs.Signature, c.signature)
			}
			var keys []string
			for i, k := range c.keys {
				keys = append(keys, fmt.Sprintf("%q", []string{hex.EncodeToString(k), base64.StdEncoding.EncodeToString(k)}[i%2]))
			}
			put(filepath.Join(dir, "posagent.toml"), fmt.Sprintf("[codes]\nfile = %q\nkeys = [%s]\nleast_version = %d\n", file, strings.Join(keys, ", "), c.least))
			_, err := configs.Load(filepath.Join(dir, "posagent.toml"))
			about := ""
			var problems configs.Problems
			if errors.As(err, &problems) {
				for _, p := range problems {
					if strings.Contains(fmt.Sprint(p), "codes.file") {
						about += fmt.Sprint(p)
					}
				}
			}
			if (c.want == "") != (about == "") || !strings.Contains(about, c.want) {
				t.Errorf("told %q, want %q", about, c.want)
			}
		})
	}
}
