package attack_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// front stands before the wallet with the wallet's own key: an insider. What it
// does with a call is its own affair.
type front struct {
	*wallet
	mu      sync.Mutex
	answer  func(r *http.Request, body []byte) (status int, out []byte)
	through *till // the register's own line to the wallet
}

func (w *wallet) front(terminal string) (*front, string) {
	w.Helper()
	f := &front{wallet: w, through: w.till("S0001", terminal)}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		f.mu.Lock()
		answer := f.answer
		f.mu.Unlock()
		status, out := 0, []byte(nil)
		if answer != nil {
			status, out = answer(r, body)
		}
		if status == 0 {
			status, out = f.on(r, body)
		}
		kind := "application/json"
		if status != http.StatusOK {
			kind = "application/problem+json"
		}
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(status)
		rw.Write(out)
	}))
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{w.server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: w.ca.Pool()}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	w.Cleanup(srv.Close)
	return f, strings.TrimPrefix(srv.URL, "https://")
}

// on asks the wallet, but for the bulletin, for which the register waits long.
func (f *front) on(r *http.Request, body []byte) (int, []byte) {
	if r.URL.Path == wire.PathBulletin {
		return http.StatusNotFound, nil
	}
	got := f.through.raw(r.Method, r.URL.RequestURI(), body)
	if got.err != nil {
		return http.StatusBadGateway, nil
	}
	return got.status, got.body
}

