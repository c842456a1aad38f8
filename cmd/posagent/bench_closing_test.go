package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// BenchmarkClosing closes a day with 5,000 paid charges, at most a second: the
// wallet's list of the day is compared, and all is added up, kept and answered.
// The floor is to read the same entries of the journal through the API.
func BenchmarkClosing(b *testing.B) {
	const charges = 5000
	p := newPlace(b, "")
	p.startWallet(b)
	p.start(b)
	local := control.Dial("unix:"+p.at("api.sock"), "")
	ctx := context.Background()
	for n := range charges {
		s, err := p.client.OpenSale(ctx, control.NewSale{Reference: fmt.Sprint("A-", n), Amount: 1000 + int64(n%7), Currency: "JPY"})
		check(b, err)
		got, err := p.client.PaySale(ctx, s.ID, control.Code{Text: p.mint(b)})
		check(b, err)
		if got.State != "approved" {
			b.Fatalf("sale %d is %+v", n, got)
		}
	}
	took := func(do func() error) float64 {
		began := time.Now()
		check(b, do())
		return float64(time.Since(began).Microseconds()) / 1000
	}
	b.ResetTimer()
	for range b.N { // there is one Z for a day: more runs would close nothing
		b.ReportMetric(took(func() error { return readJournal(ctx, local) }), "journal-ms")
		b.ReportMetric(took(func() error {
			_, err := local.Closing(ctx, control.NewClosing{Kind: "x"})
			return err
		}), "x-ms")
		b.ReportMetric(took(func() error {
			_, err := local.Reconcile(ctx, "")
			return err
		}), "reconcile-ms")
		b.ReportMetric(took(func() error {
			z, err := local.Closing(ctx, control.NewClosing{Kind: "z"})
			if err == nil && z.Takings[0].Paid.Count != charges {
				b.Fatalf("it closed %+v", z.Takings)
			}
			return err
		}), "z-ms")
	}
}

func readJournal(ctx context.Context, local *control.Client) error {
	for after := int64(0); ; {
		page, err := local.Journal(ctx, after, 1000)
		if err != nil || page.Next == 0 {
			return err
		}
		after = page.Next
	}
}
