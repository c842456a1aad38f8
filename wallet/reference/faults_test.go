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

// A request that was held back is committed after the register has left.
func TestHold(t *testing.T) {
	s := open(t)
	if err := s.SetFault(wire.FaultOrder{Fault: wire.FaultHold, Count: 1}); err != nil {
		t.Fatal(err)
	}
	req := s.request(t, "S0001-T01-1-1", "Hanako", 1280)
	impatient := *s.register
	impatient.Timeout = 20 * time.Millisecond // before the 80 ms of the hold
	for s.standing(t, req.Key).Key == "" {    // on a busy machine the time is over before the request has left
		if r, err := do(t, &impatient, "POST", s.URL()+wire.PathCharges, req); !errors.Is(err, context.DeadlineExceeded) && s.standing(t, req.Key).Key == "" {
			t.Fatalf("%+v, %v, want the client's own timeout", r, err)
		}
		for began := time.Now(); s.standing(t, req.Key).Key == "" && time.Since(began) < time.Second; {
			time.Sleep(time.Millisecond)
		}
	}
	if st := s.standing(t, req.Key); st.Status != wire.Approved || st.Debits != 1 {
		t.Errorf("after a hold the books say %+v", st)
	}
	s.balanced(t)
}

// A reversal overtakes the charge that is held back, and blocks it. The hold
// ends only when the wallet stops.
func TestAHoldThatAReversalOvertakes(t *testing.T) {
	s := openWith(t, time.Hour)
	if err := s.SetFault(wire.FaultOrder{Fault: wire.FaultHold, Count: 1}); err != nil {
		t.Fatal(err)
	}
	req := s.request(t, "S0001-T01-1-1", "Hanako", 1280)
	held := make(chan reply, 1)
	go func() {
		r, err := do(t, s.register, "POST", s.URL()+wire.PathCharges, req)
		if err != nil {
			t.Error(err)
		}
		held <- r
	}()
	for s.Fault().Fault != wire.FaultNone { // the charge has come in
		time.Sleep(time.Millisecond)
	}
	if r := s.reverse(t, req.Key, 1280); r.answer.Status != wire.Reversed {
		t.Errorf("reversal: %+v", r)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	if r := <-held; r.answer.Status != wire.Reversed {
		t.Errorf("the charge that was held: %+v", r)
	}
	if st := s.standing(t, req.Key); st.Debits != 0 {
		t.Errorf("the books say %+v", st)
	}
}

func TestConfirm(t *testing.T) {
	s := open(t)
	c := overSocket(t, s.socket)
	if err := s.SetFault(wire.FaultOrder{Fault: wire.FaultConfirm}); err != nil {
		t.Fatal(err)
	}
	first, second := s.request(t, "S0001-T01-1-1", "Hanako", 100), s.request(t, "S0001-T01-1-2", "Hanako", 200)
	for _, req := range []wire.ChargeRequest{first, second, first} {
		if r := s.charge(t, req); r.status != 200 || r.answer.Status != wire.Pending || r.answer.Receipt != "" {
			t.Fatalf("%+v, want pending", r)
		}
	}
	if st := s.standing(t, first.Key); st.Status != wire.Pending || st.Debits != 1 {
		t.Errorf("while it waits the books say %+v", st)
	}
	var said wire.Answer
	trySend(t, c, "POST", wire.PathTryConfirm, wire.Confirmation{Yes: true}, http.StatusOK, &said)
	if said.Key != second.Key || said.Status != wire.Approved {
		t.Errorf("the newest: %+v", said)
	}
	trySend(t, c, "POST", wire.PathTryConfirm, wire.Confirmation{Key: first.Key}, http.StatusOK, &said)
	if said.Status != wire.Declined || said.Reason != wire.Refused {
		t.Errorf("a no: %+v", said)
	}
	trySend(t, c, "POST", wire.PathTryConfirm, wire.Confirmation{Yes: true}, http.StatusNotFound, nil)
	trySend(t, c, "POST", wire.PathTryConfirm, wire.Confirmation{Key: "S0001-T01-1-9", Yes: true}, http.StatusNotFound, nil)
	for key, want := range map[string]wire.Status{first.Key: wire.Declined, second.Key: wire.Approved} {
		if r := must(t, s.register, "GET", s.URL()+path(wire.PathCharge, key), nil); r.answer.Status != want {
			t.Errorf("%s: %+v, want %s", key, r, want)
		}
	}
	s.balanced(t)
}

// Refunds and top-ups meet the same troubles as charges.
func TestFaultsOfTheOtherKinds(t *testing.T) {
	s := open(t)
	s.charge(t, s.request(t, "S0001-T01-1-1", "Hanako", 100))
	back, cash := refundOf("S0001-T01-1-2", "S0001-T01-1-1", 40), topup(s.request(t, "S0001-T01-1-3", "Hanako", 40))
	for _, fault := range []wire.Fault{wire.FaultNonsense, wire.FaultDuplicate} {
		if err := s.SetFault(wire.FaultOrder{Fault: fault, Count: 2}); err != nil {
			t.Fatal(err)
		}
		refund, top := s.refund(t, back), s.topUp(t, cash)
		if nonsense := refund.answer == (wire.Answer{}) && top.answer == (wire.Answer{}); nonsense != (fault == wire.FaultNonsense) {
			t.Errorf("%s: %+v, %+v", fault, refund, top)
		}
	}
	for _, key := range []string{back.Key, cash.Key} {
		if st := s.standing(t, key); st.Status != wire.Approved || st.Debits != -1 {
			t.Errorf("the books say %+v", st)
		}
	}
	s.balanced(t)
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
