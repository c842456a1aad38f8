package ledger

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

func (b *books) RegisterKeys(register string) ([]RegisterKey, error) {
	return slices.Clone(b.registers[register]), nil
}

func (b *books) PutRegisterKey(k RegisterKey) error {
	old := b.registers[k.Register]
	if slices.ContainsFunc(old, func(o RegisterKey) bool { return bytes.Equal(o.Key, k.Key) }) {
		return nil
	}
	b.later(func() { b.registers[k.Register] = old })
	b.registers[k.Register] = append(slices.Clip(old), k)
	return nil
}

func (b *books) Wish(customer string) (Wish, error) {
	w, there := b.wishes[customer]
	if !there {
		return Wish{}, ErrNotFound
	}
	return w, nil
}

func (b *books) PutWish(w Wish) error {
	old, there := b.wishes[w.Customer]
	b.later(func() {
		if b.wishes[w.Customer] = old; !there {
			delete(b.wishes, w.Customer)
		}
	})
	b.wishes[w.Customer] = w
	return nil
}

func (b *books) OfCustomer(customer string, before time.Time, n int) ([]Standing, error) {
	var list []Standing
	for i := len(b.standings) - 1; i >= 0 && len(list) < n; i-- {
		if st := b.standings[i]; st.Customer == customer && st.At.Before(before) {
			list = append(list, st)
		}
	}
	return list, nil
}

func (b *books) Brought(customer string, since time.Time) (sum int64, err error) {
	for _, st := range b.standings {
		if st.Customer == customer && st.Kind == wire.KindTopup && strings.HasPrefix(st.Store, SourcePrefix) && !st.At.Before(since) && st.Status == wire.Approved {
			sum += st.Amount.Minor
		}
	}
	return sum, nil
}

func (b *books) Largest(customer string, since time.Time) (most int64, err error) {
	for _, st := range b.standings {
		if st.Customer == customer && st.Kind == wire.KindCharge && !st.At.Before(since) && st.Status == wire.Approved {
			most = max(most, st.Amount.Minor)
		}
	}
	return most, nil
}

func (b *books) Spent(customer string, since time.Time) (sum int64, err error) {
	for _, st := range b.standings {
		if st.Customer == customer && st.Kind == wire.KindCharge && !st.At.Before(since) && (st.Status == wire.Approved || st.Status == wire.Pending) {
			sum += st.Amount.Minor
		}
	}
	return sum, nil
}
