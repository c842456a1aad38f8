package offline_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// BenchmarkVerify follows the chain of 200,000 entries. The floor is working out
// the same hashes from texts that lie in memory.
func BenchmarkVerify(b *testing.B) {
	const entries = 200_000
	store := openBooks(b, b.TempDir())
	var texts []string
	var last book.Link
	for last.N < entries {
		err := store.Update(func(tx book.Tx) error {
			for range 1000 {
				at := time.Date(2026, 11, 26, 9, 0, 0, int(last.N)*1000, time.UTC)
				l := book.Link{N: last.N + 1, Key: charge.Key(fmt.Sprintf("S0001-T01-217000000-%d", last.N)), From: charge.Sent, To: charge.Approved, Moved: true, Step: charge.Step{
					Event: charge.Approve, Wallet: "example", By: charge.ByWallet, Receipt: "W-0123456789", Asked: at, At: at.Add(time.Second),
					Code: charge.CodeMark{Kind: "cpm", Masked: "9723…99", Hash: "0123456789abcdef0123456789abcdef"},
				}}
				texts = append(texts, l.Text())
				l.Hash = sha256.Sum256(append(last.Hash[:], l.Text()...))
				if err := tx.AppendLink(l); err != nil {
					return err
				}
				last = l
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	books, err := book.Open(store, book.Options{Store: "S1", Terminal: "T1", Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	var took, floor time.Duration
	for b.Loop() {
		began := time.Now()
		end, err := books.Verify(b.Context())
		if err != nil || end.N != entries {
			b.Fatal(end.N, err)
		}
		took += time.Since(began)
		began = time.Now()
		var hash [32]byte
		for _, text := range texts {
			hash = sha256.Sum256(append(hash[:], text...))
		}
		if hash != end.Hash {
			b.Fatal("the floor works out other hashes")
		}
		floor += time.Since(began)
	}
	b.ReportMetric(entries*float64(b.N)/took.Seconds(), "entries/s")
	b.ReportMetric(took.Seconds()/floor.Seconds(), "verify/hashes")
	b.ReportMetric(0, "ns/op")
}
