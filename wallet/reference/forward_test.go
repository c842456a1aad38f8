package reference_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/tls"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/reference/tryphone"
	"github.com/posagent/posagent/wallet/wire"
)

// issuing is a shop whose wallet certifies phones and plays them, and the
// certificate of its register.
func issuing(t *testing.T) (*shop, *board.Board, tls.Certificate) {
	t.Helper()
	return issuingOver(t, ledger.NewMemory(), t.TempDir(), newAuthority(t))
}

func issuingOver(t *testing.T, store ledger.Store, dir string, authority *pki.Authority) (*shop, *board.Board, tls.Certificate) {
	t.Helper()
	b, err := board.Open(dir, "own", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	own, err := issuer.Open(dir, "own")
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{ledger: ledger.New(store, ledger.Options{Issuer: own}), authority: authority, socket: dir + "/try.sock"}
	if _, err := s.ledger.AddCustomer("Hanako", 10_000); err != nil {
		t.Fatal(err)
	}
	phones, err := tryphone.Open(filepath.Join(dir, tryphone.File), s.ledger, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if s.Server, err = reference.Start(reference.Options{
		Ledger: s.ledger, Board: b, Issuer: own, Phones: phones, Certificate: pair(t)(s.authority.Server()), ClientCAs: s.authority.Pool(), TrySocket: s.socket,
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		s.Stop(ctx)
	})
	register := pair(t)(s.authority.Client("S0001", "T01"))
	s.register = s.client(t, register)
	return s, b, register
}

// signed is a code that Hanako's phone has signed.
func (s *shop) signed(t *testing.T, carrier oda.Carrier) string {
	t.Helper()
	var m wire.MintedCode
	trySend(t, overSocket(t, s.socket), "POST", wire.PathTrySigned, wire.SignedCodeRequest{Carrier: string(carrier)}, http.StatusOK, &m)
	return m.Code
}

func asked(key, code string, amount int64) wire.ChargeRequest {
	return wire.ChargeRequest{
		Key: key, Store: "S0001", Terminal: "T01", Amount: amount, Currency: "JPY", Code: code,
		Mode: wire.Online, ValidUntil: time.Now().Add(time.Minute), Nonce: "n-" + key,
	}
}

// A signed code pays in each carrier, and once in all of them.
func TestSignedCodes(t *testing.T) {
	s, _, _ := issuing(t)
	for i, c := range []oda.Carrier{oda.Base45, oda.Base64, oda.Decimal} {
		key := "S0001-T01-1-" + string(rune('1'+i))
		code := s.signed(t, c)
		if r := s.charge(t, asked(key, code, 100)); r.answer.Status != wire.Approved {
			t.Fatalf("%s: %+v", c, r)
		}
		raw, _, err := oda.Decode(code)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []oda.Carrier{oda.Base45, oda.Base64, oda.Decimal} {
			if r := s.charge(t, asked(key, oda.Encode(raw, other), 100)); r.answer.Status != wire.Approved {
				t.Errorf("the retry as %s: %+v", other, r)
			}
			if r := s.charge(t, asked(key+"9", oda.Encode(raw, other), 100)); r.answer.Reason != wire.CodeUsed {
				t.Errorf("another key, as %s: %+v", other, r)
			}
		}
	}
	if c, err := s.ledger.Customers(); err != nil || c[0].Balance != 5000 || c[0].Reserved != 4700 {
		t.Errorf("%+v, %v", c, err)
	}
	s.balanced(t)
}

// sign makes a request a forward that a register took.
func sign(t *testing.T, r wire.ChargeRequest, at time.Time, by tls.Certificate) wire.ChargeRequest {
	t.Helper()
	signed, err := r.SignForward(at, by.PrivateKey.(crypto.Signer))
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// A forward counts with the signature of the very register that sends it.
func TestForwardCall(t *testing.T) {
	s, _, register := issuing(t)
	other := pair(t)(s.authority.Client("S0001", "T01")) // of the same name, with a key that never connected
	at := time.Now()
	r := asked("S0001-T01-1-1", s.signed(t, oda.Base45), 700)
	if got := s.charge(t, sign(t, r, at, other)); got.status != 400 || got.problem.Type != wire.ProblemInvalid ||
		!strings.Contains(got.problem.Detail, "terminal_signature") || strings.Contains(got.problem.Detail, r.Code) {
		t.Errorf("signed by another: %+v", got)
	}
	bare := r
	bare.Mode = wire.Forwarded
	if got := s.charge(t, bare); got.status != 400 || got.problem.Nonce != bare.Nonce {
		t.Errorf("not signed: %+v", got)
	}
	if got := s.charge(t, sign(t, r, at.Add(time.Hour), register)); got.status != 503 || got.problem.Type != wire.ProblemBusy || !strings.Contains(got.problem.Detail, "clock") {
		t.Errorf("from the future: %+v", got)
	}
	s.empty(t)
	forward := sign(t, r, at, register)
	first := s.charge(t, forward)
	if first.answer.Status != wire.Approved || first.answer.Nonce != r.Nonce {
		t.Fatalf("the forward: %+v", first)
	}
	if got := s.charge(t, bare); got.answer.Receipt != first.answer.Receipt {
		t.Errorf("the key again without evidence: %+v", got)
	}
	forward.Amount++
	if got := s.charge(t, forward); got.status != 409 || got.problem.Type != wire.ProblemConflict {
		t.Errorf("the key with another amount: %+v", got)
	}
	old := sign(t, asked("S0001-T01-1-2", s.signed(t, oda.Decimal), 700), at.Add(-time.Hour), register)
	if got := s.charge(t, old); got.answer.Status != wire.Declined || got.answer.Reason != wire.CodeExpired {
		t.Errorf("taken before it was shown: %+v", got)
	}
	if got := s.reverse(t, r.Key, 700); got.answer.Status != wire.Reversed {
		t.Errorf("reversal: %+v", got)
	}
	s.balanced(t)
}

// The bulletin says whose certificates are good, and which one of them is not
// since the customer has another phone.
func TestSecondPhoneStandsInTheBulletin(t *testing.T) {
	s, b, register := issuing(t)
	code, at := s.signed(t, oda.Base45), time.Now()
	said := func() bulletin.Bulletin {
		t.Helper()
		_, _, body := s.fetch(t, "", "")
		got, err := bulletin.Open(body, []ed25519.PublicKey{b.Key()}, "own", "S0001")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := said(); len(got.Issuers) != 2 || len(got.Denied.Serials) != 0 {
		t.Fatalf("it says %+v", got)
	}
	time.Sleep(time.Until(at.Truncate(time.Second).Add(time.Second))) // accept times are whole seconds
	var phone wire.Phone
	c := overSocket(t, s.socket)
	trySend(t, c, "POST", wire.PathTryPhones, wire.PhoneRequest{New: true}, http.StatusOK, &phone)
	if got := said(); len(got.Denied.Serials) != 1 {
		t.Errorf("it says %+v", got)
	}
	if r := s.charge(t, asked("S0001-T01-1-1", code, 700)); r.answer.Reason != wire.Blocked {
		t.Errorf("the first phone's code: %+v", r)
	}
	device, err := oda.RestoreDevice(oda.Algorithm(phone.Algorithm), phone.Secret)
	if err != nil || phone.Customer != "Hanako" {
		t.Fatalf("%+v, %v", phone, err)
	}
	raw, err := oda.SignCode(device, phone.Certificate, oda.Offer{IssuedAt: time.Now(), TTL: time.Minute, Counter: phone.Counter + 1, MaxAmount: 500})
	if err != nil {
		t.Fatal(err)
	}
	forward := sign(t, asked("S0001-T01-1-2", oda.Encode(raw, oda.Base64), 500), time.Now(), register)
	if r := s.charge(t, forward); r.answer.Status != wire.Approved {
		t.Errorf("the second phone's, shown without the wallet: %+v", r)
	}
	trySend(t, c, "POST", wire.PathTrySigned, wire.SignedCodeRequest{Customer: "Nobody"}, http.StatusNotFound, nil)
	trySend(t, c, "POST", wire.PathTrySigned, wire.SignedCodeRequest{Carrier: "morse"}, http.StatusBadRequest, nil)
	if _, err := s.ledger.AddCustomer("Zero", 0); err != nil {
		t.Fatal(err)
	}
	trySend(t, c, "POST", wire.PathTryPhones, wire.PhoneRequest{Customer: "Zero"}, http.StatusConflict, nil)
	s.balanced(t)
}
