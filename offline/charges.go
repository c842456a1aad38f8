package offline

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectCharge = `SELECT seq, epoch, key, sale_id, amount, currency, state, reason, wallet, route, confirmed,
	code_kind, code_masked, code_hash, receipt, attempts, asked_by, operator, paper, reprints, alarms,
	prepared_at, sent_at, changed_at, last_link, kind, refund_of, carried, points_used, points_earned, points_left FROM charges `

func scanCharge(r sqlite.Row) (book.Row, error) {
	route, bad := listOf[string](r.Text(9))
	confirmed, worse := listOf[string](r.Text(10))
	return book.Row{
		Seq: r.Int(0), Epoch: r.Int(1), LastLink: r.Int(24),
		Record: charge.Record{
			Key: charge.Key(r.Text(2)), Kind: charge.Kind(r.Text(25)), Of: charge.Key(r.Text(26)), SaleID: r.Text(3),
			Amount: money.Amount{Minor: r.Int(4), Currency: money.Currency(r.Text(5))},
			State:  charge.State(r.Text(6)), Reason: charge.Reason(r.Text(7)), Wallet: r.Text(8),
			Route: route, Confirmed: confirmed,
			Code:    charge.CodeMark{Kind: r.Text(11), Masked: r.Text(12), Hash: r.Text(13)},
			Receipt: r.Text(14), Attempts: int(r.Int(15)), By: charge.By(r.Text(16)), Operator: r.Text(17),
			Paper: charge.Paper(r.Text(18)), Reprints: int(r.Int(19)), Alarms: int(r.Int(20)),
			PreparedAt: timeOf(r.Int(21)), SentAt: timeOf(r.Int(22)), ChangedAt: timeOf(r.Int(23)), Carried: r.Int(27) == 1,
			Points: charge.Points{Used: r.Int(28), Earned: r.Int(29), Left: r.Int(30)},
		},
	}, errors.Join(bad, worse)
}

// Charge is the row of a key. The last part of a key is the row's number,
// unless the charge was carried here.
func (t tx) Charge(key charge.Key) (book.Row, error) {
	_, _, _, seq, err := key.Parts()
	if err != nil {
		return book.Row{}, book.ErrNotFound
	}
	row, err := one(t, scanCharge, selectCharge+"WHERE seq = ? AND key = ?", seq, string(key))
	if errors.Is(err, book.ErrNotFound) {
		return one(t, scanCharge, selectCharge+"WHERE carried = 1 AND key = ?", string(key))
	}
	return row, err
}

// ChargesOfSale are the tries to pay one sale, and the refunds of it, oldest
// first.
func (t tx) ChargesOfSale(saleID string) ([]book.Row, error) {
	row, err := t.c.One("SELECT charges FROM sales WHERE id = ?", saleID)
	if errors.Is(err, sqlite.ErrNoRow) || err == nil && row.Text(0) == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	numbers := "[" + row.Text(0) + "]"
	return all(t, scanCharge, selectCharge+"WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq", numbers)
}

// OpenCharges are those that still need work, oldest first.
func (t tx) OpenCharges(after int64, most int) ([]book.Row, error) {
	return all(t, scanCharge, selectCharge+"WHERE open = 1 AND seq > ? ORDER BY seq LIMIT ?", after, most)
}

// Charges is a page, newest first.
func (t tx) Charges(f book.Filter) ([]book.Row, error) {
	var where []string
	var args []any
	if f.Before > 0 {
		where, args = append(where, "seq < ?"), append(args, f.Before)
	}
	if len(f.States) > 0 {
		where = append(where, "state IN (?"+strings.Repeat(", ?", len(f.States)-1)+")")
		for _, s := range f.States {
			args = append(args, s)
		}
	}
	sql := selectCharge
	if len(where) > 0 {
		sql += "WHERE " + strings.Join(where, " AND ")
	}
	return all(t, scanCharge, sql+" ORDER BY seq DESC LIMIT ?", append(args, f.Count())...)
}

