package reference_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/wire"
)

// onDisk opens a ledger, and closes it when the test ends unless that was done.
func onDisk(t *testing.T, path string) *ledgerdb.Store {
	t.Helper()
	store, err := ledgerdb.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// overBoth runs a test over a wallet in memory and one on disk.
func overBoth(t *testing.T, do func(*testing.T, *shop, tls.Certificate)) {
	for name, open := range map[string]func(*testing.T) ledger.Store{
		"memory": func(*testing.T) ledger.Store { return ledger.NewMemory() },
		"SQLite": func(t *testing.T) ledger.Store { return onDisk(t, filepath.Join(t.TempDir(), "ledger.db")) },
	} {
		t.Run(name, func(t *testing.T) {
			s, _, register := issuingOver(t, open(t), t.TempDir(), newAuthority(t))
			do(t, s, register)
		})
	}
}

// ask sends a charge as whoever holds the line.
func (s *shop) ask(t *testing.T, line *http.Client, r wire.ChargeRequest) reply {
	t.Helper()
	return must(t, line, "POST", s.URL()+wire.PathCharges, r)
}

// ping makes the wallet meet whoever holds the line.
func (s *shop) ping(t *testing.T, line *http.Client) {
	t.Helper()
	if r := must(t, line, "GET", s.URL()+wire.PathPing, nil); r.status != http.StatusNoContent {
		t.Fatalf("ping: %+v", r)
	}
}

// unproved: refused for its signature, and for nothing else.
func unproved(t *testing.T, what string, r reply) {
	t.Helper()
	if r.status != http.StatusBadRequest || r.problem.Type != wire.ProblemInvalid || !strings.Contains(r.problem.Detail, "terminal_signature") {
		t.Errorf("%s: %+v, want 400 for its terminal_signature", what, r)
	}
}

func forbidden(t *testing.T, what string, r reply) {
	t.Helper()
	if r.status != http.StatusForbidden || r.problem.Type != wire.ProblemForbidden {
		t.Errorf("%s: %+v, want 403", what, r)
	}
}

// What a register took without a network may be brought in by another of its
// store, with the first one's signature and under its key; and all else of that
// key stays the first one's.
func TestAnotherRegisterBringsAForwardIn(t *testing.T) {
	overBoth(t, func(t *testing.T, s *shop, register tls.Certificate) {
		second := pair(t)(s.authority.Client("S0001", "T02"))
		line := s.client(t, second)
		code, at := s.signed(t, oda.Base45), time.Now()
		r := asked("S0001-T01-1-1", code, 700)
		forward := sign(t, r, at, register)
		unproved(t, "of a register that was never met", s.ask(t, line, forward))
		s.ping(t, s.register)
		unproved(t, "signed by who brings it in", s.ask(t, line, sign(t, r, at, second)))
		for name, change := range map[string]func(*wire.ChargeRequest){
			"amount":    func(r *wire.ChargeRequest) { r.Amount++ },
			"time":      func(r *wire.ChargeRequest) { r.AcceptedAt = r.AcceptedAt.Add(-time.Second) },
			"code":      func(r *wire.ChargeRequest) { r.Code = s.signed(t, oda.Base45) },
			"key":       func(r *wire.ChargeRequest) { r.Key += "0" },
			"signature": func(r *wire.ChargeRequest) { r.TerminalSignature = "" },
		} {
			forged := forward
			change(&forged)
			unproved(t, "another "+name, s.ask(t, line, forged))
		}
		s.empty(t)

		brought := s.ask(t, line, forward)
		if a := brought.answer; a.Status != wire.Approved || a.Key != r.Key || a.Nonce != r.Nonce {
			t.Fatalf("brought in: %+v", brought)
		}
		forward.Nonce = "another"
		for name, c := range map[string]*http.Client{"its own register": s.register, "the other again": line} {
			if got := s.ask(t, c, forward).answer; got.Status != wire.Approved || got.Receipt != brought.answer.Receipt || got.Nonce != "another" {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if st := s.standing(t, r.Key); st.Debits != 1 {
			t.Errorf("the books say %+v", st)
		}
		s.onlyItsOwn(t, line, forward)
		if got := s.refund(t, refundOf("S0001-T01-1-2", r.Key, 300)); got.answer.Status != wire.Approved {
			t.Errorf("refunded by its own register: %+v", got)
		}
		if c, err := s.ledger.Customers(); err != nil || c[0].Balance+c[0].Reserved != 10_000-700+300 {
			t.Errorf("%+v, %v", c, err)
		}
		s.balanced(t)
	})
}

// onlyItsOwn: what the other register still may not do with a key that it has
// brought in.
func (s *shop) onlyItsOwn(t *testing.T, line *http.Client, forward wire.ChargeRequest) {
	t.Helper()
	bare, online := forward, forward
	bare.TerminalSignature, online.Mode = "", wire.Online
	unproved(t, "the key again without evidence", s.ask(t, line, bare))
	forbidden(t, "online", s.ask(t, line, online))
	forbidden(t, "inquiry", must(t, line, "GET", s.URL()+path(wire.PathCharge, forward.Key)+"?nonce=q", nil))
	forbidden(t, "reversal", must(t, line, "POST", s.URL()+path(wire.PathReversal, forward.Key), wire.ReversalRequest{Amount: 700, Currency: "JPY", Nonce: "r"}))
	for key, terminal := range map[string]string{"S0001-T01-1-5": "T01", "S0001-T02-1-5": "T02"} {
		back := refundOf(key, forward.Key, 100)
		back.Terminal = terminal
		forbidden(t, "refund as "+key, must(t, line, "POST", s.URL()+wire.PathRefunds, back))
	}
	forbidden(t, "top-up", must(t, line, "POST", s.URL()+wire.PathTopups, topup(asked("S0001-T01-1-6", "97", 1))))
	if st := s.standing(t, forward.Key); st.Status != wire.Approved || st.Debits != 1 {
		t.Errorf("the books say %+v", st)
	}
}

// Whose a forward is must be clear, and be of the store of whoever brings it in.
func TestForwardsThatNobodyElseMayBringIn(t *testing.T) {
	s, _, register := issuing(t)
	s.ping(t, s.register)
	good := sign(t, asked("S0001-T01-1-1", s.signed(t, oda.Base45), 700), time.Now(), register)
	lines := map[string]*http.Client{}
	for _, name := range [][2]string{{"S0001", "T02"}, {"S0002", "T01"}, {"S00011", "T01"}, {"S0001T01", "1"}} {
		lines[name[0]] = s.client(t, pair(t)(s.authority.Client(name[0], name[1])))
	}
	for _, other := range []string{"S0002", "S00011", "S0001T01"} {
		forbidden(t, "for "+other, s.ask(t, lines[other], good))
	}
	for name, change := range map[string]func(*wire.ChargeRequest){
		"another store":         func(r *wire.ChargeRequest) { r.Store, r.Key = "S0002", "S0002-T01-1-1" },
		"a key of its own":      func(r *wire.ChargeRequest) { r.Key = "S0001-T02-1-1" },
		"its own terminal":      func(r *wire.ChargeRequest) { r.Terminal = "T02" },
		"a third one's key":     func(r *wire.ChargeRequest) { r.Key = "S0001-T03-1-1" },
		"a longer terminal":     func(r *wire.ChargeRequest) { r.Key = "S0001-T011-1-1" },
		"a terminal in two":     func(r *wire.ChargeRequest) { r.Terminal = "T01-1" },
		"a store in two":        func(r *wire.ChargeRequest) { r.Store, r.Terminal = "S0001-T01", "1" },
		"no terminal":           func(r *wire.ChargeRequest) { r.Terminal = "" },
		"a key without numbers": func(r *wire.ChargeRequest) { r.Key = "S0001-T01" },
		"not a forward":         func(r *wire.ChargeRequest) { r.Mode = wire.Online },
		"of no known mode":      func(r *wire.ChargeRequest) { r.Mode = wire.Presented },
	} {
		r := good
		change(&r)
		got := s.ask(t, lines["S0001"], r)
		forbidden(t, name, got)
		if got.problem.Nonce != r.Nonce {
			t.Errorf("%s: it echoes %q", name, got.problem.Nonce)
		}
	}
	wrong := good
	wrong.Currency = "yen"
	if got := s.ask(t, lines["S0001"], wrong); got.status != http.StatusBadRequest || strings.Contains(got.problem.Detail, "terminal_signature") {
		t.Errorf("with a field that is wrong: %+v", got)
	}
	s.empty(t)
}

// The register comes back while another brings in what it took: both hear the
// same, and the customer pays once.
func TestTwoRegistersBringInOneForward(t *testing.T) {
	overBoth(t, func(t *testing.T, s *shop, register tls.Certificate) {
		lines := []*http.Client{s.register}
		for _, terminal := range []string{"T02", "T03"} {
			lines = append(lines, s.client(t, pair(t)(s.authority.Client("S0001", terminal))))
		}
		s.ping(t, s.register)
		const rounds = 10
		for round := range rounds {
			forward := sign(t, asked(fmt.Sprint("S0001-T01-1-", round), s.signed(t, oda.Decimal), 100), time.Now(), register)
			got := make([]reply, 2*len(lines))
			var all sync.WaitGroup
			for i := range got {
				all.Go(func() {
					var err error
					if got[i], err = do(t, lines[i%len(lines)], "POST", s.URL()+wire.PathCharges, forward); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			for _, r := range got {
				if r.answer.Status != wire.Approved || r.answer.Receipt != got[0].answer.Receipt {
					t.Fatalf("%+v, and %+v", got[0], r)
				}
			}
			if st := s.standing(t, forward.Key); st.Debits != 1 {
				t.Fatalf("the books say %+v", st)
			}
		}
		if c, err := s.ledger.Customers(); err != nil || c[0].Balance+c[0].Reserved != 10_000-rounds*100 {
			t.Errorf("%+v, %v", c, err)
		}
		s.balanced(t)
	})
}
