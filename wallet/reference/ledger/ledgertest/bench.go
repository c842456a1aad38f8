package ledgertest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// Load is what clients do at the same time, over and over.
type Load struct {
	Clients   int
	Customers int // 1: all at one account
	Stores    int
}

// Customer is the name of the n-th customer of a Load.
func (l Load) Customer(n int) string { return fmt.Sprintf("customer-%d", n%l.Customers) }

// Store is the name of the n-th store.
func (l Load) Store(n int) string { return fmt.Sprintf("S%04d", n%l.Stores) }

// Measure has the clients do b.N turns and reports how many come to a second,
// and how long one takes.
func (l Load) Measure(b *testing.B, do func(client, n int) error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for client := range l.Clients {
		all.Go(func() {
			for n := int(next.Add(1)) - 1; n < b.N; n = int(next.Add(1)) - 1 {
				began := time.Now()
				if err := do(client, n); err != nil {
					b.Error(err)
					return
				}
				took[n] = time.Since(began)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	at := func(part float64) float64 {
		return float64(took[int(part*float64(len(took)-1))].Microseconds())
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "/s")
	b.ReportMetric(at(0.5), "us-p50")
	b.ReportMetric(at(0.99), "us-p99")
	b.ReportMetric(0, "ns/op")
}

// Authorise is a payment by a one-time code, as often as it goes: the key is
// new, the code is spent, the customer debited, the postings and the answer
// kept.
func (l Load) Authorise(b *testing.B, store ledger.Store) {
	books := ledger.New(store, ledger.Options{CodeLife: time.Hour})
	for n := range l.Customers {
		if _, err := books.AddCustomer(l.Customer(n), 1_000_000_000); err != nil {
			b.Fatal(err)
		}
	}
	codes := make([]string, b.N)
	mint := Load{Clients: 64, Customers: l.Customers, Stores: l.Stores}
	var next atomic.Int64
	var all sync.WaitGroup
	for range mint.Clients {
		all.Go(func() {
			for n := int(next.Add(1)) - 1; n < b.N; n = int(next.Add(1)) - 1 {
				m, err := books.MintCode(l.Customer(n))
				if err != nil {
					b.Error(err)
					return
				}
				codes[n] = m.Code
			}
		})
	}
	all.Wait()
	until := time.Now().Add(time.Hour)
	l.Measure(b, func(client, n int) error {
		r := wire.ChargeRequest{
			Key: fmt.Sprintf("%s-T%02d-1-%d", l.Store(n), client, n), Store: l.Store(n), Terminal: fmt.Sprintf("T%02d", client),
			Amount: 10, Currency: "JPY", Code: codes[n], Mode: wire.Online, ValidUntil: until, Nonce: "n",
		}
		a, err := books.Charge(r)
		if err == nil && a.Status != wire.Approved {
			err = fmt.Errorf("%+v", a)
		}
		return err
	})
}
