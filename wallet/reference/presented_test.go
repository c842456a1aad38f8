package reference_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// A register shows a code, a phone pays it on the try-out socket, and the
// register hears it at its next inquiry.
func TestPresented(t *testing.T) {
	s := open(t)
	req := s.request(t, "S0001-T01-1-1", "Hanako", 1280)
	req.Code, req.Mode = "", wire.Presented
	first := s.charge(t, req).answer
	if first.Status != wire.Pending || first.Show == "" || first.ExpiresAt.After(req.ValidUntil) || !first.ExpiresAt.After(time.Now()) {
		t.Fatalf("the code to show: %+v", first)
	}
	var paid wire.Answer
	try := overSocket(t, s.socket)
	trySend(t, try, "POST", wire.PathTryPay, wire.Payment{Show: "970"}, http.StatusNotFound, nil)
	trySend(t, try, "POST", wire.PathTryPay, wire.Payment{Show: first.Show, Customer: "Nobody"}, http.StatusNotFound, nil)
	trySend(t, try, "POST", wire.PathTryPay, wire.Payment{Show: first.Show, Customer: "Hanako"}, http.StatusOK, &paid)
	trySend(t, try, "POST", wire.PathTryPay, wire.Payment{Show: first.Show, Customer: "Taro"}, http.StatusConflict, nil)
	inquired := must(t, s.register, "GET", s.URL()+path(wire.PathCharge, req.Key)+"?nonce=q1", nil).answer
	if paid.Status != wire.Approved || inquired.Status != wire.Approved || inquired.Receipt != paid.Receipt || inquired.Show != "" || !inquired.ExpiresAt.IsZero() {
		t.Fatalf("paid: %+v, inquired: %+v", paid, inquired)
	}
	s.balanced(t)
	for name, change := range map[string]func(*wire.ChargeRequest){
		"a code":         func(r *wire.ChargeRequest) { r.Code = "970" },
		"no time":        func(r *wire.ChargeRequest) { r.ValidUntil = time.Time{} },
		"no nonce":       func(r *wire.ChargeRequest) { r.Nonce = "" },
		"no amount":      func(r *wire.ChargeRequest) { r.Amount = 0 },
		"a certificate":  func(r *wire.ChargeRequest) { r.TerminalCertificate = []byte{1} },
		"a mode of none": func(r *wire.ChargeRequest) { r.Mode = "shown" },
	} {
		bad := req
		bad.Key = "S0001-T01-1-2"
		change(&bad)
		if r := s.charge(t, bad); r.status != http.StatusBadRequest || r.problem.Type != wire.ProblemInvalid {
			t.Errorf("with %s: %+v", name, r)
		}
	}
}
