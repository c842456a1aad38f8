package health_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/health"
)

// A sentence for one kind of device is only there because it differs from the
// general one.
func TestEveryKindsSentenceHasAGeneralOne(t *testing.T) {
	for _, code := range health.Codes() {
		parts := strings.Split(code, ".")
		if len(parts) != 3 || parts[1] == "state" {
			continue
		}
		general := health.Lookup("device." + parts[2])
		if !health.Known(general.Code) {
			t.Errorf("%s has no general %s", code, general.Code)
		}
		if own := health.Lookup(code); own.Advice() == general.Advice() || own.AdviceEN() == general.AdviceEN() {
			t.Errorf("%s says the same as %s: leave it out", code, general.Code)
		}
	}
}

func TestBothLanguagesAreComplete(t *testing.T) {
	for _, code := range health.Codes() {
		e := health.Lookup(code)
		if e.Code != code {
			t.Errorf("%s is filed under %s", e.Code, code)
		}
		if e.Act != health.Cashier && e.Act != health.Manager && e.Act != health.Engineer {
			t.Errorf("%s: nobody acts (%q)", code, e.Act)
		}
		for name, text := range japanese(e) {
			if text == "" || !containsJapanese(text) {
				t.Errorf("%s: %s is %q, which is not Japanese", code, name, text)
			}
		}
		for name, text := range english(e) {
			if text == "" || containsJapanese(text) {
				t.Errorf("%s: %s is %q, which is not English", code, name, text)
			}
		}
		for name, text := range all(e) {
			if strings.TrimSpace(text) != text {
				t.Errorf("%s: %s begins or ends with a space", code, name)
			}
			for _, r := range text {
				if !unicode.IsPrint(r) {
					t.Errorf("%s: %s has the character %U, which no page can show", code, name, r)
				}
			}
			ended := strings.HasSuffix(text, "。") || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?")
			if title := strings.HasPrefix(name, "Title"); title == ended {
				t.Errorf("%s: %s is %q: a title has no full stop, a sentence has one", code, name, text)
			}
		}
	}
}

// Two troubles with the same words cannot be told apart on a screen.
func TestNoTwoEntriesOfAFamilySayTheSame(t *testing.T) {
	said := map[string]string{}
	for _, code := range health.Codes() {
		family := code[:strings.LastIndex(code, ".")]
		for name, text := range all(health.Lookup(code)) {
			if strings.HasPrefix(name, "Remedy") {
				continue // "offer another way to pay" is right more than once
			}
			key := family + "|" + name + "|" + text
			if other, ok := said[key]; ok {
				t.Errorf("%s and %s have the same %s: %s", other, code, name, text)
			}
			said[key] = code
		}
	}
}

// A cashier reads these aloud. Why a wallet distrusts a customer is not for
// the shop to tell.
func TestReasonsAreSafeToReadOut(t *testing.T) {
	never := []string{"不正", "疑", "盗", "犯罪", "リスク", "ブロック", "ブラック", "凍結", "fraud", "suspic", "stolen", "risk", "block", "deny", "frozen"}
	for _, code := range health.Codes() {
		if !strings.HasPrefix(code, "reason.") {
			continue
		}
		for name, text := range all(health.Lookup(code)) {
			for _, word := range never {
				if strings.Contains(strings.ToLower(text), word) {
					t.Errorf("%s: %s says %q", code, name, word)
				}
			}
		}
	}
}

// What a screen says about the goods must be what the goods rule says.
func TestStatesSayWhatTheGoodsRuleSays(t *testing.T) {
	for _, s := range charge.States {
		e := health.Lookup("state." + string(s))
		handOver := strings.Contains(e.Remedy, "渡してください") || strings.Contains(e.Remedy, "渡してかまいません")
		if handOver != (s.Goods() == charge.HandOver) {
			t.Errorf("%s: goods are %s, but the remedy is %q", s, s.Goods(), e.Remedy)
		}
		if handOver != strings.Contains(strings.ToLower(e.RemedyEN), "hand over the goods") && s != charge.Forwarding {
			t.Errorf("%s: goods are %s, but the remedy is %q", s, s.Goods(), e.RemedyEN)
		}
		hold := strings.Contains(e.Remedy, "渡さ")
		if s != charge.Prepared && hold == handOver {
			t.Errorf("%s: the remedy must say hold or hand over: %q", s, e.Remedy)
		}
	}
}

func TestLookupOfAnUnknownCode(t *testing.T) {
	e := health.Lookup("moon.full")
	if health.Known("moon.full") || e.Code != "moon.full" || e.Act != health.Engineer {
		t.Errorf("%+v", e)
	}
	for name, text := range all(e) {
		if text == "" {
			t.Errorf("%s is empty", name)
		}
	}
	if !strings.Contains(e.Text, "moon.full") || !strings.Contains(e.TextEN, "moon.full") {
		t.Error("the text does not name the code")
	}
}

func TestDevice(t *testing.T) {
	for _, c := range []struct{ kind, state, reason, want string }{
		{"printer", "blocked", "paper_out", "device.paper_out"},
		{"printer", "absent", "unplugged", "device.printer.unplugged"},
		{"scanner", "absent", "unplugged", "device.scanner.unplugged"},
		{"display", "absent", "unplugged", "device.unplugged"},
		{"scanner", "ready", "", "device.state.ready"},
		{"scanner", "faulted", "on_fire", "device.state.faulted"},
		{"state", "absent", "ready", "device.state.ready"},
	} {
		if got := health.Device(c.kind, c.state, c.reason).Code; got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.kind, c.state, c.reason, got, c.want)
		}
	}
}

func TestAdvice(t *testing.T) {
	e := health.Lookup("code.merchant_code")
	const ja = "お客様が読み取るための、お店用のコードです。お客様に「支払い」画面を出してもらってください。"
	const en = "It is a shop's code, which customers scan. Ask the customer to open the “Pay” screen."
	if e.Advice() != ja || e.AdviceEN() != en {
		t.Errorf("%q, %q", e.Advice(), e.AdviceEN())
	}
}

func japanese(e health.Entry) map[string]string {
	return map[string]string{"Title": e.Title, "Text": e.Text, "Remedy": e.Remedy}
}

func english(e health.Entry) map[string]string {
	return map[string]string{"TitleEN": e.TitleEN, "TextEN": e.TextEN, "RemedyEN": e.RemedyEN}
}

func all(e health.Entry) map[string]string {
	both := japanese(e)
	for name, text := range english(e) {
		both[name] = text
	}
	return both
}

func containsJapanese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
	})
}
