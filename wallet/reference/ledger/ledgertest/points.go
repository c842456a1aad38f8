package ledgertest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
	"pgregory.net/rapid"
)

// points are what an answer says of points: used, earned, left.
func points(a wire.Answer) [3]int64 { return [3]int64{a.PointsUsed, a.PointsEarned, a.PointsLeft} }

func (w wallet) wantPoints(t failer, a wire.Answer, used, earned, left int64) {
	t.Helper()
	if got := points(a); got != [3]int64{used, earned, left} {
		t.Fatalf("key %s: points used, earned and left are %v, want %d, %d and %d", a.Key, got, used, earned, left)
	}
}

func (w wallet) grant(t failer, customer string, n int64) {
	t.Helper()
	if err := w.GrantPoints(customer, n); err != nil {
		t.Fatal(err)
	}
}

// testPoints is the life of points: granted for money, used when the customer
// wishes it, given back and taken back with the money.
func testPoints(t *testing.T, open Open) {
	w := newWalletWith(t, open(t), ledger.Options{PointsPerMille: 10})
	n := 0
	next := func() string { n++; return fmt.Sprintf("S0001-T01-1-%d", n) }

	paid := w.request(next(), w.mint(t, "Hanako"), 1999)
	a := w.charge(t, paid)
	w.wantPoints(t, a, 0, 19, 19)
	w.wantPoints(t, w.charge(t, paid), 0, 19, 19) // the standing answer

	w.grant(t, "Hanako", 300)
	w.wantPoints(t, w.charge(t, w.request(next(), w.mint(t, "Hanako"), 100)), 0, 1, 320) // nobody wished to use them
	if err := w.UsePoints("Hanako", true); err != nil {
		t.Fatal(err)
	}
	mixed := w.request(next(), w.mint(t, "Hanako"), 1000)
	w.wantPoints(t, w.charge(t, mixed), 320, 6, 6)
	w.has(t, "Hanako", 10_000-1999-100-680)

	// Parts of a refund have their shares, and sum exactly.
	w.wantPoints(t, w.refund(t, w.refundOf(next(), mixed.Key, 333)), 106, 1, 111)
	w.wantPoints(t, w.refund(t, w.refundOf(next(), mixed.Key, 333)), 107, 2, 216)
	w.wantPoints(t, w.refund(t, w.refundOf(next(), mixed.Key, 334)), 107, 3, 320)
	w.has(t, "Hanako", 10_000-1999-100)

	all := w.request(next(), w.mint(t, "Hanako"), 320) // points alone
	w.wantPoints(t, w.charge(t, all), 320, 0, 0)
	if d := w.debits(t); d[all.Key] != 1 {
		t.Fatalf("a charge that points paid counts as %d debits", d[all.Key])
	}
	reversed.check(t, w.reverse(t, all.Key, 320))
	w.wantPoints(t, w.charge(t, w.request(next(), w.mint(t, "Hanako"), 20)), 20, 0, 300)

	// Earned points that are spent are not owed when the money goes back.
	if err := w.UsePoints("Taro", true); err != nil {
		t.Fatal(err)
	}
	earner := w.request(next(), w.mint(t, "Taro"), 400)
	w.wantPoints(t, w.charge(t, earner), 0, 4, 4)
	w.wantPoints(t, w.charge(t, w.request(next(), w.mint(t, "Taro"), 4)), 4, 0, 0)
	reversed.check(t, w.reverse(t, earner.Key, 400))
	w.has(t, "Taro", 500)
	w.checkBooks(t)
}

