package book

import (
	"errors"
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
)

// ErrTaken means that a key from a wallet's list cannot become a row: another
// one has its number. A manager settles that payment with the wallet by hand.
var ErrTaken = errors.New("the number of this key belongs to another charge of these books: look at both at the wallet, and give the money back there if no sale stands for it")

// Adopt remembers what a wallet has approved and these books do not know, as
// after an older copy of them was restored: under its own key, in a sale of
// its own, as recovered. A refund joins the sale of its payment, which must be
// known by then. Adopting again, or what the books know anyway, changes
// nothing.
func (b *Book) Adopt(e charge.StatementEntry, wallet, businessDate string) (charge.Record, error) {
	var adopted Row
	err := b.update(func(t *turn) error {
		row, err := b.recovered(t, e, wallet)
		if err != nil {
			return err
		}
		known, err := t.known(row)
		if err != nil || known.Seq != 0 {
			adopted = known
			return err
		}
		if known.Carried {
			if row, err = b.renumbered(t, row); err != nil {
				return err
			}
		}
		if err := t.mayBeRefund(row); err != nil {
			return err
		}
		if err := t.saleFor(&row, businessDate); err != nil {
			return err
		}
		step := charge.Step{Event: charge.Approve, Wallet: wallet, Reason: row.Reason, By: row.By, At: row.ChangedAt}
		note := "recovered " + begin(row.Record)
		if row.LastLink, err = t.append(Link{Key: row.Key, To: row.State, Moved: true, Step: step, Note: note}); err != nil {
			return err
		}
		adopted = row
		return t.add(row)
	})
	if err != nil {
		return charge.Record{}, fmt.Errorf("adopt charge %s of wallet %s: %w", e.Key, wallet, err)
	}
	return adopted.Record, nil
}

// recovered is the row of what a wallet has approved. A key that this register
// cannot have issued is not taken: a number far above all others would leave no
// number for the next charge.
func (b *Book) recovered(t *turn, e charge.StatementEntry, wallet string) (Row, error) {
	store, terminal, epoch, seq, err := e.Key.Parts()
	if err != nil {
		return Row{}, notTaken{err}
	}
	last, err := t.lastSeq()
	if err != nil {
		return Row{}, err
	}
	switch used := max(last, b.floor, b.reserved.Load()-reserve) + reserve; {
	case store != b.opts.Store || terminal != b.opts.Terminal:
		return Row{}, notTaken{fmt.Errorf("the key is of terminal %s in store %s, not of this one: adopt it there", terminal, store)}
	case e.State != charge.Approved:
		return Row{}, notTaken{fmt.Errorf("the wallet says %s: only what it has approved is adopted", e.State)}
	case epoch > b.epoch || seq > used:
		return Row{}, notTaken{fmt.Errorf("this register has not issued such a key: its start is at most %d and its number at most %d; ask the wallet where it has it from", b.epoch, used)}
	}
	kind, at := e.Kind, stamp(e.At)
	if kind == "" {
		kind = charge.Payment
	}
	return Row{Seq: seq, Epoch: epoch, Record: charge.Record{
		Key: e.Key, Kind: kind, Of: e.Of, SaleID: "recovered-" + string(e.Key), Amount: e.Amount,
		State: charge.Approved, Reason: charge.ReasonRecovered, Wallet: wallet, Route: with(nil, wallet),
		By: charge.ByRecovery, Paper: charge.Unprinted, PreparedAt: at, SentAt: at, ChangedAt: b.now(),
	}}, nil
}

// known is the row that the books have for a key already, the zero Row for
// none, and ErrTaken when its number is another's. A number that went to a
// charge which was carried here is no sign of a key that was used: then it is a
// carried Row without a number.
func (t *turn) known(want Row) (Row, error) {
	row, err := t.charge(want.Key)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return Row{}, err
	case row.Amount != want.Amount || row.Of != want.Of:
		return Row{}, notTaken{fmt.Errorf("%w (here it is over %s, at the wallet over %s)", ErrTaken, row.Amount, want.Amount)}
	default:
		return row, nil
	}
	there, err := t.tx.Charges(Filter{Before: want.Seq + 1, Limit: 1})
	if err != nil {
		return Row{}, err
	}
	if len(there) > 0 && there[0].Seq == want.Seq {
		if there[0].Carried {
			return Row{Record: charge.Record{Carried: true}}, nil
		}
		return Row{}, notTaken{fmt.Errorf("%w (%s over %s)", ErrTaken, there[0].Key, there[0].Amount)}
	}
	return Row{}, nil
}

// renumbered gives a row whose number went to a carried charge another one: it
// is carried from then on as well, because its key does not end with it.
func (b *Book) renumbered(t *turn, row Row) (Row, error) {
	var err error
	row.Carried, row.Epoch = true, b.epoch
	row.Seq, err = b.nextSeq(t)
	return row, err
}

// mayBeRefund holds a refund that a wallet lists against its payment: it must
// be one of that wallet, and there must be that much left to give back. What
// else a wallet may have given is for a person.
func (t *turn) mayBeRefund(row Row) error {
	if row.Kind != charge.Refund {
		return nil
	}
	of, err := t.charge(row.Of)
	if errors.Is(err, ErrNotFound) {
		return notTaken{fmt.Errorf("its payment %s: %w; adopt that first", row.Of, err)}
	}
	if err != nil {
		return err
	}
	if of.Wallet != row.Wallet {
		return notTaken{fmt.Errorf("its payment %s was made at wallet %s", of.Key, of.Wallet)}
	}
	refunds, err := refundsOf(t.tx, of)
	if err != nil {
		return err
	}
	if err := charge.MayRefund(of.Record, refunds, row.Amount); err != nil {
		return notTaken{err}
	}
	return nil
}

// saleFor gives a recovered row its sale: a refund that of its payment, all
// others one of their own.
func (t *turn) saleFor(row *Row, businessDate string) error {
	if row.Kind == charge.Refund {
		of, err := t.charge(row.Of)
		if err != nil {
			return notTaken{fmt.Errorf("its payment %s: %w; adopt that first", row.Of, err)}
		}
		row.SaleID = of.SaleID
		return nil
	}
	return t.tx.PutSale(sale.Sale{
		ID: row.SaleID, Amount: row.Amount, BusinessDate: businessDate, At: row.PreparedAt, TopUp: row.Kind == charge.Topup,
	})
}
