package paycode_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/paycode"
)

func TestNewNamesEveryProblem(t *testing.T) {
	_, err := paycode.New(paycode.Rules{
		Reject: []paycode.RejectRule{
			{ID: "a", Match: `\d+`, Why: paycode.Product},
			{ID: "b", Match: `^x|y`, Why: paycode.Product},
			{ID: "c", Match: `^(`, Why: "sour"},
			{ID: "c", Match: `^x`, Why: paycode.BadCode, AIM: "Q1"},
			{ID: "i", Match: `^y`, Why: paycode.Bill, Wallet: "w"},
		},
		Templates: []paycode.TemplateRule{
			{ID: "d", Prefix: "A0G", Wallet: "w"},
			{ID: "e", Prefix: "A0", Wallet: "w", Why: paycode.Bill},
			{ID: "f", Prefix: "A0", Account: "31", Wallet: "w"},
			{ID: "g", Prefix: "A0", Wallet: "v"},
			{ID: "", Prefix: "A1"},
		},
		Digits: []paycode.DigitsRule{
			{ID: "h", Match: `^12`, Wallet: "w"},
			{ID: "emv_cpm", Match: `^12$`},
		},
	}, []string{"w", "w", ""})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`wallet "w" is listed twice`, `a wallet without a name`,
		`reject rule "a": match "\\d+": every branch must begin with ^`,
		`reject rule "b": match "^x|y": every branch must begin with ^`,
		`reject rule "c": match "^(": error parsing regexp`, `why = "sour"`,
		`why = "bad_code"`, `aim = "Q1" is not of the form ]C1`, `rule id "c" is taken`,
		`reject rule "i": wallet is for why = "offline_code" alone`,
		`template rule "d": prefix = "A0G"`, `template rule "e": give either wallet or why`,
		`template rule "f": account: match "31"`, `template rule "g": rule "e" has the same prefix`,
		`template rule "": give either wallet or why`, `a rule has no id`,
		`digits rule "h": match "^12": every branch must end with $`, `digits rule "emv_cpm": wallet is missing`,
		`rule id "emv_cpm" is taken`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say: %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestWalletsAreTakenAndReached(t *testing.T) {
	got := classifier(t, "paypay", "mistyped", "own", "unionpay").Wallets()
	if !slices.Equal(got, []string{"paypay", "own", "unionpay"}) {
		t.Errorf("wallets %v", got)
	}
}

// The overlaps of the default table are all meant: a special rule before the
// general one of its family, and goods of 8 or 13 digits before a shop's code,
// which is longer but begins with digits that goods may have too.
func TestOverlapsOfDefaultRules(t *testing.T) {
	overlaps, err := paycode.Overlaps(defaultRules(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range overlaps {
		got = append(got, fmt.Sprint(o.Earlier, " before ", o.Later, " ", o.Whole))
	}
	want := []string{
		"goods before merchant_text false",
		"merpay_template before jcb_template false", "aupay_template before jcb_template false", "yuchopay_template before jcb_template false",
		"merpay before jpqr_3158 false", "aupay before jpqr_3158 false", "yuchopay before jpqr_3158 false",
		"paypay before jpqr_9000 false", "rakutenpay before jpqr_9000 false", "dbarai before jpqr_9000 false",
		"alipayplus_19 before alipay false",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("overlaps\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOverlapsFindsRulesThatNeverDecide(t *testing.T) {
	overlaps, err := paycode.Overlaps(paycode.Rules{
		Reject:    []paycode.RejectRule{{ID: "base64", Match: "^hQ", Why: paycode.Unknown}},
		Templates: []paycode.TemplateRule{{ID: "visa", Prefix: "A000000003", Wallet: "w"}},
		Digits: []paycode.DigitsRule{
			{ID: "even", Match: `^9\d*[02468]$`, Wallet: "w"},
			{ID: "odd", Match: `^9\d*[13579]$`, Wallet: "w"},
			{ID: "nines", Match: `^9\d{9,19}$`, Wallet: "v"},
			{ID: "eights", Match: `^8\d{9,19}$`, Wallet: "v"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []paycode.Overlap{{"base64", "visa", true}, {"even", "nines", true}, {"odd", "nines", true}}
	if !slices.Equal(overlaps, want) {
		t.Errorf("overlaps %v, want %v", overlaps, want)
	}
}
