package offline_test

import (
	"testing"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/storetest"
)

func openBooks(t testing.TB, dir string) *offline.Store {
	t.Helper()
	s, err := offline.Open(dir, offline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (book.Store, func() book.Store) {
		dir := t.TempDir()
		s := openBooks(t, dir)
		return s, func() book.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return openBooks(t, dir)
		}
	})
}

// soldOnce is a sale with a reference and a line.
func soldOnce() sale.Sale {
	return sale.Sale{
		ID: "sale-1", Reference: "R-1", BusinessDate: "2026-11-22", Amount: money.Yen(1280),
		Lines: []sale.Line{{Name: "弁当", Quantity: 1, Amount: money.Yen(1280), Rate: sale.Reduced}},
	}
}
