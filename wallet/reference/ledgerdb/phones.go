package ledgerdb

import (
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/ledger"
)

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

const selectDevice = "SELECT id, customer, token, algorithm, key, since, ended FROM device "

func device(r sqlite.Row) ledger.Device {
	d := ledger.Device{
		Customer: r.Text(1), Algorithm: oda.Algorithm(r.Int(3)), Key: append([]byte(nil), r.Blob(4)...),
		Since: when(r.Int(5)), Ended: whenOrNone(r.Int(6)),
	}
	copy(d.ID[:], r.Blob(0))
	copy(d.Token[:], r.Blob(2))
	return d
}

func (t tx) Device(id oda.DeviceID) (ledger.Device, error) {
	return one(t.c, device, selectDevice+"WHERE id = ?", id[:])
}

func (t tx) Devices(customer string) ([]ledger.Device, error) {
	return all(t.c, device, selectDevice+"WHERE customer = ? ORDER BY n", customer)
}

func (t tx) PutDevice(d ledger.Device) error {
	_, err := t.c.Exec(`INSERT INTO device (id, customer, token, algorithm, key, since, ended) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET ended = excluded.ended`,
		d.ID[:], d.Customer, d.Token[:], int64(d.Algorithm), d.Key, stamp(d.Since), stampOrNone(d.Ended))
	return err
}

const selectCertificate = "SELECT serial, device, customer, token, most, currency, not_after, denied, until, released FROM certificate "

func certificate(r sqlite.Row) ledger.Certificate {
	c := ledger.Certificate{
		Customer: r.Text(2), Limit: amount(r, 4, 5), NotAfter: when(r.Int(6)), Denied: whenOrNone(r.Int(7)),
		Until: when(r.Int(8)), Released: r.Bool(9),
	}
	copy(c.Serial[:], r.Blob(0))
	copy(c.Device[:], r.Blob(1))
	copy(c.Token[:], r.Blob(3))
	return c
}

func (t tx) Certificate(s oda.Serial) (ledger.Certificate, error) {
	return one(t.c, certificate, selectCertificate+"WHERE serial = ?", s[:])
}

func (t tx) Certificates() ([]ledger.Certificate, error) {
	return all(t.c, certificate, selectCertificate+"ORDER BY n")
}

func (t tx) CertificatesOf(id oda.DeviceID) ([]ledger.Certificate, error) {
	return all(t.c, certificate, selectCertificate+"WHERE device = ? ORDER BY n", id[:])
}

func (t tx) Due(now time.Time) ([]ledger.Certificate, error) {
	return all(t.c, certificate, selectCertificate+"WHERE released = 0 AND until < ? ORDER BY n", stamp(now))
}

func (t tx) PutCertificate(c ledger.Certificate) error {
	_, err := t.c.Exec(`INSERT INTO certificate (serial, device, customer, token, most, currency, not_after, denied, until, released)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (serial) DO UPDATE SET denied = excluded.denied, until = excluded.until, released = excluded.released`,
		c.Serial[:], c.Device[:], c.Customer, c.Token[:], c.Limit.Minor, c.Limit.Currency, stamp(c.NotAfter), stampOrNone(c.Denied), stamp(c.Until), c.Released)
	return err
}

func use(r sqlite.Row) ledger.Use {
	u := ledger.Use{
		Counter: uint32(r.Int(1)), Key: r.Text(2), Register: r.Text(3), Amount: amount(r, 4, 5), Forward: r.Bool(6), At: when(r.Int(7)),
	}
	copy(u.Device[:], r.Blob(0))
	return u
}

func (t tx) Use(id oda.DeviceID, counter uint32) (ledger.Use, error) {
	return one(t.c, use, "SELECT device, counter, key, register, amount, currency, forward, at FROM used WHERE device = ? AND counter = ?", id[:], int64(counter))
}

func (t tx) PutUse(u ledger.Use) error {
	_, err := t.c.Exec("INSERT INTO used (device, counter, key, register, amount, currency, forward, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		u.Device[:], int64(u.Counter), u.Key, u.Register, u.Amount.Minor, u.Amount.Currency, u.Forward, stamp(u.At))
	return err
}

func (t tx) Forwards(register string, since time.Time) (n int, sum int64, err error) {
	r, err := t.c.One("SELECT count(*), ifnull(sum(amount), 0) FROM used WHERE forward = 1 AND register = ? AND at >= ?", register, stamp(since))
	if err != nil {
		return 0, 0, err
	}
	return int(r.Int(0)), r.Int(1), nil
}
