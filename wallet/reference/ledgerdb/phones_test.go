package ledgerdb_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

// TestSecondLockOfPhones goes around the rules: the schema must refuse by
// itself.
func TestSecondLockOfPhones(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "ledger.db"))
	now := time.Now()
	phone := ledger.Device{ID: oda.DeviceID{1}, Customer: "Hanako", Algorithm: oda.P256, Key: []byte{2}, Since: now}
	lost := ledger.Device{ID: oda.DeviceID{2}, Customer: "Taro", Algorithm: oda.P256, Key: []byte{3}, Since: now, Ended: now}
	good := ledger.Certificate{Serial: oda.Serial{1}, Device: phone.ID, Customer: "Hanako", Limit: money.Yen(5), NotAfter: now, Until: now}
	denied := ledger.Certificate{Serial: oda.Serial{2}, Device: phone.ID, Customer: "Hanako", Limit: money.Yen(5), NotAfter: now, Until: now, Denied: now, Released: true}
	use := ledger.Use{Device: phone.ID, Counter: 1, Key: "k", Register: "S-T", Amount: money.Yen(1), At: now}
	err := s.Update(func(tx ledger.Tx) error {
		return errors.Join(tx.PutDevice(phone), tx.PutDevice(lost), tx.PutCertificate(good), tx.PutCertificate(denied), tx.PutUse(use))
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(ledger.Tx) error{
		"a reserve below zero": func(tx ledger.Tx) error {
			_, err := tx.PutAccount(ledger.Account{Class: ledger.ClassReserve, Name: "01", Balance: money.Yen(-1)})
			return err
		},
		"two phones of a customer": func(tx ledger.Tx) error {
			second := phone
			second.ID = oda.DeviceID{3}
			return tx.PutDevice(second)
		},
		"a lost phone that comes back": func(tx ledger.Tx) error {
			found := lost
			found.Ended = time.Time{}
			return tx.PutDevice(found)
		},
		"a certificate of no phone": func(tx ledger.Tx) error {
			c := good
			c.Serial, c.Device = oda.Serial{3}, oda.DeviceID{9}
			return tx.PutCertificate(c)
		},
		"a serial of zeros": func(tx ledger.Tx) error {
			c := good
			c.Serial = oda.Serial{}
			return tx.PutCertificate(c)
		},
		"denied and good again": func(tx ledger.Tx) error {
			c := denied
			c.Denied = time.Time{}
			return tx.PutCertificate(c)
		},
		"released and reserved again": func(tx ledger.Tx) error {
			c := denied
			c.Released = false
			return tx.PutCertificate(c)
		},
		"a counter spent twice": func(tx ledger.Tx) error {
			again := use
			again.Key = "another"
			return tx.PutUse(again)
		},
	} {
		if err := s.Update(do); !errors.Is(err, sqlite.ErrConstraint) {
			t.Errorf("%s: %v, want ErrConstraint", name, err)
		}
	}
}
