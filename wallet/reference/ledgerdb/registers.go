package ledgerdb

import (
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

func registerKey(r sqlite.Row) ledger.RegisterKey {
	return ledger.RegisterKey{Register: r.Text(0), Key: append([]byte(nil), r.Blob(1)...), Since: when(r.Int(2))}
}

func (t tx) RegisterKeys(register string) ([]ledger.RegisterKey, error) {
	return all(t.c, registerKey, "SELECT register, key, since FROM register_key WHERE register = ? ORDER BY n", register)
}

func (t tx) PutRegisterKey(k ledger.RegisterKey) error {
	_, err := t.c.Exec("INSERT INTO register_key (register, key, since) VALUES (?, ?, ?) ON CONFLICT (register, key) DO NOTHING",
		k.Register, k.Key, stamp(k.Since))
	return err
}

func (t tx) Wish(customer string) (ledger.Wish, error) {
	return one(t.c, func(r sqlite.Row) ledger.Wish { return ledger.Wish{Customer: r.Text(0), UsePoints: r.Bool(1)} },
		"SELECT customer, use_points FROM wish WHERE customer = ?", customer)
}

func (t tx) PutWish(w ledger.Wish) error {
	_, err := t.c.Exec("INSERT INTO wish (customer, use_points) VALUES (?, ?) ON CONFLICT (customer) DO UPDATE SET use_points = excluded.use_points",
		w.Customer, w.UsePoints)
	return err
}
