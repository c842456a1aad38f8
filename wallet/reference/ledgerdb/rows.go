package ledgerdb

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func amount(r sqlite.Row, minor, currency int) money.Amount {
	return money.Amount{Minor: r.Int(minor), Currency: money.Currency(r.Text(currency))}
}

const accountColumns = "id, class, name, balance, currency"

func account(r sqlite.Row) ledger.Account {
	return ledger.Account{ID: r.Int(0), Class: ledger.Class(r.Text(1)), Name: r.Text(2), Balance: amount(r, 3, 4)}
}

func (t tx) Account(c ledger.Class, name string, cur money.Currency) (ledger.Account, error) {
	return one(t.c, account, "SELECT "+accountColumns+" FROM account WHERE class = ? AND name = ? AND currency = ?", c, name, cur)
}

func (t tx) Accounts() ([]ledger.Account, error) {
	return all(t.c, account, "SELECT "+accountColumns+" FROM account ORDER BY id")
}

func (t tx) PutAccount(a ledger.Account) (ledger.Account, error) {
	if a.ID == 0 {
		row, err := t.c.One("INSERT INTO account (class, name, balance, currency) VALUES (?, ?, ?, ?) RETURNING id",
			a.Class, a.Name, a.Balance.Minor, a.Balance.Currency)
		a.ID = row.Int(0)
		return a, err
	}
	n, err := t.c.Exec("UPDATE account SET balance = ? WHERE id = ? AND class = ? AND name = ? AND currency = ?",
		a.Balance.Minor, a.ID, a.Class, a.Name, a.Balance.Currency)
	if err == nil && n != 1 {
		err = fmt.Errorf("account %d (%s %s): %w", a.ID, a.Class, a.Name, ledger.ErrNotFound)
	}
	return a, err
}

func (t tx) Move(c ledger.Class, name string, n money.Amount) (ledger.Account, error) {
	return ledger.Move(t, c, name, n)
}

func (t tx) AppendTxn(txn ledger.Txn) (ledger.Txn, error) {
	row, err := t.c.One("INSERT INTO txn (key, cause, at) VALUES (?, ?, ?) RETURNING id", txn.Key, txn.Cause, stamp(txn.At))
	if err != nil {
		return txn, err
	}
	txn.ID = row.Int(0)
	for i, p := range txn.Postings {
		if _, err := t.c.Exec("INSERT INTO posting (txn, n, account, amount, currency) VALUES (?, ?, ?, ?, ?)",
			txn.ID, i, p.Account, p.Amount.Minor, p.Amount.Currency); err != nil {
			return txn, err
		}
	}
	return txn, nil
}

func (t tx) Txns(after int64, n int) ([]ledger.Txn, error) {
	var list []ledger.Txn
	for r, err := range t.c.Query(`
		SELECT t.id, t.key, t.cause, t.at, p.account, p.amount, p.currency
		FROM (SELECT id, key, cause, at FROM txn WHERE id > ? ORDER BY id LIMIT ?) t
		LEFT JOIN posting p ON p.txn = t.id ORDER BY t.id, p.n`, after, n) {
		if err != nil {
			return nil, err
		}
		if len(list) == 0 || list[len(list)-1].ID != r.Int(0) {
			list = append(list, ledger.Txn{ID: r.Int(0), Key: r.Text(1), Cause: ledger.Cause(r.Text(2)), At: when(r.Int(3))})
		}
		if !r.Null(4) {
			last := &list[len(list)-1]
			last.Postings = append(last.Postings, ledger.Posting{Account: r.Int(4), Amount: amount(r, 5, 6)})
		}
	}
	return list, nil
}

const standingColumns = "key, kind, status, amount, currency, store, terminal, code, blocked, customer, reason, receipt, at, changed, charge_key, kept, until, serial, points_used, points_earned, points_left, balance"

const selectStanding = "SELECT " + standingColumns + ", n FROM standing "

func standing(r sqlite.Row) ledger.Standing {
	st := ledger.Standing{
		Key: r.Text(0), Kind: wire.Kind(r.Text(1)), Status: wire.Status(r.Text(2)), Amount: amount(r, 3, 4),
		Store: r.Text(5), Terminal: r.Text(6), Blocked: r.Bool(8), Customer: r.Text(9),
		Reason: wire.Reason(r.Text(10)), Receipt: r.Text(11), At: when(r.Int(12)), Changed: when(r.Int(13)),
		ChargeKey: r.Text(14), Kept: r.Bool(15), Until: whenOrNone(r.Int(16)),
		PointsUsed: r.Int(18), PointsEarned: r.Int(19), PointsLeft: r.Int(20), Balance: r.Int(21), Place: r.Int(22),
	}
	copy(st.Code[:], r.Blob(7))
	copy(st.Serial[:], r.Blob(17))
	return st
}

