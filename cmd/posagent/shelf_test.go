package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
	inmemory "github.com/posagent/posagent/offline/book/memory"
)

// The last page says that it is the last, also when it is exactly full.
func TestTheLastPageOfCharges(t *testing.T) {
	books, err := book.Open(inmemory.New(inmemory.Options{}), book.Options{Store: "S1", Terminal: "T1", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		s := sale.Sale{ID: fmt.Sprint("sale ", i), Amount: money.Yen(100), BusinessDate: "2026-11-22", At: time.Now()}
		if _, err := books.Prepare(s, charge.ByAPI); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		limit, pages int
	}{{1, 4}, {2, 2}, {3, 2}, {4, 1}, {5, 1}} {
		pages, seen, before := 0, 0, int64(0)
		for {
			page, next, err := shelf{books}.Charges(nil, before, c.limit)
			if err != nil {
				t.Fatal(err)
			}
			pages, seen = pages+1, seen+len(page)
			if before = next; next == 0 || pages > 9 {
				break
			}
		}
		if pages != c.pages || seen != 4 {
			t.Errorf("limit %d: %d pages with %d charges, want %d with 4", c.limit, pages, seen, c.pages)
		}
	}
}
