package reference_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

func tryGet(t *testing.T, c *http.Client, path string, into any) {
	t.Helper()
	trySend(t, c, "GET", path, nil, http.StatusOK, into)
}

func trySend(t *testing.T, c *http.Client, method, path string, body any, want int, into any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, "http://wallet"+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err = io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want {
		t.Fatalf("%s %s: %d %s, %v, want %d", method, path, resp.StatusCode, data, err, want)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
}

// troubled orders a fault for one request, sends a charge, and then holds the
// books to it: the key was debited once, and the retry reads the standing
// answer.
func troubled(t *testing.T, fault wire.Fault, timeout time.Duration) (reply, *shop, wire.ChargeRequest, error) {
	t.Helper()
	s := open(t)
	if err := s.SetFault(wire.FaultOrder{Fault: fault, Count: 1}); err != nil {
		t.Fatal(err)
	}
	req := s.request(t, "S0001-T01-1-1", "Hanako", 1280)
	impatient := *s.register
	impatient.Timeout = timeout
	r, err := do(t, &impatient, "POST", s.URL()+wire.PathCharges, req)
	if st := s.standing(t, req.Key); st.Status != wire.Approved || st.Debits != 1 {
		t.Errorf("after %s the books say %+v, want approved and one debit", fault, st)
	}
	if order := s.Fault(); order != (wire.FaultOrder{Fault: wire.FaultNone}) {
		t.Errorf("after one %s the order is still %+v", fault, order)
	}
	if again := s.charge(t, req).answer; again.Status != wire.Approved || again.Nonce != req.Nonce {
		t.Errorf("the retry after %s: %+v", fault, again)
	}
	if st := s.standing(t, req.Key); st.Debits != 1 {
		t.Errorf("after %s and a retry there are %d debits", fault, st.Debits)
	}
	s.balanced(t)
	return r, s, req, err
}

func TestFaultsThatAnswer(t *testing.T) {
	for _, fault := range []wire.Fault{wire.FaultNone, wire.FaultSlow, wire.FaultLate, wire.FaultDuplicate} {
		r, _, _, err := troubled(t, fault, 10*time.Second)
		if err != nil || r.status != 200 || r.answer.Status != wire.Approved {
			t.Errorf("%s: %+v, %v, want approved", fault, r, err)
		}
	}
}

func TestSilent(t *testing.T) {
	_, _, _, err := troubled(t, wire.FaultSilent, 300*time.Millisecond)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("silent: %v, want the client's own timeout and not a closed connection", err)
	}
}

func TestReset(t *testing.T) {
	_, _, _, err := troubled(t, wire.FaultReset, 10*time.Second)
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %v, want ECONNRESET", err)
	}
}

func TestNonsense(t *testing.T) {
	r, _, _, err := troubled(t, wire.FaultNonsense, 10*time.Second)
	if err != nil || r.status != 200 || r.answer != (wire.Answer{}) {
		t.Errorf("nonsense: %+v, %v, want 200 without an answer", r, err)
	}
}

func TestRefuse(t *testing.T) {
	s := open(t)
	if err := s.SetFault(wire.FaultOrder{Fault: wire.FaultRefuse}); err != nil {
		t.Fatal(err)
	}
	const key = "S0001-T01-1-1"
	for range 3 {
		for name, r := range map[string]reply{
			"charge":   s.charge(t, s.request(t, key, "Hanako", 1)),
			"inquiry":  must(t, s.register, "GET", s.URL()+path(wire.PathCharge, key), nil),
			"reversal": must(t, s.register, "POST", s.URL()+path(wire.PathReversal, key), wire.ReversalRequest{Amount: 1, Currency: "JPY", Nonce: "r"}),
		} {
			if r.status != http.StatusServiceUnavailable || r.problem.Type != wire.ProblemBusy {
				t.Errorf("%s: %+v, want 503", name, r)
			}
		}
	}
	s.empty(t)
}

func TestFaultsLeaveInquiryAndReversalAlone(t *testing.T) {
	s := open(t)
	if err := s.SetFault(wire.FaultOrder{Fault: wire.FaultSilent}); err != nil {
		t.Fatal(err)
	}
	const key = "S0001-T01-1-1"
	if r := must(t, s.register, "GET", s.URL()+path(wire.PathCharge, key), nil); r.status != http.StatusNotFound {
		t.Errorf("inquiry: %+v", r)
	}
	if r := must(t, s.register, "POST", s.URL()+path(wire.PathReversal, key), wire.ReversalRequest{Amount: 1, Currency: "JPY", Nonce: "r"}); r.answer.Status != wire.Reversed {
		t.Errorf("reversal: %+v", r)
	}
}