const insertCharge = `INSERT INTO charges (epoch, key, sale_id, amount, currency,
	reason, wallet, route, confirmed, receipt, attempts, asked_by, operator, paper, reprints, alarms,
	prepared_at, sent_at, changed_at, state, open, code_kind, code_masked, code_hash, last_link, seq, kind, refund_of, carried,
	points_used, points_earned, points_left)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// One of two statements replaces a row, so that the index of open charges is
// written only when it changes: a row that stays open must have been open, and
// names the column nowhere. A row is found only under the identity that it was
// made with, the moment included: the index of searches holds it.
const (
	setCharge = `UPDATE charges SET reason = ?6, wallet = ?7, route = ?8, confirmed = ?9, receipt = ?10,
		attempts = ?11, asked_by = ?12, operator = ?13, paper = ?14, reprints = ?15, alarms = ?16,
		sent_at = ?18, changed_at = ?19, state = ?20, code_kind = ?22, code_masked = ?23,
		code_hash = ?24, last_link = ?25, points_used = ?30, points_earned = ?31, points_left = ?32`
	ofIdentity = ` WHERE seq = ?26 AND epoch = ?1 AND key = ?2 AND sale_id = ?3 AND amount = ?4 AND currency = ?5
		AND kind = ?27 AND refund_of = ?28 AND carried = ?29 AND prepared_at = ?17`
	stayOpen    = setCharge + ofIdentity + ` AND open = ?21`
	openOrClose = setCharge + `, open = ?21` + ofIdentity
	nameInSale  = `UPDATE sales SET charges = CASE charges WHEN '' THEN ?1 ELSE charges || ',' || ?1 END WHERE id = ?2`
)

// columns are the values of a row, in the order of the statements.
func columns(r book.Row) ([]any, error) {
	route, err := list(r.Route)
	if err != nil {
		return nil, err
	}
	confirmed, err := list(r.Confirmed)
	return []any{r.Epoch, string(r.Key), r.SaleID, r.Amount.Minor, string(r.Amount.Currency),
		string(r.Reason), r.Wallet, route, confirmed, r.Receipt, r.Attempts, string(r.By), r.Operator, string(r.Paper), r.Reprints, r.Alarms,
		nanos(r.PreparedAt), nanos(r.SentAt), nanos(r.ChangedAt),
		string(r.State), r.State.Open(), r.Code.Kind, r.Code.Masked, r.Code.Hash, r.LastLink, r.Seq,
		string(r.Kind), string(r.Of), r.Carried, r.Points.Used, r.Points.Earned, r.Points.Left}, err
}

// PutCharge replaces the row with its Seq. Key, kind, sale, amount and moment of a
// charge never change: such a row is refused.
func (t tx) PutCharge(r book.Row) error {
	args, err := columns(r)
	if err != nil {
		return err
	}
	changed := int64(0)
	if r.State.Open() {
		changed, err = t.c.Exec(stayOpen, args...)
	}
	if err == nil && changed == 0 {
		changed, err = t.c.Exec(openOrClose, args...)
	}
	if err == nil && changed == 0 {
		err = fmt.Errorf("charge %s (number %d) is not in the books, or has another key, kind, sale, amount or moment there", r.Key, r.Seq)
	}
	return err
}

// AddCharge adds a row and names it in its sale.
func (t tx) AddCharge(r book.Row) error {
	if _, _, _, seq, err := r.Key.Parts(); err != nil || seq != r.Seq && !r.Carried {
		return fmt.Errorf("charge %s (number %d): a key ends with its charge's number", r.Key, r.Seq)
	}
	args, err := columns(r)
	if err != nil {
		return err
	}
	_, err = t.c.Exec(insertCharge, args...)
	if errors.Is(err, sqlite.ErrConstraint) {
		return fmt.Errorf("charge %s (number %d) contradicts a row that is there, or is no charge: %w", r.Key, r.Seq, err)
	}
	if err != nil {
		return err
	}
	named, err := t.c.Exec(nameInSale, strconv.FormatInt(r.Seq, 10), r.SaleID)
	if err == nil && named == 0 {
		err = fmt.Errorf("charge %s is for sale %s, which is not in the books", r.Key, r.SaleID)
	}
	return err
}