// testPointsApart is where no points are: on the phone none are used, for
// top-ups none are granted, and nonsense is refused.
func testPointsApart(t *testing.T, open Open) {
	w := newWalletWith(t, open(t), ledger.Options{PointsPerMille: 10})
	w.grant(t, "Hanako", 50)
	if err := w.UsePoints("Hanako", true); err != nil {
		t.Fatal(err)
	}
	w.wantPoints(t, w.topUp(t, topup(w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 1000))), 0, 0, 0)
	r := w.request("S0001-T01-1-2", w.mint(t, "Hanako"), 1000)
	a, err := w.ChargeOnPhone(r)
	if err != nil {
		t.Fatal(err)
	}
	pending.check(t, a)
	w.wantPoints(t, a, 0, 0, 0)
	if a, err = w.Confirm(r.Key, true); err != nil {
		t.Fatal(err)
	}
	w.wantPoints(t, a, 0, 10, 60)
	if d := w.debits(t); d[r.Key] != 1 {
		t.Fatalf("%d debits", d[r.Key])
	}
	shown := w.request("S0001-T01-1-3", "", 100)
	shown.Mode = wire.Presented
	s, err := w.Present(shown)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = w.PayShown("Hanako", s.Show); err != nil {
		t.Fatal(err)
	}
	w.wantPoints(t, a, 60, 0, 0)
	for _, n := range []int64{0, -1, 1_000_000_001} {
		if err := w.GrantPoints("Hanako", n); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%d points: %v, want ErrInvalid", n, err)
		}
	}
	w.grant(t, "Hanako", 1_000_000_000)
	if err := w.GrantPoints("Hanako", 1); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("points without end: %v, want ErrInvalid", err)
	}
	// Where points came back above the bound, none are granted, and none taken.
	if a, err := w.Refund(w.refundOf("S0001-T01-1-4", "S0001-T01-1-3", 100)); err != nil || a.PointsUsed != 60 {
		t.Fatalf("%+v, %v", a, err)
	}
	if err := w.UsePoints("Hanako", false); err != nil {
		t.Fatal(err)
	}
	w.wantPoints(t, w.charge(t, w.request("S0001-T01-1-5", w.mint(t, "Hanako"), 100)), 0, 0, 1_000_000_060)
	if err := w.GrantPoints("Nobody", 1); !errors.Is(err, ledger.ErrNoCustomer) {
		t.Errorf("points for nobody: %v, want ErrNoCustomer", err)
	}
	w.checkBooks(t)
}

// testAnyPoints: whatever is paid, refunded in parts and reversed, points and
// money of a charge come back exactly, the store has all of what was not given
// back, and the books balance in each currency.
func testAnyPoints(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalletWith(rt, open(t), ledger.Options{PointsPerMille: rapid.Int64Range(0, 1000).Draw(rt, "per mille")})
		has := rapid.Int64Range(1, 2000).Draw(rt, "points")
		w.grant(rt, "Hanako", has)
		if err := w.UsePoints("Hanako", true); err != nil {
			rt.Fatal(err)
		}
		amount := rapid.Int64Range(1, 3000).Draw(rt, "amount")
		paid := w.charge(rt, w.request("S0001-T01-1-1", w.mint(rt, "Hanako"), amount))
		if paid.PointsUsed != min(has, amount) || paid.PointsLeft != has-paid.PointsUsed+paid.PointsEarned {
			rt.Fatalf("%d yen with %d points: %+v", amount, has, paid)
		}
		w.has(rt, "Hanako", 10_000-amount+paid.PointsUsed)
		left, used, earned := amount, paid.PointsUsed, paid.PointsEarned
		for n := 2; left > 0 && n < 8; n++ {
			part := rapid.Int64Range(1, left).Draw(rt, "part")
			if n == 7 {
				part = left
			}
			back := w.refund(rt, w.refundOf(fmt.Sprintf("S0001-T01-1-%d", n), paid.Key, part))
			if back.PointsUsed > part {
				rt.Fatalf("a refund of %d gives back %d points", part, back.PointsUsed)
			}
			left, used, earned = left-part, used-back.PointsUsed, earned-back.PointsEarned
			if used < 0 || earned < 0 {
				rt.Fatalf("%d points used and %d earned are left of the charge", used, earned)
			}
			w.checkBooks(rt)
		}
		if used != 0 || earned != 0 {
			rt.Fatalf("all of the charge went back, but %d used and %d earned points did not", used, earned)
		}
		w.has(rt, "Hanako", 10_000)
	})
}
