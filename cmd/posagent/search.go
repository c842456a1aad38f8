package main

import (
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/offline"
)

// finder finds charges for the API; see server.Searcher.
type finder struct{ store *offline.Store }

func (f finder) Search(w server.Wanted) ([]server.Hit, server.Place, error) {
	page, next, err := f.store.Search(offline.Search{
		From: w.From, To: w.To, Min: w.Min, Max: w.Max, Wallets: w.Wallets, States: w.States, Kinds: w.Kinds,
		Operator: w.Operator, Key: w.Key, Reference: w.Reference, Text: w.Text, After: offline.Place(w.After), Limit: w.Limit,
	})
	hits := make([]server.Hit, 0, len(page))
	for _, h := range page {
		hits = append(hits, server.Hit{Record: h.Record, Reference: h.Reference})
	}
	return hits, server.Place(next), err
}
