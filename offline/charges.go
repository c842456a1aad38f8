package offline

import (
	"errors"
	"fmt"
	"strings"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectCharge = `SELECT seq, epoch, key, sale_id, amount, currency, state, reason, wallet, route, confirmed,
	code_kind, code_masked, code_hash, receipt, attempts, asked_by, operator, paper, reprints, alarms,
	prepared_at, sent_at, changed_at FROM charges `

func scanCharge(r sqlite.Row) (book.Row, error) {
	route, bad := listOf[string](r.Text(9))
	confirmed, worse := listOf[string](r.Text(10))
	return book.Row{
		Seq: r.Int(0), Epoch: r.Int(1),
		Record: charge.Record{
			Key: charge.Key(r.Text(2)), SaleID: r.Text(3),
			Amount: money.Amount{Minor: r.Int(4), Currency: money.Currency(r.Text(5))},
			State:  charge.State(r.Text(6)), Reason: charge.Reason(r.Text(7)), Wallet: r.Text(8),
			Route: route, Confirmed: confirmed,
			Code:    charge.CodeMark{Kind: r.Text(11), Masked: r.Text(12), Hash: r.Text(13)},
			Receipt: r.Text(14), Attempts: int(r.Int(15)), By: charge.By(r.Text(16)), Operator: r.Text(17),
			Paper: charge.Paper(r.Text(18)), Reprints: int(r.Int(19)), Alarms: int(r.Int(20)),
			PreparedAt: timeOf(r.Int(21)), SentAt: timeOf(r.Int(22)), ChangedAt: timeOf(r.Int(23)),
		},
	}, errors.Join(bad, worse)
}

// Charge is the row of a key.
func (t tx) Charge(key charge.Key) (book.Row, error) {
	return one(t, scanCharge, selectCharge+"WHERE key = ?", key)
}

// ChargesOfSale are the tries to pay one sale, oldest first.
func (t tx) ChargesOfSale(saleID string) ([]book.Row, error) {
	return all(t, scanCharge, selectCharge+"WHERE sale_id = ? ORDER BY seq", saleID)
}

// OpenCharges are those that still need work, oldest first.
func (t tx) OpenCharges() ([]book.Row, error) {
	return all(t, scanCharge, selectCharge+"WHERE open = 1 ORDER BY seq")
}

// ChargeByCode is the newest charge that used a code. No hash is no code.
func (t tx) ChargeByCode(hash string) (book.Row, error) {
	return one(t, scanCharge, selectCharge+"WHERE code_hash = ? AND code_hash <> '' ORDER BY seq DESC LIMIT 1", hash)
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
	prepared_at, sent_at, changed_at, state, open, code_kind, code_masked, code_hash, seq)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// An update names the columns open and code_hash only when they change:
// SQLite writes the index of every column that is named, a page each. It finds
// a row only under the identity that it was made with.
const (
	updateCharge = `UPDATE charges SET reason = ?6, wallet = ?7, route = ?8, confirmed = ?9, receipt = ?10,
		attempts = ?11, asked_by = ?12, operator = ?13, paper = ?14, reprints = ?15, alarms = ?16,
		prepared_at = ?17, sent_at = ?18, changed_at = ?19, state = ?20, code_kind = ?22, code_masked = ?23`
	ofIdentity = ` WHERE seq = ?25 AND epoch = ?1 AND key = ?2 AND sale_id = ?3 AND amount = ?4 AND currency = ?5`
	setOpen    = `UPDATE charges SET open = ? WHERE seq = ?`
	setCode    = `UPDATE charges SET code_hash = ? WHERE seq = ?`
)

// PutCharge inserts a row, or replaces the one with its Seq. Key, sale and
// amount of a charge never change: such a row is refused.
func (t tx) PutCharge(r book.Row) error {
	route, err := list(r.Route)
	if err != nil {
		return err
	}
	confirmed, err := list(r.Confirmed)
	if err != nil {
		return err
	}
	args := []any{r.Epoch, string(r.Key), r.SaleID, r.Amount.Minor, string(r.Amount.Currency),
		string(r.Reason), r.Wallet, route, confirmed, r.Receipt, r.Attempts, string(r.By), r.Operator, string(r.Paper), r.Reprints, r.Alarms,
		nanos(r.PreparedAt), nanos(r.SentAt), nanos(r.ChangedAt),
		string(r.State), r.State.Open(), r.Code.Kind, r.Code.Masked, r.Code.Hash, r.Seq}
	was, err := t.c.One("SELECT open, code_hash FROM charges WHERE seq = ?", r.Seq)
	if errors.Is(err, sqlite.ErrNoRow) {
		return t.insertCharge(r, args)
	}
	if err != nil {
		return err
	}
	changed, err := t.c.Exec(updateCharge+ofIdentity, args...)
	if err == nil && changed == 0 {
		err = fmt.Errorf("charge %s (number %d): key, sale and amount of a charge never change", r.Key, r.Seq)
	}
	if err == nil && was.Bool(0) != r.State.Open() {
		_, err = t.c.Exec(setOpen, r.State.Open(), r.Seq)
	}
	if err == nil && was.Text(1) != r.Code.Hash {
		_, err = t.c.Exec(setCode, r.Code.Hash, r.Seq)
	}
	return err
}

func (t tx) insertCharge(r book.Row, args []any) error {
	_, err := t.c.Exec(insertCharge, args...)
	if errors.Is(err, sqlite.ErrConstraint) {
		return fmt.Errorf("charge %s (number %d) contradicts a row that is there, or is no charge: %w", r.Key, r.Seq, err)
	}
	return err
}
