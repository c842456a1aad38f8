// Package ledgertest is what every store of the ledger must pass: the rules
// of the books, run over that store. It is for tests only.
//
// Invariant: it knows a store only through ledger.Store, so that what passes
// over one store means the same over another.
package ledgertest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// Open makes an empty store that is closed when the test ends.
type Open func(testing.TB) ledger.Store

// Run runs the whole suite.
func Run(t *testing.T, open Open) {
	t.Run("charge", func(t *testing.T) { testCharge(t, open) })
	t.Run("identity", func(t *testing.T) { testIdentity(t, open) })
	t.Run("order of checks", func(t *testing.T) { testOrder(t, open) })
	t.Run("codes", func(t *testing.T) { testCodes(t, open) })
	t.Run("reversal", func(t *testing.T) { testReversal(t, open) })
	t.Run("tombstone", func(t *testing.T) { testTombstone(t, open) })
	t.Run("refunds", func(t *testing.T) { testRefunds(t, open) })
	t.Run("refunds that are none", func(t *testing.T) { testNoRefund(t, open) })
	t.Run("top-up", func(t *testing.T) { testTopUp(t, open); testCredit(t, open); testJudge(t, open) })
	t.Run("most of a top-up", func(t *testing.T) { testMostTopUp(t, open) })
	t.Run("top-up that is spent", func(t *testing.T) { testSpentTopUp(t, open) })
	t.Run("kinds", func(t *testing.T) { testKinds(t, open) })
	t.Run("on the phone", func(t *testing.T) { testOnThePhone(t, open) })
	t.Run("out of time", func(t *testing.T) { testOutOfTime(t, open) })
	t.Run("presented", func(t *testing.T) { testPresented(t, open) })
	t.Run("presented and not paid", func(t *testing.T) { testPresentedEnds(t, open) })
	t.Run("crowd at a code that is shown", func(t *testing.T) { testPresentedCrowd(t, open) })
	t.Run("window", func(t *testing.T) { testWindow(t, open) })
	t.Run("day", func(t *testing.T) { testDay(t, open) })
	t.Run("long day", func(t *testing.T) { testLongDay(t, open) })
	t.Run("customers", func(t *testing.T) { testCustomers(t, open) })
	t.Run("failed transaction", func(t *testing.T) { testRollback(t, open) })
	t.Run("crowd", func(t *testing.T) { testCrowd(t, open) })
	t.Run("crowd of refunds", func(t *testing.T) { testRefundCrowd(t, open) })
	t.Run("signed code", func(t *testing.T) { testSigned(t, open) })
	t.Run("signed code that does not pay", func(t *testing.T) { testSignedDeclines(t, open) })
	t.Run("signed code and stops", func(t *testing.T) { testSignedStops(t, open) })
	t.Run("signed code reversed", func(t *testing.T) { testSignedReversal(t, open) })
	t.Run("signed code on the phone", func(t *testing.T) { testSignedOnThePhone(t, open) })
	t.Run("crowd of signed codes", func(t *testing.T) { testSignedCrowd(t, open) })
	t.Run("one key on two phones", func(t *testing.T) { testForks(t, open) })
	t.Run("reserve", func(t *testing.T) { testReserve(t, open) })
	t.Run("reserve that is odd", func(t *testing.T) { testOddReserve(t, open) })
	t.Run("second device", func(t *testing.T) { testSecondDevice(t, open) })
	t.Run("lost phone", func(t *testing.T) { testLostPhone(t, open); testStill(t, open) })
	t.Run("certificates that are none", func(t *testing.T) { testNoCertificate(t, open) })
	t.Run("failed transaction of phones", func(t *testing.T) { testPhoneRollback(t, open) })
	t.Run("forward", func(t *testing.T) { testForward(t, open) })
	t.Run("forward to the last moment", func(t *testing.T) { testForwardDeadline(t, open) })
	t.Run("evidence of a forward", func(t *testing.T) { testForwardEvidence(t, open) })
	t.Run("quota of forwards", func(t *testing.T) { testForwardQuota(t, open) })
	t.Run("a slow clock forwards", func(t *testing.T) { testForwardClock(t, open) })
	t.Run("forward reversed", func(t *testing.T) { testForwardReversal(t, open) })
	t.Run("keys of registers", func(t *testing.T) { testMetKeys(t, open) })
	t.Run("failed transaction of registers", func(t *testing.T) { testRegisterRollback(t, open) })
	t.Run("forward of another register", func(t *testing.T) { testBringIn(t, open) })
	t.Run("quota of what is brought in", func(t *testing.T) { testBringInQuota(t, open) })
	t.Run("crowd of one forward", func(t *testing.T) { testBringInCrowd(t, open) })
	t.Run("any order of forwards", func(t *testing.T) { testAnyForward(t, open) })
	t.Run("points", func(t *testing.T) { testPoints(t, open) })
	t.Run("points apart", func(t *testing.T) { testPointsApart(t, open) })
	t.Run("any points", func(t *testing.T) { testAnyPoints(t, open) })
	t.Run("one code in eight stores", func(t *testing.T) { testEightStores(t, open) })
	t.Run("one account", func(t *testing.T) { testOneAccount(t, open) })
	t.Run("guard and a crowd", func(t *testing.T) { testGuardCrowd(t, open) })
	t.Run("guard", func(t *testing.T) { testGuard(t, open) })
	t.Run("any order", func(t *testing.T) { testAnyOrder(t, open) })
}

// failer is what a test and a rapid check have in common.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// clock is a hand-moved clock.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// wallet is a ledger with two customers, Hanako with 10,000 yen and Taro with
// 500.
type wallet struct {
	*ledger.Ledger
	clock *clock
}

