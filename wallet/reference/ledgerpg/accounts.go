package ledgerpg

import (
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

// account names an account, and holder those of one name in all currencies.
type (
	account struct {
		holder
		currency money.Currency
	}
	holder struct {
		class ledger.Class
		name  string
	}
)

// shards is over how many rows what is added to a store or the float is spread.
const shards = 16

const (
	selectAccount = "SELECT id, class, name, balance, currency FROM account "
	// One that is not bounded has tallies beside its row.
	selectTallied = "SELECT id, class, name, (balance + coalesce((SELECT sum(t.balance) FROM tally t WHERE t.account = id), 0))::bigint, currency FROM account "
)

func scanAccount(r pgx.CollectableRow) (a ledger.Account, err error) {
	err = r.Scan(&a.ID, &a.Class, &a.Name, &a.Balance.Minor, &a.Balance.Currency)
	return a, err
}

// Account locks a customer's accounts in all currencies, once: a payment with
// points has two, and who locks both at once waits for nobody in a circle.
func (t *tx) Account(c ledger.Class, name string, cur money.Currency) (ledger.Account, error) {
	if !c.Bounded() {
		return one(t, scanAccount, selectTallied+"WHERE class = $1 AND name = $2 AND currency = $3", c, name, cur)
	}
	list, err := t.holding(holder{c, name})
	if err != nil {
		return ledger.Account{}, err
	}
	if i := slices.IndexFunc(list, func(a ledger.Account) bool { return a.Balance.Currency == cur }); i >= 0 {
		return list[i], nil
	}
	return ledger.Account{}, ledger.ErrNotFound
}

func (t *tx) holding(h holder) ([]ledger.Account, error) {
	if list, known := t.held[h]; known {
		return list, nil
	}
	list, err := all(t, scanAccount, t.locking(selectAccount+"WHERE class = $1 AND name = $2 ORDER BY currency"), h.class, h.name)
	if err == nil {
		t.held[h] = list
	}
	return list, err
}

func (t *tx) Accounts() ([]ledger.Account, error) {
	return all(t, scanAccount, selectTallied+"ORDER BY id")
}

func (t *tx) PutAccount(a ledger.Account) (ledger.Account, error) {
	delete(t.held, holder{a.Class, a.Name})
	if a.ID == 0 {
		err := t.row("INSERT INTO account (class, name, balance, currency) VALUES ($1, $2, $3, $4) RETURNING id",
			a.Class, a.Name, a.Balance.Minor, a.Balance.Currency).Scan(&a.ID)
		return a, err
	}
	err := t.row(`UPDATE account SET balance = $1 - coalesce((SELECT sum(t.balance) FROM tally t WHERE t.account = id), 0)
		WHERE id = $2 AND class = $3 AND name = $4 AND currency = $5 RETURNING id`,
		a.Balance.Minor, a.ID, a.Class, a.Name, a.Balance.Currency).Scan(&a.ID)
	return a, err
}

// Move adds to the row of a customer, which is locked, and to a tally of all
// others, which is not read.
func (t *tx) Move(c ledger.Class, name string, n money.Amount) (ledger.Account, error) {
	if !c.Bounded() {
		return t.tally(account{holder{c, name}, n.Currency}, n)
	}
	a, err := t.Account(c, name, n.Currency)
	if errors.Is(err, ledger.ErrNotFound) {
		a, err = ledger.Account{Class: c, Name: name, Balance: money.Amount{Currency: n.Currency}}.Plus(n)
		if err != nil {
			return a, err
		}
		return t.PutAccount(a)
	}
	if err != nil {
		return a, err
	}
	if a, err = a.Plus(n); err != nil {
		return a, err
	}
	t.write("UPDATE account SET balance = $1 WHERE id = $2", a.Balance.Minor, a.ID)
	list := t.held[holder{c, name}]
	list[slices.IndexFunc(list, func(b ledger.Account) bool { return b.ID == a.ID })] = a
	return a, nil
}

// tally gives an account without its balance, which nobody asks for who moves
// money of it.
func (t *tx) tally(of account, n money.Amount) (ledger.Account, error) {
	a := ledger.Account{Class: of.class, Name: of.name, Balance: money.Amount{Currency: of.currency}}
	var err error
	if a.ID, err = t.idOf(of); err != nil {
		return a, err
	}
	t.write("INSERT INTO tally (account, shard, balance) VALUES ($1, $2, $3) ON CONFLICT (account, shard) DO UPDATE SET balance = tally.balance + excluded.balance",
		a.ID, t.shard, n.Minor)
	return a, nil
}

// idOf opens an account at its first use. What this transaction has opened is
// remembered for it alone: it may not be kept.
func (t *tx) idOf(of account) (id int64, err error) {
	if id, mine := t.opened[of]; mine {
		return id, nil
	}
	t.store.mu.Lock()
	id, known := t.store.accounts[of]
	t.store.mu.Unlock()
	if known {
		return id, nil
	}
	err = t.row("SELECT id FROM account WHERE class = $1 AND name = $2 AND currency = $3", of.class, of.name, of.currency).Scan(&id)
	if errors.Is(err, ledger.ErrNotFound) {
		err = t.row("INSERT INTO account (class, name, currency) VALUES ($1, $2, $3) RETURNING id", of.class, of.name, of.currency).Scan(&id)
		t.opened[of] = id
		return id, err
	}
	if err == nil {
		t.store.mu.Lock()
		t.store.accounts[of] = id
		t.store.mu.Unlock()
	}
	return id, err
}
