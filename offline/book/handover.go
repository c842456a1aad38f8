package book

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
)

// broughtIn begins the note of a carried charge's first entry.
const broughtIn = "carried "

// MoveOut lets charges leave with a queue file, durable when it returns: from
// now on another register collects them, and here they are only asked about. It
// is called before the file is finished, so that no charge is in a file whose
// leaving is not in the books. What is not to be collected any more stays, and
// so does what has left before, unless it is to leave again; moved are those
// that left. The money counts to this register's limits until it is known to be
// collected.
func (b *Book) MoveOut(keys []charge.Key, file string, again bool, by charge.By, operator string) (moved []charge.Key, err error) {
	err = b.update(func(t *turn) error {
		moved = moved[:0] // it may run twice
		for _, key := range keys {
			row, err := t.charge(key)
			if err != nil {
				return err
			}
			due, err := t.isDue(row)
			if err != nil {
				return err
			}
			if due == nil || !due.Moved.IsZero() && !again {
				continue
			}
			step := charge.Step{Event: charge.Send, Wallet: row.Wallet, By: by, Operator: operator, At: b.now(), Note: "left with queue file " + file}
			if row, _, err = b.take(t, row, step); err != nil {
				return err
			}
			if err := errors.Join(t.put(row), t.tx.MoveProof(row.Seq, b.now())); err != nil {
				return err
			}
			moved = append(moved, key)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("let charges leave with queue file %s: %w", file, err)
	}
	return moved, nil
}

// isDue is a charge as it is to be collected, nil for one that is not.
func (t *turn) isDue(row Row) (*charge.Due, error) {
	if !outstanding(row.State) {
		return nil, nil
	}
	due, err := t.tx.DueOf(row.Seq)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &due, err
}

// MoveBack lets charges that left with a queue file be collected here again,
// because that file is lost. The key is the same, so that nothing is collected
// twice when it is found again.
func (b *Book) MoveBack(keys []charge.Key, by charge.By, operator string) (back int, err error) {
	err = b.update(func(t *turn) error {
		back = 0
		for _, key := range keys {
			row, err := t.charge(key)
			if err != nil {
				return err
			}
			due, err := t.isDue(row)
			if err != nil {
				return err
			}
			if due == nil || due.Moved.IsZero() {
				continue
			}
			if err := b.moveBack(t, row, by, operator, "taken back"); err != nil {
				return err
			}
			back++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("take charges back: %w", err)
	}
	return back, nil
}

func (b *Book) moveBack(t *turn, row Row, by charge.By, operator, note string) error {
	if err := b.remark(t, &row, by, operator, note); err != nil {
		return err
	}
	return errors.Join(t.put(row), t.tx.MoveProof(row.Seq, time.Time{}))
}

// remark writes an entry that moves no state.
func (b *Book) remark(t *turn, row *Row, by charge.By, operator, note string) (err error) {
	step := charge.Step{By: by, Operator: operator, At: b.now()}
	row.LastLink, err = t.append(Link{Key: row.Key, Before: row.LastLink, From: row.State, To: row.State, Step: step, Note: note})
	return err
}

// TakeOver takes in charges that another register of the store took without a
// network, or this one on a disk that is lost: under their own keys, so that
// each is collected once, whoever else still has it. None of this register's
// limits is asked: the goods are gone. What became of each is told in the same
// order; one that is refused does not hold the others up, and why says why.
// day is the business date of a moment.
func (b *Book) TakeOver(list []charge.Carried, day func(time.Time) string, by charge.By, operator string) (became []charge.Handed, why []error, err error) {
	var used []Row
	err = b.update(func(t *turn) error {
		became, why, used = make([]charge.Handed, len(list)), make([]error, len(list)), used[:0]
		for i, c := range list {
			handed, row, err := b.takeOver(t, c, day(c.Accepted), by, operator)
			if errors.Is(err, charge.ErrNotTaken) {
				became[i], why[i] = charge.HandedRefused, err
				continue
			}
			if err != nil {
				return err
			}
			became[i] = handed
			if handed == charge.HandedTaken {
				used = append(used, row)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("take charges of another register in: %w", err)
	}
	for _, row := range used {
		b.used(row.Code.Hash, row.Key)
	}
	return became, why, nil
}

func (b *Book) takeOver(t *turn, c charge.Carried, day string, by charge.By, operator string) (charge.Handed, Row, error) {
	known, err := t.charge(c.Key)
	switch {
	case err == nil && (known.Amount != c.Amount || known.Wallet != c.Wallet):
		return "", Row{}, notTaken{fmt.Errorf("%s is over %s at wallet %s in these books, and over %s at %s in what was brought", c.Key, known.Amount, known.Wallet, c.Amount, c.Wallet)}
	case err == nil:
		return b.again(t, known, c, by, operator)
	case !errors.Is(err, ErrNotFound):
		return "", Row{}, err
	}
	if err := b.mayCarry(c); err != nil {
		return "", Row{}, err
	}
	row, err := b.carry(t, c, day, by, operator)
	return charge.HandedTaken, row, err
}

// again is a charge that is in the books and is brought once more.
func (b *Book) again(t *turn, known Row, c charge.Carried, by charge.By, operator string) (charge.Handed, Row, error) {
	due, err := t.isDue(known)
	if err != nil || due == nil {
		return charge.HandedKnown, known, err
	}
	handed := charge.HandedKnown
	switch {
	case c.Instead:
		step := charge.Step{Event: charge.Send, Wallet: known.Wallet, Reason: known.Reason, By: by, Operator: operator, Code: c.Code, At: b.now(), Note: "its code came anew with " + c.From}
		if known, _, err = b.take(t, known, step); err == nil {
			handed, err = charge.HandedTaken, errors.Join(t.put(known), t.tx.ReplaceProof(known.Seq, c.Proof.Sealed, c.Proof.Signature, c.Proof.Certificate))
		}
	case c.Code.Hash != "" && known.Code.Hash != "" && c.Code.Hash != known.Code.Hash:
		return "", known, fmt.Errorf("%w: %s", ErrOtherCode, c.Key)
	case known.Carried && len(due.Certificate) == 0 && len(c.Proof.Certificate) > 0:
		// Without its certificate the wallet may not know the key of the
		// signature that is there.
		err = t.tx.ReplaceProof(known.Seq, c.Proof.Sealed, c.Proof.Signature, c.Proof.Certificate)
	}
	if err != nil || due.Moved.IsZero() {
		return handed, known, err
	}
	if handed == charge.HandedKnown {
		handed = charge.HandedBack
	}
	return handed, known, b.moveBack(t, known, by, operator, "brought back by "+c.From)
}

// ErrOtherCode means that what was brought has another code than the charge has
// in these books. One of the two is not genuine; which one, the wallet says.
var ErrOtherCode = fmt.Errorf("%w: the charge has another code in these books", charge.ErrNotTaken)

// mayCarry holds the key against this register: of its store, and not one that
// this run or a later one issues itself.
func (b *Book) mayCarry(c charge.Carried) error {
	store, terminal, epoch, _, err := c.Key.Parts()
	switch {
	case err != nil:
		return notTaken{err}
	case store != b.opts.Store:
		return notTaken{fmt.Errorf("%s is a charge of store %s, and this register is of store %s: take it in there", c.Key, store, b.opts.Store)}
	case terminal == b.opts.Terminal && epoch >= b.epoch:
		return notTaken{fmt.Errorf("%s is of a later start than this one, which is %d: set the clock and start the agent again, or take it in at another register", c.Key, b.epoch)}
	case c.Amount.Minor > math.MaxUint32: // which would spoil the sums of the books
		return notTaken{fmt.Errorf("%s is over %s, and no code affords so much", c.Key, c.Amount)}
	case c.Accepted.Unix() <= 0 || len(c.Proof.Signature) == 0:
		return notTaken{fmt.Errorf("nothing says that a register has taken %s", c.Key)}
	}
	return nil
}

// carry adds a charge under another register's key.
func (b *Book) carry(t *turn, c charge.Carried, day string, by charge.By, operator string) (Row, error) {
	seq, err := b.nextSeq(t)
	if err != nil {
		return Row{}, err
	}
	at := stamp(c.Accepted)
	row := Row{Seq: seq, Epoch: b.epoch, Record: charge.Record{
		Key: c.Key, Kind: charge.Payment, SaleID: broughtSale + string(c.Key), Amount: c.Amount,
		State: charge.Queued, Reason: charge.ReasonOffline, Wallet: c.Wallet, Route: with(nil, c.Wallet), Code: c.Code,
		By: by, Operator: operator, Paper: charge.Unprinted, PreparedAt: at, ChangedAt: at, Carried: true,
	}}
	if err := t.tx.PutSale(sale.Sale{ID: row.SaleID, Amount: row.Amount, BusinessDate: day, At: at}); err != nil {
		return row, err
	}
	step := charge.Step{Event: charge.Queue, Wallet: row.Wallet, Reason: row.Reason, By: by, Operator: operator, Code: row.Code, At: at}
	if row.LastLink, err = t.append(Link{Key: row.Key, To: row.State, Moved: true, Step: step, Note: broughtIn + begin(row.Record)}); err != nil {
		return row, err
	}
	if err := b.remark(t, &row, by, operator, "came with "+c.From); err != nil {
		return row, err
	}
	if err := t.add(row); err != nil {
		return row, err
	}
	proof := c.Proof
	proof.Device, proof.Counter = broughtIn+string(c.Key), 0
	return row, t.tx.AddProof(row, proof)
}

// broughtSale begins the id of a carried charge's sale.
const broughtSale = "carried-"
