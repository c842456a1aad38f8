package ledgerpg

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

func stamp(t time.Time) int64 { return t.UnixNano() }

func when(n int64) time.Time { return time.Unix(0, n).UTC() }

// stampOrNone and whenOrNone are for times that may not have come.
func stampOrNone(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return stamp(t)
}

func whenOrNone(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return when(n)
}

func (t *tx) AppendTxn(txn ledger.Txn) (_ ledger.Txn, err error) {
	if txn.ID, err = t.store.number(t); err != nil {
		return txn, err
	}
	t.write("INSERT INTO txn (id, key, cause, at) VALUES ($1, $2, $3, $4)", txn.ID, txn.Key, txn.Cause, stamp(txn.At))
	accounts, amounts, currencies := make([]int64, len(txn.Postings)), make([]int64, len(txn.Postings)), make([]string, len(txn.Postings))
	for i, p := range txn.Postings {
		accounts[i], amounts[i], currencies[i] = p.Account, p.Amount.Minor, string(p.Amount.Currency)
	}
	t.write(`INSERT INTO posting (txn, n, account, amount, currency)
		SELECT $1, p.n - 1, p.account, p.amount, p.currency FROM unnest($2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY AS p (account, amount, currency, n)`,
		txn.ID, accounts, amounts, currencies)
	return txn, nil
}

func (t *tx) Txns(after int64, n int) (list []ledger.Txn, err error) {
	type row struct {
		txn     ledger.Txn
		posting *ledger.Posting
	}
	rows, err := all(t, func(r pgx.CollectableRow) (o row, err error) {
		var at int64
		var account, minor *int64
		var currency *string
		err = r.Scan(&o.txn.ID, &o.txn.Key, &o.txn.Cause, &at, &account, &minor, &currency)
		if o.txn.At = when(at); err == nil && account != nil {
			o.posting = &ledger.Posting{Account: *account, Amount: money.Amount{Minor: *minor, Currency: money.Currency(*currency)}}
		}
		return o, err
	}, `SELECT t.id, t.key, t.cause, t.at, p.account, p.amount, p.currency
		FROM (SELECT id, key, cause, at FROM txn WHERE id > $1 ORDER BY id LIMIT $2) t
		LEFT JOIN posting p ON p.txn = t.id ORDER BY t.id, p.n`, after, n)
	for _, o := range rows {
		if len(list) == 0 || list[len(list)-1].ID != o.txn.ID {
			list = append(list, o.txn)
		}
		if last := &list[len(list)-1]; o.posting != nil {
			last.Postings = append(last.Postings, *o.posting)
		}
	}
	return list, err
}

const standingColumns = `key, kind, status, amount, currency, store, terminal, code, serial, charge_key, blocked, kept, customer, reason, receipt,
	points_used, points_earned, points_left, balance, at, until, changed`

const selectStanding = "SELECT " + standingColumns + ", n FROM standing "

func scanStanding(r pgx.CollectableRow) (st ledger.Standing, err error) {
	var at, until, changed int64
	var code, serial []byte
	err = r.Scan(&st.Key, &st.Kind, &st.Status, &st.Amount.Minor, &st.Amount.Currency, &st.Store, &st.Terminal, &code, &serial,
		&st.ChargeKey, &st.Blocked, &st.Kept, &st.Customer, &st.Reason, &st.Receipt, &st.PointsUsed, &st.PointsEarned, &st.PointsLeft, &st.Balance,
		&at, &until, &changed, &st.Place)
	copy(st.Code[:], code)
	copy(st.Serial[:], serial)
	st.At, st.Until, st.Changed = when(at), whenOrNone(until), when(changed)
	return st, err
}

// Standing locks the key, also one that nobody has used yet.
func (t *tx) Standing(key string) (ledger.Standing, error) {
	t.name("key", key)
	return one(t, scanStanding, t.locking(selectStanding+"WHERE key = $1"), key)
}

func (t *tx) Standings() ([]ledger.Standing, error) {
	return all(t, scanStanding, selectStanding+"ORDER BY n")
}

func (t *tx) Pending() ([]ledger.Standing, error) {
	return all(t, scanStanding, selectStanding+"WHERE status = 'pending' ORDER BY n")
}

