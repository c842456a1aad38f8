package ledger

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// Memory is a Store that forgets: for simulations and tests.
type Memory struct {
	mu sync.RWMutex
	b  books
}

// NewMemory is an empty store.
func NewMemory() *Memory {
	return &Memory{b: books{
		accountAt:  map[accountName]int{},
		standingAt: map[string]int{},
		pending:    map[int]bool{},
		refunds:    map[string][]int{},
		codes:      map[CodeHash]Code{},
		wishes:     map[string]Wish{},
		phones:     newPhones(),
		registers:  map[string][]RegisterKey{},
	}}
}

// Update is Store.Update.
func (m *Memory) Update(do func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.b.undo = m.b.undo[:0]
	err := do(&m.b)
	if err != nil {
		for i := len(m.b.undo) - 1; i >= 0; i-- {
			m.b.undo[i]()
		}
	}
	return err
}

// View is Store.View.
func (m *Memory) View(do func(Tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return do(&m.b)
}

type accountName struct {
	class    Class
	name     string
	currency money.Currency
}

// books are the rows. An account's ID is its place plus one, and so are a
// transaction's and a standing's Place.
type books struct {
	accounts   []Account
	accountAt  map[accountName]int
	txns       []Txn
	standings  []Standing
	standingAt map[string]int
	pending    map[int]bool     // places of standings
	refunds    map[string][]int // places of standings, by the charge's key
	codes      map[CodeHash]Code
	phones
	wishes    map[string]Wish
	registers map[string][]RegisterKey // by STORE-TERMINAL
	undo      []func()
}

func (b *books) later(undo func()) { b.undo = append(b.undo, undo) }

func (b *books) Account(c Class, name string, cur money.Currency) (Account, error) {
	i, ok := b.accountAt[accountName{c, name, cur}]
	if !ok {
		return Account{}, ErrNotFound
	}
	return b.accounts[i], nil
}

func (b *books) Accounts() ([]Account, error) {
	return append([]Account(nil), b.accounts...), nil
}

func (b *books) PutAccount(a Account) (Account, error) {
	name := accountName{a.Class, a.Name, a.Balance.Currency}
	i, ok := b.accountAt[name]
	switch {
	case ok && a.ID != int64(i+1), !ok && a.ID != 0:
		return Account{}, ErrNotFound
	case ok:
		old := b.accounts[i]
		b.later(func() { b.accounts[i] = old })
		b.accounts[i] = a
		return a, nil
	}
	a.ID = int64(len(b.accounts) + 1)
	b.accounts, b.accountAt[name] = append(b.accounts, a), len(b.accounts)
	b.later(func() {
		b.accounts = b.accounts[:len(b.accounts)-1]
		delete(b.accountAt, name)
	})
	return a, nil
}

func (b *books) AppendTxn(t Txn) (Txn, error) {
	t.ID = int64(len(b.txns) + 1)
	b.txns = append(b.txns, t)
	b.later(func() { b.txns = b.txns[:len(b.txns)-1] })
	return t, nil
}

func (b *books) Txns(after int64, n int) ([]Txn, error) {
	from := min(max(int(after), 0), len(b.txns))
	return append([]Txn(nil), b.txns[from:min(from+n, len(b.txns))]...), nil
}

func (b *books) Standing(key string) (Standing, error) {
	i, ok := b.standingAt[key]
	if !ok {
		return Standing{}, ErrNotFound
	}
	return b.standings[i], nil
}

func (b *books) Standings() ([]Standing, error) {
	return append([]Standing(nil), b.standings...), nil
}

func (b *books) Pending() ([]Standing, error) {
	if len(b.pending) == 0 {
		return nil, nil
	}
	places := make([]int, 0, len(b.pending))
	for i := range b.pending {
		places = append(places, i)
	}
	slices.Sort(places)
	return b.at(places), nil
}

func (b *books) Overdue(now time.Time) ([]Standing, error) {
	all, err := b.Pending()
	return slices.DeleteFunc(all, func(st Standing) bool { return !now.After(st.Until) }), err
}

func (b *books) Move(c Class, name string, n money.Amount) (Account, error) {
	return Move(b, c, name, n)
}

func (b *books) Refunds(chargeKey string) ([]Standing, error) { return b.at(b.refunds[chargeKey]), nil }

func (b *books) at(places []int) []Standing {
	var list []Standing
	for _, i := range places {
		list = append(list, b.standings[i])
	}
	return list
}

func (b *books) StandingsOf(register string, from, to time.Time, after int64, n int) ([]Standing, error) {
	var list []Standing
	for i := min(max(int(after), 0), len(b.standings)); i < len(b.standings) && len(list) < n; i++ {
		st := b.standings[i]
		if strings.HasPrefix(st.Key, register) && !st.At.Before(from) && st.At.Before(to) {
			list = append(list, st)
		}
	}
	return list, nil
}

func (b *books) PutStanding(st Standing) error {
	i, ok := b.standingAt[st.Key]
	if ok {
		old := b.standings[i]
		b.later(func() { b.standings[i] = old; b.await(i, old.Status) })
		st.Place = old.Place
		b.standings[i] = st
		b.await(i, st.Status)
		return nil
	}
	i = len(b.standings)
	st.Place = int64(i + 1)
	b.standings, b.standingAt[st.Key] = append(b.standings, st), i
	b.await(i, st.Status)
	if st.ChargeKey != "" {
		b.refunds[st.ChargeKey] = append(b.refunds[st.ChargeKey], i)
	}
	b.later(func() {
		b.standings = b.standings[:i]
		delete(b.standingAt, st.Key)
		delete(b.pending, i)
		if list := b.refunds[st.ChargeKey]; st.ChargeKey != "" {
			b.refunds[st.ChargeKey] = list[:len(list)-1]
		}
	})
	return nil
}

func (b *books) await(place int, s wire.Status) {
	if s == wire.Pending {
		b.pending[place] = true
	} else {
		delete(b.pending, place)
	}
}

func (b *books) Code(h CodeHash) (Code, error) {
	c, ok := b.codes[h]
	if !ok {
		return Code{}, ErrNotFound
	}
	return c, nil
}

func (b *books) PutCode(c Code) error {
	old, ok := b.codes[c.Hash]
	b.later(func() {
		if ok {
			b.codes[c.Hash] = old
		} else {
			delete(b.codes, c.Hash)
		}
	})
	b.codes[c.Hash] = c
	return nil
}

func (b *books) DropCodes(expiredBefore time.Time) error {
	for h, c := range b.codes {
		if c.Expires.Before(expiredBefore) {
			b.later(func() { b.codes[h] = c })
			delete(b.codes, h)
		}
	}
	return nil
}
