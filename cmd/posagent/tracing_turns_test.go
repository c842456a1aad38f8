package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// traced makes a call in a trace of 32 times the same digit; none is no trace.
func (p *place) traced(t *testing.T, path, digit, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.url+path, strings.NewReader(body))
	check(t, err)
	if digit != "" {
		req.Header.Set("traceparent", "00-"+strings.Repeat(digit, 32)+"-"+posHop+"-01")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer all of it")
	req.Header.Set(control.HeaderIdempotencyKey, fmt.Sprint(path, digit, body))
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s: %s: %s", path, resp.Status, answer)
	}
}

// last is the trace of the last request of a call, by its digit.
func (l *listener) last(t *testing.T, call string) string {
	t.Helper()
	all := l.of(call)
	if len(all) == 0 || all[len(all)-1].trace == "" {
		t.Fatalf("the wallet saw no %s in a trace: %+v", call, l.heard())
	}
	return all[len(all)-1].trace[:1]
}

// A sale is in the trace of the last call about it that had one: a code without
// a trace goes on in that of the sale, a cancel and a refund begin theirs.
func TestASaleFollowsTheLastTrace(t *testing.T) {
	sum := sha256.Sum256([]byte("all of it"))
	p := newPlace(t, fmt.Sprintf("[[api.token]]\nname = \"all\"\nsha256 = %q\nscopes = [\"prepare\", \"read\", \"refund\", \"topup\"]\n", hex.EncodeToString(sum[:])))
	w := p.listening(t)
	p.start(t)
	standing := func() control.Sale {
		r, err := p.client.Register(t.Context())
		check(t, err)
		return *r.Sale
	}
	const sale, charges, refunds = `{"amount": 1280, "currency": "JPY"}`, "POST " + wire.PathCharges, "POST " + wire.PathRefunds
	code := func(n int) string { return fmt.Sprintf(`{"text": "97%018d"}`, n) }
	p.traced(t, control.PathSales, "a", sale)
	s := standing()
	p.traced(t, salePath(control.PathSaleCode, s.ID), "", code(1))
	if got := w.last(t, charges); got != "a" {
		t.Errorf("a code without a trace went in trace %s, and the sale in a", got)
	}
	p.traced(t, control.PathRefunds, "b", fmt.Sprintf(`{"charge_key": %q, "amount": 100}`, standing().ChargeKey))
	if got := w.last(t, refunds); got != "b" {
		t.Errorf("the refund of trace b went in %s", got)
	}
	p.traced(t, control.PathTopUps, "c", `{"amount": 1000, "currency": "JPY", "code": `+code(2)+`}`)
	if got := w.last(t, "POST "+wire.PathTopups); got != "c" {
		t.Errorf("the top-up of trace c went in %s", got)
	}
	p.traced(t, control.PathSales, "d", `{"amount": 900, "currency": "JPY"}`)
	s = standing()
	w.setMute(true)
	p.traced(t, salePath(control.PathSaleCode, s.ID), "e", code(3))
	if got := w.last(t, charges); got != "e" {
		t.Errorf("the code of trace e went in %s", got)
	}
	p.traced(t, salePath(control.PathSaleCancel, s.ID), "f", `{}`)
	p.comes(t, s.ID, charge.Reversed)
	hops := w.heard()
	if last := hops[len(hops)-1]; !strings.HasSuffix(last.call, "/reversal") || last.trace[:1] != "f" {
		t.Errorf("the reversal after the cancel of trace f is %+v", last)
	}
}
