package board

import (
	"encoding/hex"
	"slices"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/bulletin"
)

// Announce publishes what list gives. It is asked while nobody else announces, so
// that an older list never comes after a newer one.
func (b *Board) Announce(issuers []oda.Issuer, list func() ([]oda.Serial, error)) error {
	b.telling.Lock()
	defer b.telling.Unlock()
	denied, err := list()
	if err != nil {
		return err
	}
	return b.Publish(issuers, denied)
}

// Publish says whose certificates registers take, and which of them they do
// not. What it says already is not said anew.
func (b *Board) Publish(issuers []oda.Issuer, denied []oda.Serial) error {
	var keys []bulletin.Issuer
	for _, i := range issuers {
		keys = append(keys, bulletin.Issuer{
			Kid: hex.EncodeToString(i.ID[:]), Alg: int(i.Algorithm), PublicKey: i.PublicKey, ValidFrom: i.ValidFrom, ValidUntil: i.ValidUntil,
		})
	}
	var serials []string
	for _, s := range denied {
		serials = append(serials, hex.EncodeToString(s[:]))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.EqualFunc(b.said.Issuers, keys, sameIssuer) && slices.Equal(b.said.Denied.Serials, serials) {
		return nil
	}
	return b.change(func(said *bulletin.Bulletin) { said.Issuers, said.Denied.Serials = keys, serials })
}

func sameIssuer(a, b bulletin.Issuer) bool {
	return a.Kid == b.Kid && a.Alg == b.Alg && slices.Equal(a.PublicKey, b.PublicKey) &&
		a.ValidFrom.Equal(b.ValidFrom) && a.ValidUntil.Equal(b.ValidUntil)
}

// Denies tells whether codes of a customer are not taken.
func (b *Board) Denies(token oda.Token) bool {
	return slices.Contains(b.Said().Denied.Tokens, hex.EncodeToString(token[:]))
}
