package book_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

func entry(key charge.Key, kind charge.Kind, yen int64) charge.StatementEntry {
	return charge.StatementEntry{Key: key, Kind: kind, State: charge.Approved, Amount: money.Yen(yen), At: t0.Add(-time.Hour)}
}

// What a wallet has approved and the books do not know gets its own key, and
// a sale, once.
func TestAPaymentIsAdoptedOnce(t *testing.T) {
	f := newFixture(t)
	for range 2 {
		rec, err := f.Adopt(entry("S1-T1-7-40", charge.Payment, 900), "beta", "2026-11-21")
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case rec.Key != "S1-T1-7-40", rec.Kind != charge.Payment, rec.State != charge.Approved, rec.Reason != charge.ReasonRecovered,
			rec.By != charge.ByRecovery, rec.Wallet != "beta", !slices.Equal(rec.Route, []string{"beta"}), rec.Amount != money.Yen(900),
			rec.SaleID != "recovered-S1-T1-7-40", !rec.PreparedAt.Equal(t0.Add(-time.Hour)):
			t.Errorf("adopted as %+v", rec)
		}
		f.verify(1)
	}
	s, err := f.Sale("recovered-S1-T1-7-40")
	if err != nil || s.Amount != money.Yen(900) || s.BusinessDate != "2026-11-21" || s.TopUp {
		t.Errorf("its sale is %+v, %v", s, err)
	}
	if l := f.links()[0]; l.To != charge.Approved || l.Step.Event != charge.Approve || l.Note != "recovered sale recovered-S1-T1-7-40, 900 JPY" {
		t.Errorf("journalled as %+v", l)
	}
	if key := f.prepare("a").Key; !strings.HasSuffix(string(key), "-41") {
		t.Errorf("the next key is %s, but 40 is taken", key)
	}
	f.refund("S1-T1-7-40", 900) // as any payment
}

func TestATopUpAndARefundAreAdopted(t *testing.T) {
	f := newFixture(t)
	if _, err := f.Adopt(entry("S1-T1-7-1", charge.Topup, 5000), "alpha", "2026-11-21"); err != nil {
		t.Fatal(err)
	}
	if s, err := f.Sale("recovered-S1-T1-7-1"); err != nil || !s.TopUp {
		t.Errorf("the top-up's sale is %+v, %v", s, err)
	}
	back := entry("S1-T1-7-3", charge.Refund, 300)
	back.Of = "S1-T1-7-2"
	if _, err := f.Adopt(back, "alpha", "2026-11-21"); !errors.Is(err, book.ErrNotFound) || !strings.Contains(err.Error(), "adopt that first") {
		t.Errorf("a refund before its payment: %v", err)
	}
	if _, err := f.Adopt(entry("S1-T1-7-2", charge.Payment, 1000), "alpha", "2026-11-21"); err != nil {
		t.Fatal(err)
	}
	rec, err := f.Adopt(back, "alpha", "2026-11-21")
	if err != nil || rec.SaleID != "recovered-S1-T1-7-2" || rec.Of != "S1-T1-7-2" || rec.Kind != charge.Refund {
		t.Errorf("the refund is %+v, %v", rec, err)
	}
	if _, err := f.PrepareRefund("S1-T1-7-2", money.Yen(701), charge.ByCashier, ""); !errors.Is(err, charge.ErrOverRefund) {
		t.Errorf("an adopted refund does not count: %v", err)
	}
}

// Nothing is adopted over what is there, and nothing that is not ours or not
// approved.
func TestWhatIsNotAdopted(t *testing.T) {
	f := newFixture(t)
	mine := f.paid("a")
	n := len(f.links())
	if rec, err := f.Adopt(entry(mine.Key, charge.Payment, 1280), "alpha", "2026-11-22"); err != nil || rec.SaleID != "a" || rec.Reason == charge.ReasonRecovered {
		t.Errorf("a known payment became %+v, %v", rec, err)
	}
	other := entry("S1-T1-7-1", charge.Payment, 1280) // the number of mine
	dearer := entry(mine.Key, charge.Payment, 1281)
	for what, e := range map[string]charge.StatementEntry{"another charge has the number": other, "another amount": dearer} {
		if _, err := f.Adopt(e, "alpha", "2026-11-22"); !errors.Is(err, book.ErrTaken) || !strings.Contains(err.Error(), string(mine.Key)) {
			t.Errorf("%s: %v", what, err)
		}
	}
	declined := entry("S1-T1-7-9", charge.Payment, 10)
	declined.State = charge.Declined
	for what, e := range map[string]charge.StatementEntry{
		"declined": declined, "another register's": entry("S1-T2-7-9", charge.Payment, 10), "no key": entry("x", charge.Payment, 10),
	} {
		if rec, err := f.Adopt(e, "alpha", "2026-11-22"); err == nil {
			t.Errorf("%s: adopted as %+v", what, rec)
		}
	}
	f.verify(n)
}

