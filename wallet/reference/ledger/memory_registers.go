package ledger

import (
	"bytes"
	"slices"
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