func (t tx) Standing(key string) (ledger.Standing, error) {
	return one(t.c, standing, selectStanding+"WHERE key = ?", key)
}

func (t tx) Standings() ([]ledger.Standing, error) {
	return all(t.c, standing, selectStanding+"ORDER BY n")
}

func (t tx) Pending() ([]ledger.Standing, error) {
	return all(t.c, standing, selectStanding+"WHERE status = 'pending' ORDER BY n")
}

func (t tx) Overdue(now time.Time) ([]ledger.Standing, error) {
	return all(t.c, standing, selectStanding+"WHERE status = 'pending' AND until < ? ORDER BY n", stamp(now))
}

func (t tx) Refunds(chargeKey string) ([]ledger.Standing, error) {
	return all(t.c, standing, selectStanding+"WHERE charge_key = ? AND charge_key <> '' ORDER BY n", chargeKey)
}

// ofDay finds a page by the index, and only then reads its rows. n is
// hidden from the planner, which would otherwise read all days in its order.
const ofDay = "WHERE n IN (SELECT n FROM standing WHERE register = ? AND at >= ? AND at < ? AND +n > ? ORDER BY +n LIMIT ?) ORDER BY n"

func (t tx) StandingsOf(register string, from, to time.Time, after int64, n int) ([]ledger.Standing, error) {
	return all(t.c, standing, selectStanding+ofDay, register, stamp(from), stamp(to), after, n)
}

func (t tx) OfCustomer(customer string, before time.Time, n int) ([]ledger.Standing, error) {
	return all(t.c, standing, selectStanding+"WHERE customer = ? AND customer <> '' AND at < ? ORDER BY at DESC LIMIT ?", customer, stamp(before), n)
}

func (t tx) Spent(customer string, since time.Time) (int64, error) {
	r, err := t.c.One("SELECT ifnull(sum(amount), 0) FROM standing WHERE customer = ? AND customer <> '' AND at >= ? AND kind = 'charge' AND status IN ('approved', 'pending')", customer, stamp(since))
	return r.Int(0), err
}

func (t tx) Brought(customer string, since time.Time) (int64, error) {
	r, err := t.c.One("SELECT ifnull(sum(amount), 0) FROM standing WHERE customer = ? AND customer <> '' AND at >= ? AND kind = 'topup' AND status = 'approved' AND substr(store, 1, ?) = ?",
		customer, stamp(since), len(ledger.SourcePrefix), ledger.SourcePrefix)
	return r.Int(0), err
}

func (t tx) Largest(customer string, since time.Time) (int64, error) {
	r, err := t.c.One("SELECT ifnull(max(amount), 0) FROM standing WHERE customer = ? AND customer <> '' AND at >= ? AND kind = 'charge' AND status = 'approved'", customer, stamp(since))
	return r.Int(0), err
}

func (t tx) PutStanding(st ledger.Standing) error {
	_, err := t.c.Exec("INSERT INTO standing ("+standingColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, status = excluded.status, amount = excluded.amount,
			currency = excluded.currency, store = excluded.store, terminal = excluded.terminal, code = excluded.code,
			blocked = excluded.blocked, customer = excluded.customer, reason = excluded.reason,
			receipt = excluded.receipt, at = excluded.at, changed = excluded.changed,
			charge_key = excluded.charge_key, kept = excluded.kept, until = excluded.until, serial = excluded.serial,
			points_used = excluded.points_used, points_earned = excluded.points_earned, points_left = excluded.points_left, balance = excluded.balance`,
		st.Key, st.Kind, st.Status, st.Amount.Minor, st.Amount.Currency, st.Store, st.Terminal, st.Code[:],
		st.Blocked, st.Customer, st.Reason, st.Receipt, stamp(st.At), stamp(st.Changed), st.ChargeKey, st.Kept, stampOrNone(st.Until), st.Serial[:],
		st.PointsUsed, st.PointsEarned, st.PointsLeft, st.Balance)
	return err
}

func code(r sqlite.Row) ledger.Code {
	c := ledger.Code{Customer: r.Text(1), Expires: when(r.Int(2)), UsedBy: r.Text(3)}
	copy(c.Hash[:], r.Blob(0))
	return c
}

func (t tx) Code(h ledger.CodeHash) (ledger.Code, error) {
	return one(t.c, code, "SELECT hash, customer, expires, used_by FROM code WHERE hash = ?", h[:])
}

func (t tx) PutCode(c ledger.Code) error {
	_, err := t.c.Exec(`INSERT INTO code (hash, customer, expires, used_by) VALUES (?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET customer = excluded.customer, expires = excluded.expires, used_by = excluded.used_by`,
		c.Hash[:], c.Customer, stamp(c.Expires), c.UsedBy)
	return err
}

func (t tx) DropCodes(expiredBefore time.Time) error {
	_, err := t.c.Exec("DELETE FROM code WHERE expires < ?", stamp(expiredBefore))
	return err
}
