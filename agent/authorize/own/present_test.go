package own_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// gives is a wallet that answers pending, with what is to be shown.
type gives struct {
	show   string
	expire time.Time
	sent   []byte
	path   string
}

func (g *gives) Do(_ context.Context, _, path string, body io.Reader) authorize.Evidence {
	g.path = path
	nonce := "N1"
	if body != nil {
		g.sent, _ = io.ReadAll(body)
		var in struct{ Nonce string }
		_ = json.Unmarshal(g.sent, &in)
		nonce = in.Nonce
	}
	data, _ := json.Marshal(wire.Answer{
		Key: string(rec.Key), Kind: wire.KindCharge, Status: wire.Pending, Amount: 1280, Currency: "JPY", Nonce: nonce, At: theirs,
		Show: g.show, ExpiresAt: g.expire,
	})
	return authorize.Evidence{Bytes: 1, Status: http.StatusOK, Body: data}
}

func TestThePresentCall(t *testing.T) {
	g := &gives{show: "https://pay.example.jp/c/テスト店", expire: theirs.Add(2 * time.Minute)}
	c := &own.Client{ID: "own", Line: g, Terms: charge.Standard(), Now: func() time.Time { return now }, Nonce: func() string { return "N1" }}
	a := c.Present(t.Context(), rec)
	if a.Event != charge.Wait || a.Reason != charge.ReasonCodeShown || a.Show != g.show || a.Payable != 2*time.Minute || !a.Known {
		t.Errorf("answer %+v", a)
	}
	var in wire.ChargeRequest
	strict(t, g.sent, &in)
	want := wire.ChargeRequest{
		Key: string(rec.Key), Terminal: "T1", Store: "S1", Amount: 1280, Currency: "JPY",
		Mode: wire.Presented, ValidUntil: now.Add(c.Terms.ShowFor).UTC(), Nonce: "N1",
	}
	if !reflect.DeepEqual(in, want) || g.path != "/v1/charges" {
		t.Errorf("sent %+v to %s, want %+v", in, g.path, want)
	}
	// An inquiry tells the code again, for a register that was restarted.
	if a := c.Inquire(t.Context(), rec); a.Event != charge.Wait || a.Show != g.show || a.Payable != 2*time.Minute || a.Reason != charge.ReasonCodeShown {
		t.Errorf("inquiry %+v", a)
	}
}

// A pending charge that nobody can pay is in doubt, and so is undone; what an
// inquiry tells so is a wait without a code.
func TestAnAnswerWithoutACodeThatCanBeShown(t *testing.T) {
	for name, g := range map[string]gives{
		"none":               {expire: theirs.Add(time.Minute)},
		"run out":            {show: "PAY", expire: theirs},
		"no end":             {show: "PAY"},
		"longer than a code": {show: strings.Repeat("x", wire.MaxShow+1), expire: theirs.Add(time.Minute)},
		"a control":          {show: "PAY\x1b[2J", expire: theirs.Add(time.Minute)},
		"a line":             {show: "PAY\nME", expire: theirs.Add(time.Minute)},
	} {
		c := &own.Client{ID: "own", Line: &g, Terms: charge.Standard(), Now: func() time.Time { return now }, Nonce: func() string { return "N1" }}
		if a := c.Present(t.Context(), rec); a.Event != charge.Lose || a.Reason != charge.ReasonBadAnswer || a.Show != "" || a.Note == "" {
			t.Errorf("%s: %+v", name, a)
		}
		if a := c.Inquire(t.Context(), rec); a.Event != charge.Wait || a.Show != "" {
			t.Errorf("inquiry, %s: %+v", name, a)
		}
	}
	c := &own.Client{ID: "own", Line: &gives{}, Terms: charge.Standard()}
	if a := c.Present(t.Context(), charge.Record{Key: "no key"}); a.Event != charge.Miss {
		t.Errorf("without a key: %+v", a)
	}
}
