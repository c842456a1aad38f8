package ledgerpg

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

const selectDevice = "SELECT id, customer, token, algorithm, key, since, ended FROM device "

func scanDevice(r pgx.CollectableRow) (d ledger.Device, err error) {
	var id, token []byte
	var algorithm, since, ended int64
	err = r.Scan(&id, &d.Customer, &token, &algorithm, &d.Key, &since, &ended)
	copy(d.ID[:], id)
	copy(d.Token[:], token)
	d.Algorithm, d.Since, d.Ended = oda.Algorithm(algorithm), when(since), whenOrNone(ended)
	return d, err
}

func (t *tx) Device(id oda.DeviceID) (ledger.Device, error) {
	return one(t, scanDevice, t.locking(selectDevice+"WHERE id = $1"), id[:])
}

// Devices locks the customer's phones, and the place of one that is to come.
func (t *tx) Devices(customer string) ([]ledger.Device, error) {
	t.name("phones", customer)
	return all(t, scanDevice, t.locking(selectDevice+"WHERE customer = $1 ORDER BY n"), customer)
}

func (t *tx) PutDevice(d ledger.Device) error {
	t.write(`INSERT INTO device (id, customer, token, algorithm, key, since, ended) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET ended = excluded.ended`,
		d.ID[:], d.Customer, d.Token[:], int64(d.Algorithm), d.Key, stamp(d.Since), stampOrNone(d.Ended))
	return nil
}

const selectCertificate = "SELECT serial, device, customer, token, most, currency, not_after, denied, until, released FROM certificate "

func scanCertificate(r pgx.CollectableRow) (c ledger.Certificate, err error) {
	var serial, device, token []byte
	var notAfter, denied, until int64
	err = r.Scan(&serial, &device, &c.Customer, &token, &c.Limit.Minor, &c.Limit.Currency, &notAfter, &denied, &until, &c.Released)
	copy(c.Serial[:], serial)
	copy(c.Device[:], device)
	copy(c.Token[:], token)
	c.NotAfter, c.Denied, c.Until = when(notAfter), whenOrNone(denied), when(until)
	return c, err
}

func (t *tx) Certificate(s oda.Serial) (ledger.Certificate, error) {
	return one(t, scanCertificate, t.locking(selectCertificate+"WHERE serial = $1"), s[:])
}

func (t *tx) Certificates() ([]ledger.Certificate, error) {
	return all(t, scanCertificate, selectCertificate+"ORDER BY n")
}

func (t *tx) CertificatesOf(id oda.DeviceID) ([]ledger.Certificate, error) {
	return all(t, scanCertificate, t.locking(selectCertificate+"WHERE device = $1 ORDER BY n"), id[:])
}

func (t *tx) Due(now time.Time) ([]ledger.Certificate, error) {
	if t.dueAt == stamp(now) { // Overdue has read it
		return t.due, nil
	}
	return all(t, scanCertificate, selectCertificate+"WHERE NOT released AND until < $1 ORDER BY n", stamp(now))
}

func (t *tx) PutCertificate(c ledger.Certificate) error {
	t.write(`INSERT INTO certificate (serial, device, customer, token, most, currency, not_after, denied, until, released)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (serial) DO UPDATE SET denied = excluded.denied, until = excluded.until, released = excluded.released`,
		c.Serial[:], c.Device[:], c.Customer, c.Token[:], c.Limit.Minor, c.Limit.Currency, stamp(c.NotAfter), stampOrNone(c.Denied), stamp(c.Until), c.Released)
	return nil
}

func (t *tx) Use(id oda.DeviceID, counter uint32) (ledger.Use, error) {
	return one(t, func(r pgx.CollectableRow) (u ledger.Use, err error) {
		var at int64
		err = r.Scan(&u.Key, &u.Register, &u.Amount.Minor, &u.Amount.Currency, &u.Forward, &at)
		u.Device, u.Counter, u.At = id, counter, when(at)
		return u, err
	}, "SELECT key, register, amount, currency, forward, at FROM used WHERE device = $1 AND counter = $2", id[:], int64(counter))
}

// PutUse fails at the end when another transaction was first with the counter:
// it then comes again, and finds it used.
func (t *tx) PutUse(u ledger.Use) error {
	t.write("INSERT INTO used (device, counter, key, register, amount, currency, forward, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		u.Device[:], int64(u.Counter), u.Key, u.Register, u.Amount.Minor, u.Amount.Currency, u.Forward, stamp(u.At))
	return nil
}

// Forwards locks the register's quota.
func (t *tx) Forwards(register string, since time.Time) (n int, sum int64, err error) {
	t.name("quota", register)
	err = t.row("SELECT count(*), coalesce(sum(amount), 0)::bigint FROM used WHERE forward AND register = $1 AND at >= $2", register, stamp(since)).Scan(&n, &sum)
	return n, sum, err
}

func (t *tx) RegisterKeys(register string) ([]ledger.RegisterKey, error) {
	return all(t, func(r pgx.CollectableRow) (k ledger.RegisterKey, err error) {
		var since int64
		err = r.Scan(&k.Register, &k.Key, &since)
		k.Since = when(since)
		return k, err
	}, "SELECT register, key, since FROM register_key WHERE register = $1 ORDER BY n", register)
}

func (t *tx) PutRegisterKey(k ledger.RegisterKey) error {
	t.write("INSERT INTO register_key (register, key, since) VALUES ($1, $2, $3) ON CONFLICT (register, key) DO NOTHING", k.Register, k.Key, stamp(k.Since))
	return nil
}
