package book

import (
	"errors"
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// PutBill remembers a bill, durable when it returns. The journal holds its id
// and what it comes to.
func (b *Book) PutBill(bill sale.Bill, by charge.By) error {
	return b.update(func(t *turn) error {
		if err := t.tx.PutBill(bill); err != nil {
			if _, none := t.tx.BillByReference(bill.BusinessDate, bill.Source, bill.Reference); none == nil {
				return notTaken{err}
			}
			return err
		}
		return b.noteOfBill(t, bill, by, bill.Operator, fmt.Sprintf("bill %s, %s", bill.ID, bill.Amount))
	})
}

func (b *Book) noteOfBill(t *turn, bill sale.Bill, by charge.By, operator, note string) error {
	_, err := t.append(Link{Step: charge.Step{By: by, Operator: operator, At: b.now()}, Note: note})
	return err
}

// Bill is a bill by its id.
func (b *Book) Bill(id string) (bill sale.Bill, err error) {
	err = b.rows.View(func(rows Rows) error {
		bill, err = rows.Bill(id)
		return err
	})
	return bill, err
}

// BillByReference is the bill with that source's number of that business day,
// and false when there is none.
func (b *Book) BillByReference(businessDate, source, reference string) (bill sale.Bill, found bool, err error) {
	err = b.rows.View(func(rows Rows) error {
		bill, err = rows.BillByReference(businessDate, source, reference)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return bill, false, nil
	}
	return bill, err == nil, err
}

// PartsOfBill are the parts of a bill, paid or not, by number.
func (b *Book) PartsOfBill(id string) (parts []sale.Sale, err error) {
	err = b.rows.View(func(rows Rows) error {
		parts, err = rows.PartsOfBill(id)
		return err
	})
	return parts, err
}

// GiveUpBill lets a bill take no more parts. It fails with ErrPartOpen or
// ErrPartsPaid while something of it is paid or may be.
func (b *Book) GiveUpBill(id string, by charge.By, operator string) error {
	return b.update(func(t *turn) error {
		bill, err := t.tx.Bill(id)
		if err != nil || !bill.GivenUp.IsZero() {
			return err
		}
		covered, err := covered(t.tx, id, "")
		switch {
		case err != nil:
			return err
		case covered > 0:
			return notTaken{charge.ErrPartsPaid}
		}
		if err := t.tx.EndBill(id, b.now()); err != nil {
			return err
		}
		return b.noteOfBill(t, bill, by, operator, fmt.Sprintf("bill %s given up", id))
	})
}

// mayBePart judges a part of a bill in the transaction that makes a charge of
// it: nobody else may be paying another part, no more is paid than is left, and
// what it says of the parts before it is so.
func mayBePart(rows Rows, s sale.Sale) error {
	if s.Bill == "" {
		return nil
	}
	bill, err := rows.Bill(s.Bill)
	if err != nil {
		return fmt.Errorf("bill %s: %w", s.Bill, err)
	}
	paid, err := covered(rows, s.Bill, s.ID)
	switch {
	case err != nil:
		return err
	case !bill.GivenUp.IsZero() || paid >= bill.Amount.Minor:
		return notTaken{charge.ErrBillOver}
	case paid+s.Amount.Minor > bill.Amount.Minor:
		return notTaken{charge.ErrOverBill}
	case paid != sale.Sum(s.Before):
		return notTaken{charge.ErrBillMoved}
	}
	if err := s.CheckPart(bill); err != nil {
		return notTaken{err}
	}
	return nil
}

// covered is what the parts of a bill other than one pay of it.
func covered(rows Rows, bill, other string) (minor int64, err error) {
	parts, err := rows.PartsOfBill(bill)
	if err != nil {
		return 0, err
	}
	for _, part := range parts {
		if part.ID == other {
			continue
		}
		all, err := rows.ChargesOfSale(part.ID)
		if err != nil {
			return 0, err
		}
		records := make([]charge.Record, len(all))
		for i, row := range all {
			records[i] = row.Record
		}
		paid, open := charge.Covers(records)
		if open {
			return 0, notTaken{charge.ErrPartOpen}
		}
		minor += paid
	}
	return minor, nil
}

// TakeCash writes down that a part of a bill was paid in cash, durable and paid
// when it returns. A part that is there already comes back as it stands.
func (b *Book) TakeCash(s sale.Sale, by charge.By) (charge.Record, error) {
	var made Row
	err := b.update(func(t *turn) error {
		if _, err := t.tx.Sale(s.ID); err == nil {
			rows, err := t.tx.ChargesOfSale(s.ID)
			if err == nil && len(rows) > 0 {
				made = rows[0]
			}
			return err
		}
		if err := mayBePart(t.tx, s); err != nil {
			return err
		}
		if err := putSale(t, s); err != nil {
			return err
		}
		row, err := b.issue(t, charge.Record{Kind: charge.Cash, SaleID: s.ID, Amount: s.Amount, By: by, Operator: s.Operator})
		if err != nil {
			return err
		}
		made, err = b.takeAll(t, row, charge.Step{Event: charge.Approve, By: by, Operator: s.Operator})
		return err
	})
	if err != nil {
		return charge.Record{}, fmt.Errorf("take cash for bill %s: %w", s.Bill, err)
	}
	return made.Record, nil
}

// HandBack writes down that money of a part in cash is handed back at the
// register, as a refund of it that is at its end when this returns. Its errors
// are those of charge.MayRefund; a wish that made a refund before is answered
// with that one.
func (b *Book) HandBack(wish string, of charge.Key, amount money.Amount, step charge.Step) (charge.Record, error) {
	var made Row
	err := b.update(func(t *turn) error {
		row, err := t.charge(of)
		if err != nil {
			return err
		}
		if row.Kind != charge.Cash {
			return fmt.Errorf("%w: %s was not paid in cash", charge.ErrNotRefundable, of)
		}
		refunds, err := refundsOf(t.tx, row)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(refunds, func(r charge.Record) bool { return wish != "" && r.Wish() == wish }); i >= 0 {
			made, err = t.charge(refunds[i].Key)
			return err
		}
		if err := charge.MayRefund(row.Record, refunds, amount); err != nil {
			return err
		}
		back, err := b.issue(t, charge.Record{Kind: charge.Refund, Of: of, SaleID: row.SaleID, Amount: amount, By: step.By, Operator: step.Operator, Code: charge.WishMark(wish)})
		if err != nil {
			return err
		}
		owed, over, done := step, step, step
		owed.Event, over.Event = charge.Lose, charge.Lapse
		done.Event, done.Reason, done.Note = charge.Confirm, charge.ReasonByHand, ""
		made, err = b.takeAll(t, back, owed, over, done)
		return err
	})
	if err != nil {
		return charge.Record{}, fmt.Errorf("hand back cash of charge %s: %w", of, err)
	}
	return made.Record, nil
}

// takeAll lets steps happen to a row that was issued in this transaction, all
// of which must move it.
func (b *Book) takeAll(t *turn, row Row, steps ...charge.Step) (Row, error) {
	for _, step := range steps {
		was := row.State
		after, _, err := b.take(t, row, step)
		if err != nil {
			return row, err
		}
		if row = after; row.State == was {
			return row, fmt.Errorf("%s does not take %s", row.Key, step.Event)
		}
	}
	return row, t.put(row)
}
