package oda_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
)

// The file of vectors, as docs/reference/op1.md promises it.
type vectorFile struct {
	Note    string    `json:"note"`
	Keys    any       `json:"keys"`
	Trust   trustList `json:"trust"`
	Vectors []vector  `json:"vectors"`
}

type trustList struct {
	Issuers []issuerEntry `json:"issuers"`
	Denied  []deniedEntry `json:"denied"`
}

type issuerEntry struct {
	ID         string        `json:"id"`
	Algorithm  oda.Algorithm `json:"algorithm"`
	PublicKey  string        `json:"public_key"`
	Wallet     string        `json:"wallet"`
	ValidFrom  int64         `json:"valid_from"`
	ValidUntil int64         `json:"valid_until"`
}

type deniedEntry struct {
	Wallet  string   `json:"wallet"`
	Serials []string `json:"serials"`
	Tokens  []string `json:"tokens"`
}

type vector struct {
	Name     string                 `json:"name"`
	Now      int64                  `json:"now"`
	Amount   int64                  `json:"amount"`
	Verdict  string                 `json:"verdict"` // "accepted", or the word of the refusal
	Raw      string                 `json:"raw,omitempty"`
	Verified *proof                 `json:"verified,omitempty"`
	Texts    map[oda.Carrier]string `json:"texts"`
}

// proof is Verified in plain values.
type proof struct {
	Wallet        string `json:"wallet"`
	Issuer        string `json:"issuer"`
	DeviceKey     string `json:"device_key"`
	Counter       uint32 `json:"counter"`
	WalletToken   string `json:"wallet_token"`
	Serial        string `json:"serial"`
	PerChargeMax  int64  `json:"per_charge_max"`
	CumulativeMax int64  `json:"cumulative_max"`
	MaxAmount     int64  `json:"max_amount"`
	NotAfter      int64  `json:"not_after"`
	IssuedAt      int64  `json:"issued_at"`
	Expires       int64  `json:"expires"`
}

func proofOf(v oda.Verified) *proof {
	return &proof{v.Wallet, hex.EncodeToString(v.Issuer[:]), hex.EncodeToString(v.DeviceKey[:]), v.Counter,
		hex.EncodeToString(v.WalletToken[:]), hex.EncodeToString(v.Serial[:]), v.PerChargeMax, v.CumulativeMax,
		v.MaxAmount, v.NotAfter.Unix(), v.IssuedAt.Unix(), v.Expires.Unix()}
}

// trustEntries are the trust list of the tests in plain values.
func trustEntries() trustList {
	list := trustList{}
	for _, i := range issuers() {
		list.Issuers = append(list.Issuers, issuerEntry{hex.EncodeToString(i.ID[:]), i.Algorithm, hex.EncodeToString(i.PublicKey), i.Wallet, i.ValidFrom.Unix(), i.ValidUntil.Unix()})
	}
	for _, d := range denied() {
		e := deniedEntry{Wallet: d.Wallet}
		for _, s := range d.Serials {
			e.Serials = append(e.Serials, hex.EncodeToString(s[:]))
		}
		for _, w := range d.Tokens {
			e.Tokens = append(e.Tokens, hex.EncodeToString(w[:]))
		}
		list.Denied = append(list.Denied, e)
	}
	return list
}

// read is the file as anybody would read it.
func read(t testing.TB) ([]vector, oda.Trust) {
	t.Helper()
	data, err := os.ReadFile(vectorPath)
	if err != nil {
		t.Fatal(err)
	}
	var f vectorFile
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	unhex := func(s string, into []byte) {
		if n, err := hex.Decode(into, []byte(s)); err != nil || n != len(into) {
			t.Fatalf("%q is not %d bytes in hex", s, len(into))
		}
	}
	var issuers []oda.Issuer
	for _, e := range f.Trust.Issuers {
		i := oda.Issuer{Algorithm: e.Algorithm, PublicKey: make([]byte, 32), Wallet: e.Wallet, ValidFrom: time.Unix(e.ValidFrom, 0), ValidUntil: time.Unix(e.ValidUntil, 0)}
		unhex(e.ID, i.ID[:])
		unhex(e.PublicKey, i.PublicKey)
		issuers = append(issuers, i)
	}
	var denied []oda.Denied
	for _, e := range f.Trust.Denied {
		d := oda.Denied{Wallet: e.Wallet, Serials: make([]oda.Serial, len(e.Serials)), Tokens: make([]oda.Token, len(e.Tokens))}
		for i, s := range e.Serials {
			unhex(s, d.Serials[i][:])
		}
		for i, s := range e.Tokens {
			unhex(s, d.Tokens[i][:])
		}
		denied = append(denied, d)
	}
	tr, err := oda.NewTrust(issuers, denied...)
	if err != nil {
		t.Fatal(err)
	}
	return f.Vectors, tr
}
