package reference_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posagent/posagent/wallet/wire"
)

func TestChargeInquiryReversal(t *testing.T) {
	s := open(t)
	const key = "S0001-T01-1-1"
	unknown := must(t, s.register, "GET", s.URL()+path(wire.PathCharge, key)+"?nonce=q0", nil)
	if unknown.status != http.StatusNotFound || unknown.problem.Type != wire.ProblemUnknownKey {
		t.Fatalf("inquiry of an unseen key: %+v", unknown)
	}
	req := s.request(t, key, "Hanako", 1280)
	first := s.charge(t, req)
	a := first.answer
	if first.status != 200 || a.Status != wire.Approved || a.Key != key || a.Amount != 1280 || a.Currency != "JPY" ||
		a.Nonce != req.Nonce || a.Kind != wire.KindCharge || a.Receipt == "" || a.At.IsZero() {
		t.Fatalf("charge: %+v", first)
	}
	req.Nonce, req.Mode = "second", wire.Forwarded
	again := s.charge(t, req).answer
	if again.Status != wire.Approved || again.Receipt != a.Receipt || again.Nonce != "second" {
		t.Fatalf("the same key again: %+v", again)
	}
	inquired := must(t, s.register, "GET", s.URL()+path(wire.PathCharge, key)+"?nonce=q1", nil).answer
	if inquired.Status != wire.Approved || inquired.Receipt != a.Receipt || inquired.Nonce != "q1" {
		t.Fatalf("inquiry: %+v", inquired)
	}
	req.Amount++
	if r := s.charge(t, req); r.status != http.StatusConflict || r.problem.Type != wire.ProblemConflict {
		t.Fatalf("the same key with another amount: %+v", r)
	}
	for range 2 {
		r := must(t, s.register, "POST", s.URL()+path(wire.PathReversal, key), wire.ReversalRequest{Amount: 1280, Currency: "JPY", Nonce: "r1"})
		if r.status != 200 || r.answer.Status != wire.Reversed || r.answer.Nonce != "r1" || r.answer.Receipt != "" {
			t.Fatalf("reversal: %+v", r)
		}
	}
	if st := s.standing(t, key); st.Status != wire.Reversed || st.Debits != 0 {
		t.Fatalf("the books say %+v", st)
	}
	s.balanced(t)
}

func TestReversalBeforeCharge(t *testing.T) {
	s := open(t)
	const key = "S0001-T01-1-1"
	r := must(t, s.register, "POST", s.URL()+path(wire.PathReversal, key), wire.ReversalRequest{Amount: 700, Currency: "JPY", Nonce: "r"})
	if r.status != 200 || r.answer.Status != wire.Reversed {
		t.Fatalf("reversal of an unseen key: %+v", r)
	}
	late := s.charge(t, s.request(t, key, "Hanako", 700))
	if late.status != 200 || late.answer.Status != wire.Reversed {
		t.Fatalf("the charge that came after its reversal: %+v", late)
	}
	if st := s.standing(t, key); st.Debits != 0 {
		t.Fatalf("a blocked key was debited: %+v", st)
	}
	s.balanced(t)
}

func TestOneCodeAtEightRegisters(t *testing.T) {
	s := open(t)
	shared := s.request(t, "", "Hanako", 100)
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[wire.Status]int{}
	for i := range 8 {
		terminal := "T" + string(rune('1'+i))
		c := s.client(t, pair(t)(s.authority.Client("S0001", terminal)))
		req := shared
		req.Terminal, req.Key = terminal, "S0001-"+terminal+"-1-1"
		all.Go(func() {
			r, err := do(t, c, "POST", s.URL()+wire.PathCharges, req)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			got[r.answer.Status]++
			if r.answer.Status == wire.Declined && r.answer.Reason != wire.CodeUsed {
				t.Errorf("declined for %s, want code_used", r.answer.Reason)
			}
		})
	}
	all.Wait()
	if got[wire.Approved] != 1 || got[wire.Declined] != 7 {
		t.Fatalf("%v, want 1 approved and 7 declined", got)
	}
	s.balanced(t)
}

func TestKeysOfOthers(t *testing.T) {
	s := open(t)
	for _, key := range []string{"S0001-T02-1-1", "S0001-T011-1-1", "S0002-T01-1-1", "S0001-T01", "x"} {
		req := s.request(t, key, "Hanako", 1)
		for name, r := range map[string]reply{
			"refund":    s.refund(t, refundOf(key, "S0001-T01-1-1", 1)),
			"refund of": s.refund(t, refundOf("S0001-T01-1-2", key, 1)),
			"top-up":    s.topUp(t, topup(req)),
			"charge":    s.charge(t, req),
			"inquiry":   must(t, s.register, "GET", s.URL()+path(wire.PathCharge, key), nil),
			"reversal":  must(t, s.register, "POST", s.URL()+path(wire.PathReversal, key), wire.ReversalRequest{Amount: 1, Currency: "JPY", Nonce: "r"}),
		} {
			if r.status != http.StatusForbidden || r.problem.Type != wire.ProblemForbidden {
				t.Errorf("%s with key %s: %+v, want 403", name, key, r)
			}
			if nonce := map[string]string{"charge": req.Nonce, "reversal": "r"}[name]; nonce != "" && r.problem.Nonce != nonce {
				t.Errorf("%s with key %s echoes %q, want %q", name, key, r.problem.Nonce, nonce)
			}
		}
	}
	for name, change := range map[string]func(*wire.ChargeRequest){
		"store":    func(r *wire.ChargeRequest) { r.Store = "S0002" },
		"terminal": func(r *wire.ChargeRequest) { r.Terminal = "T02" },
		"split":    func(r *wire.ChargeRequest) { r.Store, r.Terminal = "S0001-T01", "" },
	} {
		req := s.request(t, "S0001-T01-1-1", "Hanako", 1)
		change(&req)
		back := refundOf("S0001-T01-1-2", req.Key, 1)
		back.Store, back.Terminal = req.Store, req.Terminal
		for what, r := range map[string]reply{"charge": s.charge(t, req), "top-up": s.topUp(t, topup(req)), "refund": s.refund(t, back)} {
			if r.status != http.StatusForbidden {
				t.Errorf("%s with own key and another %s: %+v, want 403", what, name, r)
			}
		}
	}
	s.empty(t)
}

