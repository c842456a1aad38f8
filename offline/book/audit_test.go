package book_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

// audited are books with a payment, a refund of it, and a charge that stands.
func audited(t *testing.T) (*fixture, charge.Key) {
	f := newFixture(t)
	paid := f.prepare("a").Key
	yes := f.said(charge.Approve, "alpha")
	yes.Receipt, yes.Points = "slip 1", charge.Points{Used: 30, Earned: 1, Left: 7}
	f.apply(paid, send("alpha"), yes)
	refund, err := f.PrepareRefund(paid, money.Yen(80), charge.ByManager, "hanako")
	if err != nil {
		t.Fatal(err)
	}
	f.apply(refund.Key, charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByManager})
	f.prepare("b")
	return f, paid
}

func (f *fixture) audit() (n int64, err error) {
	err = f.store.View(func(rows book.Rows) (err error) { n, err = book.Audit(rows); return err })
	return n, err
}

// A charge that is not what its journal says is found, whatever part of it.
func TestAChargeThatItsJournalContradictsIsFound(t *testing.T) {
	f, _ := audited(t)
	if n, err := f.audit(); n != 6 || err != nil {
		t.Fatalf("untouched: %d entries, %v; want 6 and no error", n, err)
	}
	for name, change := range map[string]func(*book.Row){
		"state":   func(r *book.Row) { r.State = charge.Declined },
		"link":    func(r *book.Row) { r.LastLink-- },
		"another": func(r *book.Row) { r.LastLink = 6 },
		"none":    func(r *book.Row) { r.LastLink = 77 },
		"code":    func(r *book.Row) { r.Code.Hash += "x" },
		"receipt": func(r *book.Row) { r.Receipt = "slip 2" },
		"points":  func(r *book.Row) { r.Points.Used-- },
	} {
		f, paid := audited(t)
		f.force(paid, change)
		var broken *book.Broken
		if _, err := f.audit(); !errors.As(err, &broken) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}

// shown are a store's rows with one charge bent, in ways that no store takes.
type shown struct {
	book.Rows
	bend func([]book.Row) []book.Row
}

func (s shown) Charges(f book.Filter) ([]book.Row, error) {
	rows, err := s.Rows.Charges(f)
	return s.bend(rows), err
}

func TestAChargeOverAnotherAmountOrThatIsGoneIsFound(t *testing.T) {
	for name, bend := range map[string]func([]book.Row) []book.Row{
		"amount": func(rows []book.Row) []book.Row { return bent1(rows, func(r *book.Row) { r.Amount.Minor++ }) },
		"sale":   func(rows []book.Row) []book.Row { return bent1(rows, func(r *book.Row) { r.SaleID = "b" }) },
		"kind":   func(rows []book.Row) []book.Row { return bent1(rows, func(r *book.Row) { r.Kind = charge.Topup }) },
		"word":   func(rows []book.Row) []book.Row { return bent1(rows, func(r *book.Row) { r.Kind = "chirge" }) },
		"epoch":  func(rows []book.Row) []book.Row { return bent1(rows, func(r *book.Row) { r.Epoch++ }) },
		"gone":   func(rows []book.Row) []book.Row { return rows[:max(0, len(rows)-1)] },
	} {
		f, _ := audited(t)
		err := f.store.View(func(rows book.Rows) error { _, err := book.Audit(shown{rows, bend}); return err })
		var broken *book.Broken
		if !errors.As(err, &broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bent1 changes the oldest row of a page.
func bent1(rows []book.Row, change func(*book.Row)) []book.Row {
	if len(rows) > 0 {
		change(&rows[len(rows)-1])
	}
	return rows
}

// A charge that was put back to how it stood earlier fits the entries up to
// there; that there are later ones gives it away.
func TestAChargeThatWasPutBackIsFound(t *testing.T) {
	f := newFixture(t)
	paid := f.prepare("a").Key
	f.apply(paid, send("alpha"))
	was := f.standing(paid)
	f.apply(paid, f.said(charge.Approve, "alpha"))
	f.prepare("b")
	f.force(paid, func(r *book.Row) { *r = was })
	var broken *book.Broken
	if _, err := f.audit(); !errors.As(err, &broken) {
		t.Errorf("a charge that was approved is %s again, and the audit says %v", was.State, err)
	}
}

func (f *fixture) standing(key charge.Key) (row book.Row) {
	f.t.Helper()
	if err := f.store.View(func(rows book.Rows) (err error) { row, err = rows.Charge(key); return err }); err != nil {
		f.t.Fatalf("%v", err)
	}
	return row
}

// Whoever can make hashes can make a ring of entries too: it is not sound, and
// nobody walks around in it.
func TestAnEntryThatGoesOnFromALaterOneIsFound(t *testing.T) {
	for _, before := range []int64{2, 3, -1} {
		f := newFixture(t)
		key := f.prepare("a").Key
		l := f.links()[0]
		forged := book.Link{N: 2, Key: key, Before: before, From: charge.Prepared, To: charge.Prepared, Step: l.Step}
		forged.Hash = sha256.Sum256(append(l.Hash[:], forged.Text()...))
		var broken *book.Broken
		if n, err := book.Verify(bent{links: []book.Link{l, forged}}); !errors.As(err, &broken) || broken.N != 2 || n != 1 {
			t.Errorf("an entry 2 that goes on from %d: %d good entries, %v", before, n, err)
		}
	}
}

// What somebody wrote into the database says nothing to the terminal.
func TestABrokenChargeIsToldInPlainText(t *testing.T) {
	f, _ := audited(t)
	bend := func(rows []book.Row) []book.Row {
		return bent1(rows, func(r *book.Row) { r.State = "\x1b[1A\x1b[2Ksound\u202e" })
	}
	err := f.store.View(func(rows book.Rows) error { _, err := book.Audit(shown{rows, bend}); return err })
	var broken *book.Broken
	if !errors.As(err, &broken) || strings.ContainsFunc(broken.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("it says %q", err)
	}
}