// A key that this register cannot have issued is not adopted, whoever lists it:
// after the greatest number there is, no charge could be prepared any more. A
// number that was set aside may have been used by books that are lost.
func TestAKeyThatWasNotIssuedIsNotAdopted(t *testing.T) {
	for key, taken := range map[string]bool{
		"S1-T1-%d-10001":               true,
		"S1-T1-%d-10002":               false,
		"S1-T1-%d-9223372036854775807": false,
		"S1-T1-%d-9999999999999999":    false,
		"S1-T1-0-9223372036854775807":  false,
		"S1-T1-1-2":                    true,
		"S1-T1-9%d-2":                  false,
	} {
		f := newFixture(t)
		f.paid("a")
		n := len(f.links())
		if strings.Contains(key, "%d") {
			key = fmt.Sprintf(key, f.Epoch())
		}
		_, err := f.Adopt(entry(charge.Key(key), charge.Payment, 10), "alpha", "2026-11-22")
		if taken != (err == nil) || !taken && !errors.Is(err, charge.ErrNotTaken) {
			t.Errorf("%s: %v, want it taken: %t", key, err, taken)
		}
		if taken {
			n++
		}
		f.crash()
		f.open(f.wallets...)
		f.paid("b")
		f.verify(n + 3)
	}
}

// A refund in a list is held against its payment before it is adopted: it must
// be of the wallet that has the money, and there must be that much left.
func TestARefundIsAdoptedWithinItsPayment(t *testing.T) {
	const back = charge.Key("S1-T1-7-40")
	in := func(c money.Currency, minor int64) money.Amount { return money.Amount{Minor: minor, Currency: c} }
	for name, c := range map[string]struct {
		amount money.Amount
		wallet string
		of     charge.State
		want   error // nil: it is adopted
	}{
		"all that is left":            {money.Yen(1000), "alpha", charge.Approved, nil},
		"of what is owed":             {money.Yen(1000), "alpha", charge.Owed, nil},
		"a yen more than is left":     {money.Yen(1001), "alpha", charge.Approved, charge.ErrOverRefund},
		"more than any sum holds":     {money.Yen(math.MaxInt64), "alpha", charge.Approved, charge.ErrOverRefund},
		"in another currency":         {in("KRW", 1000), "alpha", charge.Approved, charge.ErrNotRefundable},
		"of another wallet":           {money.Yen(1000), "beta", charge.Approved, charge.ErrNotTaken},
		"of what was given back":      {money.Yen(1000), "alpha", charge.Reversed, charge.ErrNotRefundable},
		"of what was declined":        {money.Yen(1000), "alpha", charge.Declined, charge.ErrNotRefundable},
		"while that is being undone":  {money.Yen(1000), "alpha", charge.Reversing, charge.ErrNotRefundable},
		"of what was found not to be": {money.Yen(1000), "alpha", charge.Unpaid, charge.ErrNotRefundable},
	} {
		f := newFixture(t)
		of := f.paid("a") // 1280 yen
		f.refund(of.Key, 280)
		f.force(of.Key, func(r *book.Row) { r.State = c.of })
		e := entry(back, charge.Refund, 0)
		e.Of, e.Amount = of.Key, c.amount
		n := len(f.links())
		for range 2 {
			_, err := f.Adopt(e, c.wallet, "2026-11-22")
			if !errors.Is(err, c.want) || c.want != nil && !errors.Is(err, charge.ErrNotTaken) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		refunds, err := f.RefundsOf(of.Key)
		if adopted := len(refunds) == 2; err != nil || adopted != (c.want == nil) || len(f.links()) > n+1 {
			t.Errorf("%s: %d refunds (%v), %d more entries", name, len(refunds), err, len(f.links())-n)
		}
	}
}
