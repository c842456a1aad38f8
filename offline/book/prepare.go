package book

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/planted"
	"github.com/posagent/posagent/agent/sale"
)

// ErrSaleOpen means that a sale has a charge that may still be paid, so that
// a second key could take the money twice.
var ErrSaleOpen = errors.New("the sale has a charge that is not settled: wait for it or cancel it")

// Prepare makes a charge for a sale under a new key, durable when it returns;
// for a sale that is a top-up, one of that kind. A sale whose newest charge
// may still be paid gets ErrSaleOpen.
func (b *Book) Prepare(s sale.Sale, by charge.By) (charge.Record, error) {
	want := charge.Record{Kind: charge.Payment, SaleID: s.ID, Amount: s.Amount, By: by, Operator: s.Operator}
	switch {
	case s.TopUp:
		want.Kind = charge.Topup
	case s.Cash():
		return want, notTaken{fmt.Errorf("sale %s is paid in cash: no wallet is asked", s.ID)}
	}
	var made Row
	err := b.update(func(t *turn) (err error) {
		if err := knowSale(t, s); err != nil {
			return err
		}
		made, err = b.issue(t, want)
		return err
	})
	if err != nil {
		return charge.Record{}, fmt.Errorf("prepare a charge for sale %s: %w", s.ID, err)
	}
	return made.Record, nil
}

// knowSale remembers a new sale, and lets an old one pass only when none of
// its charges can still be paid.
func knowSale(t *turn, s sale.Sale) error {
	known, err := t.tx.Sale(s.ID)
	if errors.Is(err, ErrNotFound) {
		if err := mayBePart(t.tx, s); err != nil {
			return err
		}
		return putSale(t, s)
	}
	if err != nil {
		return err
	}
	if known.Amount != s.Amount || known.TopUp != s.TopUp || known.Bill != s.Bill || known.Part != s.Part {
		return notTaken{fmt.Errorf("%s %s is over %s and cannot become a %s over %s: open a new one", what(known), s.ID, known.Amount, what(s), s.Amount)}
	}
	earlier, err := t.tx.ChargesOfSale(s.ID)
	if err != nil {
		return err
	}
	for _, row := range earlier {
		if row.Kind != charge.Refund && !row.AllowsNewKey() && !planted.Has(planted.NewKeyOnRetry) {
			return notTaken{fmt.Errorf("%w (%s is %s)", ErrSaleOpen, row.Key, row.State)}
		}
	}
	return mayBePart(t.tx, known) // meanwhile another part may have paid what this one would
}

// putSale remembers a new sale. Its reference may be another sale's of that
// day: then the books are well, and the sale is not taken.
func putSale(t *turn, s sale.Sale) error {
	err := t.tx.PutSale(s)
	if err == nil || s.Reference == "" {
		return err
	}
	if _, none := t.tx.SaleByReference(s.BusinessDate, s.Source, s.Reference); none == nil {
		return notTaken{err}
	}
	return err
}

// notTaken is an error that is no failure of the books: a charge.ErrNotTaken.
type notTaken struct{ error }

func (e notTaken) Is(target error) bool { return target == charge.ErrNotTaken }
func (e notTaken) Unwrap() error        { return e.error }

func what(s sale.Sale) string {
	if s.TopUp {
		return "top-up"
	}
	return "sale"
}

// begin is the note of a record's first entry: with it the chain covers what
// is owed and for what.
func begin(r charge.Record) string {
	switch r.Kind {
	case charge.Refund:
		return fmt.Sprintf("refund of %s, %s", r.Of, r.Amount)
	case charge.Topup:
		return fmt.Sprintf("top-up %s, %s", r.SaleID, r.Amount)
	case charge.Cash:
		return fmt.Sprintf("cash %s, %s", r.SaleID, r.Amount)
	}
	return fmt.Sprintf("sale %s, %s", r.SaleID, r.Amount)
}

// issue adds a record under the next key, in state Prepared.
func (b *Book) issue(t *turn, want charge.Record) (Row, error) {
	seq, err := b.nextSeq(t)
	if err != nil {
		return Row{}, err
	}
	if want.Key, err = charge.NewKey(b.opts.Store, b.opts.Terminal, b.epoch, seq); err != nil {
		return Row{}, err
	}
	now := b.now()
	want.State, want.Paper, want.PreparedAt, want.ChangedAt = charge.Prepared, charge.Unprinted, now, now
	row := Row{Seq: seq, Epoch: b.epoch, Record: want}
	step := charge.Step{By: want.By, Operator: want.Operator, Code: want.Code, At: now}
	if row.LastLink, err = t.append(Link{Key: want.Key, To: want.State, Moved: true, Step: step, Note: begin(want)}); err != nil {
		return Row{}, err
	}
	return row, t.add(row)
}

// PrepareRefund is PrepareRefundOnce for a wish that nobody repeats.
func (b *Book) PrepareRefund(of charge.Key, amount money.Amount, by charge.By, operator string) (charge.Record, error) {
	return b.PrepareRefundOnce("", of, amount, by, operator)
}

// PrepareRefundOnce makes a record that gives amount of a payment back, under
// a key of its own, durable when it returns. Whether the payment has that much
// left is judged over all refunds of it in the same transaction, so that two
// at once cannot give back more than was paid; the errors are those of
// charge.MayRefund. A wish that made a refund of this payment before, however
// long ago, is answered with that one as it stands, whatever the amount.
func (b *Book) PrepareRefundOnce(wish string, of charge.Key, amount money.Amount, by charge.By, operator string) (charge.Record, error) {
	var was charge.Record
	may := func(rows Rows) (row Row, err error) {
		was = charge.Record{} // it may run twice
		if row, err = rows.Charge(of); err != nil {
			return row, err
		}
		refunds, err := refundsOf(rows, row)
		if err != nil {
			return row, err
		}
		if i := slices.IndexFunc(refunds, func(r charge.Record) bool { return r.Wish() == wish && wish != "" }); i >= 0 {
			was = refunds[i]
			return row, nil
		}
		if row.Carried && !strings.HasPrefix(string(of), charge.Prefix(b.opts.Store, b.opts.Terminal)) {
			return row, fmt.Errorf("%w: %s was taken by another register, and the wallet gives it back to that one only", charge.ErrNotRefundable, of)
		}
		return row, charge.MayRefund(row.Record, refunds, amount)
	}
	if planted.Has(planted.UnboundedRefund) {
		may = b.judgedBefore(may)
	}
	var made Row
	err := b.update(func(t *turn) error {
		row, err := may(t.tx)
		if err != nil || was.Key != "" {
			return err
		}
		want := charge.Record{Kind: charge.Refund, Of: of, SaleID: row.SaleID, Amount: amount, Wallet: row.Wallet, By: by, Operator: operator, Code: charge.WishMark(wish)}
		made, err = b.issue(t, want)
		return err
	})
	switch {
	case err != nil:
		return charge.Record{}, fmt.Errorf("prepare a refund of charge %s: %w", of, err)
	case was.Key != "":
		return was, nil
	}
	return made.Record, nil
}
