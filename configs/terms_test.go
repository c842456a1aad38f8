package configs_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/configs"
)

func terms(t *testing.T, name string) charge.Terms {
	t.Helper()
	terms, err := configs.Terms(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := terms.Check(); err != nil {
		t.Errorf("terms %s: %v", name, err)
	}
	return terms
}

func TestTermsOfOwnAreTheStandard(t *testing.T) {
	if got := terms(t, "own"); !reflect.DeepEqual(got, charge.Standard()) {
		t.Errorf("own is %+v, and the standard %+v", got, charge.Standard())
	}
}

// What the documents of the wallets demand, whatever else is tuned.
func TestTermsKeepTheRulesOfTheWallets(t *testing.T) {
	if w := terms(t, "wechat"); w.ReverseAfter != 15*time.Second || w.Quiet <= 45*time.Second {
		t.Errorf("WeChat takes a reversal after 15 s and closes after 45 s: %s, %s", w.ReverseAfter, w.Quiet)
	}
	if w := terms(t, "alipay"); w.Quiet <= 3*time.Minute {
		t.Errorf("Alipay closes after 3 min: quiet is %s", w.Quiet)
	}
	if w := terms(t, "paypay"); w.Deadline < 30*time.Second {
		t.Errorf("PayPay wants 30 s for a payment: %s", w.Deadline)
	}
}

func TestWindowsOfTheWallets(t *testing.T) {
	for _, c := range []struct{ name, paid, ends string }{
		{"paypay", "2026-11-25T10:00:00+09:00", "2026-11-26T00:14:59+09:00"},
		{"paypay", "2026-11-25T23:59:59+09:00", "2026-11-26T00:14:59+09:00"},
		{"paypay", "2026-11-26T00:00:00+09:00", "2026-11-27T00:14:59+09:00"},
		{"alipay", "2026-11-25T23:30:00+09:00", "2026-11-26T01:00:00+09:00"}, // 22:30 in Beijing
		{"alipay", "2026-11-26T00:30:00+09:00", "2026-11-26T01:00:00+09:00"}, // 23:30 in Beijing
		{"alipay", "2026-11-26T01:00:00+09:00", "2026-11-27T01:00:00+09:00"},
		{"wechat", "2026-11-25T10:00:00+09:00", "2026-12-02T10:00:00+09:00"},
	} {
		paid, err := time.Parse(time.RFC3339, c.paid)
		if err != nil {
			t.Fatal(err)
		}
		if got := terms(t, c.name).Window.Ends(paid); got.In(paid.Location()).Format(time.RFC3339) != c.ends {
			t.Errorf("%s, paid at %s: the window ends at %s, want %s", c.name, c.paid, got.In(paid.Location()).Format(time.RFC3339), c.ends)
		}
	}
	if end := terms(t, "own").Window.Ends(time.Now()); !end.IsZero() {
		t.Errorf("the window of own ends at %s", end)
	}
}

func TestTermsThatAreNone(t *testing.T) {
	for _, name := range []string{"", "Own", "wechatpay"} {
		if _, err := configs.Terms(name); err == nil || !strings.Contains(err.Error(), "own, paypay, alipay, wechat") {
			t.Errorf("terms %q: %v", name, err)
		}
	}
}

// Chosen terms reach the register whole.
func TestAWalletHasTheTermsThatItChooses(t *testing.T) {
	for _, name := range []string{"own", "paypay", "alipay", "wechat"} {
		path := filepath.Join(t.TempDir(), "posagent.toml")
		write(t, path, "[store]\nid = \"S1\"\nterminal = \"1\"\nname = \"n\"\n[[wallet]]\nid = \"w\"\nurl = \"https://127.0.0.1:1\"\n"+
			"ca = \"/a\"\ncert = \"/b\"\nkey = \"/c\"\nreceipt_name = \"w\"\nterms = \""+name+"\"\n")
		c, err := configs.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := c.Wallets[0].Terms(), terms(t, name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

// Each value of a foreign wallet says where it comes from, or that it is ours.
func TestTermsNameTheirSources(t *testing.T) {
	text, err := os.ReadFile("terms.toml")
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(text), "[[terms]]")
	if len(sections) != 5 {
		t.Fatalf("terms.toml has %d sections", len(sections)-1)
	}
	paired := regexp.MustCompile(`^(give_up_pending|reverse_max|window_zone|id) =`) // explained by the line before
	for _, section := range sections[2:] {
		for _, line := range strings.Split(section, "\n") {
			if strings.Contains(line, " = ") && !strings.HasPrefix(line, "#") && !paired.MatchString(line) && !strings.Contains(line, "# ") {
				t.Errorf("where does this come from? %s", line)
			}
		}
	}
}
