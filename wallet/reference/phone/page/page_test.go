package page_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/wallet/reference/phone/page"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := fs.ReadFile(page.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func words(t *testing.T, lang string) map[string]string {
	t.Helper()
	var all map[string]string
	if err := json.Unmarshal([]byte(read(t, "i18n/"+lang+".json")), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// Both languages say the same things, about the same values, and everything that
// the page says is in them.
func TestWords(t *testing.T) {
	ja, en := words(t, "ja"), words(t, "en")
	values := regexp.MustCompile(`\{\w+\}`)
	for _, key := range slices.Sorted(maps.Keys(ja)) {
		if en[key] == "" {
			t.Errorf("%s is not in English", key)
		}
		a, b := values.FindAllString(ja[key], -1), values.FindAllString(en[key], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s tells %v in Japanese and %v in English", key, a, b)
		}
	}
	if len(en) != len(ja) {
		t.Errorf("%d sentences in English, %d in Japanese", len(en), len(ja))
	}
	said := regexp.MustCompile(`\bt\("([a-z.-]+)"`)
	n := 0
	for _, name := range []string{"app", "home", "views", "words"} {
		for _, m := range said.FindAllStringSubmatch(read(t, "js/"+name+".js"), -1) {
			if n++; ja[m[1]] == "" {
				t.Errorf("%s.js says %q, for which there are no words", name, m[1])
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d sentences were found in the scripts", n)
	}
}

// The bundle is the one whose versions and licences are written beside it.
func TestBundle(t *testing.T) {
	sum := sha256.Sum256([]byte(read(t, "vendor/lit.js")))
	if !strings.Contains(read(t, "vendor/lit.txt"), hex.EncodeToString(sum[:])) {
		t.Error("lit.txt has another hash than lit.js: run vendor.sh, and commit both")
	}
}