func newWallet(t failer, store ledger.Store) wallet {
	t.Helper()
	return newWalletWith(t, store, ledger.Options{})
}

func newWalletWith(t failer, store ledger.Store, o ledger.Options) wallet {
	t.Helper()
	c := &clock{now: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)}
	o.Clock = c.Now
	w := wallet{ledger.New(store, o), c}
	for _, cust := range []wire.Customer{{Name: "Hanako", Balance: 10_000}, {Name: "Taro", Balance: 500}} {
		if _, err := w.AddCustomer(cust.Name, cust.Balance); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w wallet) mint(t failer, customer string) string {
	t.Helper()
	m, err := w.MintCode(customer)
	if err != nil {
		t.Fatal(err)
	}
	return m.Code
}

func (w wallet) request(key, code string, amount int64) wire.ChargeRequest {
	return wire.ChargeRequest{
		Key: key, Store: "S0001", Terminal: "T01", Amount: amount, Currency: "JPY",
		Code: code, Mode: wire.Online, ValidUntil: w.clock.Now().Add(3 * time.Second), Nonce: "n-" + key,
	}
}

// topup is a request for cash to become money of who showed the code.
func topup(r wire.ChargeRequest) wire.TopupRequest {
	return wire.TopupRequest{
		Key: r.Key, Store: r.Store, Terminal: r.Terminal, Amount: r.Amount, Currency: r.Currency,
		Code: r.Code, ValidUntil: r.ValidUntil, Nonce: r.Nonce,
	}
}

func (w wallet) refundOf(key, chargeKey string, amount int64) wire.RefundRequest {
	return wire.RefundRequest{
		Key: key, ChargeKey: chargeKey, Store: "S0001", Terminal: "T01", Amount: amount, Currency: "JPY", Nonce: "n-" + key,
	}
}

func (w wallet) refund(t failer, r wire.RefundRequest) wire.Answer {
	t.Helper()
	a, err := w.Refund(r)
	if err != nil {
		t.Fatal(err)
	}
	if a.Key != r.Key || a.Amount != r.Amount || a.Currency != r.Currency || a.Nonce != r.Nonce || a.Kind != wire.KindRefund {
		t.Fatalf("the answer %+v does not echo the refund %+v", a, r)
	}
	return a
}

func (w wallet) topUp(t failer, r wire.TopupRequest) wire.Answer {
	t.Helper()
	a, err := w.TopUp(r)
	if err != nil {
		t.Fatal(err)
	}
	if a.Key != r.Key || a.Amount != r.Amount || a.Currency != r.Currency || a.Nonce != r.Nonce || a.Kind != wire.KindTopup {
		t.Fatalf("the answer %+v does not echo the top-up %+v", a, r)
	}
	return a
}

// stands wants a reversal to be refused for ever.
func (w wallet) stands(t failer, key string, amount int64) {
	t.Helper()
	a, err := w.Reverse(key, wire.ReversalRequest{Amount: amount, Currency: "JPY", Nonce: "r"})
	if !errors.Is(err, ledger.ErrCannotReverse) {
		t.Fatalf("reversal of %s: %+v, %v, want ErrCannotReverse", key, a, err)
	}
}

func (w wallet) has(t failer, customer string, want int64) {
	t.Helper()
	if got := w.balance(t, customer); got != want {
		t.Fatalf("%s has %d, want %d", customer, got, want)
	}
}

func (w wallet) charge(t failer, r wire.ChargeRequest) wire.Answer {
	t.Helper()
	a, err := w.Charge(r)
	if err != nil {
		t.Fatal(err)
	}
	if a.Key != r.Key || a.Amount != r.Amount || a.Currency != r.Currency || a.Nonce != r.Nonce || a.Kind != wire.KindCharge {
		t.Fatalf("the answer %+v does not echo the request %+v", a, r)
	}
	return a
}

func (w wallet) reverse(t failer, key string, amount int64) wire.Answer {
	t.Helper()
	a, err := w.Reverse(key, wire.ReversalRequest{Amount: amount, Currency: "JPY", Nonce: "r"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w wallet) balance(t failer, name string) int64 {
	t.Helper()
	return w.customer(t, name).Balance
}

func (w wallet) customer(t failer, name string) (none wire.Customer) {
	t.Helper()
	all, err := w.Customers()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no customer %s in %+v", name, all)
	return none
}

func (w wallet) debits(t failer) map[string]int {
	t.Helper()
	all, err := w.Standings()
	if err != nil {
		t.Fatal(err)
	}
	d := map[string]int{}
	for _, st := range all {
		d[st.Key] = st.Debits
	}
	return d
}

// want is a status and, with declined, its reason.
type want struct {
	status wire.Status
	reason wire.Reason
}

func (x want) check(t failer, a wire.Answer) {
	t.Helper()
	if a.Status != x.status || a.Reason != x.reason {
		t.Fatalf("key %s: answer is %s %q, want %s %q", a.Key, a.Status, a.Reason, x.status, x.reason)
	}
	if (a.Receipt != "") != (a.Status == wire.Approved) {
		t.Fatalf("key %s: receipt %q with %s: an approval has one and nothing else has", a.Key, a.Receipt, a.Status)
	}
}

var (
	approved = want{status: wire.Approved}
	reversed = want{status: wire.Reversed}
	pending  = want{status: wire.Pending}
)

func declined(r wire.Reason) want { return want{wire.Declined, r} }

func (w wallet) checkBooks(t failer) {
	t.Helper()
	trial, err := w.Trial()
	if err != nil {
		t.Fatal(err)
	}
	if trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0 {
		t.Fatalf("the books do not balance: %+v", trial)
	}
}
