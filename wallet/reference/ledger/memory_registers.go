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
