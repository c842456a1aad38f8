package ledger

import (
	"errors"
	"time"

	"github.com/posagent/posagent/offline/oda"
)

// phones are the rows about phones and the codes that they sign, of Memory.
type phones struct {
	devices      []Device
	deviceAt     map[oda.DeviceID]int
	certificates []Certificate
	serialAt     map[oda.Serial]int
	uses         []Use
	useAt        map[counted]int
}

type counted struct {
	device  oda.DeviceID
	counter uint32
}

func newPhones() phones {
	return phones{deviceAt: map[oda.DeviceID]int{}, serialAt: map[oda.Serial]int{}, useAt: map[counted]int{}}
}

// row is one row of a table by its key.
func row[K comparable, R any](rows []R, at map[K]int, key K) (R, error) {
	i, ok := at[key]
	if !ok {
		var none R
		return none, ErrNotFound
	}
	return rows[i], nil
}

// put inserts or replaces a row, and returns how to take that back.
func put[K comparable, R any](rows *[]R, at map[K]int, key K, r R) (undo func()) {
	i, ok := at[key]
	if ok {
		old := (*rows)[i]
		(*rows)[i] = r
		return func() { (*rows)[i] = old }
	}
	*rows, at[key] = append(*rows, r), len(*rows)
	return func() {
		*rows = (*rows)[:len(*rows)-1]
		delete(at, key)
	}
}

// those are the rows that fit.
func those[R any](rows []R, fits func(R) bool) []R {
	var list []R
	for _, r := range rows {
		if fits(r) {
			list = append(list, r)
		}
	}
	return list
}

func (b *books) Device(id oda.DeviceID) (Device, error) { return row(b.devices, b.deviceAt, id) }

func (b *books) Devices(customer string) ([]Device, error) {
	return those(b.devices, func(d Device) bool { return d.Customer == customer }), nil
}

func (b *books) PutDevice(d Device) error {
	b.later(put(&b.devices, b.deviceAt, d.ID, d))
	return nil
}

func (b *books) Certificate(s oda.Serial) (Certificate, error) {
	return row(b.certificates, b.serialAt, s)
}

func (b *books) Certificates() ([]Certificate, error) {
	return append([]Certificate(nil), b.certificates...), nil
}

func (b *books) CertificatesOf(id oda.DeviceID) ([]Certificate, error) {
	return those(b.certificates, func(c Certificate) bool { return c.Device == id }), nil
}

func (b *books) Due(now time.Time) ([]Certificate, error) {
	return those(b.certificates, func(c Certificate) bool { return !c.Released && c.Until.Before(now) }), nil
}

func (b *books) PutCertificate(c Certificate) error {
	b.later(put(&b.certificates, b.serialAt, c.Serial, c))
	return nil
}

func (b *books) Use(id oda.DeviceID, counter uint32) (Use, error) {
	return row(b.uses, b.useAt, counted{id, counter})
}

func (b *books) PutUse(u Use) error {
	key := counted{u.Device, u.Counter}
	if _, err := b.Use(u.Device, u.Counter); err == nil {
		return errors.New("this counter of the phone was spent before")
	}
	b.later(put(&b.uses, b.useAt, key, u))
	return nil
}

func (b *books) Forwards(register string, since time.Time) (n int, sum int64, err error) {
	for _, u := range b.uses {
		if u.Forward && u.Register == register && !u.At.Before(since) {
			n, sum = n+1, sum+u.Amount.Minor
		}
	}
	return n, sum, nil
}
