package web_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/health"
)

var update = flag.Bool("update", false, "write the words of agent/health into the catalogues")

func catalogue(t *testing.T, lang string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("static/i18n", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]string
	if err := json.Unmarshal(raw, &words); err != nil {
		t.Fatalf("%s.json: %v", lang, err)
	}
	return words
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func TestBothLanguagesSayEverything(t *testing.T) {
	ja, en := catalogue(t, "ja"), catalogue(t, "en")
	for _, key := range slices.Sorted(maps.Keys(ja)) {
		other, ok := en[key]
		if !ok {
			t.Errorf("en.json lacks %q", key)
			continue
		}
		a, b := placeholder.FindAllString(ja[key], -1), placeholder.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%q has the placeholders %v in Japanese, but %v in English", key, a, b)
		}
		if strings.TrimSpace(ja[key]) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%q is empty", key)
		}
	}
	for key := range en {
		if _, ok := ja[key]; !ok {
			t.Errorf("ja.json lacks %q", key)
		}
	}
}

// scripts are all modules of the pages but the vendored one.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"static/js/*.js", "static/js/*/*.js"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = string(raw)
		}
	}
	if len(found) < 10 {
		t.Fatalf("only %d modules found", len(found))
	}
	return found
}

// TestEveryWordIsThere follows the keys that modules ask for: whole ones must
// be in the catalogue, and for those put together (`state.${x}`) the family
// must be.
func TestEveryWordIsThere(t *testing.T) {
	words := catalogue(t, "ja")
	used := map[string]bool{}
	whole := regexp.MustCompile(`["']([a-z]+(?:\.[a-z0-9]+)*)["']`)
	asked := regexp.MustCompile(`\bt(?:First)?\(\s*["']([^"']+)["']`)
	family := regexp.MustCompile("`([a-z.]*)\\$\\{\\w+(?:\\.\\w+)*(?: \\?\\? \"\")?\\}([a-z.]*)`")
	for name, text := range scripts(t) {
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			if _, ok := words[m[1]]; !ok {
				t.Errorf("%s asks for %q, which no catalogue has", name, m[1])
			}
		}
		for _, m := range whole.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
		for _, m := range family.FindAllStringSubmatch(text, -1) {
			if m[1] == "" && m[2] == "" {
				continue
			}
			for key := range words {
				if strings.HasPrefix(key, m[1]) && strings.HasSuffix(key, m[2]) {
					used[key] = true
				}
			}
		}
	}
	for key := range words {
		if !used[key] {
			t.Errorf("nobody asks for %q: take it out", key)
		}
	}
}

// TestWordsOfHealth keeps one meaning for one word: states read here as they
// do in the shell and in the list of troubles. Reasons and refusals come with
// their sentences from the agent.
func TestWordsOfHealth(t *testing.T) {
	wantJA, wantEN := map[string]string{}, map[string]string{}
	for _, code := range health.Codes() {
		if e := health.Lookup(code); strings.HasPrefix(code, "state.") {
			wantJA[code], wantEN[code] = e.Title, e.TitleEN
		}
	}
	for _, s := range charge.States {
		if wantJA["state."+string(s)] == "" {
			t.Errorf("agent/health has no words for the state %s", s)
		}
	}
	for lang, want := range map[string]map[string]string{"ja": wantJA, "en": wantEN} {
		if *update {
			rewrite(t, lang, want)
		}
		have := catalogue(t, lang)
		for code, text := range want {
			if have[code] != text {
				t.Errorf("%s.json says %q for %s, agent/health says %q: run go test ./agent/web -run WordsOfHealth -update", lang, have[code], code, text)
			}
		}
	}
}

// rewrite puts words into a catalogue line by line, so that the order and the
// blank lines of its writer stay.
func rewrite(t *testing.T, lang string, want map[string]string) {
	t.Helper()
	name := filepath.Join("static/i18n", lang+".json")
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^(  "([a-z_.]+)": )".*?"(,?)$`)
	out := line.ReplaceAllStringFunc(string(raw), func(old string) string {
		m := line.FindStringSubmatch(old)
		text, ok := want[m[2]]
		if !ok {
			return old
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		return m[1] + string(quoted) + m[3]
	})
	if err := os.WriteFile(name, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestOnlyPathsOfTheAPI holds that the pages call nothing but the API that is
// described in agent/control.
func TestOnlyPathsOfTheAPI(t *testing.T) {
	known := []string{
		control.PathSession, control.PathTouch, control.PathPeople, control.PathSetup, control.PathTicket, control.PathEvents, control.PathSales, control.PathSale, control.PathSaleCode,
		control.PathSaleFrame, control.PathSaleCancel, control.PathSaleShow, control.PathShowPrint, control.PathCharges, control.PathCharge, control.PathReceipt, control.PathReprint,
		control.PathDevices, control.PathHealth, control.PathCamera, control.PathOpenSale,
		control.PathQueue, control.PathQueueForward, control.PathOverride, control.PathClosings, control.PathClosingPrint, control.PathApprovals,
		control.PathAlerts, control.PathAlertSee, control.PathRefunds, control.PathFormal, control.PathBills, control.PathBill, control.PathBillParts, control.PathBillCancel,
		control.PathOperators, control.PathOperator, control.PathUnlock, control.PathSecond, control.PathConfirmSecond,
		control.PathConfig, control.PathConfirmSettings, control.PathRollBack, control.PathGenerations,
		control.PathWebhooks, control.PathWebhookTest, control.PathWebhookEnable,
	}
	for i, path := range known {
		known[i] = regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "*")
	}
	call := regexp.MustCompile("[\"'`](/v1/[^\"'`]*)[\"'`]")
	variable := regexp.MustCompile(`\$\{[^}]*\}`)
	count := 0
	for name, text := range scripts(t) {
		for _, m := range call.FindAllStringSubmatch(text, -1) {
			count++
			if path := variable.ReplaceAllString(m[1], "*"); !slices.Contains(known, path) {
				t.Errorf("%s calls %s, which agent/control does not have", name, m[1])
			}
		}
	}
	if count < 10 {
		t.Errorf("only %d paths found: has api.js changed its form?", count)
	}
	if !strings.Contains(scripts(t)["static/js/api.js"], `"`+control.HeaderSession+`"`) {
		t.Errorf("api.js does not send %s", control.HeaderSession)
	}
}