func TestBodiesThatAreRefused(t *testing.T) {
	s := open(t)
	req := s.request(t, "S0001-T01-1-1", "Hanako", 100)
	good := `{"key":"S0001-T01-1-1","terminal":"T01","store":"S0001","amount":100,"currency":"JPY","code":"` + req.Code +
		`","mode":"online","valid_until":"2099-01-01T00:00:00Z","nonce":"n"}`
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the good body", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, body := range map[string]string{
		"unknown field":       with(`"nonce"`, `"tip":1,"nonce"`),
		"field in capitals":   with(`"amount"`, `"Amount"`),
		"field twice":         with(`"amount":100`, `"amount":100,"amount":1`),
		"escaped twin":        with(`"amount":100`, `"amount":100,"\u0061mount":1`),
		"float":               with(`100`, `100.0`),
		"exponent":            with(`100`, `1e2`),
		"text for a number":   with(`100`, `"100"`),
		"too large":           with(`100`, `9223372036854775808`),
		"zero":                with(`100`, `0`),
		"below zero":          with(`100`, `-100`),
		"null":                with(`100`, `null`),
		"object":              with(`100`, `{"n":100}`),
		"missing amount":      with(`"amount":100,`, ``),
		"missing valid_until": with(`"valid_until":"2099-01-01T00:00:00Z",`, ``),
		"time that is none":   with(`2099-01-01T00:00:00Z`, `tomorrow`),
		"currency":            with(`JPY`, `yen`),
		"mode":                with(`online`, `presented`),
		"code with a newline": with(req.Code, `97\n1`),
		"no code":             with(req.Code, ``),
		"long code":           with(req.Code, strings.Repeat("9", 1025)),
		"no nonce":            with(`"nonce":"n"`, `"nonce":""`),
		"long key":            with(`S0001-T01-1-1`, "S0001-T01-"+strings.Repeat("1", 23)),
		"key with a slash":    with(`S0001-T01-1-1`, `S0001-T01-/1`),
		"two objects":         good + good,
		"garbage after":       good + "x",
		"array":               "[" + good + "]",
		"empty":               "",
		"half":                good[:len(good)-1],
		"no UTF-8":            with(`JPY`, "JP\xff"),
		"deep":                strings.Repeat(`{"key":`, 5000),
	} {
		r := must(t, s.register, "POST", s.URL()+wire.PathCharges, body)
		if r.status != http.StatusBadRequest || r.problem.Type != wire.ProblemInvalid || r.problem.Detail == "" {
			t.Errorf("%s: %+v, want 400 with what is wrong", name, r)
		}
		if strings.Contains(r.problem.Detail, req.Code) {
			t.Errorf("%s: the problem quotes the customer's code: %s", name, r.problem.Detail)
		}
	}
	long := must(t, s.register, "POST", s.URL()+wire.PathCharges, with(`"nonce"`, strings.Repeat(" ", 64<<10)+`"nonce"`))
	if long.status != http.StatusRequestEntityTooLarge {
		t.Errorf("64 kB and more: %+v, want 413", long)
	}
	plain, err := s.register.Post(s.URL()+wire.PathCharges, "text/plain", strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	plain.Body.Close()
	if plain.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %s, want 415", plain.Status)
	}
	s.empty(t)
	if r := must(t, s.register, "POST", s.URL()+wire.PathCharges, good); r.answer.Status != wire.Approved {
		t.Errorf("the good body: %+v", r)
	}
}

func TestCallsOutsideTheContract(t *testing.T) {
	s := open(t)
	for _, call := range [][2]string{{"GET", "/"}, {"PUT", wire.PathCharges}, {"DELETE", "/v1/charges/S0001-T01-1-1"}, {"POST", wire.PathTryCodes}, {"GET", "/v1/charges/"}, {"GET", wire.PathRefunds}, {"POST", wire.PathReconciliation}, {"POST", wire.PathTryConfirm}} {
		r := must(t, s.register, call[0], s.URL()+call[1], nil)
		if r.status != http.StatusNotFound || r.problem.Type == wire.ProblemUnknownKey {
			t.Errorf("%s %s: %+v, want 404, and not that of an unknown key", call[0], call[1], r)
		}
	}
	if r := must(t, s.register, "GET", s.URL()+wire.PathPing, nil); r.status != http.StatusNoContent {
		t.Errorf("ping: %+v, want 204", r)
	}
}