// Overdue leaves out what another transaction is just ending. It reads at once
// what Due says of the same moment: both are asked for at every turn.
func (t *tx) Overdue(now time.Time) (list []ledger.Standing, err error) {
	skip := ""
	if t.locks {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	t.write(selectStanding+"WHERE status = 'pending' AND until < $1 ORDER BY n"+skip, stamp(now))
	t.write(selectCertificate+"WHERE NOT released AND until < $1 ORDER BY n"+skip, stamp(now))
	err = t.send(2, func(r pgx.BatchResults) (err error) {
		if list, err = collect(r, scanStanding); err != nil {
			return err
		}
		t.due, err = collect(r, scanCertificate)
		t.dueAt = stamp(now)
		return err
	})
	return list, err
}

func (t *tx) Refunds(chargeKey string) ([]ledger.Standing, error) {
	return all(t, scanStanding, selectStanding+"WHERE charge_key = $1 AND charge_key <> '' ORDER BY n", chargeKey)
}

func (t *tx) StandingsOf(register string, from, to time.Time, after int64, n int) ([]ledger.Standing, error) {
	return all(t, scanStanding, selectStanding+"WHERE register = $1 AND at >= $2 AND at < $3 AND n > $4 ORDER BY n LIMIT $5", register, stamp(from), stamp(to), after, n)
}

func (t *tx) OfCustomer(customer string, before time.Time, n int) ([]ledger.Standing, error) {
	return all(t, scanStanding, selectStanding+"WHERE customer = $1 AND customer <> '' AND at < $2 ORDER BY at DESC LIMIT $3", customer, stamp(before), n)
}

// Spent locks the customer's day: of two payments at once one counts the other.
func (t *tx) Spent(customer string, since time.Time) (sum int64, err error) {
	t.name("day", customer)
	err = t.row("SELECT coalesce(sum(amount), 0)::bigint FROM standing WHERE customer = $1 AND customer <> '' AND at >= $2 AND kind = 'charge' AND status IN ('approved', 'pending')", customer, stamp(since)).Scan(&sum)
	return sum, err
}

func (t *tx) Brought(customer string, since time.Time) (sum int64, err error) {
	t.name("day", customer)
	err = t.row("SELECT coalesce(sum(amount), 0)::bigint FROM standing WHERE customer = $1 AND customer <> '' AND at >= $2 AND kind = 'topup' AND status = 'approved' AND starts_with(store, $3)",
		customer, stamp(since), ledger.SourcePrefix).Scan(&sum)
	return sum, err
}

func (t *tx) Largest(customer string, since time.Time) (most int64, err error) {
	t.name("day", customer)
	err = t.row("SELECT coalesce(max(amount), 0)::bigint FROM standing WHERE customer = $1 AND customer <> '' AND at >= $2 AND kind = 'charge' AND status = 'approved'", customer, stamp(since)).Scan(&most)
	return most, err
}

func (t *tx) PutStanding(st ledger.Standing) error {
	t.write("INSERT INTO standing ("+standingColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
		ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, status = excluded.status, amount = excluded.amount, currency = excluded.currency,
			store = excluded.store, terminal = excluded.terminal, code = excluded.code, serial = excluded.serial, charge_key = excluded.charge_key,
			blocked = excluded.blocked, kept = excluded.kept, customer = excluded.customer, reason = excluded.reason, receipt = excluded.receipt,
			points_used = excluded.points_used, points_earned = excluded.points_earned, points_left = excluded.points_left, balance = excluded.balance,
			at = excluded.at, until = excluded.until, changed = excluded.changed`,
		st.Key, st.Kind, st.Status, st.Amount.Minor, st.Amount.Currency, st.Store, st.Terminal, st.Code[:], st.Serial[:], st.ChargeKey, st.Blocked, st.Kept,
		st.Customer, st.Reason, st.Receipt, st.PointsUsed, st.PointsEarned, st.PointsLeft, st.Balance, stamp(st.At), stampOrNone(st.Until), stamp(st.Changed))
	return nil
}

func (t *tx) Code(h ledger.CodeHash) (ledger.Code, error) {
	return one(t, func(r pgx.CollectableRow) (c ledger.Code, err error) {
		var expires int64
		err = r.Scan(&c.Customer, &expires, &c.UsedBy)
		c.Hash, c.Expires = h, when(expires)
		return c, err
	}, t.locking("SELECT customer, expires, used_by FROM code WHERE hash = $1"), h[:])
}

func (t *tx) PutCode(c ledger.Code) error {
	t.write(`INSERT INTO code (hash, customer, expires, used_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO UPDATE SET customer = excluded.customer, expires = excluded.expires, used_by = excluded.used_by`,
		c.Hash[:], c.Customer, stamp(c.Expires), c.UsedBy)
	return nil
}

func (t *tx) DropCodes(expiredBefore time.Time) error {
	t.write("DELETE FROM code WHERE expires < $1", stamp(expiredBefore))
	return nil
}

func (t *tx) Wish(customer string) (ledger.Wish, error) {
	return one(t, func(r pgx.CollectableRow) (w ledger.Wish, err error) {
		err = r.Scan(&w.Customer, &w.UsePoints)
		return w, err
	}, "SELECT customer, use_points FROM wish WHERE customer = $1", customer)
}

func (t *tx) PutWish(w ledger.Wish) error {
	t.write("INSERT INTO wish (customer, use_points) VALUES ($1, $2) ON CONFLICT (customer) DO UPDATE SET use_points = excluded.use_points", w.Customer, w.UsePoints)
	return nil
}
