package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/webhook"
	"github.com/posagent/posagent/offline/book"
)

// hookZ is what a message says of a closing. Its document is asked for by its
// number.
type hookZ struct {
	Store        string    `json:"store"`
	Terminal     string    `json:"terminal"`
	Journal      int64     `json:"journal"`
	Number       int64     `json:"number"`
	BusinessDate string    `json:"business_date"`
	At           time.Time `json:"at"`
	Operator     string    `json:"operator,omitempty"`
	SHA256       string    `json:"sha256"`
	Takings      []takingZ `json:"takings"`
}

type takingZ struct {
	Currency string `json:"currency"`
	Net      int64  `json:"net"`
	closing.Takings
}

// closed is what an entry tells of a closing; false when it tells of none.
func (f deeds) closed(l book.Link) (webhook.Event, bool, error) {
	var number int64
	rest, is := strings.CutPrefix(l.Note, charge.ZNote)
	if _, err := fmt.Sscan(rest, &number); l.Key != "" || !is || err != nil {
		return webhook.Event{}, false, nil
	}
	zs, err := f.books.Zs(number+1, 1)
	if err != nil || len(zs) == 0 || zs[0].Number != number {
		return webhook.Event{}, false, fmt.Errorf("journal entry %d: closing Z %d: %w", l.N, number, err)
	}
	var doc closing.Report
	if err := json.Unmarshal(zs[0].Document, &doc); err != nil {
		return webhook.Event{}, false, fmt.Errorf("journal entry %d: closing Z %d: %w", l.N, number, err)
	}
	data := hookZ{
		Store: f.store, Terminal: f.terminal, Journal: l.N, Number: number, BusinessDate: doc.Date, At: doc.At, Operator: doc.Operator,
		SHA256: hex.EncodeToString(zs[0].Hash[:]), Takings: []takingZ{},
	}
	for _, t := range doc.Takings {
		data.Takings = append(data.Takings, takingZ{string(t.Currency), t.Net(), t})
	}
	return webhook.Event{N: l.N, ID: f.id(l), Type: webhook.Closing, At: l.Step.At, Data: data}, true, nil
}

// id names an entry and, by the hash, these very books.
func (f deeds) id(l book.Link) string {
	return fmt.Sprintf("%s-%s-%d-%s", f.store, f.terminal, l.N, hex.EncodeToString(l.Hash[:6]))
}
