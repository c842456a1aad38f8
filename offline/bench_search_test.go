package offline_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
)

// BenchmarkSearch is a page of a search over 1,000,000 charges, beside a plain
// SELECT of one page by the primary key in the same loop. worst-ms is the
// slowest page of the whole search, whose limit is 100 ms; pages is how many it
// takes to the last charge.
func BenchmarkSearch(b *testing.B) {
	dir := years(b, 1_000_000)
	began := time.Now()
	store, err := offline.Open(dir, offline.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	b.Logf("the indexes of 1,000,000 charges took %s at the start", time.Since(began).Round(time.Millisecond))
	date := func(text string) time.Time { at, _ := time.Parse(time.DateOnly, text); return at }
	for _, c := range []struct {
		name string
		q    offline.Search
	}{
		{"newest", offline.Search{}},
		{"day", offline.Search{From: date("2024-05-01"), To: date("2024-05-02")}},
		{"amount", offline.Search{Min: 20_000, Max: 20_010}},
		{"no-amount", offline.Search{Min: 1_000_000}},
		{"wallet", offline.Search{Wallets: []string{"rare"}}},
		{"no-wallet", offline.Search{Wallets: []string{"none"}}},
		{"year+wallet", offline.Search{From: date("2024-01-01"), To: date("2025-01-01"), Wallets: []string{"rare"}}},
		{"owed", offline.Search{States: []charge.State{charge.Owed}}},
		{"open", offline.Search{States: []charge.State{charge.InDoubt}}},
		{"reference", offline.Search{Reference: "A-0500000"}},
		{"key", offline.Search{Key: "S0001-T01-217000000-500000"}},
		{"text", offline.Search{Text: "W-000000500000"}},
	} {
		b.Run(c.name, func(b *testing.B) { page(b, store, c.q) })
	}
}

func page(b *testing.B, store *offline.Store, q offline.Search) {
	var took, floor, worst time.Duration
	pages, n := 0, 0
	for b.Loop() {
		for q.After, pages = (offline.Place{}), 0; ; {
			began := time.Now()
			_, next, err := store.Search(q)
			if err != nil {
				b.Fatal(err)
			}
			one := time.Since(began)
			took, worst, pages, n = took+one, max(worst, one), pages+1, n+1
			if next == (offline.Place{}) || pages == 30 {
				break
			}
			q.After = next
		}
		for range pages {
			began := time.Now()
			if _, err := store.PlainPage(50); err != nil {
				b.Fatal(err)
			}
			floor += time.Since(began)
		}
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
	b.ReportMetric(float64(took.Microseconds())/1000/float64(n), "ms/page")
	b.ReportMetric(took.Seconds()/floor.Seconds(), "page/select")
	b.ReportMetric(float64(pages), "pages")
	b.ReportMetric(0, "ns/op")
}
