package server_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/drivers/scanner"
)

// copies takes every slip in whose text begins right, each one once.
type copies struct {
	mu  sync.Mutex
	who []string
}

func (c *copies) TakeSlip(text paycode.Secret, by charge.By, operator string) (control.Slip, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name, ours := strings.CutPrefix(text.Reveal(), paycode.SlipPrefix)
	if !ours {
		return control.Slip{}, &agent.Refused{Why: "slip.unreadable"}
	}
	c.who = append(c.who, string(by)+" "+operator)
	known := len(c.who) > 1
	return control.Slip{Key: "S0001-T09-1-" + name, Wallet: "paypay", Amount: 700, Currency: "JPY", Taken: !known, Known: known, State: "queued"}, nil
}

func TestSlips(t *testing.T) {
	taken := &copies{}
	s := start(t, func(o *server.Options) { o.Slips = taken })
	taro := s.signIn(t, "taro", managerPIN)
	got := s.ask(t, "POST", control.PathSlips, control.Code{Text: "PSL1:1"}, taro.both()...)
	want(t, got, 200)
	if slip := decode[control.Slip](t, got); slip.Key != "S0001-T09-1-1" || !slip.Taken || slip.Known || slip.WalletNameE != "PayPay" || slip.Amount != 700 {
		t.Errorf("%+v", slip)
	}
	got = s.ask(t, "POST", control.PathSlips, pictureHead+"PSL1:1", bearer("judge"), content("image/png"))
	want(t, got, 200)
	if slip := decode[control.Slip](t, got); slip.Taken || !slip.Known {
		t.Errorf("the same in a picture: %+v", slip)
	}
	if len(taken.who) != 2 || taken.who[0] != "manager taro" || taken.who[1] != "api " {
		t.Errorf("brought by %q", taken.who)
	}
	for name, c := range map[string]struct {
		body any
		kind string
		code int
		why  string
	}{
		"another text":          {control.Code{Text: goodCode}, "application/json", 409, "slip.unreadable"},
		"another code":          {pictureHead + goodCode, "image/jpeg", 409, "slip.unreadable"},
		"a picture of nothing":  {pictureHead, "image/png", 409, "picture.none"},
		"no picture":            {"hello", "image/png", 409, "picture.not_a_picture"},
		"4 MB and more":         {strings.Repeat("x", 4<<20+1), "image/png", 413, "too_large"},
		"64 kB of text":         {`{"text":"` + strings.Repeat("x", 64<<10) + `"}`, "application/json", 413, "too_large"},
		"no text":               {`{}`, "application/json", 422, "invalid"},
		"something else":        {"PSL1:1", "text/plain", 415, "media_type"},
		"a body that is broken": {`{"text":`, "application/json", 400, "invalid"},
	} {
		got := s.ask(t, "POST", control.PathSlips, c.body, bearer("judge"), content(c.kind))
		if got.status != c.code || got.problem(t).Why != c.why {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if strings.Contains(string(got.body), goodCode) {
			t.Errorf("%s: the answer shows the code", name)
		}
	}
	if strings.Contains(s.log.String(), "PSL1:") || strings.Contains(s.log.String(), goodCode) {
		t.Error("the log shows a code")
	}
	if got := s.ask(t, "POST", control.PathSlips, control.Code{Text: "PSL1:1"}, bearer("till")); got.status != 403 {
		t.Errorf("a till may import: %d", got.status)
	}
}

// Who waits for the scanner gets what it reads; nobody gets what is refused.
func TestSlipsAtTheScanner(t *testing.T) {
	s := start(t, func(o *server.Options) { o.Slips = &copies{} })
	scan := func(text string) error {
		return s.register.Walk(scanner.Scan{Data: []byte(text), Device: "scanner0", At: time.Now()})
	}
	got := s.ask(t, "POST", control.PathSlipScan, nil, bearer("judge"))
	want(t, got, 200)
	if strings.TrimSpace(string(got.body)) != "{}" {
		t.Errorf("nothing was read: %s", got.body)
	}
	must(t, scan("PSL1:7")) // within the moment in which an importer may ask again
	client := control.Dial(s.url, "token of judge")
	read, err := client.ScanSlip(context.Background(), time.Minute)
	if err != nil || read.Slip == nil || read.Slip.Key != "S0001-T09-1-7" {
		t.Errorf("%+v, %v", read, err)
	}
	waits := make(chan reply)
	go func() { waits <- s.ask(t, "POST", control.PathSlipScan+"?wait=1m", nil, bearer("judge")) }()
	must(t, scan("PSL1:8"))
	if slip := decode[control.SlipScan](t, <-waits).Slip; slip == nil || slip.Key != "S0001-T09-1-8" || !slip.Known {
		t.Errorf("%+v", slip)
	}
	go func() { waits <- s.ask(t, "POST", control.PathSlipScan+"?wait=1m", nil, bearer("judge")) }()
	if scan(goodCode) == nil {
		t.Error("a payment code was taken without a sale")
	}
	s.server.Close() // an agent that leaves keeps nobody
	if slip := decode[control.SlipScan](t, <-waits).Slip; slip != nil {
		t.Errorf("%+v", slip)
	}
	for _, wait := range []string{"2m", "-1s", "x"} {
		want(t, s.ask(t, "POST", control.PathSlipScan+"?wait="+wait, nil, bearer("judge")), 422)
	}
	want(t, s.ask(t, "POST", control.PathSlipScan, nil, bearer("till")), 403)
}

func TestReprintOfAStoreCopy(t *testing.T) {
	s := start(t)
	paid := s.prepare(t, "a", 500)
	want(t, s.scan(t, paid.ID, "b", goodCode), 200)
	got := s.ask(t, "POST", "/v1/charges/"+paid.ChargeKey+"/reprint?copy=store", nil, bearer("till"))
	if got.status != 409 || got.problem(t).Why != "slip.none" || got.problem(t).TextE == "" {
		t.Errorf("of a charge that is paid: %d %s", got.status, got.body)
	}
	want(t, s.ask(t, "POST", "/v1/charges/"+paid.ChargeKey+"/reprint?copy=receipt", nil, bearer("till")), 200)
	want(t, s.ask(t, "POST", "/v1/charges/"+paid.ChargeKey+"/reprint?copy=both", nil, bearer("till")), 422)
	want(t, s.ask(t, "POST", "/v1/charges/nothing/reprint?copy=store", nil, bearer("till")), 404)
}
