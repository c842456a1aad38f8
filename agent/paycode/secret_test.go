package paycode_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/paycode"
)

// A code in a log is money in a log: nothing that prints may show more of it
// than Masked does.
func TestSecretNeverShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9A-Za-z+/]{12,60}`).Draw(t, "text")
		hidden := text[6 : len(text)-2]
		code := paycode.Code{Text: paycode.Secret(text), Wallet: "own", Kind: paycode.KindDigits}
		var shown strings.Builder
		for _, v := range []any{code.Text, &code.Text, code, &code, []paycode.Code{code}, map[string]paycode.Secret{"k": code.Text}, fmt.Errorf("code %v: %w", code, &paycode.Refusal{Why: paycode.Unknown})} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s"} {
				fmt.Fprintf(&shown, verb+"\n", v)
			}
			fmt.Fprintln(&shown, v)
			data, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			shown.Write(data)
			slog.New(slog.NewTextHandler(&shown, nil)).Info("scan", "code", v)
			slog.New(slog.NewJSONHandler(&shown, nil)).Info("scan", "code", v)
		}
		out := strings.ToLower(shown.String())
		for _, leak := range []string{hidden, fmt.Sprintf("%x", hidden)} {
			if len(hidden) >= 4 && strings.Contains(out, strings.ToLower(leak)) {
				t.Fatalf("%q shows in\n%s", leak, out)
			}
		}
	})
}

func TestParsedCodesDoNotShowTheirValues(t *testing.T) {
	for _, v := range vectors(t) {
		cpm, err := paycode.ParseCPM(v.Text)
		if err != nil {
			t.Fatal(err)
		}
		var shown bytes.Buffer
		fmt.Fprintf(&shown, "%v %+v %#v", cpm, cpm, cpm)
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("scan", "cpm", cpm)
		account := cpm.Templates[0].Account.Reveal()
		if len(account) >= 12 && strings.Contains(shown.String(), account[6:len(account)-2]) {
			t.Errorf("%s: the account shows in %s", v.ID, shown.String())
		}
		if adf := fmt.Sprintf("%x", []byte(cpm.Templates[0].ADF)); strings.Contains(shown.String(), adf) {
			t.Errorf("%s: a value shows in %s", v.ID, shown.String())
		}
	}
}
