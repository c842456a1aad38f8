package reference_test

import (
	"context"
	"crypto/ed25519"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/board"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// stopping is a shop whose wallet has a notice board.
func stopping(t *testing.T) (*shop, *board.Board) {
	t.Helper()
	b, err := board.Open(t.TempDir(), "own", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{ledger: ledger.New(ledger.NewMemory(), ledger.Options{Stopped: b.Stopped}), authority: newAuthority(t), socket: t.TempDir() + "/try.sock"}
	if _, err := s.ledger.AddCustomer("Hanako", 10_000); err != nil {
		t.Fatal(err)
	}
	if s.Server, err = reference.Start(reference.Options{
		Ledger: s.ledger, Board: b, Certificate: pair(t)(s.authority.Server()), ClientCAs: s.authority.Pool(), TrySocket: s.socket,
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		s.Stop(ctx)
	})
	s.register = s.client(t, pair(t)(s.authority.Client("S0001", "T01")))
	return s, b
}

// fetch asks for the bulletin, as a register that has one with a tag.
func (s *shop) fetch(t *testing.T, have, wait string) (status int, tag string, body []byte) {
	t.Helper()
	req, err := http.NewRequest("GET", s.URL()+wire.PathBulletin+"?wait="+wait, nil)
	if err != nil {
		t.Fatal(err)
	}
	if have != "" {
		req.Header.Set("If-None-Match", have)
	}
	resp, err := s.register.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("ETag"), body
}

// Who has the bulletin waits for the next one, and has it as soon as it is
// ordered.
func TestBulletin(t *testing.T) {
	s, b := stopping(t)
	status, tag, body := s.fetch(t, "", "")
	if got, err := bulletin.Open(body, []ed25519.PublicKey{b.Key()}, "own", "S0001"); status != 200 || err != nil || got.Stops.Pay {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	if status, again, body := s.fetch(t, tag, "10ms"); status != 304 || again != tag || len(body) != 0 {
		t.Errorf("nothing has changed, and it answers %d %s %q", status, again, body)
	}
	type answer struct {
		status int
		body   []byte
	}
	waits := make(chan answer)
	go func() {
		status, _, body := s.fetch(t, tag, "30s")
		waits <- answer{status, body}
	}()
	must(t, overSocket(t, s.socket), "PUT", "http://wallet"+wire.PathTryBulletin, wire.BulletinOrder{Function: wire.FunctionPay, On: true})
	got := <-waits
	opened, err := bulletin.Open(got.body, []ed25519.PublicKey{b.Key()}, "own", "S0001")
	if got.status != 200 || err != nil || !opened.Stops.Pay {
		t.Errorf("after the order: %d %s, %v", got.status, got.body, err)
	}
	for _, wait := range []string{"soon", "-1s", "2m"} {
		if status, _, _ := s.fetch(t, tag, wait); status != 400 {
			t.Errorf("wait=%s: %d", wait, status)
		}
	}
}

// A wallet that stops does not wait for those who wait.
func TestBulletinWhenTheWalletStops(t *testing.T) {
	s, _ := stopping(t)
	_, tag, _ := s.fetch(t, "", "")
	done := make(chan int)
	go func() {
		status, _, _ := s.fetch(t, tag, "30s")
		done <- status
	}()
	time.Sleep(50 * time.Millisecond) // until the call is under way; too early, the call is refused and the test fails
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
	if status := <-done; status != 304 {
		t.Errorf("who waited got %d", status)
	}
}

// The wallet keeps its own stops: what is new is declined for good, what it
// has answered before keeps its word, and reversals go on.
func TestTheWalletKeepsItsStops(t *testing.T) {
	s, b := stopping(t)
	old := s.charge(t, s.request(t, "S0001-T01-1-1", "Hanako", 1000))
	if old.answer.Status != wire.Approved {
		t.Fatalf("before the stop: %+v", old)
	}
	waiting := s.request(t, "S0001-T01-1-2", "Hanako", 300)
	if a, err := s.ledger.ChargeOnPhone(waiting); err != nil || a.Status != wire.Pending {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, f := range []wire.Function{wire.FunctionPay, wire.FunctionTopUp, wire.FunctionRefund} {
		if err := b.Order(wire.BulletinOrder{Function: f, On: true}); err != nil {
			t.Fatal(err)
		}
	}
	if a, err := s.ledger.Confirm(waiting.Key, true); err != nil || a.Status != wire.Declined || a.Reason != wire.Stopped {
		t.Errorf("a customer who confirms after the stop: %+v, %v", a, err)
	}
	stopped := s.request(t, "S0001-T01-1-3", "Hanako", 1000)
	for what, r := range map[string]reply{
		"charge": s.charge(t, stopped),
		"top-up": s.topUp(t, topup(s.request(t, "S0001-T01-1-4", "Hanako", 1000))),
		"refund": s.refund(t, refundOf("S0001-T01-1-5", "S0001-T01-1-1", 10)),
	} {
		if r.answer.Status != wire.Declined || r.answer.Reason != wire.Stopped {
			t.Errorf("%s: %+v", what, r)
		}
	}
	for _, f := range []wire.Function{wire.FunctionPay, wire.FunctionTopUp, wire.FunctionRefund} {
		if err := b.Order(wire.BulletinOrder{Function: f}); err != nil {
			t.Fatal(err)
		}
	}
	if r := s.charge(t, stopped); r.answer.Status != wire.Declined {
		t.Errorf("the declined key after the stop was lifted: %+v", r)
	}
	if r := s.reverse(t, "S0001-T01-1-1", 1000); r.answer.Status != wire.Reversed {
		t.Errorf("a reversal: %+v", r)
	}
	s.balanced(t)
}
