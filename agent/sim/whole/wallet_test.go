package whole_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/reference/pki"
	"github.com/posagent/posagent/wallet/wire"
)

// far is the wallet: its ledger on disk and its server, which can be cut down
// and come back at the same address.
type far struct {
	t         *testing.T
	id        string // as the registers know it
	digits    string // the third characters of its codes: both wallets' begin with 97
	dir       string
	authority *pki.Authority
	own       pki.Pair

	mu     sync.RWMutex // held to write while the wallet is down
	addr   string
	store  *ledgerdb.Store
	books  *ledger.Ledger
	server *reference.Server
	downs  int

	issuer *issuer.Issuer // nil: its customers' phones sign nothing
	phones []*phone
}

// rich and poor are the customers: who is poor is declined at times.
const (
	rich = "sakura"
	poor = "taro"
)

func newFar(t *testing.T, id, digits string, signs bool) *far {
	t.Helper()
	f := &far{t: t, id: id, digits: digits, dir: t.TempDir()}
	var err error
	f.authority, err = pki.NewAuthority()
	check(t, err)
	f.own, err = f.authority.Server("127.0.0.1")
	check(t, err)
	if signs {
		f.issuer, err = issuer.Open(f.dir, id)
		check(t, err)
	}
	check(t, f.up())
	if signs {
		check(t, f.certify(24))
	}
	for name, balance := range map[string]int64{rich: 1_000_000_000, poor: 100_000} {
		_, err := f.books.AddCustomer(name, balance)
		check(t, err)
	}
	return f
}

func (f *far) up() error {
	store, err := ledgerdb.Open(filepath.Join(f.dir, "ledger.db"), nil)
	if err != nil {
		return err
	}
	cert, err := f.own.TLS()
	if err != nil {
		return err
	}
	f.store, f.books = store, ledger.New(store, ledger.Options{Issuer: f.issuer})
	f.server, err = reference.Start(reference.Options{Listen: f.addr, Ledger: f.books, Certificate: cert, ClientCAs: f.authority.Pool()})
	if err != nil {
		return err
	}
	f.addr = f.server.Addr()
	return nil
}

// down cuts off every call that is under way, as a machine that goes away
// does: what is not in the ledger by then never will be.
func (f *far) down() error {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	_ = f.server.Stop(now) // calls were cut off: that is the point
	return f.store.Close()
}

// bounce is a crash of the wallet that lasts for a while.
func (f *far) bounce(for_ time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.downs++
	if err := f.down(); err != nil {
		f.t.Errorf("the wallet's ledger did not close: %v", err)
	}
	time.Sleep(for_)
	for tries := 0; ; tries++ {
		err := f.up()
		if err == nil {
			return
		}
		if tries == 50 {
			panic(fmt.Sprintf("the wallet does not come back: %v", err))
		}
		time.Sleep(20 * time.Millisecond) // the port is still being given back
	}
}

// mint is a fresh code of a customer, one of those that are this wallet's.
func (f *far) mint(customer string) (string, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for {
		m, err := f.books.MintCode(customer)
		if err != nil || strings.Contains(f.digits, m.Code[2:3]) {
			return m.Code, err
		}
	}
}

// repeatNext has the wallet handle the next charge twice, as a network does
// that repeats a request.
func (f *far) repeatNext() error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.server.SetFault(wire.FaultOrder{Fault: wire.FaultDuplicate, Count: 1})
}

// standings are the wallet's books by key.
func (f *far) standings() map[string]wire.Standing {
	f.t.Helper()
	f.mu.RLock()
	defer f.mu.RUnlock()
	all, err := f.books.Standings()
	check(f.t, err)
	out := make(map[string]wire.Standing, len(all))
	for _, s := range all {
		out[s.Key] = s
	}
	return out
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