func (f *front) does(answer func(r *http.Request, body []byte) (int, []byte)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func replayedAnswers(t *testing.T) string {
	w := openWallet(t, "")
	f, at := w.front("T01")
	r := w.openRegister("T01", at)
	var old []byte
	f.does(func(req *http.Request, body []byte) (int, []byte) {
		status, out := f.on(req, body)
		if req.URL.Path == wire.PathCharges {
			old = out
		}
		return status, out
	})
	s, _ := r.sells(700, w.code("hanako"))
	r.ends(s.ID, "approved")
	asks := func(req *http.Request) bool {
		return !strings.HasSuffix(req.URL.Path, "/reversal") && strings.HasPrefix(req.URL.Path, wire.PathCharges)
	}
	change := func(fields map[string]any) func(req *http.Request, body []byte) (int, []byte) {
		return func(req *http.Request, body []byte) (int, []byte) {
			status, out := f.on(req, body)
			if !asks(req) || status != http.StatusOK {
				return status, out
			}
			var all map[string]any
			json.Unmarshal(out, &all)
			for name, value := range fields {
				all[name] = value
			}
			out, _ = json.Marshal(all)
			return status, out
		}
	}
	attacks := map[string]func(req *http.Request, body []byte) (int, []byte){
		"the old answer, and the request is kept back": func(req *http.Request, body []byte) (int, []byte) {
			if asks(req) {
				return http.StatusOK, old
			}
			return 0, nil
		},
		"the old answer, and the request goes on": func(req *http.Request, body []byte) (int, []byte) {
			if status, out := f.on(req, body); !asks(req) {
				return status, out
			}
			return http.StatusOK, old
		},
		"another's nonce":   change(map[string]any{"nonce": "another"}),
		"another key":       change(map[string]any{"key": "S0001-T01-1-1"}),
		"another amount":    change(map[string]any{"amount": 7}),
		"another currency":  change(map[string]any{"currency": "USD"}),
		"another kind":      change(map[string]any{"kind": "topup"}),
		"a word of its own": change(map[string]any{"status": "ok"}),
		"a no of another":   change(map[string]any{"status": "declined", "reason": "code_used", "nonce": "another"}),
		"a problem of another": func(req *http.Request, body []byte) (int, []byte) {
			if status, out := f.on(req, body); !asks(req) {
				return status, out
			}
			return http.StatusForbidden, []byte(`{"type":"urn:posagent:not-your-key","title":"Forbidden","status":403,"nonce":"another"}`)
		},
	}
	before, tried := w.balance("hanako"), 0
	for name, answer := range attacks { // a few of them, in another order each time; or all
		if tried == size(4, len(attacks)) {
			break
		}
		tried++
		f.does(answer)
		s, why := r.sells(700, w.code("hanako"))
		if s.State == "approved" || s.Goods == "hand_over" {
			t.Errorf("%s: the sale is %s, %s", name, s.State, why)
		}
		end := r.ends(s.ID, "reversed", "declined", "approved", "abandoned")
		if end.State != "reversed" || end.Goods == "hand_over" {
			t.Errorf("%s: the sale ends %s", name, end.State)
		}
		f.does(nil)
		if got := w.books()[s.ChargeKey]; got.Status != wire.Reversed || got.Debits != 0 {
			t.Errorf("%s: the wallet has it as %+v", name, got)
		}
	}
	f.does(func(req *http.Request, body []byte) (int, []byte) { // too late, and then honest
		status, out := f.on(req, body)
		if req.URL.Path == wire.PathCharges {
			select {
			case <-req.Context().Done():
			case <-time.After(1200 * time.Millisecond):
			}
		}
		return status, out
	})
	s, _ = r.sells(700, w.code("hanako"))
	if end := r.ends(s.ID, "approved", "reversed"); w.books()[s.ChargeKey].Status != wire.Status(end.State) {
		t.Errorf("a late answer: the register has it as %s, the wallet as %s", end.State, w.books()[s.ChargeKey].Status)
	} else if end.State == "approved" {
		before -= 700
	}
	if w.balance("hanako") != before {
		t.Errorf("the customer has %d, want %d", w.balance("hanako"), before)
	}
	return fmt.Sprintf("%d false answers: none believed, all undone, books equal; the late one came to what the wallet has", tried)
}

func lostAnswers(t *testing.T) string {
	w := openWallet(t, "")
	r := w.openRegister("T01", w.addr)
	n, before, approved := size(2, 20), w.balance("hanako"), 0
	faults := []wire.Fault{wire.FaultSilent, wire.FaultReset, wire.FaultNonsense, wire.FaultDuplicate}
	for range n {
		for _, fault := range faults {
			w.try(http.MethodPut, wire.PathTryFault, wire.FaultOrder{Fault: fault, Count: 1}, &wire.FaultOrder{})
			s, _ := r.sells(100, w.code("hanako"))
			end := r.ends(s.ID, "approved", "reversed", "declined")
			if got := w.books()[s.ChargeKey]; end.State != "approved" || got.Status != wire.Approved || got.Debits != 1 {
				t.Errorf("%s: the register has it as %s, the wallet as %+v", fault, end.State, got)
			}
			approved++
		}
	}
	if lost := before - w.balance("hanako"); lost != int64(100*approved) {
		t.Errorf("%d payments of 100 cost %d yen", approved, lost)
	}
	return fmt.Sprintf("%d lost answers: each approved after an inquiry, one debit each", approved)
}

func lyingWallet(t *testing.T) string {
	w := openWallet(t, "")
	f, at := w.front("T01")
	r := w.openRegister("T01", at)
	lies := map[string]bool{}
	lied := func(req *http.Request, body []byte) (int, []byte) {
		var asked wire.ChargeRequest
		if req.URL.Path != wire.PathCharges || json.Unmarshal(body, &asked) != nil || asked.Amount != 1300 {
			return 0, nil
		}
		out, _ := json.Marshal(wire.Answer{Key: asked.Key, Kind: wire.KindCharge, Status: wire.Approved, Amount: asked.Amount, Currency: asked.Currency, Nonce: asked.Nonce, Receipt: "W1", At: time.Now()})
		return http.StatusOK, out
	}
	f.does(lied)
	for i := range size(8, 40) {
		amount := int64(700)
		if i%2 == 0 {
			amount = 1300
		}
		s, why := r.sells(amount, w.code("hanako"))
		if s.State != "approved" {
			t.Errorf("sale %d is %s, refused for %q", i, s.State, why)
		}
		if amount == 1300 {
			lies[s.ChargeKey] = true
		}
	}
	day, err := r.client.Reconcile(t.Context(), "")
	check(t, err)
	found := map[string]bool{}
	for _, wallet := range day.Wallets {
		for _, d := range wallet.Differences {
			found[d.Key] = true
			if !lies[d.Key] {
				t.Errorf("an honest payment is called different: %+v", d)
			}
		}
	}
	if len(found) != len(lies) {
		t.Errorf("%d of %d lies were found: %+v", len(found), len(lies), day)
	}
	for key := range lies {
		c, err := r.client.Charge(t.Context(), key)
		check(t, err)
		if c.State == "approved" {
			t.Errorf("%s still counts as paid", key)
		}
	}
	return fmt.Sprintf("%d of %d approvals were in no settlement: all found, none counts as paid", len(lies), size(8, 40))
}
