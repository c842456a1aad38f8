package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

func aDay() control.Closing {
	from := time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)
	return control.Closing{
		Kind: "x", Date: "2026-11-25", From: from, To: from.Add(24 * time.Hour), At: from.Add(13 * time.Hour),
		Takings: []control.Takings{{
			Currency: "JPY", Net: 398880, Paid: control.Sum{Count: 298, Amount: 389120}, Offline: control.Sum{Count: 8, Amount: 10240}, Refunded: control.Sum{Count: 1, Amount: 480},
			Returned: control.Sum{Count: 1, Amount: 700}, TopUps: control.Sum{Count: 2, Amount: 6000}, Open: control.Sum{Count: 1, Amount: 1280}, Unpaid: control.Sum{Count: 1, Amount: 900},
		}},
		Rates: []control.RateSum{{Rate: "standard", Percent: 10, Currency: "JPY", Gross: 300000, Tax: 27241}, {Rate: "reduced", Percent: 8, Currency: "JPY", Gross: 99360, Tax: 7343}},
		Rows: []control.TakenRow{
			{Kind: "charge", State: "abandoned", Currency: "JPY", Count: 3, Amount: 3000},
			{Wallet: "own", WalletName: "サンプルペイ", WalletNameE: "Sample Pay", Kind: "charge", State: "approved", Currency: "JPY", Count: 298, Amount: 389120},
			{Wallet: "own", WalletName: "サンプルペイ", WalletNameE: "Sample Pay", Kind: "refund", State: "approved", Currency: "JPY", Count: 1, Amount: 480},
		},
	}
}

func TestCloseXGolden(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"POST /v1/closings": {aDay()}})
	path := filepath.Join(t.TempDir(), "day.csv")
	got := inTokyo(t, "close", "x", "--date", "2026-11-25", "--csv", path, "--agent", a.url)
	got.want(t, exitDone)
	golden(t, "close-x.txt", got.out)
	a.said(t, `{"kind":"x","date":"2026-11-25"}`)
	data, err := os.ReadFile(path)
	must(t, err)
	golden(t, "close-x.csv", string(data))
	inTokyo(t, "close", "x", "--csv", path, "--agent", a.url).want(t, exitUsage, "is there already")
	shape(t, inTokyo(t, "close", "x", "--json", "--agent", a.url), "kind", "date", "finished", "takings", "rates", "rows")
	b := newAgent(t, map[string][]any{"POST /v1/closings": {control.Closing{Date: "2026-11-26", Finished: true}}})
	posctl(t, "close", "x", "--agent", b.url).want(t, exitDone, "nothing was begun on this day")
	c := newAgent(t, map[string][]any{"POST /v1/closings": {problem{Status: 422, Detail: "date \"x\" must be a business day"}}})
	posctl(t, "close", "x", "--date", "x", "--agent", c.url).want(t, exitUsage, "must be a business day")
}
