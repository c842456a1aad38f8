package book_test

import (
	"errors"
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
