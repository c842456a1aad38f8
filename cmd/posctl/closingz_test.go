package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

func aZ() control.Closing {
	z := aDay()
	z.Kind = "z"
	z.Takings[0].Offline = control.Sum{Count: -2, Amount: -2560}
	z.Z = &control.Z{
		Number: 12, Operator: "taro", First: 301, Last: 912, Reason: "paypay is out of order",
		Waiting:  []control.TakenRow{{Wallet: "own", WalletNameE: "Sample Pay", Kind: "charge", State: "indoubt", Currency: "JPY", Count: 1, Amount: 1280}},
		Wallets:  []control.ZWallet{{Wallet: "own", WalletNameE: "Sample Pay", Compared: true}, {Wallet: "paypay", Problem: "no answer"}, {Wallet: "au", Compared: true, Left: 2}},
		Drawer:   control.DrawerFound{Said: true, Float: 30000, Cash: 6000, Expected: 36000, Counted: 35500, Over: -500},
		Document: "{}", SHA256: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
	}
	return z
}

func TestCloseZGolden(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{
		"POST /v1/closings": {aZ()}, "GET /v1/closings": {control.Closings{Closings: []control.Closing{aZ()}, Next: 12}},
		"GET /v1/closings/12": {aZ()}, "POST /v1/closings/12/print": {aZ()},
	})
	path := filepath.Join(t.TempDir(), "z.csv")
	got := inTokyo(t, "close", "z", "--float", "30000", "--counted", "35500", "--reason", "paypay is out of order", "--csv", path, "--agent", a.url)
	got.want(t, exitDone)
	golden(t, "close-z.txt", got.out)
	a.said(t, `{"kind":"z","reason":"paypay is out of order","drawer":{"float":30000,"other":0,"counted":35500}}`)
	data, err := os.ReadFile(path)
	must(t, err)
	golden(t, "close-z.csv", string(data))
	got = inTokyo(t, "close", "list", "--agent", a.url)
	got.want(t, exitDone)
	golden(t, "close-list.txt", got.out)
	got = inTokyo(t, "close", "show", "12", "--agent", a.url)
	got.want(t, exitDone)
	golden(t, "close-z.txt", got.out)
	posctl(t, "close", "print", "12", "--agent", a.url).want(t, exitDone, "Z 12 is printed")
	shape(t, inTokyo(t, "close", "show", "12", "--json", "--agent", a.url), "kind", "date", "finished", "takings", "rates", "rows", "z")
	posctl(t, "close", "z", "--float", "1", "--agent", a.url).want(t, exitUsage, "need --counted")
	posctl(t, "close", "show", "x", "--agent", a.url).want(t, exitUsage, "must be the number of a closing")
}

// A name that Excel would work out is only shown.
func TestCSVHoldsNoFormula(t *testing.T) {
	t.Parallel()
	for name, cell := range map[string]string{
		`=HYPERLINK("http://x")`: `"'=HYPERLINK(""http://x"")"`, "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "サンプル": "サンプル", "": "",
	} {
		day := aZ()
		day.Rows[0].WalletName = name
		a := newAgent(t, map[string][]any{"GET /v1/closings/12": {day}})
		path := filepath.Join(t.TempDir(), "z.csv")
		posctl(t, "close", "show", "12", "--csv", path, "--agent", a.url).want(t, exitDone)
		data, err := os.ReadFile(path)
		must(t, err)
		if !strings.Contains(string(data), ",,"+cell+",charge,abandoned") {
			t.Errorf("%q became\n%s", name, data)
		}
	}
}
